"""Templates: which an agent may use, what one fills in, and how an administrator keeps them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from .actions.checklists import LONGEST_ITEM, MOST_ITEMS
from .actions.values import checked_fields, checked_level, checked_tags, fields_for
from .models import Category, Template, Ticket, TicketKind

# The words in braces that a pattern may hold.
PLACEHOLDERS = ("caller", "organisation", "agent", "date")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, kw_only=True)
class TemplateSettings:
    """A template. names: {language: name}; client None: for everybody; values: custom fields, as they would be typed."""

    name: str
    names: dict[str, str]
    client: Client | None = None
    category: Category | None = None
    team: Team | None = None
    kind: str = TicketKind.INCIDENT
    impact: int = 2
    urgency: int = 2
    subject: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None
    checklist: tuple[str, ...] = ()
    needs_checklist: bool = False
    is_active: bool = True
    position: int = 0


def usable(viewer: Person, client_id: int | None = None) -> QuerySet[Template]:
    """The templates that an agent may begin from; client_id: for callers of this organisation."""
    found = Template.objects.filter(is_active=True).select_related("category", "team", "client")
    clients = clients_of(viewer)
    if not isinstance(clients, EveryClient):
        found = found.filter(Q(client=None) | Q(client_id__in=list(clients)))
    return found if client_id is None else found.filter(Q(client=None) | Q(client_id=client_id))


def filled(pattern: str, *, caller: Person | None, agent: Person) -> str:
    """A pattern with the words in braces replaced; those that are not known yet stay empty."""
    values = {
        "caller": caller.name if caller else "", "agent": agent.name,
        "organisation": caller.client.name if caller and caller.client else "",
        "date": formats.date_format(timezone.localtime(clock.now()).date(), "SHORT_DATE_FORMAT"),
    }  # fmt: skip
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), pattern)


def fields_of(template: Template | None, client: Client, category: Category | None) -> dict[str, Any]:
    """The custom fields that a template fills in, as far as tickets of this client and category have them."""
    if template is None or not template.fields:
        return {}
    known = {field.key for field in fields_for(client, category)}
    return {key: value for key, value in template.fields.items() if key in known}


@transaction.atomic
def save_template(template: Template | None, settings: TemplateSettings, *, by: Person, seen: str = "") -> Template:
    """Change a template, or make one.

    Raises NotAllowed, Conflict, Invalid: no name; a word in braces that is not known; another organisation's category; a team
    that is switched off; an item without words; a value that does not fit its custom field.
    """
    people.require_administrator(by)
    row = Template.objects.select_for_update(of=("self",)).get(pk=template.pk) if template else Template()
    before = state_of_template(row)
    people.require_unchanged(before, seen)
    row.name = clean_line(settings.name, 80)
    row.names = {language: clean_line(name, 80) for language, name in settings.names.items() if name.strip()}
    for name in ("client", "category", "team", "kind", "needs_checklist", "is_active", "position"):
        setattr(row, name, getattr(settings, name))
    row.impact, row.urgency = checked_level("impact", settings.impact), checked_level("urgency", settings.urgency)
    row.subject = _checked_pattern("subject", clean_line(settings.subject))
    row.text = _checked_pattern("text", clean(settings.text).strip())
    row.tags, row.checklist = checked_tags(list(settings.tags)), _checked_items(settings.checklist)
    _require_fit(row)
    row.fields = _checked_values(row, dict(settings.values or {}), by)
    require_valid(row)
    row.save()
    people.record(by, f"template: {row.name}", before, state_of_template(row))
    return row


def follow_tag(old: str, new: str, *, by: Person) -> int:
    """Templates that give a tag give it by its new name. Returns how many did."""
    rows = list(Template.objects.select_for_update(of=("self",)).filter(tags__contains=[old]))
    for row in rows:
        row.tags = sorted({new if tag == old else tag for tag in row.tags})
    return Template.objects.bulk_update(rows, ["tags"])


@transaction.atomic
def remove_template(template: Template, *, by: Person) -> None:
    """Remove a template from which no ticket began. Raises NotAllowed, Conflict (tickets began from it)."""
    people.require_administrator(by)
    if uses(template):
        raise Conflict(_("Tickets began from this template, so it stays. Switch it off instead."))
    removed = {name: [value, None] for name, value in state_of_template(template).items()}
    audit.record(by, f"template: {template.name}", removed)
    template.delete()


def uses(template: Template, most: int = 1001) -> int:
    """How many tickets began from a template, counted up to `most`."""
    return Ticket.objects.filter(template=template).order_by()[:most].count()


def state_of_template(template: Template) -> dict[str, Any]:
    """What is set for a template, for the change log; nothing for one that is not there yet."""
    if not template.pk:
        return {}
    names = ("name", "kind", "impact", "urgency", "subject", "text", "needs_checklist", "is_active", "position")
    return {
        **{name: getattr(template, name) for name in names}, "names": dict(template.names), "tags": list(template.tags),
        "checklist": list(template.checklist), "fields": dict(template.fields),
        **{name: str(getattr(template, name) or "") for name in ("client", "category", "team")},
    }  # fmt: skip


def _checked_pattern(name: str, pattern: str) -> str:
    unknown = next((word for word in _PLACEHOLDER.findall(pattern) if word not in PLACEHOLDERS), None)
    if unknown is not None:
        known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
        raise Invalid(
            name, _("“{%(word)s}” is not known here. Known are: %(known)s.") % {"word": unknown, "known": known}
        )
    return pattern


def _checked_items(lines: tuple[str, ...]) -> list[str]:
    items = [line for text in lines if (line := clean_line(text, LONGEST_ITEM))]
    if len(items) > MOST_ITEMS:
        raise Invalid("checklist", _("A checklist has at most %(most)d items.") % {"most": MOST_ITEMS})
    return items


def _require_fit(row: Template) -> None:
    if row.category is not None and row.category.client_id not in {None, row.client_id}:
        raise Invalid("category", _("This category belongs to another organisation."))
    if row.team is not None and not row.team.is_active:
        raise Invalid("team", _("This team is not active."))
    if row.needs_checklist and not row.checklist:
        raise Invalid("needs_checklist", _("There is no checklist that could be done."))


def _checked_values(row: Template, values: dict[str, Any], by: Person) -> dict[str, Any]:
    try:
        stored = checked_fields(values, row.client_id or 0, row.category_id, by, complete=False)
    except Invalid as refusal:
        raise Invalid("values", refusal.message) from refusal
    return {key: value for key, value in stored.items() if value is not None}
