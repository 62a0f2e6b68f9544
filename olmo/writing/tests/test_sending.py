"""Replies that wait: undone exactly, sent once, stopped when somebody wrote meanwhile."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from procrastinate.contrib.django.models import ProcrastinateJob

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.tickets import actions
from olmo.tickets.log import Stale
from olmo.tickets.models import Message, Status, Ticket
from olmo.writing import drafting, jobs, sending
from olmo.writing.drafting import Content
from olmo.writing.models import Draft
from tests.cast import DeskTest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Waiting(DeskTest):
    def write(self, ticket: Ticket, text: str = "New toner is on its way.", then: str = "reply", **more: str) -> Draft:
        draft = drafting.save(ticket, by=self.alma, kind="reply", content=Content(text=text, **more))  # type: ignore[arg-type]
        assert draft is not None
        draft.then = then
        draft.save()
        return draft

    def queue(self, draft: Draft, *, is_scheduled: bool = False, seconds: int = 10, seen: int | None = None) -> Draft:
        at = NOON + timedelta(seconds=seconds)
        return sending.queue(draft, by=self.alma, at=at, is_scheduled=is_scheduled, seen=seen)

    def sent(self, ticket: Ticket) -> list[str]:
        return list(Message.objects.filter(ticket=ticket, is_from_desk=True).values_list("text", flat=True))

    def test_it_leaves_when_its_moment_has_come_and_not_before(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            draft = self.queue(self.write(ticket, cc="boss@acme.example"))
            self.assertEqual(sending.send_due(), 0)
        job = ProcrastinateJob.objects.get(task_name=sending.SEND)
        self.assertEqual((job.scheduled_at, job.args), (draft.send_at, {"draft_id": draft.pk}))
        with self.at("2026-03-02 12:01"):
            jobs.send(draft_id=draft.pk)
            jobs.sweep(timestamp=0)  # a second look finds nothing to do
        self.assertEqual(self.sent(ticket), ["New toner is on its way."])
        self.assertEqual(Message.objects.filter(ticket=ticket).latest("pk").cc, ["boss@acme.example"])
        self.assertFalse(Draft.objects.exists())
        self.assertLogged(ticket, "opened", "replied")

    def test_undone_it_is_the_draft_it_was(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            before = self.write(
                ticket, to="rui@acme.example, x@acme.example", cc="boss@acme.example", code="workaround"
            )
            kept = {name: getattr(before, name) for name in ("pk", "text", "to", "cc", "code", "uploads", "kind")}
            after = sending.take_back(self.queue(before), by=self.alma)
            self.assertEqual({name: getattr(after, name) for name in kept}, kept)
            self.assertTrue(after.is_open)
        with self.at("2026-03-02 12:05"):
            self.assertEqual(sending.send_due(), 0)
        self.assertLogged(ticket, "opened")

    def test_what_has_left_cannot_be_taken_back(self) -> None:
        with self.at("2026-03-02 12:00"):
            draft = self.queue(self.write(self.report("Printer")))
        with self.at("2026-03-02 12:01"):
            sending.send_due()
            with self.assertRaises(Conflict):
                sending.take_back(draft, by=self.alma)
            with self.assertRaises(Conflict):
                sending.send_waiting(draft, by=self.alma)

    def test_a_message_that_came_meanwhile_stops_it_and_its_author_has_it_again(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            draft = self.queue(self.write(ticket))
            actions.receive(ticket, by=self.rui, message=self.say("Never mind, it works."))
        with self.at("2026-03-02 12:01"):
            self.assertEqual(sending.send_due(), 0)
        draft = Draft.objects.get()
        self.assertTrue(draft.is_open)
        self.assertIn("Somebody wrote meanwhile", draft.stopped)
        self.assertEqual(self.sent(ticket), [])
        self.assertLogged(ticket, "opened", "received", "send_stopped")

    def test_a_colleagues_note_stops_nothing(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            self.queue(self.write(ticket))
            actions.note(ticket, by=self.tove, message=self.say("He is right."))
        with self.at("2026-03-02 12:01"):
            self.assertEqual(sending.send_due(), 1)
        self.assertLogged(ticket, "opened", "noted", "replied")

    def test_sending_and_resolving_waits_too_and_takes_its_files_along(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            file = actions.attach(
                by=self.alma, client_id=self.acme.pk, name="a.txt", media_type="text/plain", chunks=[b"a"], size=1
            )
            draft = drafting.save(
                ticket, by=self.alma, kind="reply", content=Content(text="Done.", code="fixed", uploads=(file.pk,))
            )
            assert draft is not None
            draft.then = "resolve"
            draft.save()
            self.queue(draft)
            ticket.refresh_from_db()
            self.assertEqual(ticket.status, Status.NEW)
        with self.at("2026-03-02 12:01"):
            self.assertEqual(sending.send_due(), 1)
        ticket.refresh_from_db()
        file.refresh_from_db()
        self.assertEqual((ticket.status, file.message), (Status.RESOLVED, Message.objects.latest("pk")))

    def test_it_is_checked_when_it_is_queued(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            seen = ticket.version
            with self.assertRaises(Invalid) as refused:
                self.queue(self.write(ticket, cc="boss@"))
            self.assertEqual(refused.exception.field, "cc")
            draft = Draft.objects.get()
            drafting.save(ticket, by=self.alma, kind="reply", content=Content(text="x", revision=draft.revision))
            actions.receive(ticket, by=self.rui, message=self.say("Never mind."))
            with self.assertRaises(Stale):
                self.queue(draft, seen=seen)
        self.assertEqual(Draft.objects.get().send_at, None)
        self.assertEqual(self.sent(ticket), [])
        self.assertLogged(ticket, "opened", "received")

    def test_scheduling_and_cancelling_are_in_the_log(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            draft = self.queue(self.write(ticket), is_scheduled=True, seconds=3600)
            sending.take_back(draft, by=self.alma)
            with self.assertRaises(Invalid) as refused:
                self.queue(draft, is_scheduled=True, seconds=-1)
            self.assertEqual(refused.exception.field, "send_at")
        self.assertLogged(ticket, "opened", "send_scheduled", "send_cancelled")

    def test_a_worker_killed_while_it_sends_leaves_all_or_nothing(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            draft = self.queue(self.write(ticket))
        with self.at("2026-03-02 12:01"):
            with (
                mock.patch.object(Draft, "delete", side_effect=KeyboardInterrupt),
                self.assertRaises(KeyboardInterrupt),
            ):
                jobs.send(draft_id=draft.pk)
            self.assertEqual(self.sent(ticket), [])
            jobs.send(draft_id=draft.pk)
            jobs.send(draft_id=draft.pk)
        self.assertEqual(self.sent(ticket), ["New toner is on its way."])
        self.assertLogged(ticket, "opened", "replied")

    def test_who_left_sends_nothing_and_colleagues_have_the_draft(self) -> None:
        with self.at("2026-03-02 12:00"):
            ticket = self.report("Printer")
            self.queue(self.write(ticket), is_scheduled=True, seconds=60)
        self.alma.is_active = False
        self.alma.save()
        with self.at("2026-03-02 12:02"):
            self.assertEqual(sending.send_due(), 0)
        self.assertEqual([d.is_shared for d in Draft.objects.all()], [True])
        self.assertEqual(self.sent(ticket), [])

    def test_only_its_author_decides(self) -> None:
        with self.at("2026-03-02 12:00"):
            draft = self.queue(self.write(self.report("Printer")))
            for person in (self.tove, self.otto, self.rui):
                with self.assertRaises((Conflict, NotFound)):
                    sending.take_back(draft, by=person)
                with self.assertRaises((Conflict, NotFound)):
                    sending.send_waiting(draft, by=person)
        self.assertIsNotNone(Draft.objects.get().send_at)
