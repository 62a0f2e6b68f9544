"""Pushes to devices: queued in the outbox, made and encrypted when they leave (RFC 8030, 8188, 8291, 8292).

The push service of a browser's maker carries them and can read nothing: the words are encrypted for the device alone, and
padded to one length. Whether the person may see the ticket is asked at the moment of sending.
"""

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from py_vapid import Vapid02

from olmo.kernel import clock, outside
from olmo.kernel.config import current
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.outbox import actions as outbox
from olmo.outbox.models import PUSH, Envelope
from olmo.outbox.relaying import Outcome, Result
from olmo.people.models import Person
from olmo.staffing.models import Schedule
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import undo
from olmo.tickets.models import Event, Priority
from olmo.tickets.sentences import describe

from . import devices, promising, shifts, suggested
from .models import Device, Notice
from .telling import may_be_told

KEY = "vapid_key"  # among the secrets of the data folder
TTL = timedelta(hours=4)  # how long the push service keeps it for a device that is off
LIFE = timedelta(hours=12)  # of the signature that says who we are (at most a day: RFC 8292, section 2)
LENGTH = 1024  # every payload is padded to it, so that its length tells nothing
ONE, DUTY, SUGGESTION = "event:", "duty:", "suggestion:"


def queue(person: Person, event: Event) -> None:
    """Tell each device of a person of an event."""
    for device in devices.listed(person):
        _queue(device, f"{ONE}{event.pk}", client_id=event.ticket.client_id, not_before=undo.settled_at(event))


def queue_collected(person: Person, notices: list[Notice]) -> None:
    """Tell each device of what came together."""
    if len(notices) == 1:
        queue(person, notices[0].event)
        return
    for device in devices.listed(person):
        _queue(device, f"digest:{notices[0].pk}", text=",".join(str(notice.event_id) for notice in notices))


def queue_apart(person: Person, reference: str, text: str, not_before: datetime | None) -> None:
    """Tell each device of what belongs to no ticket. reference: begins with a key of `_APART`, which makes words of `text`."""
    for device in devices.listed(person):
        _queue(device, reference, text=text, not_before=not_before)


def carry(envelope: Envelope) -> Outcome:
    """CARRIERS entry: make the push, and hand it to the push service of its device."""
    with scope(EVERY_CLIENT):
        device = Device.objects.select_related("person").filter(pk=envelope.target.partition(":")[2]).first()
        if device is None:
            return Outcome(Result.DROPPED, _("The device was removed."))
        if devices.is_over(device):
            device.delete()
            return Outcome(Result.DROPPED, _("The device is signed out."))
        shown = _shown(device.person, envelope)
    if shown is None:
        return Outcome(Result.DROPPED, _("There is nothing left to tell."))
    return _settled(device, _offer(device, shown))


def public_key() -> str:
    """Our key as browsers take it (`applicationServerKey`)."""
    key = _vapid().public_key
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return devices.as_text(point)


def _queue(device: Device, reference: str, **more: Any) -> None:
    outbox.carry(
        PUSH, target=f"device:{device.pk}", to=device.name, to_name=device.person.name, reference=reference, **more
    )


def _shown(person: Person, envelope: Envelope) -> dict[str, Any] | None:
    """What the device shows: a sentence, the ticket, where a press leads. None: nothing that the person may know (any more)."""
    for prefix, words in _APART.items():
        if envelope.reference.startswith(prefix):
            return words(person, envelope)
    ids = [envelope.reference.removeprefix(ONE)] if envelope.reference.startswith(ONE) else envelope.text.split(",")
    found = Event.objects.filter(pk__in=[pk for pk in ids if pk]).select_related("ticket", "by").order_by("pk")
    events = [event for event in found if may_be_told(person, event.ticket) and not undo.is_undone(event)]
    if not events:
        return None
    with override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        return _one(person, events[0]) if len(events) == 1 else _many(events)


def _one(person: Person, event: Event) -> dict[str, Any]:
    ticket = event.ticket
    is_mention = person.pk in event.data.get("mentioned", [])
    mentioned = _("%(by)s mentioned you.") % {"by": event.by.name} if is_mention else ""
    said = mentioned or promising.said(event) or describe(person, [event])[0]
    return {
        "title": said, "body": f"#{ticket.number} {ticket.subject}"[:200], "tag": f"ticket-{ticket.pk}",
        "url": reverse("desk:ticket", args=[ticket.number]), "stays": ticket.priority == Priority.CRITICAL,
    }  # fmt: skip


