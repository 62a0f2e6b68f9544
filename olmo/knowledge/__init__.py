"""What is known: articles in several languages, their versions and review, and the search that finds them.

Article: one subject under a key, with an owner, an audience and a state. Translation: the article in one language. Version: a
text of a translation as somebody wrote it; versions are only added. What readers see is the version that was published last,
whatever is being written since; nothing is published that only its author has read (see docs/knowledge.md).
"""
