"""Approvals: in which order, decided once, too late, after a merge, by mail; and that the ticket waits."""

from datetime import time, timedelta
from unittest import mock

from django.db import DatabaseError, transaction

from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import queries as tasks
from olmo.fulfilment import reactions as fulfilment_reactions
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.notifications.models import Alert, Preference, Rhythm
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.requests import deciding, ordering, policy, queries, reactions
from olmo.requests.administration import StepSettings
from olmo.requests.deciding import Decided
from olmo.requests.models import Approval, Order, OrderState
from olmo.tickets import actions, undo
from olmo.tickets.log import Log
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

    def test_quiet_hours_hold_it_back_while_there_is_time_and_nobody_else_decided(self) -> None:
        night = clock.now().replace(hour=23, minute=0, second=0, microsecond=0)
        Person.objects.filter(pk__in=[self.alma.pk, self.tove.pk]).update(time_zone="UTC")
        for person in (self.alma, self.tove):
            Rhythm.objects.create(person=person, quiet_from=time(22), quiet_until=time(6), collect_at=[time(12)])
        self.steps(StepSettings(stage=1, kind="people", people=(self.alma, self.tove), quorum=1))
        with clock.at(night):
            order = self.place()
            self.react(order)
            mails = Envelope.objects.filter(purpose="approval")
            self.assertEqual([mail.next_at for mail in mails], [night + timedelta(hours=7)] * 2)
            self.decide(order, self.alma)
            self.react(order)
            self.assertEqual([mail.state for mail in mails.all()], ["held", "held"])
            order = self.place(model="strong", why="Films")
            Approval.objects.filter(order=order).update(expires_at=night + timedelta(hours=18))
            self.react(order)
        self.assertEqual([mail.next_at for mail in mails.filter(state="queued")], [night, night])

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
