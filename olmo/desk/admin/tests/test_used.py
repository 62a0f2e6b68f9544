"""Where a setting is used: named on its page, and what is used is not removed."""

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.desk.models import SavedView
from olmo.desk.tests.base import Visit
from olmo.people.models import AuditLine, Person
from olmo.routing.rules.models import Rule
from olmo.tickets import actions, preparing, working
from olmo.tickets.models import Category, CustomField, Retagging, Template, WorkingState
from olmo.tickets.preparing import TemplateSettings

from .base import AdminTest


class UsedTest(AdminTest):
    def followed(self, path: str) -> Visit:
        """The page after a press, with its toast."""
        return Visit(self.as_(self.ines).post(f"/desk/admin/{path}", follow=True))


class WhereItIsUsed(UsedTest):
    def view(self, query: str, owner: Person, sharing: str = "desk") -> SavedView:
        return SavedView.objects.create(name=f"View of {owner.first_name}", owner=owner, sharing=sharing, query=query)

    def macro(self, name: str, by: Person, *, is_own: bool = False, **steps: object) -> None:
        macros.save(None, MacroSettings(name=name, names={}, steps=steps, is_own=is_own), by=by)

    def uses(self, path: str) -> list[str]:
        return self.look(path).words("section[aria-labelledby=used] li")

    def test_a_tag_names_views_macros_and_templates(self) -> None:
        actions.tag(self.report("VPN"), by=self.alma, add=["vpn"])
        self.view("box=open&tag=vpn", self.ines)
        self.view("box=open&tag=vpnet", self.ines)
        self.macro("Tunnel", self.ines, tags_add=["vpn"], tags_remove=["lan"])
        self.macro("Mine", self.alma, is_own=True, tags_remove=["vpn"])
        preparing.save_template(None, TemplateSettings(name="Access", names={}, tags=("vpn",)), by=self.ines)
        self.assertEqual(
            self.uses("tags/tag?name=vpn"),
            ["Saved view: View of Ines", "Macro: one of Alma Ferri’s own", "Macro: Tunnel", "Template: Access"],
        )

    def test_rules_that_ask_for_it_or_set_it(self) -> None:
        state, category = (
            WorkingState.objects.create(name="Ordered", status="open"),
            Category.objects.create(name="Network"),
        )
        asks = {
            "conditions": [{"what": "category", "how": "any", "values": [category.pk]}],
            "outcome": {"tags": ["lan"]},
        }
        Rule.objects.create(name="Asks", position=1, content=asks)
        Rule.objects.create(name="Sets", position=2, content={"outcome": {"working_state": state.pk}})
        actions.tag(self.report("VPN"), by=self.alma, add=["lan"])
        self.assertEqual(self.uses(f"categories/{category.pk}"), ["Rule: Asks"])
        self.assertEqual(self.uses("tags/tag?name=lan"), ["Rule: Asks"])
        self.assertEqual(self.uses(f"states/{state.pk}"), ["Rule: Sets"])

    def test_what_is_a_colleague_s_own_keeps_its_name(self) -> None:
        state = WorkingState.objects.create(name="Ordered", status="open")
        self.view(f"box=open&working_state={state.pk}", self.alma, sharing="private")
        visit = self.look(f"states/{state.pk}")
        self.assertEqual(visit.words("section[aria-labelledby=used] li"), ["Saved view: one of Alma Ferri’s own"])
        self.assertNotIn("View of Alma", visit.text)

    def test_a_category_names_what_is_built_on_it(self) -> None:
        top = Category.objects.create(name="Network")
        Category.objects.create(name="Wi-Fi", parent=top)
        CustomField.objects.create(key="ssid", kind="text", label="SSID", category=top)
        Template.objects.create(name="Access", category=top)
        self.view(f"category={top.pk}", self.ines)
        self.macro("To network", self.ines, category=top.pk)
        self.assertEqual(
            self.uses(f"categories/{top.pk}"),
            ["Saved view: View of Ines", "Macro: To network", "Template: Access", "Category below: Wi-Fi", "Custom field: SSID"],
        )  # fmt: skip

    def test_a_field_names_macros_views_and_templates(self) -> None:
        CustomField.objects.create(key="ssid", kind="text", label="SSID")
        self.macro("Fill in", self.ines, fields={"ssid": "guest"})
        self.view("box=all&only=field:ssid", self.ines)
        pk = CustomField.objects.get().pk
        self.assertEqual(self.uses(f"fields/{pk}"), ["Saved view: View of Ines", "Macro: Fill in"])
        self.send(f"fields/{pk}/removal")
        self.assertTrue(CustomField.objects.exists())


