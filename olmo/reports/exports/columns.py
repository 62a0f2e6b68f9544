"""The columns that an export may have: tickets' own, and one for each custom field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models.enums import ChoicesType
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.kernel.errors import Words
from olmo.tickets.models import Channel, CustomField, HoldReason, Impact, Priority, ResolutionCode, Status, TicketKind
from olmo.tickets.models import Urgency as HowSoon

type Kind = Literal["text", "number", "moment", "words", "field"]


@dataclass(frozen=True)
class Column:
    """One column. sql: its value of the ticket `t`; choices: what its codes are called."""

    label: Words
    sql: str
    kind: Kind = "text"
    choices: ChoicesType | None = None
    is_usual: bool = True  # chosen unless somebody says otherwise


def _name(table: str, of: str) -> str:
    # Names come by subselects: as joins, under row security, planning them takes longer than reading them.
    return f"(select name from {table} where id = t.{of})"  # noqa: S608  (ours)


_TAGS_OF_ASSETS = "(select array_agg(tag order by tag_key) from assets_asset where id = any(t.asset_ids))"

COLUMNS: Mapping[str, Column] = {
    "number": Column(_("Number"), "t.number", "number"),
    "subject": Column(_("Subject"), "t.subject"),
    "status": Column(_("Status"), "t.status", choices=Status),
    "working_state": Column(_("Working state"), _name("tickets_workingstate", "working_state_id"), is_usual=False),
    "hold": Column(_("Waits for"), "t.hold_reason", choices=HoldReason, is_usual=False),
    "supplier": Column(_("Supplier"), _name("tickets_supplier", "supplier_id"), is_usual=False),
    "kind": Column(_("Kind"), "t.kind", choices=TicketKind),
    "priority": Column(_("Priority"), "t.priority", choices=Priority),
    "impact": Column(_("Impact"), "t.impact", choices=Impact, is_usual=False),
    "urgency": Column(_("Urgency"), "t.urgency", choices=HowSoon, is_usual=False),
    "client": Column(_("Organisation"), _name("tenancy_client", "client_id")),
    "requester": Column(_("Requester"), _name("people_person", "requester_id")),
    "address": Column(
        _("Requester’s address"), "(select email from people_person where id = t.requester_id)", is_usual=False
    ),
    "team": Column(_("Team"), _name("people_team", "team_id")),
    "assignee": Column(_("Agent"), _name("people_person", "assignee_id")),
    "category": Column(_("Category"), _name("tickets_category", "category_id")),
    "tags": Column(_("Tags"), "t.tags", "words"),
    "channel": Column(_("Channel"), "t.channel", choices=Channel),
    "language": Column(_("Language"), "t.language", is_usual=False),
    "opened": Column(_("Opened"), "t.opened_at", "moment"),
    "updated": Column(_("Last change"), "t.updated_at", "moment"),
    "due": Column(pgettext_lazy("column", "Due"), "t.due_at", "moment"),
    "answered": Column(_("First response"), "t.answered_at", "moment", is_usual=False),
    "resolved": Column(_("Resolved"), "t.resolved_at", "moment"),
    "closed": Column(_("Closed"), "t.closed_at", "moment", is_usual=False),
    "code": Column(_("Resolution"), "t.resolution_code", choices=ResolutionCode, is_usual=False),
    "assets": Column(_("Assets"), _TAGS_OF_ASSETS, "words", is_usual=False),
    "returns": Column(_("Back and forth"), "t.returns", "number", is_usual=False),
}
_FIELD = "field:"


def offered() -> dict[str, Column]:
    """All columns, by key; custom fields (those that the scope shows) under "field:<key>"."""
    fields = {f"{_FIELD}{field.key}": Column(str(field), "", "field") for field in CustomField.objects.all()}
    return {**COLUMNS, **fields}


def field_of(key: str) -> str:
    """The key of the custom field that a column shows."""
    return key.removeprefix(_FIELD)


def saying(column: Column) -> Callable[[Any], Any]:
    """How the values of a column are said in the reader's language: codes by their names, several words in one, nothing as ""."""
    if column.choices is not None:
        names: dict[Any, Any] = {code: str(label) for code, label in column.choices.choices} | {None: "", "": ""}
        return names.__getitem__
    if column.kind == "words":
        return lambda value: ", ".join(value or ())
    return lambda value: "" if value is None else value
