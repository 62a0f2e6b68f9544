"""How long requests of a kind usually take: learnt each hour from those that were finished in the last 90 days."""

from datetime import timedelta

from django.db import connection, transaction

from olmo.kernel import clock
from olmo.tenancy.queries import desk_zone
from olmo.tickets.models import ResolutionCode, Ticket

from .models import ANY_CATEGORY, UsualTime

DAYS, FEWEST = 90, 20
# Six in ten, those of the middle: the fastest and the slowest tell no newcomer anything.
LOW, HIGH = 0.2, 0.8
NO_HELP = (ResolutionCode.WITHDRAWN, ResolutionCode.DUPLICATE, ResolutionCode.MISTAKE)

_LEARN = """
insert into reports_usualtime (client_id, category, n, low_minutes, high_minutes)
select f.client_id, coalesce(case when grouping(f.category) = 0 then f.category end, %(any)s), count(*),
    percentile_disc(%(low)s) within group (order by f.resolution_minutes),
    percentile_disc(%(high)s) within group (order by f.resolution_minutes)
from reports_fact f join tickets_ticket t on t.id = f.ticket_id
where f.resolved_day between %(first)s and %(last)s and f.resolution_minutes is not null
    and t.resolution_code <> all(%(none)s) and t.merged_into_id is null
group by grouping sets ((f.client_id, f.category), (f.client_id)) having count(*) >= %(fewest)s
"""


@transaction.atomic
def learn() -> int:
    """Make the table anew, for every client in the scope; returns how many lines it has."""
    last = clock.now().astimezone(desk_zone()).date()
    UsualTime.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, {
            "any": ANY_CATEGORY, "low": LOW, "high": HIGH, "first": last - timedelta(days=DAYS - 1), "last": last,
            "none": [str(code) for code in NO_HELP], "fewest": FEWEST,
        })  # fmt: skip
        return int(cursor.rowcount)


def of(ticket: Ticket) -> UsualTime | None:
    """How long requests like this one take: of its client and category, else of its client; None where too few were finished."""
    wanted = [ticket.category_id or 0, ANY_CATEGORY]
    return UsualTime.objects.filter(client_id=ticket.client_id, category__in=wanted).order_by("-category").first()