class Removing(UsedTest):
    def setUp(self) -> None:
        super().setUp()
        self.state = WorkingState.objects.create(name="Ordered", status="new")
        self.place = f"states/{self.state.pk}"

    def offers(self) -> bool:
        return bool(self.look(self.place).all('form[action$="/removal"]'))

    def test_one_that_nothing_uses_is_removed_and_logged(self) -> None:
        self.assertTrue(self.offers())
        self.assertEqual(self.send(f"{self.place}/removal").location, "/desk/admin/states")
        self.assertFalse(WorkingState.objects.exists())
        self.assertEqual(AuditLine.objects.latest("pk").subject, "working state: Ordered")

    def test_one_that_a_ticket_has_is_kept_and_can_be_retired(self) -> None:
        ticket = self.report("Printer")
        actions.set_working_state(ticket, by=self.alma, state=self.state)
        self.assertFalse(self.offers())
        refused = self.followed(f"{self.place}/removal")
        self.assertIn("so it stays", refused.text)
        self.assertEqual(refused.words(".muted .n-link"), ["1"])
        self.save(self.place, is_active=None)
        ticket.refresh_from_db()
        self.assertEqual(ticket.working_state_id, self.state.pk)
        other = self.report("Scanner")
        self.assertEqual(working.offered(other.status, None), [])

    def test_one_that_a_macro_names_is_kept_and_the_refusal_says_which(self) -> None:
        steps = {"working_state": self.state.pk}
        macros.save(None, MacroSettings(name="Order", names={}, steps=steps), by=self.ines)
        self.assertFalse(self.offers())
        self.assertIn("Macro: Order", self.followed(f"{self.place}/removal").text)
        self.assertTrue(WorkingState.objects.exists())

    def test_the_log_of_a_ticket_that_had_it_says_that_it_is_gone(self) -> None:
        ticket = self.report("Printer")
        actions.set_working_state(ticket, by=self.alma, state=self.state)
        actions.set_working_state(ticket, by=self.alma, state=None)
        self.send(f"{self.place}/removal")
        self.assertFalse(WorkingState.objects.exists())
        self.assertIn("one that is no longer there", self.get(self.url(ticket)).text)
        self.assertReplays(ticket)

    def test_a_category_goes_only_when_nothing_is_built_on_it(self) -> None:
        used, free = Category.objects.create(name="Network"), Category.objects.create(name="Other")
        CustomField.objects.create(key="ssid", kind="text", label="SSID", category=used)
        for category in (used, free):
            self.send(f"categories/{category.pk}/removal")
        self.assertEqual(list(Category.objects.all()), [used])
        self.assertTrue(CustomField.objects.exists())

    def test_only_administrators_remove(self) -> None:
        for path in (f"{self.place}/removal", "tags/changes/1"):
            self.assertEqual(self.post(f"/desk/admin/{path}", by=self.alma).status, 404)
        self.assertTrue(WorkingState.objects.exists())

    def test_fields_are_found_by_a_word(self) -> None:
        for key, label in (("ssid", "Network name"), ("serial", "Serial number")):
            CustomField.objects.create(key=key, kind="text", label=label)
        page = self.look("fields?q=serial")
        self.assertIn("Serial number", page.text)
        self.assertNotIn("Network name", page.text)


class AStoppedChangeOfATag(UsedTest):
    def test_it_says_why_and_goes_on_by_a_press(self) -> None:
        ticket = self.report("VPN")
        actions.tag(ticket, by=self.alma, add=["vnp"])
        row = Retagging.objects.create(
            tag="vnp",
            into="vpn",
            by=self.ines,
            total=1,
            began_at=ticket.opened_at,
            stopped="Ticket 1001: the disk is full",
        )
        page = self.look("tags")
        self.assertIn("the disk is full", page.text)
        (form,) = page.all('form[action*="/tags/changes/"]')
        self.assertEqual(self.post(str(form.attributes["action"]), by=self.ines).status, 303)
        row.refresh_from_db()
        self.assertEqual(row.stopped, "")
        self.assertIn("It has not stopped.", self.followed(f"tags/changes/{row.pk}").text)
