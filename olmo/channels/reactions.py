"""What this room does when a ticket's log grows (`wiring.AFTER`): the bytes behind a message go where the message goes."""

from olmo.kernel.files import path_of
from olmo.knowledge.models import File
from olmo.outbox import actions as outbox
from olmo.tickets.changes import Redacted, of_event
from olmo.tickets.models import Attachment, Event, Message

from .models import RawMessage


def follow(event: Event) -> None:
    """AFTER reaction: the sources and envelopes of a ticket that moved to another client move too; those of an erased message
    are erased."""
    change = of_event(event.kind, event.data)
    if client_id := change.moves_to():
        _move(event.ticket_id, client_id)
    elif isinstance(change, Redacted):
        _erase(change.message)


def _move(ticket_id: int, client_id: int) -> None:
    messages = Message.objects.filter(ticket=ticket_id)
    sources = messages.exclude(source_id=None).values_list("source_id", flat=True)
    RawMessage.objects.filter(pk__in=list(sources)).exclude(client=client_id).update(client=client_id)
    outbox.move([f"message:{pk}" for pk in messages.values_list("pk", flat=True)], client_id)


def _erase(message_id: int) -> None:
    outbox.erase([f"message:{message_id}"])
    source = Message.objects.filter(pk=message_id).values_list("source_id", flat=True).first()
    raw = RawMessage.objects.filter(pk=source).first() if source else None
    if raw is None:
        return
    is_file = raw.content is None
    RawMessage.objects.filter(pk=raw.pk).update(content=b"", envelope_from="", envelope_to=[], mail_id="")
    is_needed = (
        Attachment.objects.filter(sha256=raw.sha256).exists()
        or RawMessage.objects.filter(sha256=raw.sha256, content=None).exists()
        or File.objects.filter(sha256=raw.sha256).exists()
    )
    if is_file and not is_needed:
        path_of(raw.sha256).unlink(missing_ok=True)
