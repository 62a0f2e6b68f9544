"""The signature: seen in the composer, changed in the account, sent with the mail."""

from django.urls import reverse

from olmo.notifications import reactions
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.tenancy.models import Provider
from olmo.tickets import actions
from olmo.tickets.models import Event

from .base import PageTest, Visit


class Signing(PageTest):
    def account(self, **values: str) -> Visit:
        own = {"name": "Alma Ferri", "language": "en", "time_zone": "UTC", "theme": "", "undo_seconds": "10"}
        return self.post(reverse("people:account"), {**own, **values})

    def kept(self) -> dict[str, str]:
        signatures: dict[str, str] = Person.objects.get(pk=self.alma.pk).signatures
        return signatures

    def test_an_agent_writes_their_own(self) -> None:
        self.assertIn(self.account(signature_en="{agent}", signature_it="Saluti").status, (302, 303))
        self.assertEqual(self.kept(), {"en": "{agent}", "it": "Saluti"})
        self.account()  # a form without the fields leaves them
        self.assertEqual(self.kept(), {"en": "{agent}", "it": "Saluti"})
        self.assertIn("{agent}", self.get(reverse("people:account")).one("#id_signature_en").text())

    def test_an_unknown_placeholder_is_refused_and_nothing_typed_is_lost(self) -> None:
        visit = self.account(signature_it="Ciao {segreto}")
        self.assertEqual(visit.status, 422)
        self.assertIn("“{segreto}” stands for nothing", visit.text)
        self.assertIn("Ciao {segreto}", visit.one("#id_signature_it").text())
        self.assertEqual(self.kept(), {})

    def test_a_requester_has_none(self) -> None:
        self.assertEqual(self.get(reverse("people:account"), by=self.rui).all("#id_signature_en"), [])

    def test_the_composer_shows_it_folded(self) -> None:
        Provider.objects.update(signatures={"en": "The desk of {organisation}"})
        visit = self.get(reverse("desk:ticket", args=[self.report("VPN").number]))
        self.assertEqual(visit.words(".composer__signed"), [f"The desk of {self.acme.name}"])
        self.assertNotIn("open", visit.one(".composer__signature").attributes)

    def test_the_mail_carries_it_once_with_the_name(self) -> None:
        for own, names in (({}, 1), ({"en": "{agent}\nIT"}, 1)):
            self.alma.signatures = own
            self.alma.save()
            Provider.objects.update(signatures={"en": "The desk"})
            ticket = self.report("VPN")
            actions.reply(ticket, by=self.alma, message=self.say("Done."))
            reactions.tell(Event.objects.filter(ticket=ticket, kind="replied").get())
            text = Envelope.objects.filter(to=self.rui.email).latest("pk").text
            self.assertIn("-- \nAlma Ferri\nIT" if own else "-- \nThe desk", text)
            self.assertEqual(text.split("On ")[0].count("Alma Ferri"), names)
