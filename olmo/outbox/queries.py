"""Reads of the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.config import current

from .models import MAIL, PENDING, Envelope, State

_ENDED = {
    State.SENT: gettext_lazy("Sent to %(to)s"),
    State.FAILED: gettext_lazy("Could not be delivered to %(to)s: %(reason)s"),
    State.HELD: gettext_lazy("Held back from %(to)s: %(reason)s"),
    State.DROPPED: gettext_lazy("Not sent to %(to)s any more: %(reason)s"),
}


@dataclass(frozen=True)
class Waiting:
    """What has not left yet: how many, and for how many seconds the oldest has been due."""

    count: int
    oldest_seconds: float
    has_relay: bool


def due() -> QuerySet[Envelope]:
    """Envelopes whose moment has come."""
    return Envelope.objects.filter(state__in=PENDING, next_at__lte=clock.now())


def waiting() -> Waiting:
    """For /readyz and the doctor. Needs a scope that shows what it should count."""
    pending = Envelope.objects.filter(state__in=PENDING)
    oldest = pending.order_by("next_at").values_list("next_at", flat=True).first()
    late = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return Waiting(pending.count(), max(late, 0.0), current().relay is not None)


def by_reference(references: Iterable[str]) -> dict[str, list[Envelope]]:
    """The envelopes that carry each thing, oldest first; words and files are not fetched."""
    found: dict[str, list[Envelope]] = {}
    rows = Envelope.objects.filter(reference__in=list(references)).defer("text", "html", "attachments", "headers")
    for envelope in rows.order_by("pk"):
        found.setdefault(envelope.reference, []).append(envelope)
    return found


def by_message_id(message_id: str, recipients: Iterable[str] = ()) -> Envelope | None:
    """The envelope that left with this Message-ID (angle brackets optional), preferably to one of the recipients."""
    wanted = {address.lower() for address in recipients}
    rows = list(Envelope.objects.filter(message_id=f"<{message_id.strip('<> ')}>").order_by("pk")[:200])
    return next((row for row in rows if row.to.lower() in wanted), rows[0] if rows else None)


def words(envelope: Envelope) -> str:
    """How far it got, in one sentence."""
    names = {"to": envelope.to, "reason": envelope.last_error}
    if (words := _ENDED.get(State(envelope.state))) is not None:
        return str(words) % names
    if envelope.channel == MAIL and current().relay is None:
        return _("Waiting for %(to)s: no relay for outgoing mail is set (OLMO_SMTP_URL)") % names
    if envelope.last_error:
        return _("Waiting for %(to)s, to be tried again: %(reason)s") % names
    return _("Waiting to be sent to %(to)s") % names
