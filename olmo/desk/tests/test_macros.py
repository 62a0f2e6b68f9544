"""The pages of macros: found, kept, offered on a ticket, shown, done, undone."""

from typing import Any

from olmo.assets.tests.base import take_in
from olmo.automation.models import Macro
from olmo.desk.forms.macros import MacroForm
from olmo.desk.forms.major import Declaration
from olmo.tickets.models import CustomField, Message, Status, Ticket

from .base import PageTest, Visit

SETTINGS = {
    "name": "Wait for the supplier", "name_it": "Attendere il fornitore", "is_active": "on", "whose": "desk", "team": "",
    "assignee": "me", "tags_add": "supplier", "reply": "Dear {first_name}, the supplier has it.", "state": "hold",
    "reason": "third_party",
}  # fmt: skip


class Macros(PageTest):
    def kept(self, **more: str) -> Macro:
        visit = self.post("/desk/macros/new", {**SETTINGS, **more}, by=self.ines)
        self.assertEqual((visit.status, visit.location), (303, "/desk/macros"), visit.text)
        return Macro.objects.latest("pk")

    def test_made_found_changed_and_removed(self) -> None:
        macro = self.kept()
        self.assertEqual(macro.steps["tags_add"], ["supplier"])
        for url in ("/desk/macros?q=supplier", "/desk/admin/macros?q=supplier"):
            self.assertIn("Wait for the supplier", self.get(url, by=self.ines).text)
        self.assertIn("No macro has this in its name.", self.get("/desk/macros?q=zzz").text)
        page = self.get(f"/desk/macros/{macro.pk}", by=self.ines)
        self.assertEqual(page.value("[name=tags_add]"), "supplier")
        again = {**SETTINGS, "name": "Renamed", "seen": page.value("[name=seen]")}
        self.post(f"/desk/macros/{macro.pk}", again, by=self.ines)
        macro.refresh_from_db()
        self.assertEqual(macro.name, "Renamed")
        stale = self.post(f"/desk/macros/{macro.pk}", {**again, "name": "Mine"}, by=self.ines)
        self.assertEqual((stale.status, stale.value("[name=name]")), (422, "Mine"))
        insisting = {**again, "name": "Mine", "seen": stale.value("[name=seen]")}
        self.assertEqual(self.post(f"/desk/macros/{macro.pk}", insisting, by=self.ines).status, 303)
        self.assertEqual(self.post(f"/desk/macros/{macro.pk}/removal", by=self.ines).status, 303)
        self.assertFalse(Macro.objects.exists())

    def test_only_organisations_of_the_agent_are_offered_and_the_one_that_it_has(self) -> None:
        def offered(**more: Any) -> list[str]:
            field: Any = MacroForm(by=self.otto, **more).fields["client"]
            return [one.name for one in field.queryset.order_by("name")]

        self.assertEqual(offered(), [self.bolt.name])
        self.assertEqual(offered(initial={"client": self.acme.pk}), sorted([self.acme.name, self.bolt.name]))
        declared: Any = Declaration(by=self.otto).fields["clients"]
        self.assertEqual(list(declared.queryset), [self.bolt])

    def test_what_it_empties_is_kept_and_shown_again(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text")
        macro = self.kept(no_due="on", emptied="room")
        self.assertEqual((macro.steps["due_at"], macro.steps["fields"]), ("none", {"room": None}))
        page = self.get(f"/desk/macros/{macro.pk}", by=self.ines)
        self.assertEqual(len(page.all("[name=no_due][checked]")), 1)
        self.assertEqual(page.value("[name=emptied][checked]"), "room")

    def test_assets_a_parent_and_items_are_kept_and_shown_again(self) -> None:
        take_in(self.acme, "NB-1", by=self.ines)
        parent = self.report("Outage")
        more = {"assets_add": "nb-1, NB-1 ,", "parent": f"#{parent.number}", "checklist_add": "Badge\n\nLaptop"}
        macro = self.kept(**more)
        self.assertEqual(macro.steps["assets_add"], ["NB-1"])
        self.assertEqual((macro.steps["parent"], macro.steps["checklist_add"]), (parent.number, ["Badge", "Laptop"]))
        page = self.get(f"/desk/macros/{macro.pk}", by=self.ines)
        self.assertEqual((page.value("[name=assets_add]"), page.value("[name=parent]")), ("NB-1", str(parent.number)))
        self.assertEqual(page.one("textarea[name=checklist_add]").text().strip(), "Badge\nLaptop")
        gone = self.get(f"/desk/macros/{self.kept(no_parent='on').pk}", by=self.ines)
        self.assertEqual((len(gone.all("[name=no_parent][checked]")), gone.value("[name=parent]")), (1, ""))
        wrong = {"assets_remove": "nb-1", "assets_add": "NB-9", "parent": "999999"}
        visit = self.post("/desk/macros/new", {**SETTINGS, **wrong}, by=self.ines)
        for words in ("No asset has the tag or serial number “NB-9”.", "There is no ticket 999999."):
            self.assertIn(words, visit.text)
        both = {"assets_remove": "nb-1", "assets_add": "NB-1", "parent": str(parent.number), "no_parent": "on"}
        visit = self.post("/desk/macros/new", {**SETTINGS, **both}, by=self.ines)
        for words in ("Either name an asset or take it off.", "Either choose a parent or take it away."):
            self.assertIn(words, visit.text)

    def test_who_may_not(self) -> None:
        macro = self.kept()
        self.assertEqual(self.get(f"/desk/macros/{macro.pk}").status, 404)
        self.assertEqual(self.post("/desk/macros/new", SETTINGS).status, 422)
        self.assertEqual(self.get("/desk/admin/macros").status, 404)
        self.assertEqual(self.get("/desk/macros", by=self.rui).status, 404)

    def test_a_mistake_is_named_and_what_was_typed_stays(self) -> None:
        visit = self.post("/desk/macros/new", {**SETTINGS, "reply": "Hi {nobody}"}, by=self.ines)
        self.assertEqual(visit.status, 422)
        self.assertIn("“{nobody}” stands for nothing.", visit.text)
        self.assertEqual(visit.one("textarea[name=reply]").text(), "Hi {nobody}")

    def test_offered_shown_done_and_undone(self) -> None:
        macro, ticket = self.kept(), self.report("VPN drops")
        menu = self.look_again(self.url(ticket, "macros"))
        self.assertIn("Wait for the supplier", menu.text)
        page = self.get(self.url(ticket, "macros", macro.pk))
        self.assertIn("Put on hold: Waiting for a third party", page.text)
        self.assertEqual(page.one("textarea[name=reply]").text(), "Dear Rui, the supplier has it.")
        data = {"seen": page.value("[name=seen]"), "reply": "Dear Rui, wait."}
        after = Visit(self.as_(self.alma).post(self.url(ticket, "macros", macro.pk), data, follow=True))
        self.assertEqual(Message.objects.latest("pk").text, "Dear Rui, wait.")
        kept = self.get(f"/desk/macros/{macro.pk}", by=self.ines)
        self.assertEqual(kept.words("section[aria-labelledby=used] a"), [f"#{ticket.number} VPN drops"])
        self.as_(self.alma).post(after.one(".toast form").attributes["action"] or "")
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.NEW)

    def test_and_next(self) -> None:
        macro, ticket, other = self.kept(), self.report("VPN drops"), self.report("Mine", assignee=self.alma)
        visit = self.post(self.url(ticket, "macros", macro.pk), {"then": "next"})
        self.assertEqual(visit.location, self.url(other))
