"""Changing many, macros, merging, and taking it back: by pointer, by keyboard alone, on a phone, without scripts."""

import re

from playwright.sync_api import Page, expect

from olmo.automation import jobs, macros
from olmo.automation.macros import MacroSettings
from olmo.automation.models import Run
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Message, Status, Ticket, WorkingState
from tests.journeys.base import Journey


class TakingBack(Journey):
    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject, team=self.desk,
                message=actions.NewMessage(text="It does not work."),
            )  # fmt: skip

    def now(self, ticket: Ticket) -> Ticket:
        with scope(EVERY_CLIENT):
            return Ticket.objects.get(pk=ticket.pk)

    def visit(self, page: Page, path: str) -> None:
        page.goto(self.url(path))
        page.wait_for_load_state("networkidle")

    def test_many_tickets_previewed_changed_and_undone(self) -> None:
        one, two = self.report("VPN drops"), self.report("VPN drops again")
        page = self.sign_in(self.alma)
        self.visit(page, f"/desk/bulk?ticket={one.number}&ticket={two.number}")
        page.get_by_label("Owner").select_option("me")
        page.get_by_label("Add tags").fill("vpn")
        page.get_by_role("button", name="Show what would happen").click()
        expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
        self.picture(page, "bulk-preview")
        self.assert_accessible(page)
        self.assertEqual(self.now(one).tags, [])
        page.get_by_role("button", name="Change the ticked tickets").click()
        expect(page.locator(".toast")).to_contain_text("2 tickets were changed.")
        self.assertEqual((self.now(two).assignee, self.now(two).tags), (self.alma, ["vpn"]))
        self.assert_accessible(page)
        page.keyboard.press("z")
        expect(page.locator(".toast")).to_contain_text("Undone")
        self.assertEqual((self.now(two).assignee, self.now(two).tags), (None, []))

    def test_a_macro_by_keyboard_alone_and_back_with_control_z(self) -> None:
        ticket = self.report("VPN drops")
        with scope(EVERY_CLIENT):
            steps = {"assignee": "me", "state": "hold", "reason": "third_party", "reply": "Dear {first_name}, wait."}
            macros.save(None, MacroSettings(name="Supplier", names={}, steps=steps), by=self.ines)
        page = self.sign_in(self.alma)
        self.visit(page, f"/desk/tickets/{ticket.number}")
        page.keyboard.press("q")
        item = page.get_by_role("link", name="Supplier")
        expect(item).to_be_visible()
        item.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Reply to Rui Alves")).to_have_value("Dear Rui, wait.")
        self.picture(page, "macro")
        self.assert_accessible(page)
        page.get_by_role("button", name="Do it", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("Supplier")
        self.assertEqual(self.now(ticket).status, Status.WAITING)
        page.locator("h1").click()
        page.keyboard.press("Control+z")
        expect(page.locator(".toast")).to_contain_text("Undone")
        self.assertEqual(self.now(ticket).status, Status.NEW)
        expect(page.locator("#log")).to_contain_text("Taken back.")

    def test_a_merge_side_by_side_turned_round_and_undone_on_a_phone(self) -> None:
        one, two = self.report("VPN drops"), self.report("VPN drops again")
        page = self.sign_in(self.alma, phone=True)
        self.visit(page, f"/desk/tickets/{one.number}/merge?number={two.number}")
        page.get_by_role("link", name=re.compile("The other way round")).click()
        page.wait_for_load_state("networkidle")
        self.assert_accessible(page)
        self.picture(page, "merge-phone")
        page.get_by_role("button", name=f"Merge {two.number} into {one.number}").click()
        expect(page.locator(".toast")).to_contain_text("Merged.")
        self.assertEqual(self.now(two).merged_into_id, one.pk)
        page.locator(".toast").get_by_role("button", name="Undo").click()
        expect(page.locator(".toast")).to_contain_text("Undone")
        self.assertIsNone(self.now(two).merged_into_id)

    def test_a_working_state_set_in_the_panel_and_undone(self) -> None:
        with scope(EVERY_CLIENT):
            WorkingState.objects.create(name="Being looked at", status="new")
        ticket = self.report("VPN drops")
        page = self.sign_in(self.alma)
        self.visit(page, f"/desk/tickets/{ticket.number}")
        page.keyboard.press("i")
        page.get_by_label("Being looked at").check()
        self.picture(page, "working-state")
        self.assert_accessible(page)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".ticket__bar .badge")).to_have_text("New · Being looked at")
        page.keyboard.press("z")
        expect(page.locator(".ticket__bar .badge")).to_have_text("New")

    def test_a_split_shown_before_it_acts_on_a_phone_too(self) -> None:
        ticket = self.report("VPN drops")
        with scope(EVERY_CLIENT):
            pk = Message.objects.get(ticket=ticket).pk
        for phone in (False, True):
            page = self.sign_in(self.alma, phone=phone)
            self.visit(page, f"/desk/tickets/{ticket.number}/messages/{pk}/split")
            expect(page.get_by_role("heading", name=f"What stays in {ticket.number}")).to_be_visible()
            self.assert_accessible(page)
            self.assert_not_sideways(page)
            self.picture(page, "split-phone" if phone else "split")
        page.get_by_label("Subject of the new ticket").fill("Scanner")
        page.get_by_role("button", name="Make a ticket").click()
        expect(page.locator("h1")).to_have_text("Scanner")

    def test_more_tickets_than_a_preview_shows_are_counted_while_one_looks(self) -> None:
        for n in range(103):
            self.report(f"Ticket {n}")
        page = self.sign_in(self.alma)
        self.visit(page, "/desk/bulk?all=1&box=open")
        page.get_by_label("Owner").select_option("me")
        page.get_by_role("button", name="Show what would happen").click()
        expect(page.locator("#trial")).to_contain_text("3 more tickets: 0 tried so far")
        with scope(EVERY_CLIENT):
            pk = Run.objects.get(is_trial=True).pk
        jobs.go_on(pk)
        expect(page.locator("#trial")).to_contain_text("3 would change · 0 so already · 0 refused")
        self.assert_accessible(page)

    def test_without_scripts(self) -> None:
        ticket = self.report("VPN drops")
        page = self.sign_in(self.alma, scripts=False)
        page.goto(self.url(f"/desk/bulk?ticket={ticket.number}"))
        page.get_by_label("Owner").select_option("me")
        page.get_by_role("button", name="Show what would happen").click()
        page.get_by_role("button", name="Change the ticked tickets").click()
        self.assertEqual(self.now(ticket).assignee, self.alma)
        page.locator(".toast").get_by_role("button", name="Undo").click()
        self.assertIsNone(self.now(ticket).assignee)
