"""Hierarchic escalation: who hears of it, and what is done, before a promise is broken and after.

Policy: for which tickets and which promise, a line of steps. Step: an instant relative to the due time, and an act: tell, give to
somebody else, raise the priority, page, call the lead. A step that asks for an answer goes down a line of people until somebody
takes it, so many rounds; then it is over, or starts over after a pause. Firing: a step that was taken for one clock of one
ticket; the row is unique, so a step is taken once, whatever the clock of the machine does and however many sweep.

Major: a ticket that many others follow; what is said of it once answers all of them, and stands in the portal.

Invariants: `plan.due` is a pure function of policy, clock and instant; what a step does, it does by verbs, and the ticket's log
says so; what was due before a policy was saved is not made up for.
"""
