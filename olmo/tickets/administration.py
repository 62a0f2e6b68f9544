"""Verbs of administrators that concern tickets: categories, custom fields, and what happens to tickets when people change.

Like those of `people.administration`: checked, in one transaction, with a line in the change log.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from .actions.assigning import assign
from .models import ACTIVE, Category, CustomField, Message, Ticket, Watch

MOST_COUNTED = 1000  # counted one further, to tell "1000" from "more"
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELD_ONCE = {"tickets_customfield_key_key": ("key", gettext_lazy("Another field has this key."))}
_USES = (
    "select c.id, (select count(*) from (select from tickets_ticket t where t.category_id = c.id limit %s) used)"
    " from tickets_category c"
)


@dataclass(frozen=True, kw_only=True)
class CategorySettings:
    """A category. names: {language: name} where it differs from `name`; client None: for every organisation."""

    name: str
    names: dict[str, str]
    parent: Category | None = None
    client: Client | None = None
    team: Team | None = None
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class FieldSettings:
    """A custom field. key and kind stay what they were at first, since tickets hold values under them."""

    key: str
    kind: str
    label: str
    labels: dict[str, str]
    choices: tuple[str, ...] = ()
    client: Client | None = None
    category: Category | None = None
    is_required: bool = False
    is_for_requesters: bool = True
    position: int = 0


@transaction.atomic
def save_agent(person: Person | None, settings: people.AgentSettings, *, by: Person, seen: str = "") -> Person:
    """`people.administration.save_agent`; the open tickets of an agent who leaves go back to their teams."""
    agent = people.save_agent(person, settings, by=by, seen=seen)
    if not agent.is_active:
        for ticket in open_of(assignee=agent):
            assign(ticket, by=by, team=ticket.team, assignee=None)
    return agent


@transaction.atomic
def save_requester(person: Person | None, settings: people.RequesterSettings, *, by: Person, seen: str = "") -> Person:
    """`people.administration.save_requester`; whoever has tickets stays in their organisation, as those do."""
    if person is not None and person.client_id != settings.client.pk and _has_history(person):
        raise Invalid(
            "client",
            _(
                "This person has tickets, which stay with their organisation. Make a new person for the other organisation."
            ),
        )
    return people.save_requester(person, settings, by=by, seen=seen)


@transaction.atomic
def save_team(
    team: Team | None, settings: people.TeamSettings, *, by: Person, into: Team | None = None, seen: str = ""
) -> Team:
    """`people.administration.save_team`; when a team is switched off, `into` takes its open tickets and its categories.

    Who works on a ticket goes on working on it. Raises also Invalid("into"): open tickets, and no other active team named.
    """
    if team is None or settings.is_active:
        return people.save_team(team, settings, by=by, seen=seen)
    waiting = open_of(team=team).exists()
    if into is not None and (into.pk == team.pk or not into.is_active):
        raise Invalid("into", _("Choose another team that is active."))
    if waiting and into is None:
        raise Invalid("into", _("This team has open tickets. Choose the team that takes them."))
    team = people.save_team(team, settings, by=by, seen=seen)
    for ticket in open_of(team=team):
        assignee = ticket.assignee if ticket.assignee and ticket.assignee.is_active else None
        assign(ticket, by=by, team=into, assignee=assignee)
    for category in Category.objects.filter(team=team):
        _point(category, into, by)
    return team


@transaction.atomic
def save_category(category: Category | None, settings: CategorySettings, *, by: Person, seen: str = "") -> Category:
    """Change a category, or make one.

    Raises NotAllowed, Conflict, Invalid: no name; below itself; another organisation's parent; an organisation whose choice
    would hide the category from tickets or categories of others; a team that is switched off.
    """
    people.require_administrator(by)
    category = Category.objects.select_for_update(of=("self",)).get(pk=category.pk) if category else Category()
    before = state_of_category(category)
    people.require_unchanged(before, seen)
    category.name = clean_line(settings.name, 80)
    category.names = {language: clean_line(name, 80) for language, name in settings.names.items() if name.strip()}
    category.parent, category.client = settings.parent, settings.client
    category.team, category.is_active = settings.team, settings.is_active
    require_valid(category)
    if category.team and not category.team.is_active:
        raise Invalid("team", _("This team is not active."))
    _require_tree(category)
    _require_seen_by_its_tickets(category)
    category.save()
    people.record(by, f"category: {category.name}", before, state_of_category(category))
    return category


@transaction.atomic
def remove_category(category: Category, *, by: Person) -> None:
    """Remove a category that nothing uses. Raises NotAllowed, Conflict (tickets have it, or something is built on it)."""
    people.require_administrator(by)
    category = Category.objects.select_for_update(of=("self",)).get(pk=category.pk)
    is_built_on = CustomField.objects.filter(category=category).exists()  # they would go with it
    if is_built_on or Ticket.objects.filter(category=category).exists():
        raise Conflict(_("Tickets or fields have this category, so it stays. Switch it off instead."))
    removed = {name: [value, None] for name, value in state_of_category(category).items()}
    audit.record(by, f"category: {category.name}", removed)
    try:
        category.delete()
    except ProtectedError as error:
        raise Conflict(_("Something is built on this category, so it stays. Switch it off instead.")) from error


@transaction.atomic
def save_field(field: CustomField | None, settings: FieldSettings, *, by: Person, seen: str = "") -> CustomField:
    """Change a custom field, or make one. Raises NotAllowed, Conflict, Invalid (key, label, choices, category)."""
    people.require_administrator(by)
    field = CustomField.objects.select_for_update(of=("self",)).get(pk=field.pk) if field else CustomField()
    before = state_of_field(field)
    people.require_unchanged(before, seen)
    if not field.pk:
        field.key, field.kind = _checked_key(settings.key), settings.kind
    field.label = clean_line(settings.label, 80)
    field.labels = {language: clean_line(name, 80) for language, name in settings.labels.items() if name.strip()}
    field.choices = _checked_choices(field.kind, settings.choices)
    field.client, field.category = settings.client, settings.category
    for name in ("is_required", "is_for_requesters", "position"):
        setattr(field, name, getattr(settings, name))
    require_valid(field)
    if field.category and field.category.client_id not in {None, field.client_id}:
        raise Invalid("category", _("This category belongs to another organisation."))
    with refusing(_FIELD_ONCE):
        field.save()
    people.record(by, f"field: {field.label}", before, state_of_field(field))
    return field


@transaction.atomic
def remove_field(field: CustomField, *, by: Person) -> None:
    """Remove a custom field that no ticket has used. Raises NotAllowed, Conflict (tickets hold its values)."""
    people.require_administrator(by)
    if is_used(field):
        raise Conflict(
            _("Tickets hold values of this field, so it stays. Make it optional, or keep it from requesters.")
        )
    removed = {name: [value, None] for name, value in state_of_field(field).items()}
    audit.record(by, f"field: {field.label}", removed)
    field.delete()


def is_used(field: CustomField) -> bool:
    """Whether a ticket holds a value of this field."""
    return Ticket.objects.filter(fields__has_key=field.key).exists()


def uses_of_field(field: CustomField) -> int:
    """How many tickets hold a value of this field, counted up to 1,001."""
    return Ticket.objects.filter(fields__has_key=field.key)[: MOST_COUNTED + 1].count()


def open_of(**whose: Any) -> QuerySet[Ticket]:
    """Open tickets of a team or an assignee (`team=...`, `assignee=...`)."""
    return Ticket.objects.filter(status__in=ACTIVE, **whose).select_related("team", "assignee", "client").order_by("pk")


def uses_of_categories() -> dict[int, int]:
    """How many tickets each category has, counted up to 1,001: {id of the category: count}."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, [MOST_COUNTED + 1])
        return dict(cursor.fetchall())