def _duty(person: Person, envelope: Envelope) -> dict[str, Any] | None:
    row = Schedule.objects.select_related("team").filter(pk=envelope.reference.removeprefix(DUTY)).first()
    if row is None or not person.is_agent:
        return None
    found = shifts.kept(json.loads(envelope.text))
    with override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        lines = shifts.said(person, found, shifts.people_of(found))
    return {
        "title": lines[0], "body": "\n".join([f"{row.team}, {row.name}", *lines[1:]])[:200], "tag": f"on-call-{row.pk}",
        "url": f"{reverse('desk:oncall')}?team={row.team_id}", "stays": False,
    }  # fmt: skip


def _suggestion(person: Person, envelope: Envelope) -> dict[str, Any] | None:
    """Nothing of one that was answered meanwhile, or that is somebody else's to answer now."""
    row = suggested.by_id(int(envelope.reference.split(":")[1]))
    if row is None or not suggested.is_for(person, row):
        return None
    with override(person.language):
        said = suggested.said(row)
    return {
        "title": said, "body": row.words[:200], "tag": f"suggestion-{row.pk}", "url": suggested.place(row), "stays": False,
    }  # fmt: skip


_APART: Mapping[str, Callable[[Person, Envelope], dict[str, Any] | None]] = {DUTY: _duty, SUGGESTION: _suggestion}


def _many(events: list[Event]) -> dict[str, Any]:
    count = len(events)
    title = ngettext("%(n)d piece of news from the desk", "%(n)d pieces of news from the desk", count) % {"n": count}
    numbers = ", ".join(dict.fromkeys(f"#{event.ticket.number}" for event in events))
    return {"title": title, "body": numbers[:200], "tag": "digest", "url": reverse("desk:notices"), "stays": False}


def _offer(device: Device, shown: dict[str, Any]) -> outside.Answer | str:
    """The push service's answer, or why there is none."""
    try:
        return outside.post(device.endpoint, _encrypted(device, shown), _headers(device.endpoint, shown))
    except (Invalid, OSError) as error:
        return clean_line(str(error), 300)


def _settled(device: Device, answer: outside.Answer | str) -> Outcome:
    """What an answer means (RFC 8030, sections 5 and 7.3), and what is written down at the device."""
    if isinstance(answer, outside.Answer) and answer.status in (404, 410):
        with scope(EVERY_CLIENT):
            device.delete()
        return Outcome(Result.DROPPED, _("The device takes no more notices; it was removed."))
    words = answer if isinstance(answer, str) else f"HTTP {answer.status}"
    is_sent = isinstance(answer, outside.Answer) and 200 <= answer.status < 300
    with scope(EVERY_CLIENT):
        told = {"last_error": "", "told_at": clock.now()} if is_sent else {"last_error": words}
        Device.objects.filter(pk=device.pk).update(**told)
    if is_sent:
        return Outcome(Result.SENT, words)
    is_final = (
        isinstance(answer, outside.Answer) and 300 <= answer.status < 500 and answer.status not in (408, 425, 429)
    )
    return Outcome(Result.REFUSED if is_final else Result.LATER, words)


def _encrypted(device: Device, shown: dict[str, Any]) -> bytes:
    """One record of aes128gcm for this device, under a key that is used once."""
    plain = json.dumps(shown, ensure_ascii=False).encode()
    return bytes(
        http_ece.encrypt(
            plain + b" " * max(0, LENGTH - len(plain)), salt=os.urandom(16), private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=devices.as_bytes(device.p256dh), auth_secret=devices.as_bytes(device.auth), version="aes128gcm",
        )
    )  # fmt: skip


def _headers(endpoint: str, shown: dict[str, Any]) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}", "exp": int((clock.now() + LIFE).timestamp()),
        "sub": f"mailto:{outbox.default_sender()}",
    }  # fmt: skip
    return {
        "Authorization": _vapid().sign(claims)["Authorization"], "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm", "TTL": str(int(TTL.total_seconds())),
        "Urgency": "high" if shown["stays"] else "normal",
    }  # fmt: skip


def _vapid() -> Any:
    return Vapid02.from_pem(current().kept_secret(KEY, _new_key).encode())


def _new_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
