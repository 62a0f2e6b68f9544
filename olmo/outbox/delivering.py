"""The work of the job: claim what is due, offer it to the relay, write down what came of it.

Each step is a transaction of its own and none is open while the relay is spoken to. A worker that dies leaves the envelope
"sending" with a lease; `is_in_doubt` tells whether its content had begun to leave.
"""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions
from .composing import as_bytes, needs_utf8
from .models import MAIL, Envelope, State
from .relaying import Conversation, Outcome, Result

log = logging.getLogger("olmo.outbox")

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(days=3)
PATIENCE_ELSEWHERE = timedelta(hours=4)  # news on a device is stale sooner than a mail
PAUSES = [timedelta(minutes=n) for n in (1, 5, 15, 60, 120, 240, 480)]
MAX_DOUBTS = 2
SIGN_IN = "sign-in"  # the purpose of a mail whose link signs its reader in
BATCH = 500


def deliver_due() -> int:
    """Send every envelope whose moment has come; returns how many left. Without a relay everything waits."""
    relay = current().relay
    if relay is None:
        return 0
    sent = 0
    with Conversation(relay, actions.own_host()) as conversation:
        for _turn in range(BATCH):
            envelope = claim()
            if envelope is None:
                return sent
            outcome = _offer(conversation, envelope)
            settle(envelope, outcome)
            sent += outcome.result is Result.SENT
            if outcome.result is Result.UNREACHABLE:  # one envelope a minute finds out when the relay is back
                return sent
    with scope(EVERY_CLIENT):
        actions.wake()
    return sent


def claim(*, is_mail: bool = True) -> Envelope | None:
    """The next due envelope, marked as being sent; None when nothing is due. Given-up doubts are settled on the way."""
    way = Q(channel=MAIL) if is_mail else ~Q(channel=MAIL)
    while True:
        with scope(EVERY_CLIENT):
            now = clock.now()
            due = Q(state__in=[State.QUEUED, State.SENDING], next_at__lte=now)
            envelope = (
                Envelope.objects.filter(due, way)
                .order_by("next_at", "pk")
                .select_for_update(skip_locked=True, of=("self",))
                .first()
            )
            if envelope is None:
                return None
            if envelope.is_in_doubt and _doubted_too_often(envelope):
                continue
            envelope.state, envelope.attempts = State.SENDING, envelope.attempts + 1
            envelope.next_at, envelope.is_in_doubt = now + LEASE, False
            envelope.save(update_fields=["state", "attempts", "next_at", "is_in_doubt", "doubts"])
            return envelope


def settle(envelope: Envelope, outcome: Outcome) -> None:
    """Write down what came of a try: sent, to be tried again later, or given up."""
    with scope(EVERY_CLIENT):
        now = clock.now()
        envelope.last_error = "" if outcome.result is Result.SENT else outcome.words
        envelope.is_in_doubt = False
        if outcome.result is Result.SENT:
            envelope.state, envelope.sent_at = State.SENT, now
        elif outcome.result is Result.DROPPED:
            envelope.state = State.DROPPED
        elif outcome.result is Result.REFUSED or now - envelope.created_at > _patience(envelope):
            _give_up(envelope)
        elif outcome.result is Result.IN_DOUBT and _doubted_too_often(envelope):
            return
        else:
            envelope.state, envelope.next_at = State.QUEUED, now + pause_after(envelope.attempts)
        envelope.save(update_fields=["state", "sent_at", "next_at", "last_error", "is_in_doubt", "doubts"])
        _forget_secrets(envelope)


def _patience(envelope: Envelope) -> timedelta:
    return PATIENCE if envelope.channel == MAIL else PATIENCE_ELSEWHERE


def _forget_secrets(envelope: Envelope) -> None:
    """A mail that signs somebody in is not kept once it has left."""
    if envelope.purpose == SIGN_IN and envelope.state == State.SENT:
        envelope.text = envelope.html = ""
        envelope.save(update_fields=["text", "html"])


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many tries: it grows from a minute to eight hours (RFC 5321, section 4.5.4.1)."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def _doubted_too_often(envelope: Envelope) -> bool:
    """Count one more unheard answer. After the second one nothing more is sent: two copies may be there already."""
    envelope.doubts += 1
    if envelope.doubts < MAX_DOUBTS:
        return False
    envelope.last_error = _("The connection broke twice before the answer was heard. The message may have arrived.")
    _give_up(envelope)
    envelope.save(update_fields=["state", "last_error", "doubts"])
    return True


def _give_up(envelope: Envelope) -> None:
    log.warning("Envelope %s (%s) was given up: %s", envelope.pk, envelope.purpose, envelope.last_error)
    envelope.state = State.FAILED
    actions.tell_given_up(envelope.pk)


def _offer(conversation: Conversation, envelope: Envelope) -> Outcome:
    try:
        content = as_bytes(envelope, clock.now())
    except OSError as error:
        return Outcome(Result.LATER, f"A file could not be read: {error.strerror}")
    except (UnicodeError, ValueError) as error:
        return Outcome(Result.REFUSED, f"The message cannot be written as a mail: {error}"[:480])
    return conversation.deliver(
        envelope.return_path or envelope.sender, envelope.to, content, utf8=needs_utf8(envelope),
        handing_over=lambda: _mark_in_doubt(envelope),
    )  # fmt: skip


def _mark_in_doubt(envelope: Envelope) -> None:
    with scope(EVERY_CLIENT):
        Envelope.objects.filter(pk=envelope.pk).update(is_in_doubt=True)
