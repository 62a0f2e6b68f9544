"""Whether a ticket was answered and solved in time: the one place that the measures of punctuality ask.

Where the ticket has a clock of its service level agreement, the clock's verdict counts, as it was: a breach that was waived is
a breach. That it was waived is kept beside it, so that both counts can be shown. Where nothing was promised, an answer is due
within the allowance of the ticket's priority, as it is for the lists, and a solution by the date agreed on the ticket.
"""

from olmo.tickets.standing import ANSWER_WITHIN

_ALLOWED = " ".join(
    f"when {int(level)} then {round(within.total_seconds())}" for level, within in ANSWER_WITHIN.items()
)


def _newest(column: str, metric: str) -> str:
    """What the newest clock of a metric says."""
    return f"(array_agg({column} order by c.place desc) filter (where c.metric = '{metric}'))[1]"


# What the clocks of the ticket `t` say, as `promised`; null where nothing was promised.
PROMISED = f"""
    select {_newest("c.breached_at is null", "first_response")} as is_answered_in_time,
        {_newest("c.breached_at is not null and c.is_waived", "first_response")} as is_answer_waived,
        {_newest("c.breached_at is null", "resolution")} as is_resolved_in_time,
        {_newest("c.breached_at is not null and c.is_waived", "resolution")} as is_solution_waived
    from service_levels_clock c where c.ticket_id = t.id and c.kind = 'sla'
        and (c.target_seconds is not null or c.breached_at is not null)
"""  # noqa: S608  (our own words)
# Expressions of the ticket `t` beside `promised`: whether it was in time, null where it has not happened or nothing was promised;
# and whether that it was not was waived.
IS_RESPONSE_IN_TIME = (
    "case when t.answered_at is not null then coalesce(promised.is_answered_in_time, t.answered_at <= t.opened_at"
    f" + (case t.priority {_ALLOWED} end) * interval '1 second') end"
)
IS_RESOLUTION_IN_TIME = (
    "case when t.resolved_at is not null then coalesce(promised.is_resolved_in_time, t.resolved_at <= t.due_at) end"
)
IS_RESPONSE_WAIVED = "t.answered_at is not null and coalesce(promised.is_answer_waived, false)"
IS_RESOLUTION_WAIVED = "t.resolved_at is not null and coalesce(promised.is_solution_waived, false)"
