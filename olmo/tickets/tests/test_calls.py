"""On the phone: calls are noted, call-backs promised, made, moved, dropped and missed; checklists are ticked off."""

from datetime import timedelta
from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.notifications import reactions, reminding
from olmo.notifications.models import Notice
from olmo.tickets import actions
from olmo.tickets.models import ChecklistItem, Event, Message, Standing
from tests.cast import DeskTest


class NotingACall(DeskTest):
    def test_it_is_an_answer_and_wakes_what_waits_for_the_requester(self) -> None:
        ticket = self.report("Printer")
        actions.hold(ticket, by=self.alma, reason="requester")
        actions.log_call(ticket, by=self.alma, text="He says it is dead.", direction="in", minutes=4)
        self.assertEqual((ticket.status, ticket.answered_at is not None), ("open", True))
        message = Message.objects.latest("pk")
        self.assertEqual(
            (message.channel, message.kind, message.call_direction, message.call_minutes),
            ("phone", "internal", "in", 4),
        )
        self.assertLogged(ticket, "opened", "put_on_hold", "called")

    def test_what_is_wrong_is_named_and_not_everybody_may(self) -> None:
        ticket = self.report("Printer")
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("text", {"text": " "}),
            ("direction", {"text": "x", "direction": "up"}),
            ("minutes", {"text": "x", "minutes": -1}),
        ]
        for field, values in wrong:
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                actions.log_call(ticket, by=self.alma, **values)
            self.assertEqual(refused.exception.field, field)
        for person, refusal in ((self.rui, NotAllowed), (self.bea, NotFound), (self.otto, NotFound)):
            with self.assertRaises(refusal):
                actions.log_call(ticket, by=person, text="x")
        self.assertLogged(ticket, "opened")


class CallingBack(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("Printer")
        actions.assign(self.ticket, by=self.alma, team=self.desk, assignee=self.alma)
        self.soon = clock.now() + timedelta(minutes=10)

    def test_a_promise_is_what_somebody_must_act_by(self) -> None:
        actions.promise_callback(self.ticket, by=self.alma, at=self.soon, note="About the toner.")
        self.assertEqual(self.ticket.callback_at, self.soon)
        self.assertEqual(Standing.objects.get(ticket=self.ticket).act_by, self.soon)
        actions.complete_callback(self.ticket, by=self.alma, outcome="reached", note="Sent one.", minutes=3)
        self.assertIsNone(self.ticket.callback_at)
        self.assertLogged(self.ticket, "opened", "assigned", "callback_promised", "called", "callback_done")

    def test_nobody_there_may_be_tried_again_and_another_time_must_be_named(self) -> None:
        actions.promise_callback(self.ticket, by=self.alma, at=self.soon)
        later = self.soon + timedelta(hours=1)
        actions.complete_callback(self.ticket, by=self.alma, outcome="not_reached", again_at=later)
        self.assertEqual(self.ticket.callback_at, later)
        with self.assertRaises(Invalid) as refused:
            actions.complete_callback(self.ticket, by=self.alma, outcome="rescheduled")
        self.assertEqual(refused.exception.field, "again_at")
        actions.drop_callback(self.ticket, by=self.alma)
        with self.assertRaises(Conflict):
            actions.drop_callback(self.ticket, by=self.alma)
        self.assertReplays(self.ticket)

    def test_not_in_the_past_and_not_on_what_is_finished(self) -> None:
        with self.assertRaises(Invalid):
            actions.promise_callback(self.ticket, by=self.alma, at=clock.now() - timedelta(minutes=1))
        actions.resolve(self.ticket, by=self.alma, code="fixed")
        with self.assertRaises(Conflict):
            actions.promise_callback(self.ticket, by=self.alma, at=self.soon)
        with self.assertRaises(NotFound):
            actions.promise_callback(self.ticket, by=self.otto, at=self.soon)

    def test_whoever_has_it_is_reminded_once_before(self) -> None:
        actions.promise_callback(self.ticket, by=self.alma, at=self.soon)
        reminding.remind()
        reminding.remind()
        notice = Notice.objects.get(event__kind="callback_promised")
        assert notice.envelope is not None
        self.assertEqual(notice.envelope.to, "alma@desk.example")
        self.assertIn("You promised to call Rui Alves", notice.envelope.text)

    def test_a_missed_one_is_recorded_once_and_told(self) -> None:
        actions.promise_callback(self.ticket, by=self.alma, at=self.soon)
        with clock.at(self.soon + timedelta(minutes=6)):
            self.assertEqual((actions.mark_missed(), actions.mark_missed()), (1, 0))
            event = Event.objects.select_related("ticket", "by").get(kind="callback_missed")
            reactions.tell(event)
        self.assertEqual(Notice.objects.get(event=event).address, "alma@desk.example")
        self.assertReplays(self.ticket)


class TickingOff(DeskTest):
    def test_the_log_says_who_and_when_and_never_what(self) -> None:
        ticket = self.report("Printer")
        actions.set_checklist(ticket, by=self.alma, items=[(None, "Look"), (None, "Mend")], is_required=True)
        first = ticket.checklist["items"][0]["id"]
        actions.tick(ticket, by=self.tove, item=first)
        self.assertIsNone(actions.tick(ticket, by=self.alma, item=first))
        self.assertEqual(ticket.checklist["items"][0]["by"], self.tove.pk)
        self.assertNotIn("Look", str(list(Event.objects.filter(ticket=ticket).values_list("data", flat=True))))
        self.assertLogged(ticket, "opened", "checklist_set", "item_ticked")

    def test_what_is_required_stops_the_resolution_until_it_is_done(self) -> None:
        ticket = self.report("Printer")
        actions.set_checklist(ticket, by=self.alma, items=[(None, "Look")], is_required=True)
        with self.assertRaises(Conflict):
            actions.resolve(ticket, by=self.alma, code="fixed")
        with self.assertRaises(Conflict):
            actions.close(ticket, by=self.alma)
        actions.tick(ticket, by=self.alma, item=ticket.checklist["items"][0]["id"])
        actions.resolve(ticket, by=self.alma, code="fixed")
        self.assertReplays(ticket)

    def test_order_changes_ticks_stay_and_words_of_what_goes_are_erased(self) -> None:
        ticket = self.report("Printer")
        actions.set_checklist(ticket, by=self.alma, items=[(None, "Look"), (None, "Mend")])
        first, second = (item["id"] for item in ticket.checklist["items"])
        actions.tick(ticket, by=self.alma, item=second)
        actions.set_checklist(ticket, by=self.alma, items=[(second, "Mend"), (None, "Test")])
        self.assertEqual([bool(item.get("by")) for item in ticket.checklist["items"]], [True, False])
        self.assertEqual(ChecklistItem.objects.get(pk=first).text, "")
        with self.assertRaises(Invalid):
            actions.set_checklist(ticket, by=self.alma, items=[(first, "Look")])
        with self.assertRaises(NotFound):
            actions.tick(ticket, by=self.otto, item=second)
        self.assertReplays(ticket)
