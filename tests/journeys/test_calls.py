"""The phone rings: from an unknown number to solved on the spot without a mouse; the timer; my week on a phone in Italian."""

import re

from playwright.sync_api import expect

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Ticket
from olmo.worklog import actions as worklog
from olmo.worklog.models import Entry, Timer

from .base import Journey


class ACall(Journey):
    def test_from_an_unknown_number_to_solved_by_keyboard_only(self) -> None:
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/tickets/new"))
        self.assert_accessible(page)
        self.picture(page, "calls-new")
        page.keyboard.type("+39 06 555 0199")
        expect(page.locator("#callers [name=newcomer]")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#id_phone")).to_have_value("+39 06 555 0199")
        expect(page.locator("#id_name")).to_be_focused()
        page.keyboard.type("Pia Rossi")
        page.keyboard.press("Tab")
        page.keyboard.type("Acme")
        for field, words in (
            ("#id_subject", "No sound"),
            ("#id_text", "Nothing since noon."),
            ("#id_solution", "Turned it up."),
        ):
            for _press in range(40):
                if page.evaluate("selector => document.activeElement.matches(selector)", field):
                    break
                page.keyboard.press("Tab")
            page.keyboard.type(words)
        self.picture(page, "calls-newcomer")
        page.keyboard.press("Control+Shift+Enter")
        page.wait_for_url(re.compile(r"/desk/tickets/\d+$"))
        self.assert_accessible(page)
        self.picture(page, "calls-solved")
        with scope(EVERY_CLIENT):
            ticket = Ticket.objects.get()
            self.assertEqual((ticket.status, ticket.is_first_contact), ("resolved", True))
            self.assertEqual(ticket.requester.identities.get().value, "+39065550199")
            self.assertEqual(Entry.objects.get().ticket, ticket)

    def test_somebody_known_goes_on_with_what_is_open(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                client=self.acme,
                requester=self.rui,
                subject="Printer is dead",
                message=NewMessage(text="Dead."),
            )
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/tickets/new"))
        page.keyboard.type("alves")
        expect(page.locator("#callers [name=choose]")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".caller .number")).to_have_text(str(ticket.number))
        page.fill("#id_text", "Still dead.")
        self.picture(page, "calls-known")
        self.assert_accessible(page)
        page.locator(".caller [name=continue]").press("Enter")
        page.wait_for_url(re.compile(rf"/desk/tickets/{ticket.number}$"))
        expect(page.locator("#log")).to_contain_text("Incoming call")


class TheTimer(Journey):
    def test_it_survives_a_reload_and_another_tab(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                client=self.acme,
                requester=self.rui,
                subject="Printer is dead",
                message=NewMessage(text="Dead."),
            )
            actions.set_checklist(
                ticket, by=self.alma, items=[(None, "Look at it"), (None, "Mend it")], is_required=True
            )
        page = self.sign_in(self.alma)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.get_by_role("button", name="Start the timer").click()
        expect(page.locator("#panel .ticking")).to_contain_text("0:0")
        page.get_by_role("button", name="Look at it").click()
        expect(page.locator(".checklist__progress small")).to_have_text("1 of 2 done")
        expect(page.locator("#panel-history h3").first).to_be_visible()
        self.assert_accessible(page)
        self.picture(page, "calls-panel")
        page.locator("#panel").evaluate("panel => panel.scrollTo(0, 9999)")
        self.picture(page, "calls-panel-end")
        page.reload()
        expect(page.locator("#panel .ticking")).to_be_visible()
        other = self.watched(page.context)
        other.goto(self.url("/desk/week"))
        expect(other.locator(".timer .ticking")).to_contain_text("0:")
        with scope(EVERY_CLIENT):
            timer = Timer.objects.get()
            assert timer.started_at is not None
            Timer.objects.update(began_at=timer.began_at.replace(year=timer.began_at.year), seconds=200)
        page.locator("#panel").get_by_role("button", name="Stop and enter").click()
        expect(page.locator("#panel")).to_contain_text("4 min")
        with scope(EVERY_CLIENT):
            self.assertEqual(Entry.objects.get().minutes, 4)


class MyWeek(Journey):
    def test_on_a_phone_in_italian(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                client=self.acme,
                requester=self.rui,
                subject="Stampante ferma",
                message=NewMessage(text="Ferma."),
            )
            type(self.alma).objects.filter(pk=self.alma.pk).update(language="it")
            worklog.log_work(ticket, worklog.Work(minutes=35, day=worklog.today(self.alma), note="Toner"), by=self.alma)
        for theme, is_phone in (("light", True), ("dark", False)):
            page = self.sign_in(self.alma, phone=is_phone, theme=theme, locale="it-IT")
            page.goto(self.url("/desk/week"))
            expect(page.locator("h1")).to_have_text("La mia settimana")
            page.locator(".week__entry > summary").click()
            self.assert_accessible(page)
            self.assert_not_sideways(page)
            self.picture(page, f"calls-week-{theme}")
        page.locator(".week__form [name=minutes]").fill("40")
        page.locator(".week__form [name=minutes]").press("Enter")
        expect(page.locator(".toast")).to_contain_text("Corretta")
        with scope(EVERY_CLIENT):
            self.assertEqual(Entry.objects.get().minutes, 40)
            self.assertEqual(Entry.objects.get().corrections.count(), 2)
