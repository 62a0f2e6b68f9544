"""Facts from the log, and their sums. The worker refreshes them each minute; what changes is moved, nothing is counted anew.

A batch of tickets is one transaction: their former facts leave the sums, the new ones enter. Whoever reads sums and facts within
one transaction sees them agree.
"""

import time

from django.db import connection, transaction

from olmo.kernel import clock
from olmo.tenancy.queries import desk_zone
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .models import Fact, Progress, Rollup
from .targets import (
    IS_RESOLUTION_IN_TIME,
    IS_RESOLUTION_WAIVED,
    IS_RESPONSE_IN_TIME,
    IS_RESPONSE_WAIVED,
    PROMISED,
)

BATCH = 2000  # tickets in one transaction
EVENTS = 20_000  # read ahead for one batch
LONGEST_SECONDS = 45.0
# Where one band of durations ends and the next begins, in minutes: 15 m, 1 h, 4 h, 8 h, 1 d, 3 d, 7 d.
BANDS = (15, 60, 240, 480, 1440, 4320, 10_080)
# What an open ticket of each priority weighs, when load is compared.
WEIGHTS = {1: 8, 2: 4, 3: 2, 4: 1}

_COLUMNS = (
    "ticket_id", "client_id", "team", "agent", "category", "channel", "priority", "is_open", "opened_day", "opened_hour",
    "answered_day", "answerer", "response_minutes", "resolved_day", "resolver", "resolution_minutes", "reopened_day",
    "reopenings", "is_first_contact", "is_response_in_time", "is_resolution_in_time", "is_response_waived",
    "is_resolution_waived",
)  # fmt: skip
_IS_ANSWER = "(e.kind = 'replied' or e.kind = 'resolved' and e.data ? 'message')"
_DERIVE = f"""
select t.id, t.client_id, coalesce(t.team_id, 0), coalesce(t.assignee_id, 0), coalesce(t.category_id, 0), t.channel, t.priority,
    t.status in ('new', 'open', 'waiting'),
    (t.opened_at at time zone %(zone)s)::date, extract(hour from t.opened_at at time zone %(zone)s),
    (t.answered_at at time zone %(zone)s)::date, coalesce(log.answerer, 0),
    (extract(epoch from t.answered_at - t.opened_at) / 60)::int,
    (t.resolved_at at time zone %(zone)s)::date, coalesce(log.resolver, 0),
    (extract(epoch from t.resolved_at - t.opened_at) / 60)::int,
    (log.reopened_at at time zone %(zone)s)::date, log.reopenings,
    t.resolved_at is not null and log.reopenings = 0 and log.escalations = 0 and log.answers <= 1 and log.questions = 0,
    {IS_RESPONSE_IN_TIME}, {IS_RESOLUTION_IN_TIME}, {IS_RESPONSE_WAIVED}, {IS_RESOLUTION_WAIVED}
from tickets_ticket t cross join lateral (
    select (array_agg(e.by_id order by e.seq) filter (where {_IS_ANSWER}))[1] as answerer,
        (array_agg(e.by_id order by e.seq desc) filter (where e.kind = 'resolved'))[1] as resolver,
        max(e.at) filter (where e.kind = 'reopened') as reopened_at,
        count(*) filter (where e.kind = 'reopened') as reopenings,
        count(*) filter (where e.kind = 'escalated') as escalations,
        count(*) filter (where {_IS_ANSWER}) as answers,
        count(*) filter (where e.kind = 'received' and e.at < t.resolved_at) as questions
    from tickets_event e where e.ticket_id = t.id
) log cross join lateral ({PROMISED}) promised where t.id = any(%(ids)s)
"""  # noqa: S608  (our own expressions)
_WEIGHT = (
    "case f.priority " + " ".join(f"when {level} then {weight}" for level, weight in WEIGHTS.items()) + " else 1 end"
)


def _band(minutes: str) -> str:
    return f"width_bucket({minutes}, array{list(BANDS)})::text"


