"""An administrator says when time counts, and what is promised; agents see what is left, and keep it."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from olmo.kernel import clock
from olmo.service_levels import actions
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket

from .base import PHONE, WIDE, Journey


class SettingServiceLevels(Journey):
    def look_at(self, page: Page, name: str) -> None:
        for width, size in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(size)
            self.assert_not_sideways(page)
            self.assert_accessible(page)
            self.picture(page, f"{name}-{width}")
        page.set_viewport_size(WIDE)

    def test_a_calendar_with_shifts_and_the_holidays_of_a_region(self) -> None:
        self.expected_faults.append("422")  # a form that is refused
        page = self.sign_in(self.ines)
        page.goto(self.url("/desk/admin/calendars/new"))
        page.fill("#id_name", "Modena office")
        page.fill("#id_hours_mon", "08:00-12:30, 12:00-18:00")
        page.keyboard.press("Enter")
        expect(page.locator("#id_hours_mon-wrong")).to_have_text("08:00-12:30 and 12:00-18:00 overlap.")
        page.fill("#id_hours_mon", "08:00-12:30, 13:30-18:00")
        page.select_option("#id_country", "IT")
        page.get_by_role("button", name="Show the regions").click()
        page.select_option("#id_region", "MO")
        page.fill("#id_days", "2026-12-28 09:00-11:00 Inventory")
        self.look_at(page, "calendar-form")
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("h1")).to_have_text("Modena office")
        self.look_at(page, "calendar")
        page.goto(self.url("/desk/admin/calendars"))
        expect(page.get_by_role("link", name="Modena office")).to_be_visible()
        self.look_at(page, "calendars")

        page.goto(self.url("/desk/admin/agreements/new"))
        page.fill("#id_name", "Acme gold")
        page.select_option("#id_client", label="Acme Industrial")
        page.get_by_role("button", name="Save").click()
        page.get_by_label("Normal: resolution").fill("4 h")
        page.fill("#id_version", "1")
        page.fill("#id_valid_from", "2026-01-01T00:00")
        page.fill("#id_reason", "Signed on 2 January")
        page.get_by_role("button", name="Show what would change").last.click()
        expect(page.locator(".rehearsal")).to_contain_text("No open ticket")
        self.look_at(page, "agreement")
        page.get_by_role("button", name="Put into force").click()
        expect(page.locator(".year tbody th")).to_have_text("1")


class KeepingAPromise(Journey):
    """From the warning that a promise is in danger to the next tier, and to the solution."""

    ticket: Ticket

    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            for person in (self.alma, self.tove):
                person.undo_seconds = 0
                person.save()
            always = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
            actions.set_calendar("Always", {"zone": "Europe/Rome", "hours": always}, by=self.ines)
            agreed = actions.agree("Acme gold", by=self.ines, client=self.acme)
            inner = actions.agree("Network", by=self.ines, client=None, kind="ola", team=self.network)
            terms = {
                "calendar": "Always",
                "pauses": ["requester"],
                "targets": {"3": {"first_response": 60, "resolution": 240}},
            }
            began = clock.now() - timedelta(days=9)
            actions.amend(agreed, terms, by=self.ines, version="1", valid_from=began, reason="Signed")
            own = {**terms, "targets": {"3": {"resolution": 120}}}
            actions.amend(inner, own, by=self.ines, version="1", valid_from=began, reason="Agreed")
            with clock.at(clock.now() - timedelta(minutes=50)):
                self.ticket = tickets.open_ticket(
                    by=self.rui, requester=self.rui, client=self.acme, subject="The line is down", team=self.desk,
                    message=tickets.NewMessage(text="Nobody can work."),
                )  # fmt: skip
            actions.sweep()

    def test_from_the_warning_to_the_next_tier_to_the_solution(self) -> None:
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/?box=open&sort=urgency"))
        row = page.locator(f"[data-ticket='{self.ticket.pk}']")
        expect(row.locator(".clock")).to_have_attribute("data-state", "soon")
        expect(row.locator(".clock")).to_contain_text("m left")
        self.picture(page, "promise-list")
        row.locator(".row__subject").click()
        expect(page.locator(".promise").first).to_contain_text("First response, promised in 1 h")
        expect(page.locator("#log")).to_contain_text("of the time for first response is used up")
        page.locator(".promise summary").first.click()
        expect(page.locator(".promise .strips").first).to_be_visible()
        self.picture(page, "promise-why")
        page.keyboard.press("Escape")

        page.locator("[data-command='escalation']").click()
        page.locator("#escalation-note").fill("Line tested up to the router. The carrier must look.")
        page.get_by_role("button", name="Escalate", exact=True).last.click()
        expect(page.locator(".promise[data-beside]")).to_contain_text("Network")

        other = self.sign_in(self.tove)
        other.goto(self.url("/desk/?box=escalated"))
        other.get_by_role("link", name="The line is down").click()
        self.assert_accessible(other)
        self.picture(other, "promise-escalated")
        other.locator("[data-command='resolution']").click()
        other.locator("#resolution-note").fill("The carrier changed the port; the line is up.")
        other.get_by_role("button", name="Resolve", exact=True).last.click()
        expect(other.locator(".promise").first).to_contain_text("Kept in")

        other.goto(self.url(f"/desk/contracts/{self.acme.pk}"))
        expect(other.locator(".contract__kept tfoot tr")).to_contain_text("100 %")
        self.assert_accessible(other)
        self.picture(other, "contract")
        other.locator(".contract__kept tfoot .n-link").first.click()
        expect(other.locator("#list .row__title")).to_have_text("The line is down")

    def test_on_a_phone_the_whole_of_it_can_be_read(self) -> None:
        page = self.sign_in(self.tove, phone=True)
        page.goto(self.url("/desk/?box=open&sort=urgency"))
        expect(page.locator("#list .clock").first).to_contain_text("m left")
        for path in (f"/desk/tickets/{self.ticket.number}", f"/desk/tickets/{self.ticket.number}/promises",
                     f"/desk/contracts/{self.acme.pk}", "/desk/contracts/"):  # fmt: skip
            page.goto(self.url(path))
            self.picture(page, f"promise-phone-{path.rsplit('/', 1)[-1] or 'contracts'}")
            self.assert_not_sideways(page)
            self.assert_accessible(page)

    def test_in_italian_without_scripts(self) -> None:
        with scope(EVERY_CLIENT):
            self.alma.language = "it"
            self.alma.save()
        page = self.sign_in(self.alma, scripts=False)
        page.goto(self.url("/desk/?box=open&sort=urgency"))
        expect(page.locator("#list .clock").first).to_contain_text("ancora")
        page.goto(self.url(f"/desk/tickets/{self.ticket.number}/promises"))
        expect(page.locator(".why").first).to_contain_text("Priorità Normale, 1 h di Always (a ogni ora, Europe/Rome)")
        expect(page.locator(".strip__words").first).to_contain_text("orario 00:00–24:00")
        page.goto(self.url(f"/desk/contracts/{self.acme.pk}"))
        expect(page.locator("h1")).to_have_text("Contratto: Acme Industrial")
