"""The checklist of a ticket: its items, their order, and who ticked what."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.people.models import Person

from .. import policy
from ..changes import ChecklistSet, ItemTicked, ItemUnticked
from ..collecting import opened
from ..log import Log, changing
from ..models import ChecklistItem, Event, Ticket

MOST_ITEMS = 50
LONGEST_ITEM = 200


def set_checklist(
    ticket: Ticket, *, by: Person, items: Sequence[tuple[int | None, str]], is_required: bool | None = None,
    seen: int | None = None,
) -> Event | None:  # fmt: skip
    """Make the checklist these items in this order: (id of one that is there, or None for a new one; its words).

    An item that is missing goes, its words too. is_required: all must be done before the ticket is resolved (None: as it was).
    Raises NotFound, NotAllowed, Invalid (words of an item, too many), Stale.
    """
    words = checked(items)
    with changing(ticket, by=by, seen=seen, touching=["checklist"]) as log:
        policy.require_work(by, ticket)
        known = {item["id"] for item in ticket.checklist.get("items", [])}
        if any(pk is not None and pk not in known for pk, _words in words):
            raise Invalid("items", _("An item is not there any more. Please look again."))
        return _arranged(log, words, is_required)


def adjust_checklist(
    ticket: Ticket, *, by: Person, add: Sequence[str] = (), remove: Sequence[str] = (), is_required: bool | None = None
) -> Event | None:
    """More items at the end, but for what is there already; less those with the words of `remove`; whether all must be done.

    Two people's items add up. Raises NotFound, NotAllowed, Invalid.
    """
    added = [text for _new, text in checked([(None, text) for text in add])]
    gone = {clean_line(text, LONGEST_ITEM) for text in remove}
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        present: list[tuple[int | None, str]] = [
            (pk, text) for pk, text in words_of(ticket).items() if text not in gone
        ]
        there = {text for _pk, text in present}
        items = [*present, *((None, text) for text in dict.fromkeys(added) if text not in there)]
        _require_few(len(items))
        return _arranged(log, items, is_required)


def tick(ticket: Ticket, *, by: Person, item: int, is_done: bool = True) -> Event | None:
    """Tick an item off, or take its tick away. None when it is so already (two people at once). Raises NotFound, NotAllowed."""
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        found = next((one for one in ticket.checklist.get("items", []) if one["id"] == item), None)
        if found is None:
            raise NotFound
        if bool(found.get("by")) == is_done:
            return None
        return log.record(ItemTicked(item=item, person=by.pk) if is_done else ItemUnticked(item=item))


def words_of(ticket: Ticket) -> dict[int, str]:
    """The words of a ticket's checklist by the ids of its items, in their order."""
    ids = [item["id"] for item in ticket.checklist.get("items", [])]
    if not ids:
        return {}
    words = dict(ChecklistItem.objects.filter(ticket=ticket, pk__in=ids).values_list("pk", "text"))
    return {pk: words.get(pk, "") for pk in ids}


def require_ticked(ticket: Ticket) -> None:
    """Raise Conflict when the checklist must be done first, and is not."""
    if not ticket.checklist.get("is_required"):
        return
    if left := sum(1 for item in ticket.checklist["items"] if not item.get("by")):
        raise Conflict(
            ngettext(
                "One item of the checklist is left. It must be done before this ticket is resolved.",
                "%(n)d items of the checklist are left. They must be done before this ticket is resolved.", left,
            ) % {"n": left}
        )  # fmt: skip


def first_items(ticket: Ticket, texts: Sequence[str]) -> list[int]:
    """Write the words of a new ticket's checklist. Returns the ids of its items."""
    rows = [
        ChecklistItem(ticket=ticket, client_id=ticket.client_id, text=text)
        for _pk, text in checked([(None, t) for t in texts])
    ]
    return [row.pk for row in ChecklistItem.objects.bulk_create(rows)]


def checked(items: Sequence[tuple[int | None, str]]) -> list[tuple[int | None, str]]:
    """The items with their words as they are kept. Raises Invalid (no words, too many)."""
    _require_few(len(items))
    words = [(pk, clean_line(text, LONGEST_ITEM)) for pk, text in items]
    if any(not text for _pk, text in words):
        raise Invalid("items", _("An item needs some words."))
    return words


def _arranged(log: Log, items: Sequence[tuple[int | None, str]], is_required: bool | None) -> Event | None:
    """Record these items in this order, if that changes anything. While undo may bring an item back its words stay."""
    ticket, present = log.ticket, log.ticket.checklist
    before = [item["id"] for item in present.get("items", [])]
    ids = [_written(ticket, pk, text) for pk, text in items]
    if opened() is None:
        forget_words(ticket.pk, {*before} - {*ids})
    was_required = bool(present.get("is_required"))
    change = ChecklistSet(items=ids, is_required=bool(ids) and (was_required if is_required is None else is_required))
    return None if (before, was_required) == (ids, change.is_required) else log.record(change)


def forget_words(ticket_id: int, items: Collection[int]) -> None:
    """Erase the words of items that are on the checklist no more."""
    if items:
        ChecklistItem.objects.filter(ticket=ticket_id, pk__in=items).update(text="")


def _require_few(count: int) -> None:
    if count > MOST_ITEMS:
        raise Invalid("items", _("A checklist has at most %(most)d items.") % {"most": MOST_ITEMS})


def _written(ticket: Ticket, pk: int | None, text: str) -> int:
    """The id of an item whose words are these from now on."""
    if pk is None:
        return ChecklistItem.objects.create(ticket=ticket, client_id=ticket.client_id, text=text).pk
    ChecklistItem.objects.filter(pk=pk, ticket=ticket).exclude(text=text).update(text=text)
    return pk