def tree(*, skip: Category | None = None) -> list[tuple[Category, int]]:
    """All categories, each after its parent, with its depth (0 at the root). skip: leave out this one and all below it."""
    below: dict[int | None, list[Category]] = {}
    for category in Category.objects.select_related("client", "team").order_by("name"):
        below.setdefault(category.parent_id, []).append(category)

    def walk(parent: int | None, depth: int) -> Iterator[tuple[Category, int]]:
        for category in below.get(parent, []):
            if skip is None or category.pk != skip.pk:
                yield category, depth
                yield from walk(category.pk, depth + 1)

    return list(walk(None, 0))


def state_of_category(category: Category) -> dict[str, Any]:
    """What is set for a category, for the change log; nothing for one that is not there yet."""
    if not category.pk:
        return {}
    return {
        "name": category.name, "names": dict(category.names), "parent": _name(category.parent),
        "client": _name(category.client), "team": _name(category.team), "is_active": category.is_active,
    }  # fmt: skip


def state_of_field(field: CustomField) -> dict[str, Any]:
    """What is set for a custom field, for the change log; nothing for one that is not there yet."""
    if not field.pk:
        return {}
    names = ("key", "kind", "label", "is_required", "is_for_requesters", "position")
    return {
        **{name: getattr(field, name) for name in names}, "labels": dict(field.labels), "choices": list(field.choices),
        "client": _name(field.client), "category": _name(field.category),
    }  # fmt: skip


def _has_history(person: Person) -> bool:
    """Whether tickets name this person: whoever sees only those would miss somebody who moved away."""
    return (
        Ticket.objects.filter(requester=person).exists()
        or Watch.objects.filter(person=person).exists()
        or Message.objects.filter(author=person).exists()
    )


def _name(thing: Any) -> str:
    return thing.name if thing else ""


def _point(category: Category, team: Team | None, by: Person) -> None:
    settings = CategorySettings(
        name=category.name, names=category.names, parent=category.parent, client=category.client, team=team,
        is_active=category.is_active,
    )  # fmt: skip
    save_category(category, settings, by=by)


def _require_tree(category: Category) -> None:
    parent = category.parent
    if parent is not None and parent.client_id not in {None, category.client_id}:
        raise Invalid("parent", _("The category above belongs to another organisation."))
    while parent is not None:
        if parent.pk == category.pk:
            raise Invalid("parent", _("A category cannot be below itself."))
        parent = parent.parent
    children = Category.objects.filter(parent=category.pk) if category.pk else Category.objects.none()
    if category.client_id and children.exclude(client=category.client_id).exists():
        raise Invalid("client", _("Categories below this one are there for other organisations."))


def _require_seen_by_its_tickets(category: Category) -> None:
    if not (category.pk and category.client_id):
        return
    if Ticket.objects.filter(category=category).exclude(client=category.client_id).exists():
        raise Invalid("client", _("Tickets of other organisations have this category."))


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Invalid("key", _("A key begins with a letter and has small letters, digits and “_” only."))
    return key


def _checked_choices(kind: str, choices: tuple[str, ...]) -> list[str]:
    if kind != CustomField.Kind.CHOICE:
        return []
    found = list(dict.fromkeys(line for choice in choices if (line := clean_line(choice, 120))))
    if len(found) < 2:
        raise Invalid("choices", _("A choice needs at least two things to choose from, one in each line."))
    return found
