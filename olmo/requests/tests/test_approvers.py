"""Who is asked to approve: above an amount, never for oneself, only who serves the organisation, also in whose place."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from olmo.catalogue import actions as catalogue
from olmo.catalogue.definition import Field
from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.people.queries import with_access
from olmo.requests import deciding, mailing, ordering, queries, reactions, showing, substitutes
from olmo.requests.administration import StepSettings
from olmo.requests.models import Order, OrderState
from olmo.staffing.models import Absence
from olmo.tickets import actions
from olmo.tickets.log import caused_by
from olmo.tickets.models import Event, Message

from .stage import OrderTest

MANAGER = StepSettings(stage=1, kind="manager")
THEN_OWNER = StepSettings(stage=2, kind="owner")


class NobodyApprovesForThemselves(OrderTest):
    def test_the_manager_who_orders_is_passed_over_for_the_one_above(self) -> None:
        self.steps(MANAGER)
        self.assertEqual(self.asked(self.place(by=self.mia, recipient=self.rui)), ["Leo"])

    def test_the_person_it_is_for_is_not_asked(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.mia, self.leo)))
        self.assertEqual(self.asked(self.place(recipient=self.mia)), ["Leo"])

    def test_not_as_a_substitute_either(self) -> None:
        self.steps(MANAGER)
        today = clock.now().date()
        substitutes.name(self.mia, address="rui@acme.example", starts_on=today, ends_on=today)
        order = self.place()
        with self.assertRaises(NotAllowed):
            self.decide(order, self.mia, by=self.rui)
        self.assertEqual(queries.waiting_for(self.rui), [])

    def test_an_agent_who_ordered_for_somebody_does_not_approve_as_the_owner(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        order = ordering.place(self.wanted(), by=self.tove, requester=self.rui)
        self.assertEqual(self.asked(order), ["Alma"])
        self.assertEqual(self.asked(ordering.place(self.wanted(), by=self.alma, requester=self.rui)), ["Mia"])

    def test_what_nobody_could_approve_is_not_ordered(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        with self.assertRaises(Invalid) as refused:
            ordering.place(self.wanted(recipient=self.leo), by=self.alma, requester=self.leo)
        self.assertIn("Nobody can approve this", str(refused.exception.message))
        self.assertFalse(Order.objects.exists())

    def test_without_a_manager_the_owner_of_the_service_is_asked(self) -> None:
        self.steps(MANAGER)
        self.assertEqual(self.asked(self.place(by=self.leo, recipient=self.leo)), ["Alma"])


class AboveAnAmount(OrderTest):
    """The laptop costs 900 EUR."""

    def order(self, above: int) -> Order:
        self.steps(MANAGER, StepSettings(stage=1, kind="cost_centre", above=Decimal(above)))
        return self.place()

    def test_who_is_asked_above_an_amount_alone(self) -> None:
        self.assertEqual(self.asked(self.order(500)), ["Mia", "Pia"])
        self.assertEqual(self.asked(self.order(900)), ["Mia"])

    def test_an_order_that_costs_too_little_for_any_step_needs_nobody(self) -> None:
        self.steps(StepSettings(stage=1, kind="cost_centre", above=Decimal(1000)))
        order = self.place()
        self.assertEqual((order.state, self.ticket(order).hold_reason), (OrderState.APPROVED, ""))

    def test_a_price_that_changes_under_way_passes_nobody_over(self) -> None:
        self.steps(MANAGER, StepSettings(stage=2, kind="cost_centre", above=Decimal(500)))
        order = self.place()
        Service.objects.filter(pk=self.item.service_id).update(price_amount=1)
        self.decide(order, self.mia)
        self.assertEqual(self.asked(order), ["Pia"])
        self.assertIn(("Price", "900 EUR"), showing.facts(self.one(order, self.pia).order))
        fresh = Order.objects.select_related("ticket").get(pk=order.pk)
        ordering.change(fresh, self.wanted(), by=self.rui)  # it is asked anew, at the price of now
        self.assertIn(("Price", "1 EUR"), showing.facts(self.one(order, self.mia).order))
        self.decide(order, self.mia)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)

    def test_the_amount_follows_from_the_answers(self) -> None:
        field = Field(key="pieces", kind="number", labels={"en": "How many"}, hints={})
        catalogue.put_field(self.item, field, by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        self.item.refresh_from_db()
        for amount_of, pieces, asked in [
            ("times:pieces", 1, ["Mia"]), ("times:pieces", 2, ["Mia", "Pia"]), ("answer:pieces", 900, ["Mia"]),
            ("answer:pieces", -1, ["Mia", "Pia"]), ("times:pieces", -1, ["Mia", "Pia"]), ("times:pieces", 0, ["Mia", "Pia"]),
            ("answer:pieces", 1001, ["Mia", "Pia"]), ("answer:pieces", None, ["Mia", "Pia"]),
        ]:  # fmt: skip
            self.steps(MANAGER, StepSettings(stage=1, kind="cost_centre", above=Decimal(1000)), amount_of=amount_of)
            order = self.place(model="light", pieces=pieces)
            self.assertEqual(self.asked(order), asked, (amount_of, pieces))
        self.steps(
            MANAGER, StepSettings(stage=1, kind="cost_centre", above=Decimal(1000)), amount_of="times:pieces",
            asks_again=False,
        )  # fmt: skip
        order = self.place(model="light", pieces=1)
        self.decide(order, self.mia)
        for many, who in ((1, []), (2, ["Mia", "Pia"])):  # an agent's change asks for what it needs beyond the former
            ordering.change(order, self.wanted(model="light", pieces=many), by=self.alma, reason="By phone")
            self.assertEqual(self.asked(order), who)
        self.steps(MANAGER, amount_of="times:pieces")
        self.assertIn(("Amount", "2700 EUR"), showing.facts(self.place(model="light", pieces=3)))
        with self.assertRaises(Invalid) as refused:
            self.steps(MANAGER, amount_of="times:model")
        self.assertEqual(refused.exception.field, "amount_of")


class NobodyIsLeft(OrderTest):
    """The organisation changed while the request waited."""

    def setUp(self) -> None:
        super().setUp()
        self.steps(MANAGER, StepSettings(stage=2, kind="people", people=(self.pia,)))
        self.order = self.place()

    def nobody(self, *people: Person) -> None:
        everybody = [person.pk for person in (*people, self.mia, self.leo, self.alma)]
        Person.objects.filter(pk__in=everybody).update(is_active=False)

    def test_a_passed_step_is_not_judged_again(self) -> None:
        self.nobody()
        Person.objects.filter(pk=self.mia.pk).update(is_active=True)
        self.decide(self.order, self.mia)
        self.assertEqual(self.asked(self.order), ["Pia"])

    def test_what_was_decided_counts_and_the_agents_are_told(self) -> None:
        self.nobody(self.pia)
        Person.objects.filter(pk=self.mia.pk).update(is_active=True)
        Person.objects.filter(pk=self.rui.pk).update(manager=self.leo)
        self.decide(self.order, self.mia)
        self.assertEqual(self.one(self.order, self.mia).decision, "yes")
        note = Message.objects.filter(ticket=self.order.ticket_id).latest("pk")
        self.assertEqual(note.kind, "internal")
        self.assertIn("Nobody can approve this", note.text)

    def test_reopening_leaves_a_note_once(self) -> None:
        self.decide(self.order, self.mia, "no", "Too dear")
        actions.reopen(self.ticket(self.order), by=self.rui)
        self.nobody(self.pia)
        event = Event.objects.filter(ticket=self.order.ticket_id).select_related("ticket", "by").latest("seq")
        for _time in range(2):
            with caused_by(event):
                reactions.follow(event)
        notes = Message.objects.filter(ticket=self.order.ticket_id, kind="internal")
        self.assertEqual([("Nobody can approve this" in note.text) for note in notes], [True])


class ServingTheOrganisation(OrderTest):
    """An approval shows all answers, so no agent is asked who does not serve the organisation."""

    def test_many_that_wait_take_no_more_statements_than_one(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.tove, self.mia)))
        for viewer in (with_access(self.tove.pk), with_access(self.mia.pk)):
            assert viewer is not None
            self.place()
            with CaptureQueriesContext(connection) as one:
                first = queries.waiting_for(viewer)
            self.place()
            with CaptureQueriesContext(connection) as more:
                found = queries.waiting_for(viewer)
            self.assertEqual((len(found) - len(first), len(more) - len(one)), (1, 0))

    def test_an_agent_of_other_organisations_is_not_asked(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.otto, self.mia)))
        self.assertEqual(self.asked(self.place()), ["Mia"])

    def test_nor_as_a_deputy(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        now = clock.now()
        away = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3)}
        Absence.objects.create(person=self.alma, kind="holiday", deputy=self.otto, **away)
        order = self.place()
        self.react(order)
        self.assertEqual(
            list(Envelope.objects.filter(purpose="approval").values_list("to", flat=True)), [self.alma.email]
        )
        self.assertEqual(queries.waiting_for(self.otto), [])
        with self.assertRaises(NotFound):
            self.decide(order, self.alma, by=self.otto)


class StandingIn(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        self.today = clock.now().date()

    def test_a_substitute_of_a_requester_decides_in_their_place(self) -> None:
        self.steps(MANAGER)
        substitutes.name(self.mia, address="pia@acme.example", starts_on=self.today, ends_on=self.today)
        order = self.place()
        self.assertEqual(len(queries.waiting_for(self.pia)), 1)
        self.decide(order, self.mia, by=self.pia)
        row = self.one(order, self.mia)
        self.assertEqual((row.approver, row.decided_by), (self.mia, self.pia))
        with clock.at(clock.now() + timedelta(days=2)):
            self.assertEqual(substitutes.standing_in(self.mia), [])

    def test_who_stands_in_after_the_question_was_put_is_asked_too(self) -> None:
        self.steps(MANAGER)
        for _order in range(2):
            self.react(self.place())
        substitutes.name(self.mia, address="pia@acme.example", starts_on=self.today, ends_on=self.today)
        self.assertEqual(mailing.ask_who_came_since(), 2)
        with CaptureQueriesContext(connection) as again:  # as many for hundreds that know already
            self.assertEqual(mailing.ask_who_came_since(), 0)
        self.assertLessEqual(len(again), 5)
        mails = Envelope.objects.filter(purpose="approval").order_by("pk")
        self.assertEqual([mail.to for mail in mails], ["mia@acme.example"] * 2 + ["pia@acme.example"] * 2)

    def test_nobody_has_two_words_in_one_step(self) -> None:
        """Who is asked beside the one who is away, or decided for another one already, is not their substitute there."""
        self.steps(StepSettings(stage=1, kind="people", people=(self.mia, self.leo, self.pia), quorum=2))
        for away in (self.mia, self.leo):
            substitutes.name(away, address="pia@acme.example", starts_on=self.today, ends_on=self.today)
        order = self.place()
        self.assertEqual([row.approver for row in queries.waiting_for(self.pia)], [self.pia])
        self.assertEqual(self.stuck(order), {"Mia Conti", "Leo Neri"})
        with self.assertRaises(NotAllowed):
            self.decide(order, self.mia, by=self.pia)
        self.decide(order, self.pia)
        with self.assertRaises(NotAllowed):
            self.decide(order, self.leo, by=self.pia)
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)
        page = Browser().get(self.link(order, self.leo, self.pia))
        self.assertContains(page, "You have a word of your own in this step", status_code=403)
        self.decide(order, self.leo)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)

    def stuck(self, order: Order) -> set[str]:
        trail = showing.trail(queries.approvals(order))
        return {line["name"] for line in trail if line["more"] == "away, and nobody can decide in their place"}

    def test_for_whom_nobody_can_decide_is_told_to_the_agents_with_the_reminder(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.mia, self.pia)), remind_after_days=1)
        for away, deputy in ((self.mia, "pia"), (self.leo, "mia")):
            until = self.today + timedelta(days=9)
            substitutes.name(away, address=f"{deputy}@acme.example", starts_on=self.today, ends_on=until)
        order = self.place()
        with clock.at(clock.now() + timedelta(days=2)):
            deciding.remind_due()
        (note,) = Message.objects.filter(ticket=order.ticket_id, kind="internal")
        self.assertIn("Mia Conti is asked to approve this, but is away", note.text)
        self.steps(StepSettings(stage=1, kind="people", people=(self.leo,)))
        self.assertEqual(self.stuck(self.place()), set())  # Mia decides in Leo's place

    def test_a_deputy_of_an_absent_agent_does(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        now = clock.now()
        away = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3)}
        Absence.objects.create(person=self.alma, kind="holiday", deputy=self.tove, **away)
        order = self.place()
        self.decide(order, self.alma, by=self.tove)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)
        self.react(order)

    def test_what_cannot_be_is_refused_by_field(self) -> None:
        wrong: dict[str, tuple[str, date, date]] = {
            "address": ("bea@bolt.example", self.today, self.today),
            "ends_on": ("pia@acme.example", self.today, self.today - timedelta(days=1)),
        }
        for field, (address, starts, ends) in wrong.items():
            with self.assertRaises(Invalid) as refused:
                substitutes.name(self.mia, address=address, starts_on=starts, ends_on=ends)
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Invalid):
            substitutes.name(self.mia, address="mia@acme.example", starts_on=self.today, ends_on=self.today)
