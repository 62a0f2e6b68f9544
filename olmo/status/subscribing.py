"""Telling by mail: an address is asked to confirm, is told of each update, and leaves by one press (RFC 8058)."""

from datetime import timedelta
from functools import cache

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.outbox import actions as outbox
from olmo.outbox.addresses import checked_address
from olmo.outbox.models import Envelope
from olmo.people import throttle
from olmo.people.models import Identity, Person
from olmo.people.throttle import Limit
from olmo.tenancy import branding
from olmo.tenancy.models import Client
from olmo.tenancy.queries import provider

from . import queries
from .models import Happening, Page, State, Subscriber, Update

TO_ADDRESS, FROM_PLACE = Limit("status to", 3, 60, alone=True), Limit("status from", 30, 60)
WAITS = timedelta(days=7)
CONFIRM, LEAVE = "olmo.status.confirm", "olmo.status.leave"


def ask(address: str, *, client: Client | None, by: Person | None, language: str, place: str) -> None:
    """Ask an address whether it wants to be told. The answer is the same whether it is known. by: a requester of the client.

    Raises Invalid (no address; one from outside, and the page is not public), TooOften.
    """
    checked = checked_address(address).lower()
    if client is not None and not (queries.is_public(client) or _is_inside(checked, client, by)):
        raise Invalid("address", _("This status is not public. Choose an address of yours or of your organisation."))
    for limit, value in ((FROM_PLACE, place), (TO_ADDRESS, checked)):
        throttle.require_room(limit, value)
        throttle.note(limit, value)
    row = _asked(checked, client, by, language)
    if row.confirmed_at is not None:
        return
    with translation.override(row.language):
        subject = _("Please confirm: news of the service status")
        text = _(
            "Somebody, probably you, wants news of the service status of %(name)s to be sent to this address.\n\n"
            "If it was you, open this page and press its button within seven days:\n\n%(url)s\n\n"
            "If not, do nothing: nothing will be sent."
        ) % {
            "name": name_of(row),
            "url": branding.address_of(row.client_id) + _place_of("portal:status_confirm", row, CONFIRM),
        }
    _send(row, subject, text, f"status-ask:{row.pk}:{int(clock.now().timestamp())}")


def _is_inside(address: str, client: Client, by: Person | None) -> bool:
    if by is None or by.client_id != client.pk:
        return False
    return _is_own(address, by) or client.domains.filter(name__iexact=address.rpartition("@")[2]).exists()


def _is_own(address: str, person: Person) -> bool:
    mails = person.identities.filter(kind=Identity.Kind.EMAIL, value=address)
    return address == (person.email or "").lower() or mails.exists()


def _whose(row: Subscriber, by: Person | None) -> Person | None:
    """In whose name it is: of two who asked, the one whose address it is; who confirmed keeps it from others."""
    if by is None or row.person is None or not row.person.is_active or _is_own(row.address, by):
        return by or row.person
    is_kept = row.confirmed_at is not None or _is_own(row.address, row.person)
    return row.person if is_kept else by


def _asked(address: str, client: Client | None, by: Person | None, language: str) -> Subscriber:
    """The row of an address; one that has not confirmed is asked anew, in the language of now."""
    now = clock.now()
    row, is_new = Subscriber.objects.select_for_update(of=("self",)).get_or_create(
        address=address, client=client, defaults={"person": by, "language": language, "asked_at": now}
    )
    if is_new:
        return row
    row.person = _whose(row, by)
    if row.confirmed_at is None:
        row.language, row.asked_at = language, now
    row.save(update_fields=["person", "language", "asked_at"])
    return row


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
    """Mail an update to everybody who may read it now and has not got it yet; returns how many."""
    told = queries.out(update)
    if told is None:
        return 0
    rows = _readers(told.happening)
    done = set(Envelope.objects.filter(reference__startswith=f"status:{update}:").values_list("reference", flat=True))
    waiting = [row for row in rows.iterator() if f"status:{update}:{row.pk}" not in done]
    address = cache(branding.address_of)
    for row in waiting:
        with translation.override(row.language):
            _mail(row, told, address(row.client_id))
    return len(waiting)


def _readers(happening: Happening) -> QuerySet[Subscriber]:
    """Who confirmed and may read it still: strangers a public page, requesters their own organisation's, while it is served."""
    page = Page.objects.filter(client=OuterRef("client"), is_public=True)
    anybody = Q(Exists(page)) | (Q(client=None) if queries.is_public(None) else Q(pk__in=[]))
    theirs = Q(person__is_active=True, person__client=F("client"))
    rows = Subscriber.objects.filter(
        anybody | theirs, Q(client=None) | Q(client__is_active=True), confirmed_at__isnull=False
    )
    of = happening.clients
    return (
        (rows.filter(client__in=of) if of else rows)
        .select_related("client")
        .annotate(slug=Subquery(page.values("slug")))
    )


def sweep() -> int:
    """Forget who was asked and did not confirm; returns how many."""
    return Subscriber.objects.filter(confirmed_at=None, asked_at__lt=clock.now() - WAITS).delete()[0]


def name_of(row: Subscriber) -> str:
    """Whose status it is."""
    host = provider()
    return row.client.name if row.client else host.name if host else "Olmo"


def _mail(row: Subscriber, told: Update, base: str) -> None:
    """base: where the readers of this organisation's status open Olmo."""
    subject = f"{told.happening.title}: {State(told.state).label}"
    leave_url = base + _place_of("portal:status_leave", row, LEAVE)
    text = "\n\n".join([
        told.text,
        _("The whole of it: %(url)s") % {"url": base + _place(row, told.happening)},
        _("You get this since this address subscribed to the service status. No more of it: %(url)s") % {"url": leave_url},
    ])  # fmt: skip
    headers = {"List-Unsubscribe": f"<{leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    _send(row, subject, text, f"status:{told.pk}:{row.pk}", headers)


def _place(row: Subscriber, happening: Happening) -> str:
    """Where this reader finds it: a stranger at the public page, whoever signs in at the page of its own."""
    slug = getattr(row, "slug", None)
    if row.person_id is None and slug:
        return f"{reverse('portal:status_of', args=[slug])}#happening-{happening.pk}"
    return reverse("portal:happening", args=[happening.pk])


def _send(row: Subscriber, subject: str, text: str, reference: str, headers: dict[str, str] | None = None) -> None:
    host = provider()
    outbox.send(
        to=row.address, sender=(row.client.address if row.client else "") or (host.address if host else ""),
        sender_name=host.name if host else "", subject=subject, text=text, purpose="status", reference=reference,
        client_id=row.client_id, is_automatic=True, language=row.language,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )  # fmt: skip


def _place_of(name: str, row: Subscriber, salt: str) -> str:
    return reverse(name, args=[signing.dumps(row.pk, salt=salt)])
