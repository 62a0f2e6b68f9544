"""Who works on a ticket: rules, assignment, triage, escalation.

Triage: what a new ticket probably is, learnt from the desk's own closed tickets. Invariants: below 50 labelled tickets nothing
is suggested; nothing is decided alone below the confidence that was measured to be right as often as the administrator asks.
"""
