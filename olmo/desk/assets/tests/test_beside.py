"""Assets beside a ticket, for a caller, in lists and in rules."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.assets.tests.base import kind, take_in
from olmo.desk.tests.base import PageTest
from olmo.routing.rules import reading
from olmo.tickets import actions
from olmo.tickets.models import Ticket


class BesideATicket(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui, serial="5CG1")
        self.printer = take_in(self.acme, "PR-1", by=self.alma, kind=kind("Printer"), name="Printer")
        self.ticket = self.report("It does not start")

    def assets(self) -> list[int]:
        return Ticket.objects.get(pk=self.ticket.pk).asset_ids

    def test_what_the_requester_has_is_attached_by_one_press(self) -> None:
        card = self.look_again(self.url(self.ticket, "requester", "history"))
        self.assertIn("LT-0042", card.words(".has-devices")[0])
        self.post(self.url(self.ticket, "assets"), {"add": self.laptop.pk})
        self.assertEqual(self.assets(), [self.laptop.pk])
        self.assertIn(
            "attached", self.look_again(self.url(self.ticket, "requester", "history")).words(".has-devices")[0]
        )
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.one(f'a[href="/desk/assets/{self.laptop.pk}"]').text(), "LT-0042 ThinkPad")
        self.assertIn("LT-0042", self.get(f"/desk/people/{self.rui.pk}").words(".has-devices")[0])

    def test_another_one_is_named_by_its_tag_or_serial_number(self) -> None:
        form = {"assets": [self.laptop.pk], "shown_assets": "", "find": "pr-1"}
        self.post(self.url(self.ticket, "assets"), form)
        self.assertEqual(self.assets(), [self.laptop.pk, self.printer.pk])
        self.post(
            self.url(self.ticket, "assets"), {"shown_assets": f"{self.laptop.pk} {self.printer.pk}", "find": "5cg1"}
        )
        self.assertEqual(self.assets(), [self.laptop.pk])

    def test_what_is_not_found_is_said_at_the_field_and_nothing_is_lost(self) -> None:
        page = self.post(self.url(self.ticket, "assets"), {"assets": [self.laptop.pk], "find": "XX-9"})
        self.assertEqual((page.status, page.value("[name=find]"), self.assets()), (422, "XX-9", []))
        take_in(self.acme, "LT-0043", by=self.alma)
        page = self.post(self.url(self.ticket, "assets"), {"find": "LT"})
        self.assertIn("LT-0042, LT-0043", " ".join(page.words(".wrong")))

    def test_the_page_costs_no_statement_more(self) -> None:
        actions.assign(self.ticket, by=self.alma, team=self.desk, assignee=self.alma)  # a name that the log looks up
        browser = self.as_(self.alma)
        browser.get(self.url(self.ticket))

        def cost() -> int:
            with CaptureQueriesContext(connection) as seen:
                browser.get(self.url(self.ticket))
            return len(seen)

        before = cost()
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk, self.printer.pk])
        browser.get(self.url(self.ticket))
        self.assertEqual(cost(), before)

    def test_the_assets_page_and_the_list_show_its_tickets(self) -> None:
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk])
        self.assertIn("It does not start", self.get(f"/desk/assets/{self.laptop.pk}").text)
        page = self.get(f"/desk/?box=all&asset={self.laptop.pk}")
        self.assertIn("concerning Asset: LT-0042", " ".join(page.words(".sentence")[0].split()))
        self.assertEqual(self.get(f"/desk/?box=all&asset={self.printer.pk}").words(".row__title"), [])
        self.assertIn(f"asset={self.laptop.pk}", self.look_again("/desk/choices/asset?find=lt-0042").text)

    def test_rules_know_kind_and_tag(self) -> None:
        actions.name_assets(self.ticket, by=self.alma, add=[self.printer.pk])
        state = reading.now(Ticket.objects.get(pk=self.ticket.pk), self.ticket.opened_at)
        self.assertEqual((state["asset_kind"], state["asset"]), ({self.printer.kind_id}, {"pr-1"}))
        opened = self.report("Slow", assets=[self.laptop.pk])
        self.assertEqual(reading.opened([opened])[0]["asset"], {"lt-0042"})


class ForACaller(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        self.printer = take_in(self.acme, "PR-1", by=self.alma, name="Printer")

    def step(self, **given: Any) -> Any:
        return self.post("/desk/tickets/new", given)

    def test_an_asset_finds_the_caller_and_is_attached(self) -> None:
        found = self.get("/desk/people?whom=callers&q=lt-0042")
        value = found.value("button[name=choose]")
        self.assertEqual(value, f"{self.rui.pk}.{self.laptop.pk}")
        page = self.step(choose=value)
        self.assertEqual(page.value("[name=requester]"), str(self.rui.pk))
        self.assertEqual(len(page.all(f"[name=assets][value='{self.laptop.pk}'][checked]")), 1)
        self.step(
            requester=self.rui.pk,
            assets=[self.laptop.pk],
            subject="Dead",
            channel="phone",
            kind="incident",
            impact=2,
            urgency=2,
        )
        self.assertEqual(Ticket.objects.get().asset_ids, [self.laptop.pk])

    def test_one_that_nobody_has_is_attached_and_the_caller_still_to_be_found(self) -> None:
        value = self.get("/desk/people?whom=callers&q=PR-1").value("button[name=choose]")
        page = self.step(choose=value)
        self.assertEqual((page.value("[name=requester]"), len(page.all("[name=assets][checked]"))), ("", 1))
        page = self.step(choose=str(self.rui.pk), assets=[self.printer.pk])
        self.assertEqual((page.value("[name=requester]"), len(page.all("[name=assets]"))), (str(self.rui.pk), 2))

    def test_the_address_of_an_asset_fills_it_in(self) -> None:
        page = self.get(f"/desk/tickets/new?requester={self.rui.pk}&asset={self.laptop.pk}")
        self.assertEqual(len(page.all("[name=assets][checked]")), 1)

    def test_agents_of_other_organisations_find_nothing(self) -> None:
        self.assertNotIn(
            "LT-0042", self.get("/desk/people?whom=callers&q=lt-0042", by=self.otto).text.replace("“lt-0042”", "")
        )


class InThePortal(PageTest):
    def test_a_requester_reports_a_problem_with_what_they_have(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        take_in(self.acme, "LT-0043", by=self.alma)
        page = self.get("/devices", by=self.rui)
        self.assertEqual(page.words(".my-devices .number"), ["LT-0042"])
        link = page.one(".my-devices a").attributes["href"] or ""
        form = self.get(link, by=self.rui)
        self.assertEqual(form.value("[name=asset] option[selected]"), str(laptop.pk))
        given = {"subject": "Dead", "text": "No light.", "affected": "3", "pressing": "2"}
        self.post("/requests/new", {**given, "asset": laptop.pk}, by=self.rui)
        self.assertEqual(Ticket.objects.get().asset_ids, [laptop.pk])
        self.assertEqual(self.get("/devices", by=self.bea).words(".my-devices"), [])
        refused = self.post("/requests/new", {**given, "asset": laptop.pk}, by=self.bea)
        self.assertEqual((refused.status, Ticket.objects.count()), (422, 1))
