"""A promise in danger: a policy asks a lead, who takes care of it and gives it to the next tier, which resolves it."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from olmo.channels.tests.stage import do_jobs
from olmo.escalation import actions as escalation
from olmo.kernel import clock
from olmo.service_levels import actions as service_levels
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Status, Ticket

from .base import PHONE, WIDE, Journey

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PROMISE = {
    "calendar": "Always",
    "pauses": [],
    "targets": {p: {"resolution": 240} for p in ("1", "2", "3", "4")},
}


class FromTheWarningToTheSolution(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.desk.leads.add(self.ines)
            long_ago = clock.now() - timedelta(days=30)
            hours = {day: [["00:00", "24:00"]] for day in DAYS}
            with clock.at(long_ago):
                service_levels.set_calendar("Always", {"zone": "UTC", "hours": hours}, by=self.ines)
                agreement = service_levels.agree("Acme", by=self.ines, client=self.acme)
                service_levels.amend(agreement, PROMISE, by=self.ines, version="1", valid_from=long_ago)

    def look_at(self, page: Page, name: str) -> None:
        for width, size in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(size)
            self.assert_not_sideways(page)
            self.assert_accessible(page)
            self.picture(page, f"{name}-{width}")
        page.set_viewport_size(WIDE)

    def make_policy(self, page: Page, *, is_looked_at: bool = True) -> None:
        """An administrator writes the policy down; what is wrong is said at its step."""
        self.expected_faults.append("422")
        page.goto(self.url("/desk/admin/policies/new"))
        page.fill("#id_name", "Solutions in time")
        expect(page.locator("#id_metric")).to_have_value("resolution")
        page.fill("#id_steps-0-value", "75")
        page.get_by_role("button", name="One more step").click()
        page.fill("#id_steps-1-value", "30")
        page.select_option("#id_steps-1-unit", "before")
        page.select_option("#id_steps-1-act", "page")
        page.fill("#id_steps-1-answer_minutes", "10")
        page.get_by_label("Only while nobody takes care of it").first.check()
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("#id_steps-0-only_untaken-wrong")).to_contain_text("No step before this one")
        page.get_by_label("Only while nobody takes care of it").first.uncheck()
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("svg.drawn circle")).to_have_count(2)
        if is_looked_at:
            self.look_at(page, "policy")

    def report_in_danger(self) -> Ticket:
        """A ticket that has 20 of its 240 minutes left, as the worker sees it."""
        with scope(EVERY_CLIENT):
            with clock.at(clock.now() - timedelta(minutes=1)):
                ticket = actions.open_ticket(
                    by=self.rui, requester=self.rui, client=self.acme, subject="The till does not print",
                    message=actions.NewMessage(text="Since this morning."), team=self.desk,
                )  # fmt: skip
            do_jobs()
            with clock.at(clock.now() + timedelta(minutes=219)):
                service_levels.sweep()
                while escalation.sweep():
                    pass
        return ticket

    def test_a_lead_is_asked_takes_care_and_the_next_tier_resolves_it(self) -> None:
        lead = self.sign_in(self.ines)
        self.make_policy(lead)
        ticket = self.report_in_danger()

        lead.goto(self.url("/desk/notices"))
        expect(lead.get_by_text("paged Ines Rota").first).to_be_visible()
        lead.goto(self.url("/desk/escalations"))
        expect(lead.locator(".came-up__one")).to_contain_text("Ines Rota is asked until")
        self.look_at(lead, "escalation-inbox")
        lead.get_by_role("button", name="I take care of it").click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota takes care of it (policy “Solutions in time”, step 2)")
        self.look_at(lead, "ticket-taken-care-of")

        lead.locator("[data-command=escalation]").click()
        lead.fill("#escalation-note", "Tried: another cable. I believe it is the print server.")
        lead.locator(".menu__form").get_by_role("button", name="Escalate").click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota escalated the ticket to Network")

        second = self.sign_in(self.tove)
        second.goto(self.url("/desk/escalations"))
        expect(second.locator(".came-up__one")).to_contain_text("I believe it is the print server.")
        second.goto(self.url(f"/desk/tickets/{ticket.number}/resolution"))
        second.fill("#resolution-note", "The print server runs again.")
        second.locator("form:has(#resolution-note)").get_by_role("button", name="Resolve").click()
        expect(second.locator("#ticket-head .badge").first).to_contain_text("Resolved")
        with scope(EVERY_CLIENT):
            do_jobs()
            self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.RESOLVED)

    def test_it_works_with_no_scripts(self) -> None:
        lead = self.sign_in(self.ines, scripts=False)
        self.make_policy(lead, is_looked_at=False)
        self.report_in_danger()
        lead.goto(self.url("/desk/notices"))
        lead.get_by_role("button", name="I take care of it").first.click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota takes care of it")
