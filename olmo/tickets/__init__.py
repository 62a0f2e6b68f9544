"""Tickets and their log.

Ticket: an incident or a service request; its row is what the log says so far. Event: one change of one ticket, with a
gapless `seq`; append-only. Change: the typed content of an event. Message: words that somebody wrote, public or internal;
the only place of personal text. A ticket changes only inside `log.changing(...)`, and every verb is in `actions`.
Invariants: row == replay of its events; version == seq of its last event; both kept by the database.
"""
