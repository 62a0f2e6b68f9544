"""Who works when, at what, and who is called out of hours.

Skills and languages of agents, their shifts, absences with deputies, presence and capacity; on-call schedules of teams.
A *shift pattern* is a week of hours in a zone; a *layer* of a schedule is a rotation of people; an *override* puts somebody
in for a while. What counts at an instant is said by pure functions: `availability.available`, `rotation.on_call`.

Invariants, kept by the database: no two patterns of one agent, no two absences of one agent and no two overrides of one
schedule at the same time. Kept by verbs: a chain of deputies never comes back to where it began.
"""
