"""Steps: what is to change on a ticket, as plain data (JSON), and how the verbs of `tickets` carry it out.

    {"team": 3, "assignee": "me", "tags_add": ["vpn"], "state": "hold", "reason": "date", "days": 2}

Ids of people, teams, categories, plans, suppliers and working states; tags or serial numbers of assets, which each organisation
has for itself; numbers of tickets; "none" takes a value away; "me" is whoever acts. What is not named stays as it is. A reply is
Markdown, or plain words by language ({"en": ..., "it": ...}) of which each open ticket gets its own; a resolution carries
those itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from olmo.assets import queries as assets
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment.models import Plan
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.models import Person, Team
from olmo.status.models import said
from olmo.tickets import actions, family, queries
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Category, LinkKind, Status, Supplier, Ticket, WorkingState

Steps = Mapping[str, Any]
NONE, ME = "none", "me"


def apply(ticket: Ticket, *, by: Person, steps: Steps, seen: int | None = None) -> None:
    """Carry out all steps on one ticket, in an order that makes sense. The caller opens the transaction.

    seen: the version that was shown; somebody else's newer change of the same thing raises Stale.
    Raises whatever the verbs raise: NotFound, NotAllowed, Invalid, Conflict.
    """
    for names, act in _ORDER:
        if any(name in steps for name in names):
            act(ticket, by, steps, seen)


def _requester(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    requester = _found(Person, steps["requester"], "requester")
    actions.change_requester(ticket, by=by, requester=requester, seen=seen)


def _subject(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.retitle(ticket, by=by, subject=steps["subject"], seen=seen)


def _language(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.set_language(ticket, by=by, language=steps["language"], seen=seen)


def _kind(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.classify(ticket, by=by, kind=steps["kind"], seen=seen)


def _category(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    category = _found(Category, steps["category"], "category")
    actions.categorise(ticket, by=by, category=category, seen=seen)


def _priority(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    impact, urgency = steps.get("impact", ticket.impact), steps.get("urgency", ticket.urgency)
    actions.prioritise(ticket, by=by, impact=impact, urgency=urgency, seen=seen)


def _fields(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.set_fields(ticket, by=by, values=dict(steps["fields"]), seen=seen)


def _tags(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    actions.tag(ticket, by=by, add=steps.get("tags_add"), remove=steps.get("tags_remove"))


def _assets(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    add = {_asset(ticket, by, text) for text in steps.get("assets_add", ())}
    called = [assets.exactly(by, text).filter(pk__in=ticket.asset_ids) for text in steps.get("assets_remove", ())]
    remove = {one.pk for found in called for one in found}
    actions.name_assets(ticket, by=by, add=add, remove=remove)


def _due(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    due_at = _in_days(steps["due_days"]) if "due_days" in steps else _moment(steps["due_at"])
    actions.set_due(ticket, by=by, due_at=due_at, seen=seen)


def _watchers(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    for name, verb in (("follow", actions.watch), ("unfollow", actions.unwatch)):
        if person := _person(steps.get(name, NONE), by):
            verb(ticket, by=by, person=person)


def _assignment(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    team = _found(Team, steps["team"], "team") if "team" in steps else ticket.team
    assignee = _person(steps["assignee"], by) if "assignee" in steps else ticket.assignee
    actions.assign(ticket, by=by, team=team, assignee=assignee, seen=seen)


def _checklist(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    add, remove = steps.get("checklist_add", ()), steps.get("checklist_remove", ())
    is_required = {"yes": True, "no": False}.get(steps.get("checklist_required", ""))
    actions.adjust_checklist(ticket, by=by, add=add, remove=remove, is_required=is_required)


def _callback(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    hours = timedelta(hours=steps.get("callback_hours", 0))
    at = clock.now() + hours if hours else _moment(steps["callback_at"])
    if at == ticket.callback_at:
        return
    if at is None:
        actions.drop_callback(ticket, by=by)
    else:
        actions.promise_callback(ticket, by=by, at=at, seen=seen)


def _note(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    actions.note(ticket, by=by, message=NewMessage(text=steps["note"], is_markdown=True))


def _reply(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    if not is_told_to_many(steps):
        actions.reply(ticket, by=by, message=NewMessage(text=steps["reply"], is_markdown=True), seen=seen)
    elif ticket.is_active and steps.get("state") != "resolved":
        actions.reply(ticket, by=by, message=_in_its_language(steps, ticket), seen=seen)


def is_told_to_many(steps: Steps) -> bool:
    """Whether many requesters get the same words, each in the language of their ticket; nobody takes these back."""
    return isinstance(steps.get("reply"), dict)


def _in_its_language(steps: Steps, ticket: Ticket) -> NewMessage:
    words = steps["reply"]
    return NewMessage(text=said(words["en"], words["it"], ticket.language))


def _state(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    match steps["state"]:
        case "hold":
            wake_at = _in_days(steps["days"]) if "days" in steps else _moment(steps.get("wake_at", NONE))
            supplier = _found(Supplier, steps.get("supplier"), "supplier")
            actions.hold(ticket, by=by, reason=steps.get("reason", ""), wake_at=wake_at, supplier=supplier, seen=seen)
        case "resume":
            if ticket.status == Status.WAITING:
                actions.resume(ticket, by=by)
        case "resolved":
            _resolve(ticket, by, steps, seen)
        case "closed":
            if ticket.status != Status.CLOSED:
                actions.close(ticket, by=by)
        case "reopened":
            if ticket.is_done:
                actions.reopen(ticket, by=by)
        case _:
            raise Invalid("state", _("Choose one of the states."))


def _resolve(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    if not is_told_to_many(steps):
        actions.resolve(ticket, by=by, code=steps.get("code", ""), seen=seen)
    elif ticket.is_active:
        actions.resolve(ticket, by=by, code=steps["code"], message=_in_its_language(steps, ticket), seen=seen)


def _working_state(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    state = _found(WorkingState, steps["working_state"], "working_state")
    actions.set_working_state(ticket, by=by, state=state, seen=seen)


def _plan(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    fulfilment.start(ticket, _found(Plan, steps["plan"], "plan"), by=by)


def _parent(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    if steps["parent"] == NONE:
        above = queries.visible_to(by).filter(pk=family.parent_of(ticket) or 0).first()
        if above is not None:
            actions.unlink(ticket, above, by=by, kind=LinkKind.CHILD)
        return
    try:
        parent = queries.by_number(by, steps["parent"])
    except NotFound as error:
        raise Invalid("parent", _("There is no ticket %(number)s.") % {"number": steps["parent"]}) from error
    if parent.pk != ticket.pk:
        actions.link(ticket, parent, by=by, kind=LinkKind.CHILD)


def _merge(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    into = queries.by_number(by, steps["merge"])
    if into.pk == ticket.pk:
        return
    if ticket.merged_into_id == into.pk:
        raise Conflict(_("This ticket is merged into it already."))
    actions.merge(ticket, into, by=by)


_ORDER: tuple[tuple[tuple[str, ...], Callable[[Ticket, Person, Steps, int | None], None]], ...] = (
    (
        ("requester",),
        _requester,
    ),  # first: it may bring the ticket to another organisation, with categories and fields of its own
    (("subject",), _subject),
    (("language",), _language),
    (("kind",), _kind),
    (("category",), _category),
    (("impact", "urgency"), _priority),
    (("fields",), _fields),
    (("tags_add", "tags_remove"), _tags),
    (("assets_add", "assets_remove"), _assets),
    (("due_at", "due_days"), _due),
    (("follow", "unfollow"), _watchers),
    (("team", "assignee"), _assignment),
    (("plan",), _plan),
    (("checklist_add", "checklist_remove", "checklist_required"), _checklist),
    (("callback_at", "callback_hours"), _callback),
    (("parent",), _parent),
    (("note",), _note),
    (("reply",), _reply),
    (("state",), _state),
    (("working_state",), _working_state),
    (("merge",), _merge),
)


def _found(model: Any, value: Any, name: str) -> Any:
    """The row of an id, None for "none". Raises Invalid: it is no longer there."""
    if value in (NONE, None):
        return None
    found = model.objects.filter(pk=value).first()
    if found is None:
        raise Invalid(name, _("What was chosen is no longer there."))
    return found


def _asset(ticket: Ticket, by: Person, text: str) -> int:
    """The id of the one asset of the ticket's organisation with this tag or serial number. Raises Invalid, which says why not."""
    found = list(assets.exactly(by, text).values_list("pk", "client_id"))
    ours = [pk for pk, client_id in found if client_id == ticket.client_id]
    if len(ours) == 1:
        return ours[0]
    if ours:
        raise Invalid("assets_add", _("Several assets of this organisation are called “%(text)s”.") % {"text": text})
    words = _("The asset “%(text)s” belongs to another organisation.") if found else _("There is no asset “%(text)s”.")
    raise Invalid("assets_add", words % {"text": text})


def _person(value: Any, by: Person) -> Person | None:
    found: Person | None = by if value == ME else _found(Person, value, "assignee")
    return found


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value and value != NONE else None


def _in_days(days: int) -> datetime:
    return clock.now() + timedelta(days=days)
