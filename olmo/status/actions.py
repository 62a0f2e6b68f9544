"""Verbs: tell of a happening, go on telling, end it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.people.administration import require_unchanged
from olmo.people.audit import arranged, difference
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from . import jobs, policy
from .models import ENDS, STATES, Component, Happening, Heard, Kind, Level, State, Update

LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is told, to whom, where and when. clients, components: ids; no clients: all. ends_at None: until it is ended."""

    kind: str
    level: str = Level.INFO
    title_en: str = ""
    title_it: str = ""
    clients: Collection[int] = ()
    team: Team | None = None
    components: Collection[int] = ()
    in_portal: bool = True
    in_desk: bool = False
    is_banner: bool = True
    begins_at: datetime
    ends_at: datetime | None = None


@transaction.atomic
def tell(settings: Settings, *, by: Person, text_en: str = "", text_it: str = "") -> Happening:
    """Tell of a happening for the first time; those who subscribed get a mail.

    Raises NotAllowed, Invalid (no title, no text, too long, an end before the beginning, planned work without an end, nobody who
    would see it, a team's and the requesters' at once, organisations that one does not work for, a team that one does not lead).
    """
    policy.require(policy.may_tell(by))
    texts = checked_texts(text_en, text_it)
    made = Happening(by=by, created_at=clock.now(), **_checked(settings, by))
    made.save()
    arranged(by, f"status: {made}", difference({}, _told(made)))
    _add(made, STATES[Kind(made.kind)][0], texts, by)
    return made


@transaction.atomic
def change(happening: Happening, settings: Settings, *, by: Person, seen: str = "") -> Happening:
    """Change what is told, to whom and when; its kind stays. Raises as `tell`, NotFound, Conflict (it is over; changed since)."""
    row = _open(happening, by)
    before, told_before = state_of(row), _told(row)
    require_unchanged(before, seen)
    for name, value in _checked(settings, by).items():
        if name != "kind":
            setattr(row, name, value)
    row.save()
    arranged(by, f"status: {row}", difference(told_before, _told(row)))
    if _waits(before) and state_of(row) != before:
        for told in row.updates.all():
            _mail(row, told)
    return row


def _waits(before: dict[str, Any]) -> bool:
    """Whether nobody was mailed of it yet, since it had not begun."""
    return bool(before["kind"] != Kind.PLANNED and before["begins_at"] > clock.now())


@transaction.atomic
def update(happening: Happening, *, by: Person, state: str, text_en: str = "", text_it: str = "") -> Update:
    """Say how it stands; some states end it. Raises NotFound, NotAllowed, Conflict (it is over), Invalid (no text, no state)."""
    row = _open(happening, by)
    if state not in STATES[Kind(row.kind)]:
        raise Invalid("state", _("Choose one of the states."))
    return _add(row, State(state), checked_texts(text_en, text_it), by)


def state_of(row: Happening) -> dict[str, Any]:
    """What is set, by ids, to see whether it was changed since."""
    names = (
        "kind", "level", "title_en", "title_it", "clients", "team_id", "components", "in_portal", "in_desk", "is_banner",
        "begins_at", "ends_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _told(row: Happening) -> dict[str, Any]:
    """What is set, as the change log calls it: organisations, parts and a team by their names."""
    state = state_of(row)
    del state["team_id"]
    clients = Client.objects.filter(pk__in=row.clients).order_by("name").values_list("name", flat=True)
    parts = Component.objects.filter(pk__in=row.components).order_by("name").values_list("name", flat=True)
    named = {"clients": list(clients), "components": list(parts), "team": row.team.name if row.team else None}
    return {**state, **named}


def checked_texts(text_en: str, text_it: str) -> tuple[str, str]:
    """Both texts, cleaned. Raises Invalid (none; too long)."""
    texts = clean(text_en).strip(), clean(text_it).strip()
    if not any(texts):
        raise Invalid("text_en", _("Write it in one language at least."))
    for field, text in zip(("text_en", "text_it"), texts, strict=True):
        if len(text) > LONGEST:
            raise Invalid(field, _("At most %(most)d characters.") % {"most": LONGEST})
    return texts


def _open(happening: Happening, by: Person) -> Happening:
    row = Happening.objects.select_for_update(of=("self",)).filter(pk=happening.pk).first()
    if row is None:
        raise NotFound
    if row.ticket_id is not None:
        raise Conflict(_("This is told at its ticket, the major incident."))
    policy.require(policy.may_change(by, row))
    if row.ended_at is not None:
        raise Conflict(_("This is over."))
    return row


def _add(row: Happening, state: State, texts: tuple[str, str], by: Person) -> Update:
    """One more update, and what follows from it."""
    made = Update.objects.create(happening=row, state=state, text_en=texts[0], text_it=texts[1], by=by, at=clock.now())
    if state in ENDS:
        row.ended_at = made.at
        row.save(update_fields=["ended_at"])
    _mail(row, made)
    return made


def _mail(row: Happening, told: Update) -> None:
    if row.in_portal:
        jobs.tell_of(told.pk, at=None if row.kind == Kind.PLANNED else row.begins_at)


def _checked(settings: Settings, by: Person) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    for name in ("title_en", "title_it"):
        values[name] = clean_line(values[name], 120)
    if not (values["title_en"] or values["title_it"]):
        raise Invalid("title_en", _("A title is needed, in one language at least."))
    if settings.kind not in Kind.values or settings.level not in Level.values:
        raise Invalid("kind", _("Choose what it is."))
    _require_times(settings)
    _require_readers(settings)
    values["clients"] = _concerned(settings, by)
    known = Component.objects.filter(pk__in=list(settings.components)).values_list("pk", flat=True)
    values["components"] = sorted(known)
    return values


def _require_times(settings: Settings) -> None:
    if settings.ends_at is not None and settings.ends_at <= settings.begins_at:
        raise Invalid("ends_at", _("It ends before it begins. Choose a later end."))
    if settings.kind == Kind.PLANNED and settings.ends_at is None:
        raise Invalid("ends_at", _("Planned work needs an end."))


def _require_readers(settings: Settings) -> None:
    if not (settings.in_portal or settings.in_desk):
        raise Invalid("in_portal", _("Say who sees it: requesters, agents, or both."))
    if settings.team is not None and settings.in_portal:
        raise Invalid("team", _("What is for one team is not for requesters. Choose one of the two."))
    if settings.team is not None and settings.clients:
        raise Invalid("team", _("Choose a team or organisations, not both."))


def _concerned(settings: Settings, by: Person) -> list[int]:
    if settings.team is not None:
        if not policy.may_tell_team(by, settings.team.pk):
            raise Invalid("team", _("Choose a team that you lead."))
        return []
    mine, ids = clients_of(by), sorted(set(settings.clients))
    if not isinstance(mine, EveryClient) and (not ids or not set(ids) <= set(mine)):
        raise Invalid("clients", _("Choose organisations that you work for."))
    return ids


def plain(values: Mapping[str, Any]) -> Settings:
    """Settings from a form's values."""
    return Settings(**{name: values[name] for name in Settings.__dataclass_fields__ if name in values})


def hear(happening: Happening, *, by: Person) -> None:
    """An agent has read what was said of it so far."""
    Heard.objects.update_or_create(happening=happening, person=by, defaults={"at": clock.now()})
