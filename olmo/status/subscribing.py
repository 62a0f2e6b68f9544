"""Telling by mail: an address is asked to confirm, is told of each update, and leaves by one press (RFC 8058)."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.outbox import actions as outbox
from olmo.outbox.addresses import checked_address
from olmo.outbox.models import Envelope
from olmo.people import throttle
from olmo.people.throttle import Limit
from olmo.tenancy.models import Client
from olmo.tenancy.queries import provider

from .models import State, Subscriber, Update

TO_ADDRESS, FROM_PLACE = Limit("status to", 3, 60, alone=True), Limit("status from", 30, 60)
WAITS = timedelta(days=7)
CONFIRM, LEAVE = "olmo.status.confirm", "olmo.status.leave"


def ask(address: str, *, client: Client | None, language: str, place: str) -> None:
    """Ask an address whether it wants to be told. The answer is the same whether it is known. Raises Invalid, TooOften."""
    checked = checked_address(address).lower()
    for limit, value in ((FROM_PLACE, place), (TO_ADDRESS, checked)):
        throttle.require_room(limit, value)
        throttle.note(limit, value)
    row, _made = Subscriber.objects.get_or_create(
        address=checked, client=client, defaults={"language": language, "asked_at": clock.now()}
    )
    if row.confirmed_at is not None:
        return
    with translation.override(row.language):
        subject = _("Please confirm: news of the service status")
        text = _(
            "Somebody, probably you, wants news of the service status of %(name)s to be sent to this address.\n\n"
            "If it was you, open this page and press its button within seven days:\n\n%(url)s\n\n"
            "If not, do nothing: nothing will be sent."
        ) % {"name": name_of(row), "url": _url("portal:status_confirm", signing.dumps(row.pk, salt=CONFIRM))}
    _send(row, subject, text, f"status-ask:{row.pk}:{int(clock.now().timestamp())}")


def by_token(token: str, salt: str) -> Subscriber | None:
    """Whom a link names; None when it is none of ours, or they left."""
    try:
        pk = signing.loads(token, salt=salt, max_age=WAITS if salt == CONFIRM else None)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(pk=pk).select_related("client").first()


def confirm(row: Subscriber) -> None:
    """They want it. A second press changes nothing."""
    Subscriber.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=clock.now())


def leave(row: Subscriber) -> None:
    """They want it no more, and are forgotten."""
    row.delete()


def tell(update: int) -> int:
    """Mail an update to everybody whose page shows it and who has not got it yet; returns how many."""
    told = Update.objects.filter(pk=update).select_related("happening").first()
    if told is None or not told.happening.in_portal:
        return 0
    of = told.happening.clients
    rows = Subscriber.objects.filter(Q(client__in=of) if of else Q(), confirmed_at__isnull=False).select_related(
        "client"
    )
    done = set(Envelope.objects.filter(reference__startswith=f"status:{update}:").values_list("reference", flat=True))
    waiting = [row for row in rows.iterator() if f"status:{update}:{row.pk}" not in done]
    for row in waiting:
        with translation.override(row.language):
            _mail(row, told)
    return len(waiting)


def sweep() -> int:
    """Forget who was asked and did not confirm; returns how many."""
    return Subscriber.objects.filter(confirmed_at=None, asked_at__lt=clock.now() - WAITS).delete()[0]


def name_of(row: Subscriber) -> str:
    """Whose status it is."""
    host = provider()
    return row.client.name if row.client else host.name if host else "Olmo"


def _mail(row: Subscriber, told: Update) -> None:
    subject = f"{told.happening.title}: {State(told.state).label}"
    leave_url = _url("portal:status_leave", signing.dumps(row.pk, salt=LEAVE))
    text = "\n\n".join([
        told.text,
        _("The whole of it: %(url)s") % {"url": settings.BASE_URL + reverse("portal:status")},
        _("You get this since this address subscribed to the service status. No more of it: %(url)s") % {"url": leave_url},
    ])  # fmt: skip
    headers = {"List-Unsubscribe": f"<{leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    _send(row, subject, text, f"status:{told.pk}:{row.pk}", headers)


def _send(row: Subscriber, subject: str, text: str, reference: str, headers: dict[str, str] | None = None) -> None:
    host = provider()
    outbox.send(
        to=row.address, sender=(row.client.address if row.client else "") or (host.address if host else ""),
        sender_name=host.name if host else "", subject=subject, text=text, purpose="status", reference=reference,
        client_id=row.client_id, is_automatic=True, headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )  # fmt: skip


def _url(name: str, token: str) -> str:
    return settings.BASE_URL + reverse(name, args=[token])
