"""Rules: what an administrator says about tickets that come in (or change), in order, and what follows from it.

Condition: one thing known of a ticket and what it must be. Outcome: a property and its value. Invariants: the first rule that
names a property decides it, later ones do not overwrite it; tags and followers add up; a rule sees what earlier ones have set;
what a rule does is done by a verb, and its event names the rule, its version and the conditions that were met.
"""
