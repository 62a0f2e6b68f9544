"""Whether a mail is from a partner's desk that works on a ticket."""

from olmo.people.models import Person
from olmo.tickets.models import PartnerCase

from .inbound import Inbound, Proof
from .threads import Thread

PUBLIC_HOSTS = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "libero.it", "icloud.com", "gmx.de"})


def case_of(inbound: Inbound, thread: Thread | None) -> PartnerCase | None:
    """The case that a mail belongs to; None when no partner's desk wrote it.

    The partner's own address is enough where the mail names our ticket or their reference. Somebody else of their host must
    answer a mail of ours, which only they got. A sender that failed its check is nobody's partner.
    """
    if not inbound.address or inbound.proof is Proof.FAILED:
        return None
    known = PartnerCase.objects.select_related("supplier", "ticket__client", "ticket__requester")
    if thread is not None:
        cases = list(known.filter(ticket__in=[thread.ticket.pk, *thread.ticket.absorbed_ids]).order_by("-pk"))
        return next((case for case in cases if _is_of(inbound, case, is_strong=thread.is_strong)), None)
    own = known.filter(supplier__email__iexact=inbound.address).exclude(reference="").order_by("-pk")
    subject = inbound.subject.casefold()
    return next((case for case in own[:200] if case.reference.casefold() in subject), None)


def _is_of(inbound: Inbound, case: PartnerCase, *, is_strong: bool) -> bool:
    address = case.supplier.email.lower()
    if inbound.address.lower() == address:
        return True
    host = address.rpartition("@")[2]
    return is_strong and inbound.domain.lower() == host and host not in PUBLIC_HOSTS and not _takes_part(inbound, case)


def _takes_part(inbound: Inbound, case: PartnerCase) -> bool:
    """Whether the sender is the requester, or follows: their words are not the partner's, whatever their host."""
    people = [case.ticket.requester_id, *case.ticket.watcher_ids]
    return Person.objects.filter(pk__in=people, email__iexact=inbound.address).exists()
