"""A ticket says which rule gave it its values, at the property and on a page."""

from olmo.routing.rules import keeping
from olmo.routing.rules.keeping import RuleSettings
from olmo.tickets import jobs
from olmo.tickets.models import Event, Ticket

from .base import PageTest


class Reasons(PageTest):
    def setUp(self) -> None:
        super().setUp()
        words = {"what": "words", "how": "any", "values": ["VPN"]}
        conditions = [{"what": "client", "how": "any", "values": [self.acme.pk, self.bolt.pk]}, words]
        content = {"conditions": conditions, "outcome": {"team": self.network.pk}}
        self.rule = keeping.save(None, RuleSettings(name="VPN to Network", content=content), by=self.ines)
        self.ticket = self.report("VPN")
        jobs.react(list(Event.objects.filter(ticket=self.ticket).values_list("pk", flat=True)))
        self.ticket = Ticket.objects.get(pk=self.ticket.pk)

    def test_the_property_names_the_rule_and_leads_to_the_reason(self) -> None:
        panel = self.get(f"/desk/tickets/{self.ticket.number}")
        link = panel.one(".fact__why")
        self.assertEqual(link.text(), "Rule “VPN to Network”")
        told = self.get(str(link.attributes["href"]))
        self.assertEqual(told.words("section h2"), ["Team: Network"])
        self.assertIn("Words in the subject or the text: has one of “VPN”", told.text)
        self.assertIn("version 1", told.text)
        self.assertNotIn("/desk/admin/", told.one("main").html or "")

    def test_an_administrator_gets_to_the_rule(self) -> None:
        told = self.get(f"/desk/tickets/{self.ticket.number}/reasons", by=self.ines)
        self.assertEqual(len(told.all(f'main a[href="/desk/admin/rules/{self.rule.pk}"]')), 1)

    def test_other_organisations_are_not_named_to_an_agent(self) -> None:
        told = self.get(f"/desk/tickets/{self.ticket.number}/reasons")
        self.assertIn("Acme Industrial", told.text)
        self.assertNotIn("Bolt Logistics", told.one("main").html or "")

    def test_it_still_says_why_when_the_rule_was_changed_and_removed(self) -> None:
        keeping.save(self.rule, RuleSettings(name="Other", content={"outcome": {"tags": ["x"]}}), by=self.ines)
        keeping.remove(self.rule, by=self.ines)
        told = self.get(f"/desk/tickets/{self.ticket.number}/reasons")
        self.assertIn("has one of “VPN”", told.text)

    def test_strangers_get_nothing(self) -> None:
        self.assertEqual(self.get(f"/desk/tickets/{self.ticket.number}/reasons", by=self.otto).status, 404)
