"""What is noted of a requester's search, reading and success, and what goes with a report."""

import hashlib
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.tokens import new_token
from olmo.knowledge import feedback
from olmo.knowledge.models import Article
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from .models import MOST_HELD, HoldOut, Read, Search, Visit

LONGEST, MOST_SEARCHES = 300, 40
CARRIED = timedelta(days=1)  # what is older has nothing to do with a report any more
KEPT = timedelta(days=400)


def visit(person: Person) -> Visit:
    """This person's visit of today. Whether it is held out is decided at its beginning, and stays."""
    today = clock.now().date()
    found = Visit.objects.filter(person=person, day=today).first()
    if found is not None:
        return found
    percent, salt = HoldOut.objects.filter(pk=1).values_list("percent", "salt").first() or (0, "")
    made, _made = Visit.objects.get_or_create(
        person=person, day=today,
        defaults={
            "client_id": person.client_id or 0, "began_at": clock.now(), "is_measured": percent > 0,
            "is_held_out": is_held_out(person.pk, today, percent=percent, salt=salt),
        },
    )  # fmt: skip
    return made


def is_held_out(person: int, day: date, *, percent: int, salt: str) -> bool:
    """Whether chance holds a person out on a day: the same answer all day long, and none that could be foreseen."""
    drawn = hashlib.sha256(f"{salt}:{person}:{day.isoformat()}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 10_000 < percent * 100


def searched(of: Visit, words: str, *, found: int) -> None:
    """Note what was looked for. Words that only go on from the last ones take their place: somebody is still typing."""
    said = clean_line(words, LONGEST)
    last = Search.objects.filter(visit=of, ticket=None).order_by("-at", "-pk").first()
    if last is not None and (said.startswith(last.words) or last.words.startswith(said)):
        last.words, last.found, last.at = said, found, clock.now()
        last.save(update_fields=["words", "found", "at"])
    elif Search.objects.filter(visit=of).count() < MOST_SEARCHES:
        Search.objects.create(visit=of, words=said, found=found, at=clock.now())


def opened(article: Article, *, by: Person) -> None:
    """Note that a requester opened an article."""
    Read.objects.update_or_create(visit=visit(by), article=article, defaults={"at": clock.now()})


@transaction.atomic
def solved(article: Article, *, by: Person) -> None:
    """An article solved it, without anybody's help. Raises NotFound (an article that one may not read)."""
    feedback.rate(article, by=by, is_helpful=True)
    Read.objects.update_or_create(
        visit=visit(by), article=article, defaults={"at": clock.now(), "is_solved": True, "ticket": None}
    )


def carry(ticket: Ticket, *, by: Person) -> None:
    """Lay beside a new ticket what its reporter looked for and read within a day before it, and what did not solve it."""
    since = {"visit__person": by, "ticket": None, "at__gte": clock.now() - CARRIED}
    Search.objects.filter(**since).update(ticket=ticket)
    Read.objects.filter(**since, is_solved=False).update(ticket=ticket)


@transaction.atomic
def hold_out(percent: int, *, by: Person, seen: str = "") -> HoldOut:
    """Say how many visits of a hundred see no suggestions; 0 ends the measuring. It counts for visits that begin from now on.

    Raises NotAllowed, Conflict, Invalid (more than half).
    """
    require_administrator(by)
    row = HoldOut.objects.select_for_update().filter(pk=1).first() or HoldOut(pk=1, salt=new_token(16))
    before = state_of(row)
    require_unchanged(before, seen)
    if not 0 <= percent <= MOST_HELD:
        raise Invalid("percent", _("From 0 to %(most)d.") % {"most": MOST_HELD})
    row.percent = percent
    row.save()
    record(by, "suggestions of the portal", before, state_of(row))
    return row


def state_of(row: HoldOut | None) -> dict[str, int]:
    """What is set, for the change log."""
    return {"percent": row.percent if row else 0}


def sweep() -> int:
    """Delete visits of more than a year ago; returns how many rows went."""
    return Visit.objects.filter(began_at__lt=clock.now() - KEPT).delete()[0]
