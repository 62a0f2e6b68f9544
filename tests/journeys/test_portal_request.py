"""A requester signs in by a mailed link, reports a problem, gets the answer while looking, closes the request, opens it again."""

import threading
from unittest import SkipTest

from playwright.sync_api import Page, expect
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params

from olmo.outbox.models import Envelope
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Status, Ticket

from .base import ROOT, Journey


class PortalJourney(Journey):
    def work(self) -> None:
        """Do the queued jobs, as the worker would, in a thread of their own."""

        def run() -> None:
            with app.replace_connector(PsycopgConnector(kwargs=connector_params())) as worker:
                worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["mail"])

        worker = threading.Thread(target=run, daemon=True)
        worker.start()
        worker.join(30)

    def mailed_link(self) -> str:
        """The address in the last mail."""
        self.work()
        with scope(EVERY_CLIENT):
            text = Envelope.objects.latest("pk").text
        url = next(word for word in text.split() if "/sign-in/link/" in word)
        return self.url("/sign-in/" + url.partition("/sign-in/")[2])

    def only_ticket(self) -> Ticket:
        with scope(EVERY_CLIENT):
            return Ticket.objects.get()

    def with_password(self) -> None:
        with scope(EVERY_CLIENT):
            self.rui.set_password("rui's long password")
            self.rui.save()

    def is_well_made(self, page: Page) -> None:
        self.assert_accessible(page)
        self.assert_not_sideways(page)

    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject=subject,
                message=NewMessage(text="It does not work."),
            )


class FromTheLinkToTheEnd(PortalJourney):
    def test_on_a_phone(self) -> None:
        page = self.open(phone=True)
        page.goto(self.url("/"))
        self.is_well_made(page)
        page.get_by_role("main").get_by_role("link", name="Report a problem").tap()
        expect(page.locator("h1")).to_have_text("Sign in")
        self.is_well_made(page)
        page.fill("input[name=address]", "rui@acme.example")
        page.get_by_role("button", name="Send me a link by e-mail").tap()
        expect(page.locator("h1")).to_have_text("Look into your mailbox")
        self.is_well_made(page)

        page.goto(self.mailed_link())
        self.is_well_made(page)
        page.get_by_role("button", name="Sign in").tap()
        self.reports(page)
        self.hears(page)
        self.closes_and_reopens(page)

    def reports(self, page: Page) -> None:
        expect(page.locator("h1")).to_have_text("Report a problem")
        self.is_well_made(page)
        page.get_by_role("button", name="Send the report").tap()
        expect(page.get_by_role("alert")).to_contain_text("What happens?")
        self.expected_faults = ["422"]
        self.is_well_made(page)
        page.fill("input[name=subject]", "Printer prints blank pages")
        page.fill("textarea[name=text]", "Since this morning, room 210.")
        page.get_by_label("I cannot work at all").check()
        page.set_input_files("#files", {"name": "page.txt", "mimeType": "text/plain", "buffer": b"blank"})
        expect(page.locator('.upload input[name="upload"]')).to_have_count(1)
        page.get_by_role("button", name="Send the report").tap()

        expect(page.locator("#progress")).to_contain_text("Received, in the queue")
        expect(page.locator(".attachment")).to_contain_text("page.txt")
        self.is_well_made(page)
        self.picture(page, "portal-request-phone")
        page.reload()  # axe leaves empty style attributes behind, which a morph would copy and the policy refuse
        ticket = self.only_ticket()
        self.assertEqual((ticket.requester_id, ticket.urgency), (self.rui.pk, 1))

    def hears(self, page: Page) -> None:
        ticket = self.only_ticket()
        expect(page.locator("html")).to_have_attribute("data-live", "on")
        page.evaluate("window.stayed = true")
        with scope(EVERY_CLIENT):
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
            actions.reply(ticket, by=self.alma, message=NewMessage(text="I am bringing a new one."))
        expect(page.locator("#talk")).to_contain_text("I am bringing a new one.", timeout=5000)
        expect(page.locator("#progress")).to_contain_text("Alma is working on it")
        self.assertTrue(page.evaluate("window.stayed"))

    def closes_and_reopens(self, page: Page) -> None:
        page.fill("#answer-text", "It prints again, thank you.")
        page.get_by_role("button", name="It is solved: close").tap()
        expect(page.locator("#progress")).to_contain_text("Closed")
        self.assertEqual(self.only_ticket().status, Status.CLOSED)
        page.fill("#answer-text", "Blank again!")
        page.get_by_role("button", name="Send to Alma").tap()
        expect(page.locator("#talk")).to_contain_text("Blank again!")
        expect(page.locator("#answer-text")).to_have_value("")
        self.assertEqual(self.only_ticket().status, Status.OPEN)

    def test_the_link_is_used_up_by_pressing_and_not_by_looking(self) -> None:
        page = self.open()
        page.goto(self.url("/sign-in"))
        page.fill("input[name=address]", "rui@acme.example")
        page.get_by_role("button", name="Send me a link by e-mail").click()
        link = self.mailed_link()
        scanner = self.open(scripts=False)
        scanner.goto(link)
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_contain_text("Hello Rui")
        self.expected_faults = ["410"]
        scanner.goto(link)
        expect(scanner.locator("h1")).to_have_text("This link does not work any more")


