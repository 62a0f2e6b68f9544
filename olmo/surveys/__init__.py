"""Surveys: what the requester thinks of the help, asked once after the solution; and what is looked at again afterwards.

Invitation: that somebody is asked about one solution, in the mail that tells of it or in one of its own later. Rating: the
answer, 1 to 5 with an optional comment, kept with agent, team, category and client as they were at that moment. Follow-up: a
finished ticket is looked at once more, because of a bad rating (for who leads the team) or to see whether the solution holds.

Invariants: one rating for each solution; a GET records nothing; only the requester rates; the log of the ticket says the score
and never the words; whoever was asked is left in peace for as many days as the desk has set.
"""
