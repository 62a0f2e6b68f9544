"""Two agents, one away: a ticket finds the other and says why. A rotation is made, subscribed to, and looked at on a phone."""

import urllib.request
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.routing.assignment.tests.stage import Giving
from olmo.staffing.actions import absences, on_call, shifts
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Ticket
from tests.journeys.base import Journey


class Staffing(Giving, Journey):
    def report_to_desk(self) -> Ticket:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="The printer is on fire", team=self.desk,
                message=actions.NewMessage(text="Please hurry."),
            )  # fmt: skip
            return self.react(ticket)

    def look(self, page: Page, name: str) -> None:
        """Axe, nothing sideways, and a picture."""
        self.assert_accessible(page)
        self.assert_not_sideways(page)
        self.picture(page, name)

    def test_a_ticket_finds_whoever_is_there_and_says_why(self) -> None:
        with scope(EVERY_CLIENT):
            self.way("turn")
        away = self.sign_in(self.alma)
        away.goto(self.url("/desk/?box=mine"))
        away.keyboard.press("B")
        expect(away.locator(".toast").first).to_contain_text("Away")
        ticket = self.report_to_desk()
        page = self.sign_in(self.ines)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        reason = page.locator(".panel summary", has_text="Why Ines?")
        reason.click()
        expect(page.locator(".whom")).to_contain_text("Ines Rota was the only one who could take it.")
        expect(page.locator(".whom")).to_contain_text("Alma Ferri: away")
        self.look(page, "staffing-why-wide-light")
        page.locator(".event a", has_text="Why?").first.click()
        expect(page.locator("h1")).to_have_text("Why me?")
        self.look(page, "staffing-why-page-wide-light")

    def test_without_scripts_an_administrator_makes_a_rotation_and_a_lead_puts_somebody_in(self) -> None:
        page = self.sign_in(self.ines, scripts=False)
        page.goto(self.url("/desk/oncall/new"))
        page.select_option("select[name=team]", label="Network")
        page.fill("input[name=name]", "Nights and weekends")
        page.select_option("select[name=zone]", "Europe/Rome")
        page.locator("form.admin-form button").last.click()
        page.get_by_role("link", name="New layer").click()
        page.fill("input[name=name]", "Everybody")
        page.select_option("select[name=turn_1]", label="Tove Lind")
        page.select_option("select[name=turn_2]", label="Alma Ferri")
        page.fill("input[name=starts_on]", (date.today() - timedelta(days=9)).isoformat())  # noqa: DTZ011
        page.locator("form.admin-form button").last.click()
        expect(page.locator(".staffing-list").first).to_contain_text("Tove Lind → Alma Ferri")
        page.goto(self.url("/desk/oncall"))
        expect(page.locator(".oncall > li")).to_have_count(7)
        page.locator(".oncall__put summary").click()
        page.select_option(".oncall__put select[name=person]", label="Ines Rota")
        start = clock.now() + timedelta(days=1)
        page.fill(".oncall__put input[name=starts_at]", start.strftime("%Y-%m-%dT09:00"))
        page.fill(".oncall__put input[name=ends_at]", start.strftime("%Y-%m-%dT17:00"))
        page.locator(".oncall__put button").click()
        expect(page.locator(".oncall__override")).to_contain_text("Ines Rota")
        self.picture(page, "staffing-oncall-wide-plain")

    def test_an_agent_subscribes_to_their_calendar(self) -> None:
        self.rota(self.tove)
        page = self.sign_in(self.tove)
        page.goto(self.url("/desk/availability"))
        page.get_by_role("button", name="Make an address").click()
        address = page.locator(".staffing-feed").inner_text()
        with urllib.request.urlopen(address, timeout=10) as answer:
            body = answer.read()
        self.assertIn(b"SUMMARY:On call: Nights (Network)", body)
        self.look(page, "staffing-availability-wide-light")
        page.get_by_role("button", name="End the feed").click()
        expect(page.locator(".staffing-feed")).to_have_count(0)

    def rota(self, *people: Person, **more: Any) -> None:
        with scope(EVERY_CLIENT):
            made = on_call.save_schedule(None, team=self.network, name="Nights", zone="Europe/Rome", by=self.ines)
            first = date.today() - timedelta(days=3)  # noqa: DTZ011
            given = {"name": "All", "people": people, "days": 1, "handover": "09:00", "starts_on": first, **more}
            on_call.save_layer(made, None, on_call.LayerSettings(**given), by=self.ines)

    def test_in_italian_on_a_phone_and_in_the_dark(self) -> None:
        with scope(EVERY_CLIENT):
            Person.objects.filter(pk=self.ines.pk).update(language="it", time_zone="Europe/Rome")
            week = {day: [["08:00", "12:30"], ["22:00", "06:00"]] for day in ("mon", "wed", "fri")}
            shifts.save_pattern(
                None, person=self.alma, zone="Europe/Rome", week=week, valid_from=date(2026, 1, 1), by=self.ines
            )
            now = clock.now()
            absences.save_absence(
                None, person=self.ines, kind="leave", starts_at=now - timedelta(hours=2), ends_at=now + timedelta(days=2),
                deputy=self.alma, by=self.ines,
            )  # fmt: skip
        self.rota(self.tove, self.ines, week={"sat": [["00:00", "24:00"]], "tue": [["18:00", "08:00"]]})
        page = self.sign_in(self.ines, phone=True, theme="dark")
        pages = {
            "availability": "La mia disponibilità", "oncall": "Reperibilità", "staff": "chi lavora quando",
            "admin/capacity": "Capacità", "admin/oncall": "Reperibilità", "admin/skills/new": "Nuova competenza",
            f"admin/assignment/{self.desk.pk}": "Service desk", "availability/shifts/new": "Nuovi turni",
        }  # fmt: skip
        for path, words in pages.items():
            page.goto(self.url(f"/desk/{path}"))
            expect(page.locator("h1")).to_contain_text(words)
            self.look(page, f"staffing-{path.replace('/', '-').rstrip('-0123456789')}-phone-it-dark")
        wide = self.sign_in(self.ines)
        for path in ("staff", "oncall", "oncall?weeks=4", "admin/capacity", f"admin/assignment/{self.desk.pk}"):
            wide.goto(self.url(f"/desk/{path}"))
            self.look(wide, f"staffing-{path.replace('/', '-').replace('?', '-').rstrip('-0123456789')}-wide-it-light")
