"""How our own mail is known when it comes back."""

import functools
import hashlib
import re

from django.conf import settings

from olmo.outbox.queries import by_message_id
from olmo.tenancy.models import Client, Provider

from .models import Mailbox
from .ours import plain

HEADER = "X-Olmo-Loop"
# What `notifications.sending.message_id` and `outbox.actions.new_message_id` make.
_OUR_FORM = re.compile(r"\d+\.[\w-]+\.[a-z0-9]{20}@|[0-9a-f]{32}@")


@functools.cache
def mark() -> str:
    """What our `X-Olmo-Loop` says: the same for all mail of this desk, unlike every other desk's."""
    return hashlib.sha256(b"loop " + settings.SECRET_KEY.encode()).hexdigest()[:24]


def is_own(loop_header: str, message_id: str) -> bool:
    """Whether this very message left from here."""
    return loop_header == mark() or bool(_OUR_FORM.match(message_id) and by_message_id(message_id))


def is_own_address(address: str) -> bool:
    """Whether this is an address of the desk, plus part aside: who writes as us is a machine, or an impostor."""
    wanted = plain(address)
    return any(model.objects.filter(address__iexact=wanted).exists() for model in (Mailbox, Provider, Client))
