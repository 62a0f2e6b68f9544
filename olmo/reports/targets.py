"""By when a ticket had to be answered and solved: the one place that the measures of punctuality ask.

Today the promise is the date agreed on the ticket. Whoever knows more (agreements, clocks) says it here, and every measure,
dashboard and list follows at the next `rollup.rebuild`.
"""

# Expressions of the ticket `t`: a moment, or null where nothing was promised.
RESPONSE_DUE = "null::timestamptz"
RESOLUTION_DUE = "t.due_at"
