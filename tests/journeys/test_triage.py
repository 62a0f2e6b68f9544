"""A suggestion beside a ticket is taken by one press, with and without scripts; the pages of triage are accessible."""

from olmo.kernel import clock
from olmo.routing.models import Suggestion, Target
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Category, Channel, Ticket

from .base import Journey


class TakingASuggestion(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.category = Category.objects.create(name="Printers")
            self.ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="Printer", message=NewMessage(text="Help."),
                channel=Channel.MAIL,
            )  # fmt: skip
            Suggestion.objects.create(
                ticket=self.ticket, client=self.acme, target=Target.CATEGORY, guesses=[[str(self.category.pk), 0.84]],
                made_at=clock.now(),
            )  # fmt: skip

    def take(self, *, scripts: bool) -> None:
        page = self.sign_in(self.alma, scripts=scripts, bypass_csp=scripts)
        page.goto(self.url(f"/desk/tickets/{self.ticket.number}"))
        if scripts:
            self.assert_accessible(page)
        page.focus(".triage__guess")
        page.keyboard.press("Enter")
        page.wait_for_selector(".triage", state="detached")
        with scope(EVERY_CLIENT):
            self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).category_id, self.category.pk)

    def test_by_the_keyboard(self) -> None:
        self.take(scripts=True)

    def test_without_scripts(self) -> None:
        self.take(scripts=False)

    def test_the_pages_of_the_administrator_are_accessible(self) -> None:
        page = self.sign_in(self.ines, bypass_csp=True)
        for path in ("/desk/admin/triage", "/desk/admin/triage/category"):
            page.goto(self.url(path))
            self.assert_accessible(page)