# (day, measure, by, value, n) that one fact `f` adds to the sums; a null day adds nothing.
CELLS = f"""
    (f.opened_day, 'opened', '', '', 1), (f.opened_day, 'opened', 'agent', f.agent::text, 1),
    (f.opened_day, 'opened', 'category', f.category::text, 1), (f.opened_day, 'opened', 'channel', f.channel, 1),
    (f.opened_day, 'opened', 'hour', f.opened_hour::text, 1),
    (f.open_day, 'open', '', '', 1), (f.open_day, 'open', 'agent', f.agent::text, 1),
    (f.open_day, 'open', 'category', f.category::text, 1), (f.open_day, 'open', 'channel', f.channel, 1),
    (f.open_day, 'open', 'priority', f.priority::text, 1), (f.open_day, 'weight', 'agent', f.agent::text, {_WEIGHT}),
    (case when f.priority = 1 then f.open_day end, 'critical', 'agent', f.agent::text, 1),
    (case when f.priority = 2 then f.open_day end, 'high', 'agent', f.agent::text, 1),
    (f.answered_day, 'answered', '', '', 1), (f.answered_day, 'answered', 'agent', f.answerer::text, 1),
    (f.answered_day, 'answered', 'band', {_band("f.response_minutes")}, 1),
    (case when f.is_response_in_time then f.answered_day end, 'prompt', '', '', 1),
    (case when f.is_response_in_time then f.answered_day end, 'prompt', 'agent', f.answerer::text, 1),
    (f.resolved_day, 'resolved', '', '', 1), (f.resolved_day, 'resolved', 'agent', f.resolver::text, 1),
    (f.resolved_day, 'resolved', 'category', f.category::text, 1), (f.resolved_day, 'resolved', 'channel', f.channel, 1),
    (f.resolved_day, 'resolved', 'band', {_band("f.resolution_minutes")}, 1),
    (case when f.is_first_contact then f.resolved_day end, 'first_contact', '', '', 1),
    (case when f.is_first_contact then f.resolved_day end, 'first_contact', 'agent', f.resolver::text, 1),
    (case when f.is_response_waived then f.answered_day end, 'prompt_waived', '', '', 1),
    (case when f.is_response_waived then f.answered_day end, 'prompt_waived', 'agent', f.answerer::text, 1),
    (case when f.is_resolution_in_time is not null then f.resolved_day end, 'promised', '', '', 1),
    (case when f.is_resolution_in_time is not null then f.resolved_day end, 'promised', 'agent', f.resolver::text, 1),
    (case when f.is_resolution_in_time then f.resolved_day end, 'kept', '', '', 1),
    (case when f.is_resolution_in_time then f.resolved_day end, 'kept', 'agent', f.resolver::text, 1),
    (case when f.is_resolution_waived then f.resolved_day end, 'kept_waived', '', '', 1),
    (case when f.is_resolution_waived then f.resolved_day end, 'kept_waived', 'agent', f.resolver::text, 1),
    (f.reopened_day, 'reopened', '', '', 1), (f.reopened_day, 'reopened', 'agent', f.agent::text, 1)
"""
# Cells are locked in one order, so that two batches never wait for each other.
_MOVE = """
with moved as ({facts})
insert into reports_rollup (client_id, day, team, measure, by, value, n)
select client_id, c.day, team, c.measure, c.by, c.value, {sign} * sum(c.n)
from (select *, case when is_open then opened_day end as open_day from moved) f
cross join lateral (values {cells}) c (day, measure, by, value, n)
where c.day is not null group by 1, 2, 3, 4, 5, 6 order by 4, 5, 2, 1, 3, 6
on conflict (measure, by, day, client_id, team, value) do update set n = reports_rollup.n + excluded.n
"""
_LEAVE = _MOVE.format(
    facts="delete from reports_fact where ticket_id = any(%(ids)s) returning *", sign="-1", cells=CELLS
)
_ENTER = _MOVE.format(
    facts=f"insert into reports_fact ({', '.join(_COLUMNS)}) {_DERIVE} returning *", sign="1", cells=CELLS
)
# Events of transactions that have ended (a later one may still be open), and those of our own.
_CHANGED = """
select ticket_id, xact::text::bigint from tickets_event where xact >= %(since)s::text::xid8
    and (xact < pg_snapshot_xmin(pg_current_snapshot()) or xact = pg_current_xact_id_if_assigned())
order by xact limit %(limit)s
"""


def refresh() -> int:
    """Bring facts and sums up to the log; returns how many tickets were looked at. Safe at any time, one at a time.

    A desk that changed its time zone, or that was restored (its transactions count anew), is counted from the beginning.
    """
    began, looked = time.monotonic(), 0
    while True:
        with scope(EVERY_CLIENT), transaction.atomic():
            progress = _locked()
            if progress is None:
                return looked
            count, is_done = _advance(progress)
        looked += count
        if is_done or time.monotonic() - began > LONGEST_SECONDS:
            return looked


def rebuild() -> int:
    """Throw facts and sums away and make them anew from the log."""
    with scope(EVERY_CLIENT), transaction.atomic():
        _empty(_progress())
    return refresh()


def is_behind() -> bool:
    """Whether the log holds more than has been read."""
    with scope(EVERY_CLIENT), connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": as_of().xact, "limit": 1})
        return cursor.fetchone() is not None


def as_of() -> Progress:
    """How far the numbers go."""
    return Progress.objects.first() or Progress()


def _progress() -> Progress:
    Progress.objects.get_or_create(pk=1)
    return Progress.objects.select_for_update().get(pk=1)


def _locked() -> Progress | None:
    """The row, or None while somebody else refreshes."""
    Progress.objects.get_or_create(pk=1)
    return Progress.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _advance(progress: Progress) -> tuple[int, bool]:
    """One batch. Returns how many tickets, and whether it was the last one."""
    zone, ended = desk_zone().key, _ended()
    if progress.zone != zone or progress.xact > ended:
        progress.zone = zone
        _empty(progress)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": progress.xact, "limit": EVENTS})
        rows = cursor.fetchall()
    if len(rows) < EVENTS:
        ids, progress.xact, is_done = {pk for pk, _xact in rows}, ended, True
    else:
        ids, progress.xact, is_done = *_first_transactions(rows), False
    for batch in _batches(sorted(ids)):
        _count_anew(batch, zone)
    progress.as_of = clock.now()
    progress.save()
    return len(ids), is_done


def _first_transactions(rows: list[tuple[int, int]]) -> tuple[set[int], int]:
    """Tickets of the transactions that were read to their end, and the transaction that comes next."""
    last = rows[-1][1]
    whole = {pk for pk, xact in rows if xact < last}
    if whole:
        return whole, last
    with connection.cursor() as cursor:  # one transaction wrote all of these, and more
        cursor.execute("select distinct ticket_id from tickets_event where xact = %s::text::xid8", [last])
        return {pk for (pk,) in cursor.fetchall()}, last + 1


def _count_anew(ids: list[int], zone: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, {"ids": ids})
        cursor.execute(_ENTER, {"ids": ids, "zone": zone})


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def _empty(progress: Progress) -> None:
    Rollup.objects.all().delete()
    Fact.objects.all().delete()
    progress.xact, progress.as_of = 0, None
    progress.save()


def _ended() -> int:
    """Transactions before this one have ended."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
