"""Kind, category, impact and urgency, fields, subject, due date, language, tags."""

from datetime import timedelta
from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.tickets import actions
from olmo.tickets.models import Category, CustomField, Event, Message
from tests.cast import DeskTest


class Classifying(DeskTest):
    def test_each_property_is_one_event_and_replays(self) -> None:
        ticket = self.report("Monitor")
        network = Category.objects.create(name="Network", team=self.network)
        due = clock.now() + timedelta(days=2)
        actions.prioritise(ticket, by=self.alma, impact=1, urgency=1)
        actions.categorise(ticket, by=self.alma, category=network)
        actions.classify(ticket, by=self.alma, kind="service_request")
        actions.set_language(ticket, by=self.alma, language="it")
        actions.set_due(ticket, by=self.alma, due_at=due)
        actions.tag(ticket, by=self.alma, add=["Screen"])
        actions.tag(ticket, by=self.alma, add=["hw"], remove=["screen"])
        self.assertEqual((ticket.priority, ticket.category, ticket.due_at, ticket.tags), (1, network, due, ["hw"]))
        self.assertLogged(
            ticket, "opened", "prioritised", "categorised", "classified", "language_set", "due_set", "tagged", "tagged"
        )

    def test_bad_values_name_their_field(self) -> None:
        ticket = self.report("Monitor")
        foreign = Category.objects.create(name="Bolt only", client=self.bolt)
        past = clock.now() - timedelta(hours=1)
        cases: dict[str, Any] = {
            "impact": lambda: actions.prioritise(ticket, by=self.alma, impact=7, urgency=1),
            "category": lambda: actions.categorise(ticket, by=self.alma, category=foreign),
            "kind": lambda: actions.classify(ticket, by=self.alma, kind="wish"),
            "language": lambda: actions.set_language(ticket, by=self.alma, language="tlh"),
            "due_at": lambda: actions.set_due(ticket, by=self.alma, due_at=past),
            "subject": lambda: actions.retitle(ticket, by=self.alma, subject=""),
        }
        for field, verb in cases.items():
            with self.assertRaises(Invalid) as refused:
                verb()
            self.assertEqual(refused.exception.field, field)
        self.assertLogged(ticket, "opened")

    def test_only_agents_of_the_client(self) -> None:
        ticket = self.report("Monitor")
        with self.assertRaises(NotAllowed):
            actions.prioritise(ticket, by=self.rui, impact=1, urgency=1)
        with self.assertRaises(NotFound):
            actions.prioritise(ticket, by=self.otto, impact=1, urgency=1)

    def test_a_new_subject_keeps_the_former_one_in_a_note_and_no_words_in_the_log(self) -> None:
        ticket = self.report("Monitor of Maria Neri")
        event = actions.retitle(ticket, by=self.alma, subject="Monitor flickers")
        self.assertEqual(ticket.subject, "Monitor flickers")
        assert event is not None
        self.assertIn("Maria Neri", Message.objects.get(pk=event.data["message"]).text)
        self.assertFalse(any("Maria" in str(e.data) for e in Event.objects.filter(ticket=ticket)))
        self.assertLogged(ticket, "opened", "retitled")


class FillingInFields(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        CustomField.objects.create(key="room", label="Room", kind="text", client=self.acme, is_required=True)
        CustomField.objects.create(key="seats", label="Seats", kind="number", client=self.acme)
        CustomField.objects.create(key="floor", label="Floor", kind="choice", choices=["1", "2"], client=self.acme)
        CustomField.objects.create(key="since", label="Since", kind="date", client=self.acme)
        CustomField.objects.create(key="secret", label="Secret", kind="text", is_for_requesters=False)

    def test_values_are_typed_and_their_words_stay_out_of_the_log(self) -> None:
        ticket = self.report("Chairs", fields={"room": "Maria's office", "seats": "4,5"})
        self.assertEqual(ticket.fields, {"room": "Maria's office", "seats": 4.5})
        actions.set_fields(
            ticket, by=self.alma, values={"floor": "2", "since": "2026-02-29", "seats": None} | {"since": "2026-02-28"}
        )
        self.assertEqual(ticket.fields, {"room": "Maria's office", "floor": "2", "since": "2026-02-28"})
        self.assertFalse(any("Maria" in str(e.data) for e in Event.objects.filter(ticket=ticket)))
        self.assertLogged(ticket, "opened", "fields_set", "fields_set")

    def test_a_requester_must_fill_in_what_is_required(self) -> None:
        with self.assertRaises(Invalid) as refused:
            self.report("Chairs")
        self.assertEqual(refused.exception.field, "room")

    def test_what_does_not_fit_or_is_not_theirs_names_the_field(self) -> None:
        for values in ({"seats": "many"}, {"floor": "9"}, {"since": "yesterday"}, {"nothing": 1}, {"secret": "x"}):
            with self.assertRaises(Invalid) as refused:
                self.report("Chairs", fields={"room": "1", **values})
            self.assertEqual(refused.exception.field, next(iter(values)))
