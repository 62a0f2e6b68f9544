"""Major incidents: one parent, children that follow, one update that answers all (ITIL 4, incident management practice)."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from olmo.automation import running
from olmo.automation.models import Run
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.prepared import Part
from olmo.kernel.text import clean
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.status import majors as told
from olmo.status.models import Update, said
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient
from olmo.tickets import actions, family, policy, queries, search
from olmo.tickets.changes import MajorDeclared, MajorEnded, MajorUpdated
from olmo.tickets.log import changing
from olmo.tickets.models import ACTIVE, Event, LinkKind, Ticket

from .incidents import Major

LONGEST = 1000
AROUND = timedelta(days=2)  # what was opened so long before it may be the same disturbance
MOST_ALIKE, LOOKED_AT, MOST_LISTED = 50, 60, 50
_WORD = re.compile(r"\w{4,}")
_NOTICE = """(select json_build_array(t.id, t.number) from escalation_major m join tickets_ticket t on t.id = m.ticket_id
where m.ended_at is null and m.ticket_id = any(%s::bigint[]) limit 1)"""


@dataclass(frozen=True)
class Reached:
    """How many tickets something was done to. run: the job that does it to those that follow, where they are many."""

    count: int
    run: Run | None = None


def may_declare(person: Person, ticket: Ticket) -> bool:
    """Administrators, and whoever leads a team."""
    return policy.may_work(person, ticket) and (person.is_administrator or person.led_teams.exists())


def declare(
    ticket: Ticket, *, by: Person, text_en: str = "", text_it: str = "", clients: Collection[Client] = (),
    until: datetime | None = None,
) -> Event:  # fmt: skip
    """Declare a major incident, with a banner in the portal of the organisations that it concerns (none named: of all).

    text_en, text_it: at least one of them, up to 1,000 characters. until: the banner goes then, unless it ended before.
    Raises NotFound, NotAllowed, Invalid (no text, too long, a time that has passed, an organisation that one does not work for,
    all of them by somebody who works for some), Conflict (it is one; finished; it has a parent itself).
    """
    texts = _checked(text_en, text_it)
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        if not may_declare(by, ticket):
            raise NotAllowed
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you declare a major incident."))
        if family.parent_of(ticket) is not None:
            raise Conflict(_("This ticket follows another one. Declare that one."))
        if until is not None and until <= clock.now():
            raise Invalid("until", _("Choose a moment in the future."))
        concerned = _concerned(by, clients)
        known = Major.objects.filter(ticket=ticket).first()
        if known is not None and known.ended_at is None:
            raise Conflict(_("This is a major incident already."))
        values = {"clients": concerned, "by": by, "began_at": clock.now(), "ended_at": None}
        Major.objects.update_or_create(ticket=ticket, defaults=values)
        told.declared(ticket, by=by, texts=texts, clients=concerned, until=until)
        return log.record(MajorDeclared(clients=tuple(concerned), until=until))


def follow(ticket: Ticket, children: Sequence[Ticket], *, by: Person) -> int:
    """Let tickets follow the major incident, all of them or none; returns how many are new.

    Raises what `actions.link` raises, with the number of the ticket that it was about.
    """
    _open_major(ticket, by)
    with transaction.atomic():
        linked = [_named(child, partial(actions.link, child, ticket, by=by, kind=LinkKind.CHILD)) for child in children]
    return len([event for event in linked if event is not None])


def update(ticket: Ticket, *, by: Person, text_en: str = "", text_it: str = "") -> Reached:
    """Say how it stands, once: the banner says it, and each requester gets it as an answer on their own request.

    It is in the language of the request as far as it was written in that. Of more than `family.AT_ONCE` that follow each is
    answered for itself by a job. Raises as `declare`; Conflict (it is over).
    """
    texts = _checked(text_en, text_it)
    with transaction.atomic():
        _open_major(ticket, by)
        children = family.open_children(by, ticket)
        for each in [ticket, *_at_once(children)]:
            _named(each, partial(actions.reply, each, by=by, message=_message(texts, each)))
        told.updated(ticket, by=by, texts=texts)
        with changing(ticket, by=by) as log:
            log.record(MajorUpdated(count=1 + len(children)))
        return Reached(1 + len(children), _later(ticket, children, by, texts))


def resolve(ticket: Ticket, *, by: Person, code: str, text_en: str = "", text_it: str = "") -> Reached:
    """Resolve it with all its open children; each requester gets the words in their language.

    All or none; of more than `family.AT_ONCE` children each for itself by a job, which names those that cannot be resolved.
    Raises what `actions.resolve` raises, with the number of the ticket that it was about.
    """
    texts = _checked(text_en, text_it)
    with transaction.atomic():
        _open_major(ticket, by)
        children = family.open_children(by, ticket)
        for each in [ticket, *_at_once(children)]:
            _named(each, partial(actions.resolve, each, by=by, code=code, message=_message(texts, each)))
        end(ticket, by=by, texts=texts)
        return Reached(1 + len(children), _later(ticket, children, by, texts, state="resolved", code=code))


def stand_down(ticket: Ticket, *, by: Person, reason: str) -> Event:
    """It was none, or is none any more: the banner goes, the tickets stay as they are. The reason is an internal note."""
    if not reason.strip():
        raise Invalid("reason", _("Tell why it is no major incident."))
    with transaction.atomic():
        _open_major(ticket, by)
        actions.note(ticket, by=by, message=actions.NewMessage(text=reason))
        return end(ticket, by=by, texts=told.NONE, is_stood_down=True)


def end(ticket: Ticket, *, by: Person, texts: told.Texts = told.SOLVED, is_stood_down: bool = False) -> Event:
    """The banner goes, its last words are these, and the log says so."""
    Major.objects.filter(ticket=ticket, ended_at=None).update(ended_at=clock.now())
    told.ended(ticket, by=by, texts=texts)
    with changing(ticket, by=by) as log:
        return log.record(MajorEnded(is_stood_down=is_stood_down))


def of(ticket: Ticket) -> Major | None:
    """The ticket as a major incident that is not over."""
    return Major.objects.filter(ticket=ticket, ended_at=None).first()


def announcements(viewer: Person, ticket: Ticket) -> list[Update]:
    """What the portal said of a ticket as a major incident, the oldest first. Raises NotFound."""
    policy.require_work(viewer, ticket)
    return told.said_of([ticket.pk]).get(ticket.pk, [])


def all_of(viewer: Person) -> list[Major]:
    """The major incidents that an agent may know, those under way first, then the newest; fifty at most."""
    rows = Major.objects.filter(ticket__in=queries.visible_to(viewer)).select_related("ticket__client")
    return list(rows.order_by(F("ended_at").desc(nulls_first=True), "-began_at")[:MOST_LISTED])


def notice(ticket: Ticket) -> Part:
    """[id, number] of the major incident that the ticket is or follows, as an expression of a statement; null for none."""
    parent = family.parent_of(ticket)
    return _NOTICE, [[ticket.pk, *([parent] if parent else [])]]


def alike(viewer: Person, ticket: Ticket) -> list[Ticket]:
    """Open tickets that may be of the same disturbance: opened about then, with words of its subject; the likest first."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(ticket.subject)))[:8]
    scores: dict[int, int] = {}
    for word in words:
        for pk in search.candidates(search.Query(words=[word]), limit=LOOKED_AT, public_only=False):
            scores[pk] = scores.get(pk, 0) + 1
    known = {ticket.pk, *(link["ticket"] for link in ticket.links)}
    found = queries.visible_to(viewer).filter(
        pk__in=scores.keys() - known, status__in=ACTIVE, opened_at__gte=ticket.opened_at - AROUND
    ).select_related("client", "requester")  # fmt: skip
    free = [each for each in found if family.parent_of(each) is None and not family.children_of(each)]
    return sorted(free, key=lambda t: (-scores[t.pk], t.category_id != ticket.category_id, t.pk))[:MOST_ALIKE]


