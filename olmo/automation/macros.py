"""Macros: which are offered on a ticket, what they would do, doing it, and keeping them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.placeholders import checked as check_placeholders
from olmo.kernel.text import clean_line
from olmo.people import audit
from olmo.people.administration import mark_of, require_administrator, require_unchanged
from olmo.people.models import Person, Team
from olmo.people.queries import team_ids
from olmo.tenancy.models import Client
from olmo.tickets import placeholders
from olmo.tickets.models import Category, Ticket
from olmo.tickets.queries import branch, visible_to
from olmo.tickets.tagging import renamed
from olmo.tickets.undo import Made, undoable

from .models import Macro, MacroUse
from .running import Effect, preview
from .steps import Steps, apply

TEXTS = ("subject", "reply", "note")


@dataclass(frozen=True, kw_only=True)
class MacroSettings:
    """What is set of a macro. is_own: only its author has it; team: only that team; neither: the whole desk."""

    name: str
    names: dict[str, str]
    steps: dict[str, Any]
    goes_on: bool = False
    is_own: bool = False
    team: Team | None = None
    client: Client | None = None
    category: Category | None = None
    kind: str = ""
    language: str = ""
    is_active: bool = True


def known_to(person: Person) -> QuerySet[Macro]:
    """The macros that somebody may use: the desk's, their teams', their own; an administrator sees every team's."""
    shared = Q(owner=None) if person.is_administrator else Q(owner=None, team=None) | Q(team__in=team_ids(person))
    return Macro.objects.filter(shared | Q(owner=person)).select_related("owner", "team", "client", "category")


def offered(person: Person, ticket: Ticket) -> list[Macro]:
    """The macros that fit this ticket, the most used first. One for a category is for all below it too."""
    fits = (
        (Q(client=None) | Q(client=ticket.client_id))
        & (Q(category=None) | Q(category__in=branch(ticket.category_id)))
        & Q(kind__in=["", ticket.kind])
        & Q(language__in=["", ticket.language])
    )
    mine = Q(team=None) | Q(team__in=team_ids(person))
    return list(known_to(person).filter(fits & mine, is_active=True).order_by("-uses", "name", "pk")[:100])


def of_ticket(person: Person, ticket: Ticket, pk: int) -> Macro:
    """One of those that are offered. Raises NotFound."""
    found = next((macro for macro in offered(person, ticket) if macro.pk == pk), None)
    if found is None:
        raise NotFound(_("This macro is not offered here."))
    return found


def steps_for(macro: Macro, ticket: Ticket, by: Person, **words: str) -> dict[str, Any]:
    """The steps with their words filled in for this ticket; `words` stand in their place (what somebody edited)."""
    texts = {name: macro.steps[name] for name in TEXTS if name in macro.steps}
    filled = {n: placeholders.filled(text, ticket, by, is_markdown=n != "subject") for n, text in texts.items()}
    edited = {name: text.strip() for name, text in words.items() if name in filled}
    found = {**macro.steps, **filled, **edited}
    return {name: value for name, value in found.items() if name not in TEXTS or value}


def shown(macro: Macro, ticket: Ticket, by: Person) -> Effect:
    """What the macro would do to this ticket now."""
    return preview([ticket], by=by, steps=steps_for(macro, ticket, by))[0]


def use(macro: Macro, ticket: Ticket, *, by: Person, steps: Steps, seen: int | None = None) -> Made:
    """Do all of it in one transaction, to be undone in one go. Raises what the verbs raise; then nothing is changed."""
    with undoable(by, str(macro)) as made:
        apply(ticket, by=by, steps=steps, seen=seen)
        _used(macro, ticket, by)
    return made


def _used(macro: Macro, ticket: Ticket, by: Person) -> None:
    """Count a use, and remember the ticket."""
    now = clock.now()
    Macro.objects.filter(pk=macro.pk).update(uses=F("uses") + 1, used_at=now)
    MacroUse.objects.update_or_create(
        macro=macro, ticket=ticket, defaults={"at": now}, create_defaults={"at": now, "by": by}
    )


