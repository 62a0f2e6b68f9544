"""Erasure of personal data: the words go, the fact that they were there stays."""

from olmo.kernel import clock
from olmo.people.models import Person

from .. import policy
from ..changes import Redacted
from ..log import changing
from ..models import Attachment, Event, Message
from ..search import rebuild


def redact(message: Message, *, by: Person) -> Event:
    """Erase the words and files of a message for good; its place in the log, author and time remain.

    Raises NotFound, NotAllowed (administrators only). Source: GDPR, article 17.
    """
    ticket = message.ticket
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        policy.require(policy.may_redact(by, ticket))
        Attachment.objects.filter(message=message).delete()
        message.text = message.quoted = message.html = ""
        message.to, message.cc, message.redacted_at = [], [], clock.now()
        message.save(update_fields=["text", "quoted", "html", "to", "cc", "redacted_at"])
        event = log.record(Redacted(message=message.pk))
        rebuild(ticket)
        return event
