"""Who is told, when, and how.

Reactions to the log put envelopes into the outbox: answers to requesters, acknowledgements, notices to agents. Invariants: an
event tells each address at most once (a unique key in the database); never its author; only persons who may see the ticket;
automatic mail never answers automatic mail (RFC 3834), and no stranger's text travels on our own initiative.
"""
