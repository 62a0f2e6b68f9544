"""A requester on a phone rates the help from the link in a real mail, in Italian; a scanner of mail changes nothing."""

import re

from playwright.sync_api import Page, expect

from olmo.channels.tests.stage import delivered, relay
from olmo.outbox.tests.sink import Sink
from olmo.surveys.administration import RulesSettings, save_rules
from olmo.surveys.models import FollowUp, Rating
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Event

from .base import Journey


class Rated(Journey):
    def mailed_links(self) -> list[str]:
        """Solve a request of Bea's; the paths of the links that the mail carries over real SMTP, the best answer first."""
        with relay(Sink()) as sink, scope(EVERY_CLIENT):
            self.bea.language = "it"
            self.bea.save()
            save_rules(RulesSettings(is_on=True), by=self.ines)
            self.desk.leads.add(self.ines)
            ticket = actions.open_ticket(
                by=self.bea, requester=self.bea, client=self.bolt, subject="La stampante non va", language="it",
                message=NewMessage(text="Fogli bianchi."),
            )  # fmt: skip
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
            actions.resolve(ticket, by=self.alma, code="fixed", note="Toner cambiato.")
            mail = delivered(sink)[-1]
        body = mail.get_body(("plain",))
        assert body is not None
        return re.findall(r"https?://[^/\s]+(/rating/\S+)", body.get_content())

    def test_on_a_phone_in_italian_after_a_scanner_opened_every_link(self) -> None:
        links = self.mailed_links()
        self.assertEqual(len(links), 5)
        scanner = self.open(scripts=False)
        for path in links:
            scanner.goto(self.url(path))
        with scope(EVERY_CLIENT):
            self.assertEqual((Rating.objects.count(), Event.objects.filter(kind="rated").count()), (0, 0))
        page = self.open(phone=True, scripts=False, locale="de-DE")
        self.rates(page, links[-1])
        with scope(EVERY_CLIENT):
            found = Rating.objects.get()
            self.assertEqual((found.score, found.comment, found.person), (1, "Due giorni senza stampante.", self.bea))
            self.assertEqual(FollowUp.objects.get().why, "rating")
        self.lead_speaks_with_her()

    def rates(self, page: Page, link: str) -> None:
        page.goto(self.url(link))
        expect(page.locator("html")).to_have_attribute("lang", "it")
        expect(page.locator("h1")).to_have_text("Com’è andata la nostra assistenza?")
        expect(page.get_by_label("Pessima")).to_be_checked()
        self.assert_not_sideways(page)
        self.picture(page, "rating-phone-it")
        page.get_by_label("Che cosa è andato bene").fill("Due giorni senza stampante.")
        page.get_by_role("button", name="Invia la valutazione").tap()
        expect(page.locator("h1")).to_have_text("Grazie")
        expect(page.locator(".gate__lead")).to_contain_text("Pessima")
        page.goto(self.url(link))
        expect(page.locator(".gate__lead")).to_contain_text("Hai già risposto")

    def lead_speaks_with_her(self) -> None:
        """The lead finds it at the head of the inbox, and says what was done."""
        desk = self.sign_in(self.ines, bypass_csp=True)
        desk.goto(self.url("/desk/escalations"))
        expect(desk.locator("#main")).to_contain_text("Due giorni senza stampante.")
        self.assert_accessible(desk)
        desk.get_by_role("link", name="Say what was done").click()
        desk.get_by_label("Spoken with the requester").check()
        desk.get_by_label("What was done").fill("Called Bea: a spare printer stands ready now.")
        desk.get_by_role("button", name="Save").click()
        desk.goto(self.url("/desk/escalations"))
        expect(desk.get_by_role("link", name="Say what was done")).to_have_count(0)
        with scope(EVERY_CLIENT):
            self.assertEqual(FollowUp.objects.get().outcome, "spoken")
