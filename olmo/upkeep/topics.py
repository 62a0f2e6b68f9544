"""The commonest kinds of request as they are read and named; `learning` finds them.

`Topic.figures`: "n" tickets of the last 28 days, "before" of the 28 before; "minutes" written down for the former; "used" tickets
for which its article was used, "lasted" of them that are solved and did not come back; "saves" minutes in 28 days that an
article would save where none is, none when that cannot be told yet (see `learning`).
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.kernel.text import clean_line
from olmo.people import audit
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.selfservice.models import Search
from olmo.tenancy.scope import EveryClient

from .models import Topic

SHOWN, GAPS, MOST_SOUGHT = 10, 50, 20_000
MONTH = timedelta(days=28)


def may_see(person: Person) -> bool:
    """Whether somebody leads, and serves every organisation: kinds are made of the words of all."""
    return isinstance(clients_of(person), EveryClient) and (person.is_administrator or person.led_teams.exists())


@transaction.atomic
def rename(pk: int, name: str, *, by: Person) -> Topic:
    """Give a kind a name of its own; without one its words name it again. Raises NotFound, also to whom may not see it."""
    topic = Topic.objects.select_for_update(of=("self",)).filter(pk=pk).first() if may_see(by) else None
    if topic is None:
        raise NotFound
    before, topic.name = topic.name, clean_line(name, 120).strip()
    if topic.name != before:
        topic.save(update_fields=["name"])
        audit.arranged(by, f"kind of request: {', '.join(topic.words)}", {"name": [before, topic.name]})
    return topic


def seen(viewer: Person, pk: int) -> Topic | None:
    """A kind, for those who may see it."""
    return Topic.objects.filter(pk=pk).first() if may_see(viewer) else None


def recent(topic: Topic | None) -> Q:
    """The condition on tickets that `figures["n"]` counts; nothing of no topic."""
    return Q(pk__in=topic.ticket_ids, opened_at__gt=topic.at - MONTH) if topic else Q(pk__in=[])


def top(limit: int = SHOWN) -> list[Topic]:
    """The commonest, by tickets of the last 28 days."""
    rows = Topic.objects.select_related("article").order_by("-figures__n", "pk")
    return list(rows[:limit])


def gaps(limit: int = GAPS) -> list[tuple[str, int, datetime]]:
    """What was sought in the portal and not found, of the last 90 days: words, how often, when last; the commonest first."""
    since = clock.now() - timedelta(days=90)
    counts: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for words, at in (
        Search.objects.filter(found=0, at__gte=since).order_by("at").values_list("words", "at")[:MOST_SOUGHT]
    ):
        said = " ".join(words.lower().split())
        counts[said] += 1
        last[said] = at
    return [(words, n, last[words]) for words, n in counts.most_common(limit)]
