"""Triage: what a new ticket probably is, learnt from the desk's own closed tickets."""