class Following(PortalJourney):
    def test_a_solution_is_confirmed_by_one_press(self) -> None:
        self.with_password()
        ticket = self.report("VPN drops")
        with scope(EVERY_CLIENT):
            actions.resolve(ticket, by=self.alma, code="fixed", note="New profile.")
        page = self.sign_in(self.rui)
        page.goto(self.url("/requests?done=1"))
        self.is_well_made(page)
        page.get_by_role("link", name="VPN drops").click()
        page.get_by_role("button", name="Yes, it works again").click()
        expect(page.locator("#progress")).to_contain_text("Closed")
        expect(page.get_by_role("button", name="Yes, it works again")).to_have_count(0)
        self.assertEqual(self.only_ticket().status, Status.CLOSED)

    def test_what_a_requester_types_is_there_after_a_reload(self) -> None:
        self.with_password()
        ticket = self.report("Printer")
        page = self.sign_in(self.rui)
        page.goto(self.url(f"/requests/{ticket.number}"))
        page.wait_for_selector("html[data-script]")
        page.fill("#answer-text", "half a thought")
        expect(page.locator("[data-draft-state]")).to_have_text("Kept in this browser")
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(page.locator("#answer-text")).to_have_value("half a thought")

    def test_the_list_at_home_is_live(self) -> None:
        self.with_password()
        ticket = self.report("VPN drops")
        page = self.sign_in(self.rui)
        expect(page.locator("html")).to_have_attribute("data-live", "on")
        with scope(EVERY_CLIENT):
            actions.reply(ticket, by=self.alma, message=NewMessage(text="Try the cable."))
        expect(page.locator("#requests")).to_contain_text("Alma answered you", timeout=5000)

    def test_a_request_reported_in_one_tab_is_live_in_all(self) -> None:
        self.with_password()
        page = self.sign_in(self.rui)
        expect(page.locator("html")).to_have_attribute("data-live", "on")
        other = self.watched(page.context)
        other.goto(self.url("/requests/new"))
        other.fill("input[name=subject]", "Mouse")
        other.fill("textarea[name=text]", "It is stuck.")
        other.get_by_role("button", name="Send the report").click()
        expect(other.locator("#progress")).to_contain_text("Received")
        other.wait_for_timeout(2500)  # the first tab, which listens for both, fetches a new address
        with scope(EVERY_CLIENT):
            actions.reply(self.only_ticket(), by=self.alma, message=NewMessage(text="Which mouse?"))
        expect(other.locator("#talk")).to_contain_text("Which mouse?", timeout=5000)

    def test_everything_works_without_scripts(self) -> None:
        self.with_password()
        page = self.sign_in(self.rui, scripts=False)
        page.fill("#ask", "Mouse is stuck")
        page.get_by_role("button", name="Report a problem").click()
        expect(page.locator("input[name=subject]")).to_have_value("Mouse is stuck")
        page.fill("textarea[name=text]", "The left button.")
        page.set_input_files("#files", {"name": "mouse.txt", "mimeType": "text/plain", "buffer": b"x"})
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator(".attachment")).to_contain_text("mouse.txt")
        page.fill("#answer-text", "Also the right one.")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#talk")).to_contain_text("Also the right one.")
        page.get_by_role("button", name="It is solved: close").click()
        expect(page.locator("#progress")).to_contain_text("Closed")
        page.get_by_role("button", name="I need it after all: open it again").click()
        expect(page.locator("#progress")).to_contain_text("Being worked on")
        page.locator("summary", has_text="Rui").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("h1")).to_have_text("Sign in")

    def test_every_page_is_well_made_in_both_themes(self) -> None:
        self.with_password()
        ticket = self.report("VPN drops every few minutes, since this morning, in every room of the second floor")
        for theme in ("light", "dark"):
            page = self.sign_in(self.rui, theme=theme)
            for path in (
                "/",
                "/requests",
                "/requests?q=nothing",
                "/requests/new",
                f"/requests/{ticket.number}",
                "/account",
            ):
                page.goto(self.url(path))
                self.is_well_made(page)

    def test_in_italian(self) -> None:
        if not (ROOT / "olmo" / "locale" / "it" / "LC_MESSAGES" / "django.mo").exists():
            raise SkipTest("there is no Italian catalogue yet")
        page = self.open(locale="it-IT")
        page.goto(self.url("/sign-in"))
        expect(page.locator("html")).to_have_attribute("lang", "it")
        expect(page.locator("h1")).not_to_have_text("Sign in")
        page.get_by_role("link", name="English").click()
        page.goto(self.url("/sign-in"))
        expect(page.locator("h1")).to_have_text("Sign in")
