"""Reads of the channels room."""

from dataclasses import dataclass

from django.db.models import QuerySet

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.people.models import Person
from olmo.tickets import queries as tickets
from olmo.tickets.models import Message

from .models import Mailbox, RawMessage, RawState
from .processing import content_of


@dataclass(frozen=True)
class Waiting:
    """Mail that is not a ticket yet: how many messages, seconds since the oldest came, and how many are parked."""

    count: int
    oldest_seconds: float
    parked: int


def due() -> QuerySet[RawMessage]:
    """Raw messages whose processing may start now."""
    return RawMessage.objects.filter(state=RawState.RECEIVED, next_at__lte=clock.now())


def waiting() -> Waiting:
    """For /readyz and the doctor. Needs a scope of every client."""
    rows = RawMessage.objects.filter(state=RawState.RECEIVED)
    oldest = rows.order_by("received_at").values_list("received_at", flat=True).first()
    late = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return Waiting(rows.count(), max(late, 0.0), RawMessage.objects.filter(state=RawState.PARKED).count())


def parked(viewer: Person) -> QuerySet[RawMessage]:
    """Messages that could not be processed, newest first. Raises NotFound unless the viewer administers."""
    _require_administrator(viewer)
    return RawMessage.objects.filter(state=RawState.PARKED).select_related("mailbox").defer("content").order_by("-pk")


def parked_message(viewer: Person, pk: int) -> RawMessage:
    """One of them. Raises NotFound."""
    found = parked(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def parked_source(viewer: Person, pk: int) -> bytes:
    """Its bytes as they came. Raises NotFound."""
    return content_of(parked_message(viewer, pk))


def mailboxes(viewer: Person) -> QuerySet[Mailbox]:
    """The mailboxes of the desk with their health. Raises NotFound unless the viewer administers."""
    _require_administrator(viewer)
    return Mailbox.objects.select_related("client", "team")


def raw_source(viewer: Person, message_id: int) -> bytes:
    """The mail behind a ticket's message, as it came, for an agent who sees the ticket. Raises NotFound."""
    message = Message.objects.filter(pk=message_id).exclude(source_id=None).first()
    if message is None or message.source_id is None or viewer.is_requester or message.redacted_at is not None:
        raise NotFound
    if not tickets.visible_to(viewer).filter(pk=message.ticket_id).exists():
        raise NotFound
    raw = RawMessage.objects.filter(pk=message.source_id).first()
    if raw is None:
        raise NotFound
    return content_of(raw)


def mailboxes_of(sources: list[int]) -> dict[int, int]:
    """Which mailbox each of these raw messages came to, where it is known."""
    rows = RawMessage.objects.filter(pk__in=sources).exclude(mailbox=None)
    return dict(rows.values_list("pk", "mailbox_id"))


def mailbox_choices() -> list[tuple[int, str]]:
    """All mailboxes by their addresses."""
    return list(Mailbox.objects.order_by("address").values_list("pk", "address"))


def is_automatic(message: Message) -> bool:
    """Whether a machine sent this message: nothing may answer it by itself."""
    if message.source_id is None:
        return False
    return RawMessage.objects.filter(pk=message.source_id, is_automatic=True).exists()


def _require_administrator(viewer: Person) -> None:
    if not viewer.is_administrator:
        raise NotFound
