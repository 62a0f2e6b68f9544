"""The links of approval mails: signed, each for one person; used once, since what is decided is decided."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.people.queries import address_for
from olmo.tickets.models import Attachment

from .models import Approval, Link

_SALT = "olmo.requests.link"


def url(approval: Approval, person: Person) -> str:
    """The address that is mailed to somebody."""
    row, _made = Link.objects.get_or_create(
        approval=approval, person=person, defaults={"client_id": approval.client_id, "at": clock.now()}
    )
    return address_for(person) + reverse("requests:link", args=[_token(row)])


def file_url(approval: Approval, person: Person, file: Attachment) -> str:
    """Where somebody who is asked opens a file of the answers; "" of whoever was mailed no link."""
    row = Link.objects.filter(approval=approval, person=person).first()
    return reverse("requests:file", args=[_token(row), file.pk, file.name]) if row else ""


def _token(row: Link) -> str:
    return Signer(sep=".", salt=_SALT).sign(str(row.pk))


def read(token: str) -> Link | None:
    """The link that we signed; None for anything else. The scope shows every client."""
    try:
        pk = int(Signer(sep=".", salt=_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None
    beside = ("item__service", "ticket__requester", "recipient", "by", "version", "client")
    named = [f"approval__order__{name}" for name in beside]
    rows = Link.objects.select_related("person", "approval__approver", "approval__decided_by", *named)
    return rows.filter(pk=pk).first()


def used(link: Link) -> None:
    """Note when it was used."""
    Link.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now())
