"""Taking back what was done: the same state again, by an event that says so.

    with undoable(alma, _("Assigned")) as made:
        actions.assign(...)
    made.token  # takes it back within the hour; "" when nothing was done, or nothing of it can be taken back

All or nothing: where somebody else changed the same thing since, nothing is undone and the refusal names it. Columns that hold
sets (tags, followers, links) keep what others added. Words that were not sent yet are withdrawn: they stay as a note that says
so. Words that have left stay, with everything that they say of the ticket.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotFound, Words
from olmo.kernel.text import digest
from olmo.kernel.tokens import new_token
from olmo.outbox import actions as outbox
from olmo.people.models import Person

from . import concerns, family, policy, reactions, working
from .actions.checklists import forget_words
from .actions.people import move
from .changes import KINDS, Resolved, Talk, Undone, loggable, of_event
from .collecting import KEPT, Collection, Piece, collecting, ended, opened, plain
from .log import Log, changing
from .models import Event, LinkKind, Message, MessageKind, ResolutionCode, Status, Ticket, Undoable, UndoPiece
from .replay import fold

LIFE = timedelta(hours=1)
WINDOW = timedelta(seconds=10)  # so long mail waits that an undo would make untrue
SETS = ("tags", "watcher_ids", "absorbed_ids", "links", "asset_ids")
WITH_WORDS = ("last_message_id", "answered_at")  # they follow the messages, and nobody loses by a newer one
MOST_SAID = 5


@dataclass
class Made:
    """What a block did. token: takes it back."""

    token: str = ""


@dataclass
class Result:
    """What was taken back. left: words that had been sent already and stay."""

    label: str
    tickets: list[Ticket] = field(default_factory=list)
    left: int = 0


@contextmanager
def undoable(by: Person, label: Words) -> Iterator[Made]:
    """Everything that is recorded inside is one transaction and can be taken back in one go. Inside another one it joins that."""
    made = Made()
    if opened() is not None:
        yield made
        return
    collection = Collection()
    with transaction.atomic():
        with collecting_into(collection):
            yield made
        if collection.pieces and not collection.is_final:
            made.token = keep(by, label, collection.pieces).token


@contextmanager
def collecting_into(collection: Collection) -> Iterator[None]:
    """Collect what is recorded inside, for `keep` or `add`: one ticket of many, whose transaction may yet fail."""
    former = collecting(collection)
    try:
        yield
    finally:
        ended(former)


def keep(by: Person, label: Words, pieces: list[Piece]) -> Undoable:
    """Write down what can be taken back."""
    now = clock.now()
    made = Undoable.objects.create(
        token=new_token(24), by=by, label=Truncator(str(label)).chars(200), made_at=now, expires_at=now + LIFE
    )
    add(made, pieces)
    return made


def add(made: Undoable, pieces: list[Piece]) -> None:
    """One more part of something that is done in several transactions."""
    UndoPiece.objects.bulk_create(
        UndoPiece(
            undoable=made, ticket_id=p.ticket, seqs=p.seqs, before=p.before, after=p.after, is_new=p.is_new
        )
        for p in pieces
    )  # fmt: skip


def of_ticket(by: Person, ticket: Ticket) -> dict[int, str]:
    """Which events of a ticket (seq) this person may still take back, with the token for it."""
    found = UndoPiece.objects.filter(
        ticket=ticket, undoable__by=by, undoable__undone_at=None, undoable__expires_at__gt=clock.now()
    ).values_list("seqs", "undoable__token")
    return {seq: token for seqs, token in found for seq in seqs}


def may_be_young(log: list[Event]) -> bool:
    """Whether the newest of these events is young enough to be taken back, so that asking for tokens is worth it."""
    return bool(log) and log[-1].at > clock.now() - LIFE


def undo(token: str, *, by: Person) -> Result:
    """Take back everything that this token stands for, or nothing.

    Raises NotFound (somebody else's, or unknown), NotAllowed, Conflict (expired, undone already, changed by others since).
    """
    with transaction.atomic(), ExitStack() as stack:
        made = Undoable.objects.select_for_update().filter(token=token, by=by).first()
        if made is None:
            raise NotFound(_("This can no longer be undone."))
        _require_alive(made)
        pieces = list(made.pieces.order_by("-pk"))
        logs = _locked(stack, pieces, by)
        result = Result(made.label)
        _refuse([words for piece in pieces for words in _in_the_way(logs[piece.ticket_id], piece)])
        for piece in pieces:
            result.left += _take_back(logs[piece.ticket_id], piece)
        result.tickets = [log.ticket for log in logs.values() if log.events]
        made.undone_at = clock.now()
        made.save(update_fields=["undone_at"])
    return result


def was_undone(made: Undoable) -> bool:
    """Whether something was undone while it is still being done. Locked: an undo waits for what is added now."""
    return Undoable.objects.select_for_update().filter(pk=made.pk).exclude(undone_at=None).first() is not None


def is_undone(event: Event) -> bool:
    """Whether an event was taken back. Of an event that still can be, the ticket is locked, so that none can come in between."""
    if UndoPiece.objects.filter(ticket=event.ticket_id, seqs__contains=[event.seq]).exists():
        Ticket.objects.select_for_update().filter(pk=event.ticket_id).values_list("pk").first()
    return Event.objects.filter(
        ticket=event.ticket_id, kind=Undone.kind, seq__gt=event.seq, data__seqs__contains=event.seq
    ).exists()


def settled_at(event: Event) -> Any:
    """When the moment has passed in which a press of Undo stops the mail of this event; None when nobody can press it."""
    made = Undoable.objects.filter(pieces__ticket=event.ticket_id, pieces__seqs__contains=[event.seq]).first()
    return made.made_at + WINDOW if made else None


def forget_expired() -> int:
    """Drop what can no longer be undone, with the former values in it; returns how many."""
    expired = Undoable.objects.filter(expires_at__lte=clock.now())
    for piece in UndoPiece.objects.filter(undoable__in=expired, before__has_key="checklist").select_related("ticket"):
        _forget_items(piece)
    return expired.delete()[1].get("tickets.Undoable", 0)


def _forget_items(piece: UndoPiece) -> None:
    """Erase the words of items that came or went with it, unless they are on the checklist or may yet be brought back."""
    live = UndoPiece.objects.filter(
        ticket=piece.ticket_id, undoable__expires_at__gt=clock.now(), before__has_key="checklist"
    )
    kept = [piece.ticket.checklist, *(state["checklist"] for one in live for state in (one.before, one.after))]
    gone = {pk for state in (piece.before, piece.after) for pk in _items(state["checklist"])}
    forget_words(piece.ticket_id, gone.difference(*map(_items, kept)))


def _items(checklist: dict[str, Any]) -> list[int]:
    return [item["id"] for item in checklist.get("items", [])]


def _require_alive(made: Undoable) -> None:
    if made.undone_at is not None:
        raise Conflict(_("This was undone already."))
    if made.expires_at <= clock.now():
        raise Conflict(_("It is too late to undo this; please change it by hand."))


def _locked(stack: ExitStack, pieces: list[UndoPiece], by: Person) -> dict[int, Log]:
    """The logs of all tickets, locked in the order of their ids."""
    ids = {piece.ticket_id for piece in pieces}
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(pk__in=ids)}
    if len(tickets) < len(ids):
        raise NotFound(_("This can no longer be undone."))
    logs = {pk: stack.enter_context(changing(tickets[pk], by=by)) for pk in sorted(tickets)}
    for ticket in tickets.values():
        policy.require_work(by, ticket)
    return logs


def _refuse(reasons: list[str]) -> None:
    if reasons:
        some = list(dict.fromkeys(reasons))
        more = "" if len(some) <= MOST_SAID else " …"
        raise Conflict(_("Nothing was undone: %(reasons)s") % {"reasons": " ".join(some[:MOST_SAID]) + more})


def _in_the_way(log: Log, piece: UndoPiece) -> list[str]:
    """Why this piece cannot be taken back: what was changed on the ticket since."""
    ticket = log.ticket
    if ticket.version == piece.seqs[-1]:
        return []
    for event, columns in _since(ticket, piece.seqs[-1]):
        if columns & _ours(piece) or (piece.is_new and not event.by.is_robot):
            words = {"number": ticket.number, "name": event.by.name, "what": KINDS[event.kind].noun or event.kind}
            return [_("#%(number)s was changed by %(name)s since (%(what)s).") % words]
    return []


def _ours(piece: UndoPiece) -> set[str]:
    """What nobody else may have touched: columns, and single custom fields."""
    keys = {f"fields.{key}" for key in _changed_fields(piece)}
    beneath = {"working_state_id"} if "status" in piece.after else set()  # it would fall away with the status
    return keys | beneath | set(piece.after) - {*SETS, *WITH_WORDS, "fields"}


def _since(ticket: Ticket, seq: int) -> Iterator[tuple[Event, set[str]]]:
    """Later events that still hold, with the columns that each changed."""
    events = list(Event.objects.filter(ticket=ticket).select_related("by").order_by("seq"))
    undone = {past for event in events if event.kind == Undone.kind for past in event.data["seqs"]}
    row = fold(ticket.pk, [event for event in events if event.seq <= seq])
    for event in events[seq:]:
        before = _state(row)
        of_event(event.kind, event.data).apply(row, event.at)
        after = _state(row)
        if event.kind == "retitled":
            after["subject"] = event.data["subject"]
        if event.seq not in undone and event.kind != Undone.kind:
            yield event, {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _state(row: Ticket) -> dict[str, Any]:
    """The columns of a row, each custom field by itself."""
    columns = {f.attname: row.__dict__.get(f.attname) for f in row._meta.concrete_fields if f.attname not in KEPT}
    columns.pop("fields")
    return {**columns, **{f"fields.{key}": value for key, value in row.fields.items()}}


def _take_back(log: Log, piece: UndoPiece) -> int:
    """Undo one piece. Returns how many of its messages had left already."""
    ticket = log.ticket
    events = list(Event.objects.filter(ticket=ticket, seq__in=piece.seqs).order_by("seq"))
    reactions.taken_back(log, events)
    stay = _withdraw(events)
    wanted = _closed(piece) if piece.is_new else dict(piece.before)
    if stay:
        for column in WITH_WORDS:
            wanted.pop(column, None)
    restored = {column: value for column in wanted if (value := _value(ticket, piece, wanted, column)) is not ...}
    if "working_state_id" in restored:
        status = restored.get("status", ticket.status)
        restored["working_state_id"] = working.still_of(status, restored["working_state_id"])
    _require_tree(ticket, restored.get("links", ticket.links))
    client_id = restored.get("client_id", ticket.client_id)
    if "asset_ids" in restored:
        restored["asset_ids"] = concerns.still_of(client_id, restored["asset_ids"])
    if client_id != ticket.client_id:
        move(ticket, client_id)
    fields = _restore_fields(ticket, piece)
    subject = _restore_subject(ticket, piece)
    log.record(
        Undone(
            seqs=piece.seqs, restored=restored, undone=[event.kind for event in events], fields=fields or None,
            subject=subject or None, stay=stay or None, stood=_stood(log, {*piece.seqs} - {*stay}),
        )
    )  # fmt: skip
    return len(stay)


def _require_tree(ticket: Ticket, links: list[dict[str, Any]]) -> None:
    """A link to a parent that comes back must still fit: nobody became an ancestor in between."""
    for link in links:
        if link["kind"] == LinkKind.CHILD and link not in ticket.links:
            parent = Ticket.objects.filter(pk=link["ticket"]).first()
            if parent is not None:
                family.require_tree(ticket, parent)


def _stood(log: Log, undone: set[int]) -> dict[str, str | None]:
    """What the log says about the talk without the events that were ever taken back."""
    talk, events = Talk(), list(Event.objects.filter(ticket=log.ticket).order_by("seq")) + log.events
    for event in events:
        if event.kind == Undone.kind:
            undone |= {*event.data["seqs"]} - {*event.data.get("stay", [])}
    for event in events:
        if event.seq not in undone and event.kind != Undone.kind:
            talk = of_event(event.kind, event.data).talk(talk, event.at)
    return {name: plain(value) for name, value in talk._asdict().items()}


def _closed(piece: UndoPiece) -> dict[str, Any]:
    """A ticket that ought not to be there: it is never deleted, it ends."""
    now = plain(clock.now())
    return {
        "status": Status.CLOSED.value, "resolution_code": ResolutionCode.MISTAKE.value, "resolved_at": now, "closed_at": now,
        "hold_reason": "", "wake_at": None, "supplier_id": None, "working_state_id": None, "callback_at": None,
        "is_first_contact": False, "links": [],
    }  # fmt: skip


def _value(ticket: Ticket, piece: UndoPiece, wanted: dict[str, Any], column: str) -> Any:
    """What the column becomes, or `...` when it stays: others' additions to a set are kept."""
    if column in ("subject", "fields"):
        return ...
    now, before = plain(getattr(ticket, column)), wanted[column]
    after = piece.after.get(column)
    if column in SETS and now != after:
        before = _without(now, before, after or [])
    elif column in WITH_WORDS and now != after:
        return ...
    return ... if now == before else before


def _without(now: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    """What is there now, less what was added between `before` and `after`, and again with what was removed."""
    kept = [one for one in now if one in before or one not in after]
    found = kept + [one for one in before if one not in after and one not in kept]
    return found if any(isinstance(one, dict) for one in found) else sorted(found)


def _changed_fields(piece: UndoPiece) -> dict[str, Any]:
    """Custom fields that the piece changed, with their former values (None: none)."""
    before, after = piece.before.get("fields", {}), piece.after.get("fields", {})
    return {key: before.get(key) for key in {*before, *after} if before.get(key) != after.get(key)}


def _restore_fields(ticket: Ticket, piece: UndoPiece) -> dict[str, Any]:
    """Give custom fields their former values; returns what the log keeps of them."""
    if piece.is_new or "fields" not in piece.before:
        return {}
    former = _changed_fields(piece)
    ticket.fields = {key: value for key, value in {**ticket.fields, **former}.items() if value is not None}
    return loggable(former)


def _restore_subject(ticket: Ticket, piece: UndoPiece) -> str:
    """Give the subject its former words; returns their digest."""
    if piece.is_new or "subject" not in piece.before:
        return ""
    ticket.subject = piece.before["subject"]
    return digest(ticket.subject)


def _withdraw(events: list[Event]) -> list[int]:
    """Stop the mail of these events. Words that nobody was sent become notes that say so; returns those (seq) that had left."""
    stay = []
    for event in events:
        pk = event.data.get("message") if KINDS[event.kind].has_words else None
        was_told = outbox.withdraw([f"event:{event.pk}"]) and event.kind == Resolved.kind
        was_sent = bool(pk) and outbox.withdraw([f"message:{pk}"])
        if pk and not was_sent:
            Message.objects.filter(pk=pk).update(kind=MessageKind.INTERNAL, withdrawn_at=clock.now())
        if was_sent or was_told:
            stay.append(event.seq)
    return stay
