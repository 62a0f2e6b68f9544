"""Service levels: what was promised to a client, under which terms, and whether it was kept.

Words: an *agreement* holds *terms*, each version valid from an instant to another; terms name *targets* in working minutes
by priority and metric, a *calendar* that says when time counts, and *pauses*, the holds during which it does not. A *clock*
measures one promise on one ticket. It is *due* when the time used reaches the target, and *breached* if it has not stopped then.

Invariants: a clock is a pure function of the ticket's log, the terms and the calendars (`engine`); its row is only a copy of
what that function says. What a row once said stays on record when terms are amended or corrected.
"""
