"""The page of a ticket: its head, its log, and the sections that stand beside it, a module for each."""
