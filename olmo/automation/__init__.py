"""Several changes at once: in bulk, on many tickets; by macro, prepared for many days.

Steps: what is to change, as plain data; what is not named stays. Run: the same steps on many tickets, each ticket for itself.
Macro: steps with a name, offered where they fit. Invariants: everything goes through the verbs of `tickets`; a ticket is changed
whole or not at all; nothing is written over somebody's newer change; all of it can be undone in one go.
"""
