"""Approvals: who is asked, in which order, who may not, twice, too late, by substitutes; and that the ticket waits."""

from datetime import date, timedelta
from decimal import Decimal
from unittest import mock

from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from olmo.catalogue import actions as catalogue
from olmo.catalogue.definition import Field
from olmo.catalogue.models import Service
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import queries as tasks
from olmo.fulfilment import reactions as fulfilment_reactions
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.notifications.models import Alert, Preference
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.people.queries import with_access
from olmo.requests import deciding, ordering, policy, queries, reactions, showing, substitutes
from olmo.requests.administration import StepSettings
from olmo.requests.deciding import Decided
from olmo.requests.models import Approval, Order, OrderState
from olmo.staffing.models import Absence
from olmo.tickets import actions, undo
from olmo.tickets.log import Log, caused_by
from olmo.tickets.models import Event, Message, Standing, Status, Supplier

from .stage import OrderTest

MANAGER = StepSettings(stage=1, kind="manager")
THEN_OWNER = StepSettings(stage=2, kind="owner")


class Asking(OrderTest):
    def test_the_ticket_waits_until_all_is_decided_in_its_order(self) -> None:
        self.steps(MANAGER, THEN_OWNER)
        order = self.place()
        ticket = self.ticket(order)
        self.assertEqual((ticket.status, ticket.hold_reason), (Status.WAITING, "approval"))
        self.assertEqual(Standing.objects.get(ticket=ticket).reason, "approval")
        self.assertEqual(self.asked(order), ["Mia"])
        self.decide(order, self.mia)
        self.assertEqual(self.asked(order), ["Alma"])
        self.decide(order, self.alma)
        self.assertEqual((self.ticket(order).status, Order.objects.get().state), (Status.OPEN, OrderState.APPROVED))
        self.assertLogged(
            self.ticket(order), "opened", "order_placed", "order_approval_asked", "put_on_hold", "order_approved",
            "order_approval_asked", "order_approved", "order_settled",
        )  # fmt: skip

    def test_two_of_three_are_enough_and_the_third_is_asked_no_more(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.mia, self.leo, self.pia), quorum=2))
        order = self.place()
        self.decide(order, self.mia)
        self.decide(order, self.pia, "no", "Too dear")
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)
        self.decide(order, self.leo)
        self.assertEqual((Order.objects.get().state, self.asked(order)), (OrderState.APPROVED, []))

    def test_a_quorum_that_cannot_be_reached_ends_it_at_once(self) -> None:
        self.steps(StepSettings(stage=1, kind="people", people=(self.mia, self.leo), quorum=2))
        order = self.place()
        self.decide(order, self.mia, "no", "Too dear")
        self.assertEqual(Order.objects.get().state, OrderState.REJECTED)
        with self.assertRaises(Decided):
            self.decide(order, self.leo)

    def test_steps_with_one_number_are_asked_together(self) -> None:
        self.steps(MANAGER, StepSettings(stage=1, kind="cost_centre"), THEN_OWNER)
        order = self.place()
        self.assertEqual(self.asked(order), ["Mia", "Pia"])
        self.decide(order, self.pia)
        self.assertEqual(self.asked(order), ["Mia"])

    def test_what_a_ticket_waits_for_is_not_passed_by_hand_or_by_a_message(self) -> None:
        self.steps(MANAGER)
        ticket = self.ticket(self.place())
        for verb in (actions.resume, lambda t, by: actions.hold(t, by=by, reason="requester")):
            with self.assertRaises(Conflict):
                verb(ticket, by=self.alma)
        with self.assertRaises(Invalid):
            actions.hold(self.report("x"), by=self.alma, reason="approval")
        carrier = Supplier.objects.create(name="Carrier", email="desk@carrier.example")
        with self.assertRaises(Conflict):
            actions.ask_partner(ticket, by=self.alma, supplier=carrier, text="Send one, please.")
        self.assertFalse(Message.objects.filter(partner=carrier).exists())
        actions.ask_partner(ticket, by=self.alma, supplier=carrier, text="Is one in the store?", waits=False)
        actions.receive(ticket, by=self.rui, message=actions.NewMessage(text="Please hurry"))
        ticket.refresh_from_db()
        self.assertEqual((ticket.hold_reason, ticket.supplier_id), ("approval", None))
        self.assertReplays(ticket)


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


