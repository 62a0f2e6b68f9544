"""Ready answers: one's own, a team's, or the whole desk's; one text for each language; found by words and folders."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.utils.translation import gettext as _

from olmo.kernel import clock, placeholders
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.people import audit
from olmo.people.administration import require_unchanged
from olmo.people.models import Person, Team
from olmo.people.queries import team_ids
from olmo.tickets.models import Ticket
from olmo.tickets.placeholders import filled
from olmo.tickets.queries import visible_to

from . import drafting, queries
from .drafting import Content
from .models import AnswerUse, Draft, ReadyAnswer

MAX_TEXT = 20_000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A ready answer. scope: "own", "team" or "desk"; texts: language -> text, at least one."""

    title: str
    scope: str
    team: Team | None = None
    folder: str = ""
    tags: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)


def usable_by(viewer: Person) -> QuerySet[ReadyAnswer]:
    """One's own, those of one's teams, and the desk's."""
    if not viewer.is_agent:
        return ReadyAnswer.objects.none()
    mine = Q(owner=viewer) | Q(owner=None, team=None) | Q(team__in=team_ids(viewer))
    return ReadyAnswer.objects.filter(mine).select_related("team", "owner")


def known_to(viewer: Person) -> QuerySet[ReadyAnswer]:
    """Those that one uses or looks after: an administrator looks after every team's."""
    if not (viewer.is_agent and viewer.is_administrator):
        return usable_by(viewer)
    return ReadyAnswer.objects.filter(Q(owner=viewer) | Q(owner=None)).select_related("team", "owner")


def find(viewer: Person, words: str, rows: QuerySet[ReadyAnswer] | None = None) -> QuerySet[ReadyAnswer]:
    """Those whose title, folder, tag or text holds every word: what is called so first, then the most used."""
    found, typed = usable_by(viewer) if rows is None else rows, clean_line(words, 100)
    for word in typed.split():
        fits = Q(title__icontains=word) | Q(folder__icontains=word) | Q(tags__icontains=word) | Q(texts__icontains=word)
        found = found.filter(fits)
    if not typed:
        return found.order_by("-uses", "title", "pk")
    named = [When(tags__contains=[typed.lower()], then=0), When(tags__icontains=typed, then=1)]
    place = Case(*named, When(title__icontains=typed, then=2), When(folder__icontains=typed, then=3), default=4)
    return found.order_by(place, "-uses", "title", "pk")


def text_for(answer: ReadyAnswer, ticket: Ticket, by: Person) -> str:
    """The text in the ticket's language (else in another one that there is), with this ticket's values."""
    texts = {code: text for code, text in answer.texts.items() if text}
    return filled(texts.get(ticket.language) or next(iter(texts.values()), ""), ticket, by)


def used(answer: ReadyAnswer, ticket: Ticket, *, by: Person) -> None:
    """Count a use, and remember the ticket."""
    ReadyAnswer.objects.filter(pk=answer.pk).update(uses=F("uses") + 1)
    now = clock.now()
    AnswerUse.objects.update_or_create(
        answer=answer, ticket=ticket, defaults={"at": now}, create_defaults={"at": now, "by": by}
    )


def places(viewer: Person, answer: ReadyAnswer, most: int) -> list[Ticket]:
    """The tickets in which it was used, as far as the viewer sees them, the newest use first."""
    rows = AnswerUse.objects.filter(answer=answer, ticket__in=visible_to(viewer))
    return [row.ticket for row in rows.select_related("ticket").order_by("-at", "-pk")[:most]]


def may_change(by: Person, answer: ReadyAnswer) -> bool:
    """One's own; a team's by its members; the desk's by administrators."""
    if answer.owner_id is not None:
        return answer.owner_id == by.pk
    return by.is_administrator or (answer.team_id is not None and answer.team_id in team_ids(by))


