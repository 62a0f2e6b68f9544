"""Verbs and reads of devices: a browser that shows notices when no page is open.

A device belongs to the session in which it was switched on, as a live stream does: it is silent when that session is over, the
password changed or its person left, and signing out forgets it.
"""

import base64
import binascii
from collections.abc import Iterable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from olmo.kernel import clock, outside
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.people import streams
from olmo.people.models import Person

from .models import Device

MOST = 10


def switch_on(person: Person, *, session: str, name: str, endpoint: str, p256dh: str, auth: str) -> Device:
    """Let a browser show this person's notices. endpoint, p256dh, auth: as its PushSubscription says (RFC 8030, RFC 8291).

    Whose device it was before is its no longer. Raises Invalid.
    """
    outside.checked(endpoint, "endpoint")
    _require_keys(p256dh, auth)
    if Device.objects.filter(person=person).exclude(endpoint=endpoint).count() >= MOST:
        raise Invalid("name", _("You have %(most)d devices already; remove one first.") % {"most": MOST})
    Device.objects.filter(endpoint=endpoint).exclude(person=person).delete()
    made, _is_new = Device.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "person": person, "session": session, "proof": streams.proof_of(person), "name": clean_line(name, 80) or _("Device"),
            "p256dh": p256dh, "auth": auth, "created_at": clock.now(), "last_error": "",
        },
    )  # fmt: skip
    return made


def remove(person: Person, pk: int) -> Device:
    """Tell this device nothing more. Raises NotFound."""
    device = Device.objects.filter(person=person, pk=pk).first()
    if device is None:
        raise NotFound
    Device.objects.filter(pk=pk).delete()
    return device


def signed_out(person: Person, session: str) -> None:
    """SIGNED_OUT reaction: a browser that was signed out shows nothing more."""
    Device.objects.filter(person=person, session=session).delete()


def listed(person: Person) -> QuerySet[Device]:
    """The devices of a person, newest first."""
    return Device.objects.filter(person=person).order_by("-created_at")


def owners(people: Iterable[Person]) -> set[int]:
    """Which of these have a device."""
    found = Device.objects.filter(person__in=[person.pk for person in people])
    return set(found.values_list("person", flat=True))


def is_over(device: Device) -> bool:
    """Whether it is to be told nothing: signed out, another password, left."""
    return not streams.is_open(device.person, device.session, device.proof)


def sweep() -> int:
    """Forget the devices that are over; returns how many."""
    over = [device.pk for device in Device.objects.select_related("person") if is_over(device)]
    return Device.objects.filter(pk__in=over).delete()[0]


def _require_keys(p256dh: str, auth: str) -> None:
    """A point of the curve P-256, uncompressed, and 16 bytes (RFC 8291, section 3)."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), as_bytes(p256dh))
        is_fit = len(as_bytes(auth)) == 16
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        is_fit = False
    if not is_fit:
        raise Invalid("p256dh", _("The keys of this device cannot be read. Switch it on again."))


def as_bytes(text: str) -> bytes:
    """Base64 of addresses (RFC 4648, section 5), with or without its filling."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_text(content: bytes) -> str:
    """The other way, without filling."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