def _open_major(ticket: Ticket, by: Person) -> None:
    """Lock it. Raises NotFound, NotAllowed, Conflict (it is none, or over)."""
    policy.require_work(by, ticket)
    if not may_declare(by, ticket):
        raise NotAllowed
    if not Major.objects.select_for_update().filter(ticket=ticket, ended_at=None):
        raise Conflict(_("This is no major incident, or it is over."))


def _checked(text_en: str, text_it: str) -> tuple[str, str]:
    texts = clean(text_en).strip(), clean(text_it).strip()
    if not any(texts):
        raise Invalid("text_en", _("Write what is the matter, in one language at least."))
    for field, text in zip(("text_en", "text_it"), texts, strict=True):
        if len(text) > LONGEST:
            raise Invalid(field, _("At most %(most)d characters.") % {"most": LONGEST})
    return texts


def _concerned(by: Person, clients: Collection[Client]) -> list[int]:
    mine, ids = clients_of(by), sorted(client.pk for client in clients)
    if not isinstance(mine, EveryClient) and (not ids or not set(ids) <= set(mine)):
        raise Invalid("clients", _("Choose organisations that you work for."))
    return ids


def _at_once(children: list[Ticket]) -> list[Ticket]:
    """Those that are done to while somebody waits for the page: all of them, or none where they are many."""
    return children if len(children) <= family.AT_ONCE else []


def _later(ticket: Ticket, children: list[Ticket], by: Person, texts: tuple[str, str], **more: str) -> Run | None:
    """The job that does it to many children."""
    if _at_once(children) == children:
        return None
    steps = {"reply": dict(zip(("en", "it"), texts, strict=True)), **more}
    pairs, line = [(each.pk, None) for each in children], f"major-{ticket.pk}"  # what was said first arrives first
    return running.later(pairs, by=by, steps=steps, label=_("Major incident"), line=line)


def _message(texts: tuple[str, str], ticket: Ticket) -> actions.NewMessage:
    return actions.NewMessage(text=said(*texts, ticket.language))


def _named[T](ticket: Ticket, act: Callable[[], T]) -> T:
    """Do something to one of many tickets; a refusal says which one it was."""
    try:
        return act()
    except (Conflict, Invalid) as refusal:
        words = f"#{ticket.number}: {refusal.message}"
        raise Conflict(words) from refusal
