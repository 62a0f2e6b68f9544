"""Orders from the catalogue: placed, approved, changed, withdrawn. Each is one ticket of type service request.

Order: what was ordered, by which version of its form, for whom. Answers: what was filled in; each change adds a revision, and
all can be erased. Approval: one person who is asked; steps of a stage are asked together, stages one after the other; a step is
passed when as many as its quorum said yes. Link: the signed address in a mail, for one person.

Invariants: nobody decides about what they ordered, asked for, or is for them, not even as a substitute; a ticket waits as long as
an order is not decided; each step is a change in the ticket's log (see docs/approvals.md).
"""