class Deciding(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        self.steps(MANAGER)
        self.order = self.place()

    def test_a_no_tells_the_requester_why_and_needs_a_reason(self) -> None:
        with self.assertRaises(Invalid) as refused:
            self.decide(self.order, self.mia, "no", "  ")
        self.assertEqual(refused.exception.field, "comment")
        self.decide(self.order, self.mia, "no", "Wait for the budget")
        ticket = self.ticket(self.order)
        self.assertEqual((ticket.status, ticket.resolution_code), (Status.RESOLVED, "declined"))
        self.assertIn("Wait for the budget", Message.objects.filter(ticket=ticket).latest("pk").text)
        self.assertReplays(ticket)

    def test_a_second_click_changes_nothing_and_says_who_was_first(self) -> None:
        self.decide(self.order, self.mia)
        with self.assertRaises(Decided) as refused:
            self.decide(self.order, self.mia, "no", "Changed my mind")
        self.assertIn("Approved, by Mia Conti", str(refused.exception.message))
        self.assertEqual(self.kinds(self.order).count("order_approved"), 1)

    def test_the_database_lets_nobody_decide_twice(self) -> None:
        self.decide(self.order, self.mia)
        with self.assertRaises(DatabaseError), transaction.atomic():
            Approval.objects.filter(order=self.order).update(decision="no")

    def test_who_is_not_asked_finds_nothing(self) -> None:
        for person in (self.leo, self.bea, self.tove):
            with self.assertRaises(NotFound):
                self.decide(self.order, self.mia, by=person)
            with self.assertRaises(NotFound):
                queries.approval(person, self.one(self.order, self.mia).pk)

    def test_after_a_change_the_former_question_is_void(self) -> None:
        old = self.one(self.order, self.mia)
        ordering.change(self.order, self.wanted(model="strong", why="Films"), by=self.rui)
        with self.assertRaises(Decided) as refused:
            deciding.decide(old, by=self.mia, says="yes")
        self.assertIn("was changed since", str(refused.exception.message))


class WhatStandsOpenBesideIt(OrderTest):
    """A change asks again about a ticket that is in work already: what is left there keeps nobody from deciding."""

    def setUp(self) -> None:
        super().setUp()
        self.steps(MANAGER, remind_after_days=0, expire_after_days=5)
        self.order = self.in_work()

    def in_work(self) -> Order:
        order = self.place()
        self.decide(order, self.mia)
        ticket = self.ticket(order)
        fulfilment.add(ticket, fulfilment.TaskSettings(title="Fetch it from the store"), by=self.alma)
        actions.set_checklist(ticket, by=self.alma, items=[(None, "Ask for the size")], is_required=True)
        ordering.change(order, self.wanted(model="strong", why="Films"), by=self.rui)
        return order

    def test_a_no_is_taken_and_what_was_left_ends_with_it(self) -> None:
        self.decide(self.order, self.mia, "no", "Too dear")
        self.react(self.order)
        for event in Event.objects.filter(ticket=self.order.ticket_id).select_related("ticket", "by"):
            fulfilment_reactions.follow(event)
        self.assertEqual((self.ticket(self.order).status, Order.objects.get().state), ("resolved", "rejected"))
        self.assertEqual(tasks.open_count(self.ticket(self.order)), 0)
        self.assertReplays(self.ticket(self.order))

    def test_it_expires_and_so_does_the_next(self) -> None:
        second = self.place()
        with clock.at(clock.now() + timedelta(days=5, minutes=1)):
            self.assertEqual(deciding.expire_due(), 2)
        self.assertEqual({self.ticket(one).status for one in (self.order, second)}, {Status.RESOLVED})

    def test_one_that_refuses_keeps_nobody_elses_waiting(self) -> None:
        self.steps(MANAGER, remind_after_days=1, expire_after_days=5)
        first, second = self.place(), self.place()

        def refusing(order: Order, log: Log, outcome: OrderState) -> str:
            if order.pk == first.pk:
                raise Conflict("It cannot be.")
            return settled(order, log, outcome)

        settled = deciding._settle
        with clock.at(clock.now() + timedelta(days=6)), mock.patch.object(deciding, "_settle", refusing):
            self.assertEqual(deciding.expire_due(), 2)
        states = Order.objects.in_bulk()
        self.assertEqual([states[one.pk].state for one in (first, second)], ["pending", "expired"])

    def test_a_recipient_withdraws_what_has_open_tasks(self) -> None:
        order = ordering.place(self.wanted(recipient=self.rui), by=self.leo)
        ticket = self.ticket(order)
        actions.watch(ticket, by=self.alma, person=self.rui)
        fulfilment.add(ticket, fulfilment.TaskSettings(title="Fetch it from the store"), by=self.alma)
        ordering.withdraw(order, by=self.rui)
        self.assertEqual((self.ticket(order).status, Order.objects.get(pk=order.pk).state), ("resolved", "withdrawn"))

    def test_only_the_program_calls_a_ticket_off(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.call_off(self.ticket(self.order), by=self.alma, code="declined")


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


class Merging(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        self.steps(MANAGER, remind_after_days=1, expire_after_days=5)
        self.order = self.place()
        actions.merge(self.ticket(self.order), self.report("The same"), by=self.alma)

    def test_nobody_is_asked_about_what_goes_on_elsewhere(self) -> None:
        with self.assertRaises(Decided):
            self.decide(self.order, self.mia)
        self.assertEqual(queries.waiting_for(self.mia), [])
        with clock.at(clock.now() + timedelta(days=6)):
            self.assertEqual((deciding.remind_due(), deciding.expire_due()), (0, 0))
        self.react(self.order)
        self.assertEqual((self.asked(self.order), Order.objects.get().state), ([], OrderState.WITHDRAWN))
        merged = Order.objects.select_related("ticket", "item__service", "recipient").get()
        self.assertFalse(policy.is_changeable(merged))
        with self.assertRaises(Conflict):
            ordering.change(merged, self.wanted(), by=self.rui)

    def test_taking_the_merge_back_asks_again(self) -> None:
        self.react(self.order)
        actions.unmerge(self.ticket(self.order), by=self.alma)
        self.react(self.order)
        self.assertEqual((self.asked(self.order), self.ticket(self.order).hold_reason), (["Mia"], "approval"))
        self.decide(self.order, self.mia)
        self.assertEqual(self.ticket(self.order).status, Status.OPEN)
        self.assertReplays(self.ticket(self.order))

    def test_so_does_an_undo(self) -> None:
        order = self.place()
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(self.ticket(order), by=self.alma, code="answered", note="Done")
        self.react(order)
        undo.undo(made.token, by=self.alma)
        reactions.follow(Event.objects.filter(ticket=order.ticket_id).select_related("ticket", "by").latest("seq"))
        self.assertEqual(self.asked(order), ["Mia"])


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


class TimeGoesOn(OrderTest):
    def test_they_are_reminded_and_in_the_end_it_expires(self) -> None:
        self.steps(MANAGER, remind_after_days=2, expire_after_days=5)
        order = self.place()
        with clock.at(clock.now() + timedelta(days=2, minutes=1)):
            self.assertEqual((deciding.remind_due(), deciding.remind_due()), (1, 0))
        with clock.at(clock.now() + timedelta(days=5, minutes=1)):
            self.assertEqual((deciding.expire_due(), deciding.expire_due()), (1, 0))
        self.assertEqual(Order.objects.get().state, OrderState.EXPIRED)
        self.assertEqual(self.ticket(order).status, Status.RESOLVED)
        self.assertReplays(self.ticket(order))
        with self.assertRaises(Decided):
            self.decide(order, self.mia)


class Mailing(OrderTest):
    def test_they_are_told_by_the_ways_that_they_chose(self) -> None:
        for person in (self.mia, self.alma):
            Preference.objects.create(person=person, kind="order", channel="mail", is_on=False)
        self.steps(
            MANAGER, StepSettings(stage=1, kind="owner"), StepSettings(stage=1, kind="people", people=(self.tove,))
        )
        order = self.place()
        self.react(order)
        self.react(order)
        mailed = Envelope.objects.filter(purpose__in=["approval", "notice"]).values_list("to", "purpose")
        self.assertEqual(list(mailed), [(self.tove.email, "approval")])
        shown = Alert.objects.filter(kind="order").values_list("person__name", "why").order_by("person__name")
        self.assertEqual(list(shown), [(self.alma.name, "approver"), (self.tove.name, "approver")])

    def test_who_is_asked_gets_one_mail_in_their_language_with_the_facts(self) -> None:
        Person.objects.filter(pk=self.mia.pk).update(language="it")
        self.steps(MANAGER)
        order = self.place(model="strong", why="Films")
        self.react(order)
        self.react(order)
        mail = Envelope.objects.get(purpose="approval")
        self.assertEqual(mail.to, "mia@acme.example")
        self.assertIn("/approvals/", mail.text)
        self.assertIn("Potente", mail.text)
        self.assertIn("900 EUR", mail.text)
