"""The toast with Undo, the entry of the log with Undo, and what pressing them does."""

from datetime import timedelta

from olmo.kernel import clock
from olmo.notifications.reactions import tell
from olmo.outbox.models import Envelope, State
from olmo.tickets import actions, undo
from olmo.tickets.models import Event, Message, Status, Ticket

from .base import PageTest, Visit


class TakingBack(PageTest):
    def change(self, ticket: Ticket, noun: str, **data: object) -> Visit:
        """A change of Alma's, and the page that she sees next."""
        browser = self.as_(self.alma)
        return Visit(browser.post(self.url(ticket, noun), data, follow=True))

    def press(self, url: str, *, back: str = "") -> Visit:
        return Visit(self.as_(self.alma).post(url, {"next": back}, follow=True))

    def test_the_toast_takes_a_change_back_and_returns_to_the_page(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        page = self.change(ticket, "assignment", team=self.network.pk, assignee=self.tove.pk)
        self.assertEqual(page.words(".toast span"), ["Assigned."])
        here = page.value(".toast [name=next]")
        after = self.press(page.one(".toast form").attributes["action"] or "", back=here)
        self.assertEqual(here, self.url(ticket))
        self.assertEqual(after.words(".toast span"), ["Undone: everything is as it was."])
        self.assertIn("Alma Ferri took back: assignment", after.text)
        ticket.refresh_from_db()
        self.assertEqual((ticket.team, ticket.assignee), (self.desk, None))
        self.assertLogged(ticket, "opened", "assigned", "undone")

    def test_the_log_offers_it_to_its_author_for_an_hour(self) -> None:
        ticket = self.report("Printer")
        self.change(ticket, "hold", reason="requester")
        self.assertEqual(len(self.get(self.url(ticket)).all("#log [form=undo]")), 1)
        self.assertEqual(self.get(self.url(ticket), by=self.tove).all("#log [form=undo]"), [])
        url = self.get(self.url(ticket)).one("#log [form=undo]").attributes["formaction"] or ""
        self.press(url)
        self.assertEqual(self.get(self.url(ticket)).all("#log [form=undo]"), [])

    def test_a_refusal_names_who_was_faster_and_changes_nothing(self) -> None:
        ticket = self.report("Printer")
        page = self.change(ticket, "assignment", team=self.desk.pk, assignee=self.alma.pk)
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        after = self.press(page.one(".toast form").attributes["action"] or "")
        self.assertIn(f"#{ticket.number} was changed by Tove Lind since (assignment).", after.text)
        ticket.refresh_from_db()
        self.assertEqual(ticket.assignee, self.tove)

    def test_somebody_elses_token_and_a_foreign_way_back(self) -> None:
        ticket = self.report("Printer")
        with undo.undoable(self.tove, "Hold") as made:
            actions.hold(ticket, by=self.tove, reason="requester")
        visit = self.post(f"/desk/undo/{made.token}", {"next": "https://evil.example/"})
        self.assertEqual(visit.location, "/desk/")
        ticket.refresh_from_db()
        self.assertEqual(ticket.status, Status.WAITING)

    def test_a_press_of_the_menu_and_a_split_can_be_taken_back_too(self) -> None:
        ticket = self.report("Printer")
        message = Message.objects.get(ticket=ticket)
        page = self.change(ticket, f"messages/{message.pk}/split", subject="Scanner")
        self.press(page.one(".toast form").attributes["action"] or "")
        fresh = Ticket.objects.exclude(pk=ticket.pk).get()
        self.assertEqual((fresh.status, fresh.resolution_code), (Status.CLOSED, "mistake"))
        page = self.change(ticket, "closure")
        self.press(page.one(".toast form").attributes["action"] or "")
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.closed_at), (Status.NEW, None))


class Telling(PageTest):
    """Mail that an undo would make untrue waits for some seconds; then it has left, and the page says so."""

    def resolved(self, note: str) -> tuple[Ticket, str]:
        ticket = self.report("Printer")
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed", note=note)
        return ticket, made.token

    def event(self, ticket: Ticket) -> Event:
        return Event.objects.select_related("ticket", "by").get(ticket=ticket, kind="resolved")

    def test_nobody_is_told_of_what_was_undone_before_the_job_came(self) -> None:
        ticket, token = self.resolved("New toner.")
        undo.undo(token, by=self.alma)
        tell(self.event(ticket))
        self.assertEqual(Envelope.objects.filter(purpose="resolution").count(), 0)

    def test_a_mail_that_waits_is_held_back(self) -> None:
        ticket, token = self.resolved("New toner.")
        tell(self.event(ticket))
        envelope = Envelope.objects.get(purpose="resolution")
        self.assertGreater(envelope.next_at, clock.now() + timedelta(seconds=5))
        undo.undo(token, by=self.alma)
        envelope.refresh_from_db()
        self.assertEqual(envelope.state, State.HELD)
        self.assertIn("Taken back.", self.get(self.url(ticket)).text)

    def test_a_mail_that_left_stays_and_is_said(self) -> None:
        ticket, token = self.resolved("New toner.")
        tell(self.event(ticket))
        Envelope.objects.filter(purpose="resolution").update(state=State.SENT)
        after = Visit(self.as_(self.alma).post(f"/desk/undo/{token}", follow=True))
        self.assertIn("One message had been sent already", after.text)
        ticket.refresh_from_db()
        self.assertEqual(ticket.status, Status.NEW)
        self.assertEqual(ticket.last_message, Message.objects.filter(ticket=ticket).latest("pk"))
        self.assertReplays(ticket)
