"""Who gets a ticket that reached a team and has no owner.

A team has a *way*: by hand (its agents pull), in turn, to the one with least work, to the one who knows best. Before the way
come filters (there, room, skills, language) and the last solver of the same requester. `choosing.choose` is pure and gives its
reasons, which stand in the event of the assignment. What nobody can take waits until somebody becomes free, or the next sweep.

Invariant: tickets of one team are given out one after the other (its row is locked), so turns stay fair and nobody gets
more than fits.
"""