@transaction.atomic
def insert(answer: ReadyAnswer, ticket: Ticket, *, by: Person, kind: str) -> Draft:
    """Put a ready answer below what `by` is writing on a ticket. Raises NotFound (none that they use), NotAllowed, Invalid."""
    if not usable_by(by).filter(pk=answer.pk).exists():
        raise NotFound
    draft, text = queries.open_draft(by, ticket, kind, locked=True), text_for(answer, ticket, by)
    own = Content(
        text="\n\n".join(part for part in (draft.text.rstrip() if draft else "", text) if part), to=draft.to if draft else "",
        cc=draft.cc if draft else "", code=draft.code if draft else "", uploads=tuple(draft.uploads) if draft else (),
        revision=draft.revision if draft else 0,
    )  # fmt: skip
    written = drafting.save(ticket, by=by, kind=kind, content=own)
    if written is None:
        raise NotFound
    used(answer, ticket, by=by)
    return written


@transaction.atomic
def save(answer: ReadyAnswer | None, settings_: Settings, *, by: Person, seen: str = "") -> ReadyAnswer:
    """Change a ready answer, or make one. seen: the mark of the state that the author had on the page.

    Raises NotFound, NotAllowed, Conflict (changed meanwhile), Invalid (no title, no text, an unknown placeholder).
    """
    row = known_to(by).select_for_update(of=("self",)).filter(pk=answer.pk).first() if answer else ReadyAnswer()
    if row is None:
        raise NotFound
    if row.pk and not may_change(by, row):
        raise NotAllowed
    before = state(row) if row.pk else {}
    require_unchanged(before, seen)
    row.title, row.folder = clean_line(settings_.title, 80), clean_line(settings_.folder, 80)
    row.tags = sorted({clean_line(tag, 40).lower() for tag in settings_.tags} - {""})
    _place(row, settings_, by)
    row.texts = _checked(settings_.texts)
    if not row.title:
        raise Invalid("title", _("Give it a title."))
    row.save()
    if by.is_administrator and row.owner_id is None and (change := audit.difference(before, state(row))):
        audit.record(by, f"ready answer: {row.title}", change)
    return row


@transaction.atomic
def remove(answer: ReadyAnswer, *, by: Person) -> None:
    """Remove a ready answer; what was sent with it stays. Raises NotFound, NotAllowed."""
    row = known_to(by).filter(pk=answer.pk).first()
    if row is None:
        raise NotFound
    if not may_change(by, row):
        raise NotAllowed
    if by.is_administrator and row.owner_id is None:
        audit.record(by, f"ready answer: {row.title}", {"removed": [row.title, None]})
    row.delete()


def state(row: ReadyAnswer) -> dict[str, object]:
    """What the change log says of a shared ready answer."""
    texts = {f"text_{code}": row.texts.get(code, "") for code, _name in settings.LANGUAGES}
    return {
        "title": row.title,
        "folder": row.folder,
        "tags": row.tags,
        "team": row.team.name if row.team else None,
        **texts,
    }


def _place(row: ReadyAnswer, wanted: Settings, by: Person) -> None:
    """Whose it is. Raises Invalid where `by` may not put it."""
    row.owner, row.team = (
        (by, None) if wanted.scope == "own" else (None, wanted.team if wanted.scope == "team" else None)
    )
    if wanted.scope == "team" and (row.team is None or not may_change(by, row)):
        raise Invalid("team", _("Choose one of your teams."))
    if wanted.scope == "desk" and not by.is_administrator:
        raise Invalid("scope", _("Only an administrator writes answers for the whole desk."))


def _checked(texts: dict[str, str]) -> dict[str, str]:
    found = {code: clean(text, MAX_TEXT).strip() for code, text in texts.items() if code in dict(settings.LANGUAGES)}
    for code, text in found.items():
        placeholders.checked(text, f"text_{code}")
    if not any(found.values()):
        raise Invalid(f"text_{settings.LANGUAGES[0][0]}", _("Write the text in one language at least."))
    return {code: text for code, text in found.items() if text}
