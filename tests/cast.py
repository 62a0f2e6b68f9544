"""The people of the tests, and how a test speaks.

Two clients, Acme and Bolt. Rui asks at Acme; Alma is tier 1 and Tove tier 2, both for every client; Ines administers; Bea
asks at Bolt and must see nothing of Acme; Otto is an agent for Bolt only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.test import TestCase

from olmo.kernel import clock
from olmo.people.actions import enrol_agent, enrol_requester
from olmo.people.models import Person, Team, Tier
from olmo.tenancy.models import Client, Domain, Provider
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions, standing
from olmo.tickets.models import Event, Standing, Ticket
from olmo.tickets.replay import differences


class Cast:
    """Provider, clients, teams and people; attributes are set by `assemble`."""

    acme: Client
    bolt: Client
    rui: Person
    bea: Person
    alma: Person
    tove: Person
    ines: Person
    otto: Person
    desk: Team
    network: Team


def assemble(cast: Any) -> None:
    """Create the cast inside a scope and set it as attributes of `cast`."""
    Provider.objects.create(pk=1, name="Quercia IT", address="help@desk.example", time_zone="Europe/Rome")
    cast.acme = Client.objects.create(name="Acme Industrial", language="en", time_zone="Europe/Rome")
    cast.bolt = Client.objects.create(name="Bolt Logistics", language="it", time_zone="Europe/Rome")
    Domain.objects.create(client=cast.acme, name="acme.example")
    Domain.objects.create(client=cast.bolt, name="bolt.example")
    with scope(EVERY_CLIENT):
        first, second = (Tier.objects.create(level=n, name=f"Tier {n}") for n in (1, 2))
        cast.desk = Team.objects.create(name="Service desk", tier=first)
        cast.network = Team.objects.create(name="Network", tier=second)
        cast.rui = enrol_requester(cast.acme, "Rui Alves", "rui@acme.example")
        cast.bea = enrol_requester(cast.bolt, "Bea Bruni", "bea@bolt.example")
        cast.alma = enrol_agent("Alma Ferri", "alma@desk.example", password="alma's long password", teams=[cast.desk])
        cast.tove = enrol_agent("Tove Lind", "tove@desk.example", password="tove's long password", teams=[cast.network])
        cast.ines = enrol_agent(
            "Ines Rota", "ines@desk.example", password="ines's long password", teams=[cast.desk], is_administrator=True
        )
        cast.otto = enrol_agent("Otto Berg", "otto@desk.example", password="otto's long password", teams=[cast.desk])
        cast.otto.clients.add(cast.bolt)
        Person.objects.update(undo_seconds=0)  # replies leave at once, where a test does not say otherwise
        for person in (cast.alma, cast.tove, cast.ines, cast.otto):
            person.undo_seconds = 0


class DeskTest(Cast, TestCase):
    """A test with the cast on stage, inside a scope that shows every client (a test may open narrower ones)."""

    @classmethod
    def setUpTestData(cls) -> None:
        assemble(cls)

    def setUp(self) -> None:
        super().setUp()
        everything = scope(EVERY_CLIENT)
        everything.__enter__()
        self.addCleanup(everything.__exit__, None, None, None)

    @contextmanager
    def at(self, moment: str) -> Iterator[None]:
        """Let the block happen at "2026-03-02 09:00" (UTC)."""
        with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
            yield

    def report(self, subject: str, *, by: Person | None = None, text: str = "It does not work.", **more: Any) -> Ticket:
        """A requester (Rui) reports an incident."""
        requester = by or self.rui
        assert requester.client is not None
        return actions.open_ticket(
            by=requester, requester=requester, client=requester.client, subject=subject,
            message=actions.NewMessage(text=text), **more,
        )  # fmt: skip

    def say(self, text: str, **more: Any) -> actions.NewMessage:
        return actions.NewMessage(text=text, **more)

    def assertLogged(self, ticket: Ticket, *kinds: str) -> None:
        """The log holds exactly these kinds, without gaps, and its replay equals the row."""
        events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        self.assertEqual([e.kind for e in events], list(kinds))
        self.assertReplays(ticket)

    def assertReplays(self, ticket: Ticket) -> None:
        row = Ticket.objects.get(pk=ticket.pk)
        self.assertEqual(differences(row), {})
        events = list(Event.objects.filter(ticket=row).order_by("seq"))
        self.assertEqual(standing.differences(row, events, Standing.objects.filter(ticket=row).first()), {})
