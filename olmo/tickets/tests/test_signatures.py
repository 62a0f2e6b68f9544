"""Whose signature stands under a mail, and in which language."""

from olmo.kernel import signatures
from olmo.kernel.errors import Invalid
from olmo.tenancy.models import Provider
from olmo.tickets.models import Ticket
from olmo.tickets.signatures import Whose, signature_for, signature_to_strangers
from tests.cast import DeskTest


class Choosing(DeskTest):
    def signed(self, ticket: Ticket) -> tuple[str, str]:
        found = signature_for(ticket, self.alma)
        return (found.whose, found.text) if found else ("", "")

    def test_the_most_specific_one_is_taken(self) -> None:
        ticket = self.report("VPN", team=self.desk)
        self.assertEqual(self.signed(ticket), ("", ""))
        Provider.objects.update(signatures={"en": "The provider"})
        self.assertEqual(self.signed(ticket), (Whose.PROVIDER, "The provider"))
        ticket.client.signatures = {"en": "For {organisation}"}
        ticket.client.save()
        self.assertEqual(self.signed(ticket), (Whose.ORGANISATION, f"For {self.acme.name}"))
        self.desk.signatures = {"en": "Team {team}"}
        self.desk.save()
        ticket.team = self.desk
        self.assertEqual(self.signed(ticket), (Whose.TEAM, "Team Service desk"))
        self.alma.signatures = {"en": "{agent}\n#{number}"}
        self.assertEqual(self.signed(ticket), (Whose.AGENT, f"Alma Ferri\n#{ticket.number}"))

    def test_the_ticket_s_language_is_taken_and_another_one_rather_than_none(self) -> None:
        ticket = self.report("VPN")
        self.alma.signatures = {"en": "Regards", "it": "Saluti"}
        ticket.language = "it"
        self.assertEqual(self.signed(ticket)[1], "Saluti")
        self.alma.signatures = {"en": "Regards"}
        self.assertEqual(self.signed(ticket)[1], "Regards")

    def test_what_a_ticket_says_is_never_filled_in_again(self) -> None:
        self.alma.signatures = {"en": "{subject} *"}
        self.assertEqual(self.signed(self.report("{agent} <b>"))[1], "{agent} <b> *")

    def test_an_unproved_address_gets_no_word_of_the_ticket(self) -> None:
        ticket = self.report("Secret")
        ticket.client.signatures = {"en": "About {subject}\nThe desk\n{requester}"}
        self.assertEqual(signature_to_strangers(ticket), "The desk")


class Keeping(DeskTest):
    def test_an_unknown_placeholder_is_named_with_its_field(self) -> None:
        with self.assertRaises(Invalid) as refused:
            signatures.checked({"en": "Hello", "it": "{password}"})
        self.assertEqual(refused.exception.field, "signature_it")

    def test_three_hundred_lines_are_kept(self) -> None:
        text = "\n".join(f"Line {n}" for n in range(300))
        self.assertEqual(signatures.checked({"en": text}), {"en": text})
