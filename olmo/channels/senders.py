"""Who writes: the person of an address, made known on the first message, and the client they belong to."""

from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict
from olmo.kernel.language import guess
from olmo.people import actions as people
from olmo.people.models import Kind, Person
from olmo.people.queries import by_address
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .failures import hear_again
from .inbound import Inbound
from .ours import Ours


def known(inbound: Inbound) -> Person | None:
    """The person of the sender's address, or None. An address that was silenced and writes again is heard again."""
    found = next(iter(Person.objects.raw(_KNOWN, [inbound.address])), None) if inbound.address else None
    if found is not None and found.is_silenced and not inbound.is_automatic:  # type: ignore[attr-defined]
        hear_again(inbound.address)
    return found


# For every message: a plain statement costs a third of what building it costs.
_KNOWN = """
select person.*, identity.is_silenced from people_identity identity join people_person person on person.id = identity.person_id
where identity.kind = 'email' and identity.value = %s
"""


def client_for(inbound: Inbound, person: Person | None, desk: Ours) -> Client:
    """Whose ticket a new message opens: the requester's own organisation, else that of the mail domain, of the mailbox,
    else the one that takes strangers."""
    if person is not None and person.client_id is not None:
        return desk.client(person.client_id)
    found = desk.client_of_domain(inbound.domain) if inbound.domain else None
    return (
        found or (inbound.mailbox.client if inbound.mailbox else None) or desk.client_of_strangers() or _of_strangers()
    )


def enrolled(inbound: Inbound, client: Client) -> Person:
    """Make the sender known as a requester of `client`, in the language that they write. Without an address: a nameless one."""
    name = inbound.name or inbound.address.partition("@")[0] or _("Unknown sender")
    mailbox_language = inbound.mailbox.language if inbound.mailbox else ""
    language = guess(f"{inbound.subject}\n{inbound.text}", mailbox_language)
    if not inbound.address:
        return _nameless(client)
    try:
        return people.enrol_requester(client, name, inbound.address, language=language)
    except Conflict:  # another message of the same sender was faster
        person = by_address(inbound.address)
        if person is None:
            raise
        return person


def _nameless(client: Client) -> Person:
    """The one requester of a client who stands for messages without a readable sender."""
    name = "Unknown sender"
    found = Person.objects.filter(kind=Kind.REQUESTER, client=client, email=None, name=name).first()
    return found or people.enrol_requester(client, name, None)


def _of_strangers() -> Client:
    """The organisation of unknown senders, made when the first one writes."""
    made, _is_new = Client.objects.get_or_create(takes_strangers=True, defaults={"name": _free_name()})
    with scope(EVERY_CLIENT):  # the open scope was counted before this organisation existed: its end counts anew
        return made


def _free_name() -> str:
    name, tries = str(_("Unknown senders")), 1
    while Client.objects.filter(name__iexact=name).exists():
        tries += 1
        name = f"{_('Unknown senders')} {tries}"
    return name
