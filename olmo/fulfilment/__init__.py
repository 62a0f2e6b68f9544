"""Fulfilment: the tasks that a ticket needs until it is done, of several teams, in order or in parallel.

Plan: a way of working that an administrator wrote down once, as steps; each change makes a new version. Run: a plan that was
started on a ticket, with the version that it follows. Task: one piece of work of one team or person; it waits until what it needs
is over, is to do, under way, done, skipped or cancelled.

Invariants: what a task needs makes no loop (`order.loop`); a task changes only while its ticket is locked (`log.changing`), and
the ticket's log has a line for it; whether a task waits or is to do follows from the others (`settling`). A ticket with open
tasks is not resolved, unless somebody says why and so ends them.
"""
