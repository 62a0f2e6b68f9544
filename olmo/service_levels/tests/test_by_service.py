"""Agreements for one service: the most specific one governs, and the reason says so."""

from olmo.catalogue import actions as catalogue
from olmo.catalogue.actions import ServiceSettings
from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.service_levels import actions, explaining
from olmo.service_levels.models import Agreement, Clock
from olmo.tickets.actions import open_ticket
from olmo.tickets.models import Ticket
from tests.cast import DeskTest


class AgreeingOnAService(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        actions.set_calendar("Always", {"zone": "Europe/Rome", "hours": hours}, by=self.ines)
        self.laptops = self.service("laptops")

    def service(self, key: str) -> Service:
        return catalogue.save_service(None, ServiceSettings(key=key, names={"en": key}, owner=self.alma), by=self.ines)

    def agree(self, name: str, minutes: int, **about: object) -> Agreement:
        made = actions.agree(name, by=self.ines, client=self.acme, **about)  # type: ignore[arg-type]
        targets = {str(priority): {"resolution": minutes} for priority in range(1, 5)}
        content = {"calendar": "Always", "pauses": ["approval"], "targets": targets}
        with self.at("2026-03-01 00:00"):
            actions.amend(made, content, by=self.ines, version="1", valid_from=clock.now())
        return made

    def ask(self, service: Service | None) -> Ticket:
        with self.at("2026-03-02 09:00"):
            return open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject="Laptop",
                kind="service_request",
                service=service,
            )

    def test_the_agreement_of_the_service_goes_before_that_of_the_kind_and_the_client(self) -> None:
        self.agree("All", 600)
        self.agree("Requests", 400, ticket_kind="service_request")
        own = self.agree("Laptops", 200, service=self.laptops)
        ticket = self.ask(self.laptops)
        self.assertEqual(Clock.objects.get(ticket=ticket).agreement, own)
        self.assertIn("agreement Laptops, the most specific one: for laptops", explaining.explained(ticket)[0].sentence)
        self.assertEqual(Clock.objects.get(ticket=self.ask(None)).agreement.name, "Requests")
        self.assertReplays(ticket)

    def test_two_for_the_same_service_are_refused_and_it_stays(self) -> None:
        self.agree("Laptops", 200, service=self.laptops)
        with self.assertRaises(Conflict):
            self.agree("Laptops again", 300, service=self.laptops)
        self.agree("Phones", 300, service=self.service("phones"))
        with self.assertRaises(Conflict):
            catalogue.remove_service(self.laptops, by=self.ines)
        self.assertTrue(Service.objects.filter(key="laptops").exists())
