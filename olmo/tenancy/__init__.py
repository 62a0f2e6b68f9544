"""The provider of the desk, its client organisations, and the row-security scope.

Provider: who runs this desk (one row). Client: an organisation whose people ask; every table of client data carries
`client_id`. A request or a job opens `scope(...)`, which names the clients whose rows the database shows; without one
it shows none. That is the second lock; the first is each room's `visible_to(person)`.
"""
