"""The requesters' shell: report a problem, follow one's requests, answer, confirm or reopen.

A requester reads what is public of their own tickets, of those they follow, or of their whole organisation when they may. No
order, time or count on these pages depends on an internal note.
"""
