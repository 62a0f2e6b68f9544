"""Who may listen to which live stream, and until when."""

from asgiref.sync import sync_to_async
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest

from olmo.kernel import clock
from olmo.kernel.listeners import Listener, address
from olmo.kernel.text import digest
from olmo.tenancy.scope import EVERY_CLIENT, EveryClient, scope

from .models import Person
from .queries import clients_of


def stream_url(request: HttpRequest, tickets: list[int] | None = None) -> str:
    """The signed address of the live stream for the person of this request: of all their clients, or of some tickets (ids)."""
    person: Person = request.person  # type: ignore[attr-defined]
    return address(
        Listener(
            person=person.pk, session=request.session.session_key or "", proof=proof_of(person), clients=_clients(person),
            tickets=None if tickets is None else frozenset(tickets),
        )
    )  # fmt: skip


def ended(listeners: list[Listener]) -> set[Listener]:
    """Those whose session is over, who left, changed their password, or work for other clients now. Two queries for all."""
    with scope(EVERY_CLIENT):
        sessions = set(
            Session.objects.filter(
                pk__in={listener.session for listener in listeners}, expire_date__gt=clock.now()
            ).values_list("pk", flat=True)
        )
        found = Person.objects.filter(pk__in={listener.person for listener in listeners}, is_active=True).annotate(
            client_ids=ArrayAgg("clients", distinct=True, filter=Q(clients__isnull=False), default=[])
        )
        people = {person.pk: (proof_of(person), _clients(person)) for person in found}
    return {
        listener
        for listener in listeners
        if listener.session not in sessions or people.get(listener.person) != (listener.proof, listener.clients)
    }


async def guard(listeners: list[Listener]) -> set[Listener]:
    """`ended`, in a thread whose database connection goes back at once."""

    def check() -> set[Listener]:
        try:
            return ended(listeners)
        finally:
            connection.close()

    return await sync_to_async(check, thread_sensitive=False)()


def is_open(person: Person, session: str, proof: str) -> bool:
    """Whether a session of a person goes on: not signed out, the same password and rights, still here."""
    if not person.is_active or proof_of(person) != proof:
        return False
    return Session.objects.filter(pk=session, expire_date__gt=clock.now()).exists()


def proof_of(person: Person) -> str:
    """A digest that changes with the password and with what the person is."""
    return digest(f"{person.get_session_auth_hash()} {person.kind} {person.client_id} {person.sees_organisation}")


def _clients(person: Person) -> frozenset[int] | None:
    clients = clients_of(person)
    return None if isinstance(clients, EveryClient) else frozenset(clients)
