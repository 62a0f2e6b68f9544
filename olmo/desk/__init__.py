"""The agents' shell: the list, the ticket, search, people, and the administration of the desk.

Everything here is thin: a view reads a form, calls a verb of a room below and answers with a page (or the parts of it that
changed, when a script asks). No rule lives here. Every page and every verb works without JavaScript.
"""
