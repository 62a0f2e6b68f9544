"""Procedures (runbooks): standard methods, step by step, run inside a ticket.

A procedure is an article whose text is steps (`steps`: Markdown with a heading for each), so it is written, reviewed by a
second person, published, translated, found and exported as articles are (`olmo.knowledge`); here are its category, its runs
and what they teach. Run: a procedure at work on a ticket, by the version that was published when it began. Entry: one step
that was done, with what was recorded, whether it went as expected, and the seconds that it took.

Invariants: a run is at one step; of two who do it at once the second is refused. A step that did not go as expected leads
to the step that it names, or the run ends and the ticket is to be escalated. Nothing runs that a second person did not read.
"""
