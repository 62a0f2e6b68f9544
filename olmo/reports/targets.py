"""Whether a ticket was answered and solved in time: the one place that the measures of punctuality ask.

Where the ticket has a clock of its service level agreement, the clock's verdict counts, as it was (a breach that was waived is a
breach; the contract's page shows both counts). Where nothing was promised, an answer is due within the allowance of the ticket's
priority, as it is for the lists, and a solution by the date agreed on the ticket.
"""

from olmo.tickets.standing import ANSWER_WITHIN

_ALLOWED = " ".join(
    f"when {int(level)} then {round(within.total_seconds())}" for level, within in ANSWER_WITHIN.items()
)


def _verdict(metric: str) -> str:
    """What the newest clock of a metric says of the ticket `t`; null where nothing was promised."""
    return (
        "(select c.breached_at is null from service_levels_clock c where c.ticket_id = t.id"  # noqa: S608  (our own words)
        f" and c.kind = 'sla' and c.metric = '{metric}' and (c.target_seconds is not null or c.breached_at is not null)"
        " order by c.place desc limit 1)"
    )


# Expressions of the ticket `t`: whether it was in time, null where it has not happened or nothing was promised.
IS_RESPONSE_IN_TIME = (
    f"case when t.answered_at is not null then coalesce({_verdict('first_response')}, t.answered_at <= t.opened_at"
    f" + (case t.priority {_ALLOWED} end) * interval '1 second') end"
)
IS_RESOLUTION_IN_TIME = (
    f"case when t.resolved_at is not null then coalesce({_verdict('resolution')}, t.resolved_at <= t.due_at) end"
)
