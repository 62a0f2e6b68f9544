"""What intake needs to know of the desk itself for every message: its mailboxes, its addresses, its language.

Read once for a batch of messages and not for each.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from olmo.tenancy import queries as tenancy
from olmo.tenancy.models import Client

from .models import Mailbox


@dataclass(frozen=True)
class Ours:
    """The desk as intake sees it. Keys and members are addresses in lower case, without a plus part.

    Clients are asked for once and then remembered: it is thrown away after a batch.
    """

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    by_id: dict[int, Mailbox] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    language: str = settings.LANGUAGE_CODE
    _clients: dict[int, Client] = field(default_factory=dict)
    _domains: dict[str, Client | None] = field(default_factory=dict)

    def mailbox(self, pk: int | None, recipients: Iterable[str]) -> Mailbox | None:
        """The mailbox that a message came to: the one it was fetched from, or the first of its recipients."""
        if pk is not None:
            return self.by_id.get(pk)
        return next((self.mailboxes[key] for address in recipients if (key := plain(address)) in self.mailboxes), None)

    def client(self, pk: int) -> Client:
        """The client with this id."""
        if pk not in self._clients:
            self._clients[pk] = Client.objects.get(pk=pk)
        return self._clients[pk]

    def client_of_domain(self, domain: str) -> Client | None:
        """The client whose mail domain this is, or None."""
        if domain not in self._domains:
            self._domains[domain] = tenancy.client_of_domain(domain)
        return self._domains[domain]

    def client_of_strangers(self) -> Client | None:
        """The client that takes unknown senders; None until there is one, which another worker may make any moment."""
        found = self._domains.get("") or tenancy.client_of_strangers()
        if found is not None:
            self._domains[""] = found
        return found

    def has(self, address: str) -> bool:
        """Whether this is an address of the desk: who writes as us is a machine, or an impostor."""
        return plain(address) in self.addresses


def read() -> Ours:
    """The desk as it is now. Needs a scope of every client."""
    boxes = list(Mailbox.objects.select_related("client", "team"))
    host = tenancy.provider()
    addresses = {box.address.lower() for box in boxes}
    addresses |= {address.lower() for address in Client.objects.exclude(address="").values_list("address", flat=True)}
    if host and host.address:
        addresses.add(host.address.lower())
    return Ours(
        mailboxes={box.address.lower(): box for box in boxes if box.is_active}, by_id={box.pk: box for box in boxes},
        addresses=frozenset(addresses), language=host.language if host else settings.LANGUAGE_CODE,
    )  # fmt: skip


def plain(address: str) -> str:
    """An address in lower case without what stands behind a plus."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