def places(viewer: Person, macro: Macro, most: int) -> list[Ticket]:
    """The tickets in which it was used, as far as the viewer sees them, the newest use first."""
    rows = MacroUse.objects.filter(macro=macro, ticket__in=visible_to(viewer))
    return [row.ticket for row in rows.select_related("ticket").order_by("-at", "-pk")[:most]]


def next_for(person: Person, after: Ticket) -> Ticket | None:
    """The ticket to go on with: the most urgent one of theirs, then of their teams', that somebody must act on."""
    todo = visible_to(person).filter(standing__bucket="todo").exclude(pk=after.pk).order_by("standing__act_by", "pk")
    return todo.filter(assignee=person).first() or todo.filter(assignee=None, team__in=team_ids(person)).first()


@transaction.atomic
def save(macro: Macro | None, values: MacroSettings, *, by: Person, seen: str = "") -> Macro:
    """Change a macro, or make one. Own ones are their owner's; those of teams and of the desk are the administrators'.

    Raises NotAllowed, Conflict (changed meanwhile), Invalid (name, steps, an unknown placeholder).
    """
    macro = _locked(macro, by, seen)
    before = state_of(macro) if macro.pk else {}
    name = clean_line(values.name, 80)
    if not name:
        raise Invalid("name", _("Give it a name."))
    if not values.steps:
        raise Invalid("steps", _("Choose what the macro changes."))
    for text in TEXTS:
        check_placeholders(values.steps.get(text, ""), text)
    if values.category and values.client and values.category.client_id not in (None, values.client.pk):
        raise Invalid("category", _("This category belongs to another organisation."))
    macro.name, macro.steps = name, values.steps
    macro.names = {language: clean_line(text, 80) for language, text in values.names.items() if text.strip()}
    macro.owner, macro.team = (by, None) if values.is_own else (None, values.team)
    for field in ("goes_on", "client", "category", "kind", "language", "is_active"):
        setattr(macro, field, getattr(values, field))
    if macro.owner is None:
        require_administrator(by)
    macro.save()
    if by.is_administrator and macro.owner is None:
        audit.record(by, f"macro: {macro.name}", audit.difference(before, state_of(macro)))
    return macro


@transaction.atomic
def remove(macro: Macro, *, by: Person) -> None:
    """Remove a macro for good; what it did stays. Raises NotAllowed."""
    macro = _locked(macro, by, mark_of(state_of(macro)))
    if macro.owner is None:
        audit.record(by, f"macro: {macro.name}", {name: [value, None] for name, value in state_of(macro).items()})
    macro.delete()


def follow_tag(old: str, new: str, *, by: Person) -> int:
    """Macros that add or remove a tag do so by its new name. Returns how many did."""
    rows = []
    for row in Macro.objects.select_for_update(of=("self",)).order_by("pk"):
        steps = {n: renamed(v, old, new) if n in ("tags_add", "tags_remove") else v for n, v in row.steps.items()}
        if steps != row.steps:
            row.steps = steps
            rows.append(row)
    return Macro.objects.bulk_update(rows, ["steps"])


def may_change(person: Person, macro: Macro) -> bool:
    """Its owner; of those of teams and the desk, an administrator."""
    return macro.owner_id == person.pk if macro.owner_id else person.is_administrator


def state_of(macro: Macro) -> dict[str, Any]:
    """What the change log says of it; words by their length only."""
    steps = {k: f"{len(v)} characters" if k in TEXTS else v for k, v in macro.steps.items()}
    return {
        "name": macro.name, "names": macro.names, "steps": steps, "goes_on": macro.goes_on, "owner": macro.owner_id,
        "team": macro.team_id, "client": macro.client_id, "category": macro.category_id, "kind": macro.kind,
        "language": macro.language, "is_active": macro.is_active,
    }  # fmt: skip


def _locked(macro: Macro | None, by: Person, seen: str) -> Macro:
    if macro is None:
        return Macro()
    found = Macro.objects.select_for_update(of=("self",)).get(pk=macro.pk)
    if not may_change(by, found):
        require_administrator(by)
        raise NotFound
    require_unchanged(state_of(found), seen)
    return found
