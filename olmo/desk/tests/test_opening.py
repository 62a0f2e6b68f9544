"""A ticket for a caller."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from olmo.people.models import Person
from olmo.tickets.models import Ticket

from .base import PageTest, Visit

NEW = "/desk/tickets/new"


class Opening(PageTest):
    def open(self, by: Person | None = None, **data: Any) -> Visit:
        filled = {"subject": "Phone is dead", "channel": "phone", "kind": "incident", "impact": 2, "urgency": 1, **data}
        return self.post(NEW, filled, by=by)

    def test_for_somebody_known(self) -> None:
        visit = self.open(requester=self.rui.pk, text="No sound since noon.", team=self.desk.pk, take="on")
        ticket = Ticket.objects.get()
        self.assertEqual((visit.status, visit.location), (303, self.url(ticket)))
        self.assertEqual((ticket.requester, ticket.client, ticket.channel), (self.rui, self.acme, "phone"))
        self.assertEqual((ticket.team, ticket.assignee, ticket.priority), (self.desk, self.alma, 2))
        self.assertEqual(self.last_message(ticket).text, "No sound since noon.")
        self.assertEqual(self.last_message(ticket).author, self.rui)

    def test_for_somebody_new(self) -> None:
        self.open(name="Pia Rossi", email="Pia@acme.example", phone="0039 02 555 01", client=self.acme.pk)
        pia = Ticket.objects.get().requester
        self.assertEqual((pia.name, pia.email, pia.client), ("Pia Rossi", "pia@acme.example", self.acme))
        self.assertEqual(sorted(pia.identities.values_list("value", flat=True)), ["+390255501", "pia@acme.example"])

    def test_what_is_missing_is_named_and_nothing_typed_is_lost(self) -> None:
        visit = self.open(subject="", text="No sound.", files=[SimpleUploadedFile("a.txt", b"a")])
        self.assertEqual(visit.status, 422)
        for words in ("A ticket needs a subject", "Choose who asks", "A new person needs an organisation"):
            self.assertIn(words, visit.text)
        self.assertEqual(visit.words("#id_text"), ["No sound."])
        self.assertEqual(visit.words(".upload bdi")[0], "a.txt")
        self.assertEqual((Ticket.objects.count(), Person.objects.filter(name="Pia").count()), (0, 0))

    def test_an_address_that_is_somebody_elses_makes_neither_person_nor_ticket(self) -> None:
        visit = self.open(name="Pia Rossi", email="rui@acme.example", client=self.acme.pk)
        self.assertEqual(visit.status, 409)
        self.assertIn("rui@acme.example already belongs to somebody.", visit.text)
        self.assertEqual((Ticket.objects.count(), Person.objects.filter(name="Pia Rossi").count()), (0, 0))
        wrong = self.open(name="Pia Rossi", email="pia@", client=self.acme.pk)
        self.assertEqual(wrong.status, 422)

    def test_an_agent_opens_none_for_another_client(self) -> None:
        self.assertEqual(self.open(by=self.otto, requester=self.rui.pk).status, 422)
        self.assertEqual(self.open(by=self.otto, name="Pia", client=self.acme.pk).status, 422)
        self.assertEqual(self.open(by=self.rui, requester=self.rui.pk).status, 404)
        self.assertEqual(Ticket.objects.count(), 0)

    def test_the_caller_is_found_without_scripts_and_what_he_has_open_is_shown(self) -> None:
        ticket = self.report("Old trouble")
        found = self.post(NEW, {"q": "rui", "find": "1", "subject": "Phone", "text": "No sound."})
        self.assertEqual(found.value("#callers [name=choose]"), str(self.rui.pk))
        self.assertEqual((found.status, found.value("#id_subject"), found.all(".wrong")), (200, "Phone", []))
        chosen = self.post(NEW, {"choose": self.rui.pk, "subject": "Phone", "text": "No sound.", "impact": "1"})
        self.assertEqual(chosen.words(".caller .number"), [str(ticket.number)])
        self.assertEqual((chosen.value("#id_subject"), chosen.words("#id_text")), ("Phone", ["No sound."]))
        self.assertEqual(chosen.value("#id_impact option[selected]"), "1")
        self.assertEqual(self.post(NEW, {"choose": "", "requester": self.rui.pk}).all(".caller"), [])
        self.assertEqual(Ticket.objects.count(), 1)
        chosen = self.get(f"{NEW}?requester={self.rui.pk}")
        self.assertEqual(chosen.value("#opening [name=requester]"), str(self.rui.pk))
        self.assertEqual(self.get(f"{NEW}?requester={self.rui.pk}", by=self.otto).all(".caller"), [])
