"""By when a ticket had to be answered and solved: the one place that the measures of punctuality ask.

Today an answer is due within the allowance of the ticket's priority, as it is for the lists, and a solution by the date agreed on
the ticket. Whoever knows more (agreements, clocks) says it here, and every measure, dashboard and list follows at the next
`rollup.rebuild`.
"""

from olmo.tickets.standing import ANSWER_WITHIN

_ALLOWED = " ".join(
    f"when {int(level)} then {round(within.total_seconds())}" for level, within in ANSWER_WITHIN.items()
)
# Expressions of the ticket `t`: a moment, or null where nothing was promised.
RESPONSE_DUE = f"t.opened_at + (case t.priority {_ALLOWED} end) * interval '1 second'"
RESOLUTION_DUE = "t.due_at"
