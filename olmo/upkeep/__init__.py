"""Knowledge kept true, and the commonest kinds of request: what each night finds out from articles and tickets.

Question: words by which an article must be found. Fault: what a night found wrong with an article. Topic: a kind of request,
found from the words of tickets and recognised again from night to night, with what it costs and what answers it.
"""
