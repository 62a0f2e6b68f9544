"""How a ticket comes to be, whatever the channel."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from olmo.catalogue.models import Service
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.language import guess
from olmo.kernel.text import clean_line, digest
from olmo.kernel.tokens import new_token
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from .. import concerns, policy
from ..changes import AssetsNamed, ChecklistSet, Linked, Opened, Tagged, Watched, loggable
from ..changes import FieldsSet as FieldsFilled
from ..log import changing, opening
from ..models import Category, Channel, LinkKind, Template, Ticket, TicketKind
from .checklists import first_items
from .closing import resolve
from .values import checked_fields, checked_level, checked_tags, checked_team, checked_text
from .writing import NewMessage, add_files, message_row

__all__ = ["FollowUp", "NewMessage", "open_ticket"]


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """Why a ticket begins where another ended: linked to `ticket` as its follow-up."""

    ticket: Ticket


@dataclass(frozen=True, kw_only=True)
class _Beginning:
    """Ids taken ahead, so that ticket, message and event are each written once."""

    ticket: int
    message: int
    number: int


def open_ticket(
    *, by: Person, client: Client, requester: Person, subject: str, message: NewMessage | None = None,
    kind: str = TicketKind.INCIDENT, channel: str = Channel.DESK, impact: int = 2, urgency: int = 2,
    category: Category | None = None, team: Team | None = None, assignee: Person | None = None, language: str = "",
    fields: dict[str, Any] | None = None, tags: list[str] | None = None, watchers: list[Person] | None = None,
    follows: FollowUp | None = None, template: Template | None = None, checklist: list[str] | None = None,
    assets: list[int] | None = None, service: Service | None = None,
) -> Ticket:  # fmt: skip
    """Open an incident or a service request and give it its log; the first event is `opened`.

    subject: one line, cut at 255 characters; needed. impact, urgency: 1 high to 3 low; the client's matrix gives the priority.
    The team defaults to the category's. template: what it began from; checklist: words of its items. service: that it is about.
    assets: ids of what it is about; a requester names their own.
    Raises Invalid (a field and why), NotAllowed, NotFound (not this person's client).
    Source: ITIL 4, incident management and service request management practices.
    """
    _may_open(by, client, requester)
    ticket = Ticket(subject=checked_subject(subject), reply_token=new_token(20))
    ids = _take_ids()
    ticket.pk, ticket.number = ids.ticket, ids.number
    team = _team_for(team, category, by)
    values = checked_fields(fields or {}, client, category, by, complete=by.is_requester)
    about = concerns.checked(assets or (), client.pk, by)
    with opening(ticket, by=by) as log:
        if message:
            row = message_row(ticket, message, author=message.author or requester, client_id=client.pk)
            row.pk = ids.message
            row.save(force_insert=True)
            add_files(row, message, uploader=by)
        log.record(
            Opened(
                ticket_kind=_checked(kind, TicketKind, "kind"), channel=_checked(channel, Channel, "channel"),
                subject=digest(ticket.subject), language=language or _language_of(ticket, message, requester, client),
                client=client.pk, requester=requester.pk, impact=checked_level("impact", impact),
                urgency=checked_level("urgency", urgency), priority=client.priority_of(impact, urgency),
                message=ids.message if message else None, team=team.pk if team else None,
                assignee=assignee.pk if assignee else None, category=category.pk if category else None,
                template=template.pk if template else None, service=service.pk if service else None,
            )
        )  # fmt: skip
        if values:
            ticket.fields = values
            log.record(FieldsFilled(values=loggable(values)))
        if tags:
            log.record(Tagged(added=checked_tags(tags)))
        if about:
            log.record(AssetsNamed(assets_added=about))
        for person in watchers or []:
            log.record(Watched(person=person.pk))
        if checklist:
            required = template is not None and template.needs_checklist
            log.record(ChecklistSet(items=first_items(ticket, checklist), is_required=required))
        if follows:
            log.record(Linked(link_kind=LinkKind.FOLLOWS, other=follows.ticket.pk))
    if follows:
        with changing(follows.ticket, by=by) as there:
            there.record(Linked(link_kind=LinkKind.FOLLOWED, other=ticket.pk))
    return ticket


@transaction.atomic
def open_solved(*, by: Person, code: str, solution: str, **ticket: Any) -> Ticket:
    """Open a ticket and resolve it, while the requester is still there: solved at the first contact.

    ticket: what `open_ticket` takes. solution: words for the requester. It is one transaction: a refusal of the solution opens
    no ticket. Raises what `open_ticket` and `resolve` raise. Source: ITIL 4, service desk practice (first contact resolution).
    """
    words = checked_text(solution, "solution")
    opened = open_ticket(by=by, assignee=ticket.pop("assignee", None) or by, **ticket)
    resolve(opened, by=by, code=code, note=words, on_first_contact=True)
    return opened


def _team_for(team: Team | None, category: Category | None, by: Person) -> Team | None:
    """The chosen team, else the category's. One that has ended its work gets nothing: an agent is told, mail goes on without."""
    if team is not None and by.is_agent:
        return checked_team(team)
    offered = (team, category.team if category else None)
    return next((one for one in offered if one is not None and one.is_active), None)


def _language_of(ticket: Ticket, message: NewMessage | None, requester: Person, client: Client) -> str:
    """The language that the words are in; where they do not tell, the requester's."""
    return guess(f"{ticket.subject}\n{message.text if message else ''}", requester.language or client.language)


def checked_subject(subject: str) -> str:
    """The subject in one line. Raises Invalid when nothing is left of it."""
    line = clean_line(subject)
    if not line:
        raise Invalid("subject", _("A ticket needs a subject: one line that says what it is about."))
    return line


def _may_open(by: Person, client: Client, requester: Person) -> None:
    if not policy.may_know_client(by, client.pk):
        raise NotFound
    if requester.is_requester and requester.client_id != client.pk:
        raise Invalid("requester", _("The requester belongs to another organisation."))
    policy.require(not by.is_requester or by.pk == requester.pk)


def _checked(value: str, choices: Any, name: str) -> str:
    if value not in choices.values:
        raise Invalid(name, _("“%(value)s” is not one of the choices.") % {"value": value})
    return value


def _take_ids() -> _Beginning:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval('tickets_ticket_id_seq'), nextval('tickets_message_id_seq'), nextval('ticket_numbers')"
        )
        ticket, message, number = cursor.fetchone()
    return _Beginning(ticket=ticket, message=message, number=number)
