"""Where a setting is used: named on its page, and what is used is not removed."""

from datetime import date

from django.db import connection

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.automation.models import Macro
from olmo.catalogue.actions import ServiceSettings, save_service
from olmo.catalogue.models import Item, Service
from olmo.channels.models import Mailbox
from olmo.desk.models import SavedView
from olmo.desk.tests.base import Visit
from olmo.escalation import administration as policies
from olmo.escalation.administration import PolicySettings, StepSettings
from olmo.escalation.models import Policy
from olmo.guides.models import Guide
from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.people.models import AuditLine, Person, Team
from olmo.procedures import writing
from olmo.procedures.steps import Step
from olmo.procedures.writing import Draft
from olmo.requests.models import Handling
from olmo.routing.rules.models import Rule, RuleVersion
from olmo.service_levels.models import Agreement
from olmo.staffing.actions import on_call
from olmo.staffing.actions.on_call import LayerSettings
from olmo.staffing.models import Need, Skill
from olmo.tenancy.models import Client, Provider
from olmo.tickets import actions, preparing, tagging, working
from olmo.tickets.models import Category, CustomField, Retagging, Template, Ticket, WorkingState
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

    def test_a_service_names_the_rules_that_ask_for_it_and_stays(self) -> None:
        made = save_service(
            None, ServiceSettings(key="laptops", names={"en": "Laptops"}, owner=self.alma), by=self.ines
        )
        content = {"conditions": [{"what": "service", "how": "any", "values": [made.pk]}], "outcome": {"urgency": 1}}
        Rule.objects.create(name="Laptops first", position=1, content=content)
        self.assertEqual(self.uses(f"services/{made.pk}"), ["Rule: Laptops first"])
        self.assertIn("It is used, so it stays", self.followed(f"services/{made.pk}/removal").text)
        self.assertTrue(Service.objects.filter(pk=made.pk).exists())

    def test_a_template_names_the_newest_tickets_that_began_from_it(self) -> None:
        made = preparing.save_template(
            None, TemplateSettings(name="Access", names={}, checklist=("Badge",)), by=self.ines
        )
        ticket = self.report("A badge, please", template=made)
        self.report("Another")
        self.assertEqual(self.uses(f"templates/{made.pk}"), [f"Ticket: #{ticket.number} A badge, please"])
        link = self.get("/desk/admin/templates", by=self.ines).one("td a.n-link")
        rows = self.get(link.attributes["href"] or "", by=self.ines)
        self.assertEqual((link.text(), rows.words("#list .row__title")), ("1", ["A badge, please"]))
        asked = str(Ticket.objects.filter(template=made).order_by("-pk")[:5].query)
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
            cursor.execute(f"explain {asked}")
            plan = " ".join(row[0] for row in cursor.fetchall())
        self.assertIn("ticket_of_template", plan, "read in order, however many began from it")

    def test_a_signature_names_those_who_have_none_of_their_own(self) -> None:
        Person.objects.filter(pk=self.ines.pk).update(signatures={"en": "Ines"})
        Team.objects.filter(pk=self.desk.pk).update(signatures={"en": "The desk"})
        Client.objects.filter(pk=self.acme.pk).update(signatures={"en": "For Acme"})
        self.assertEqual(self.uses(f"teams/{self.desk.pk}"), ["Mails by: Alma Ferri", "Mails by: Otto Berg"])
        self.assertEqual(self.uses(f"organisations/{self.acme.pk}"), ["Mails of the team: Network"])
        self.assertEqual(self.uses("provider"), [])
        Provider.objects.update(signatures={"en": "Quercia IT"})
        self.assertEqual(self.uses("provider"), ["Mails for: Bolt Logistics"])

    def test_the_search_of_all_settings_finds_templates_by_their_items_and_signatures_by_their_words(self) -> None:
        settings = TemplateSettings(name="Access", names={}, checklist=("Hand out the badge",))
        preparing.save_template(None, settings, by=self.ines)
        Provider.objects.update(signatures={"en": "Badger & Sons"})
        Team.objects.filter(pk=self.desk.pk).update(signatures={"it": "Il tasso, badge"})
        found = self.look("?q=badge").words(".admin-subjects a")
        self.assertLessEqual({"Access", str(self.desk), Provider.objects.get().name}, {*found})
        self.assertEqual(self.look("templates?q=hand+out").words("tbody th"), ["Access"])

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

    def test_a_category_names_what_helps_with_it_and_what_is_ordered_into_it(self) -> None:
        top = Category.objects.create(name="Network")
        item = Item.objects.create(
            key="vpn",
            names={"en": "VPN"},
            service=Service.objects.create(key="net", names={"en": "Net"}, owner=self.ines),
        )
        Handling.objects.create(item=item, category=top, team=self.network)
        Need.objects.create(category=top, skill=Skill.objects.create(name="Routing"), level=1)
        outcome = {"1": {"kind": "outcome", "outcome": "report", "category": top.pk}}
        Guide.objects.create(
            names={"en": "No net"}, draft={"start": "1", "nodes": outcome}, changed_by=self.ines, changed_at=clock.now()
        )
        draft = Draft(title="Net is down", summary="Look.", steps=[Step(title="Look at the lamp")])
        writing.create(key="net-down", language="en", draft=draft, by=self.ines, category=top)
        named = [
            "Request form: VPN", "Skill: Routing", "Procedure: net-down Net is down", "Troubleshooter: No net",
        ]  # fmt: skip
        self.assertEqual(self.uses(f"categories/{top.pk}"), named)
        self.assertEqual(self.uses(f"teams/{self.network.pk}"), named[:1])
        self.assertIn("It is used, so it stays. ", self.followed(f"categories/{top.pk}/removal").text)

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


class WhoWorks(UsedTest):
    """A team that is needed stays; an agent leaves all the same, and it is said where they are named."""

    def setUp(self) -> None:
        super().setUp()
        step = StepSettings(act="notify", team=self.network)
        policies.save(None, PolicySettings(name="In time", metric="resolution", steps=[step]), by=self.ines)
        self.schedule = on_call.save_schedule(None, team=self.network, name="Nights", zone="Europe/Rome", by=self.ines)
        turn = LayerSettings(name="Weekly", people=[self.tove], days=7, handover="09:00", starts_on=date(2026, 1, 5))
        on_call.save_layer(self.schedule, None, turn, by=self.ines)
        self.rule = Rule.objects.create(
            name="VPN",
            position=1,
            content={"conditions": [], "outcome": {"team": self.network.pk, "assignee": self.tove.pk}},
        )

    def named(self, path: str) -> list[str]:
        return self.look(path).words("section[aria-labelledby=used] li")

    def test_a_team_that_rules_policies_and_schedules_name_is_not_switched_off(self) -> None:
        uses = ["Rule: VPN", "Escalation policy: In time", "On-call schedule: Network, Nights"]
        self.assertEqual(self.named(f"teams/{self.network.pk}"), uses)
        page = self.save(f"teams/{self.network.pk}", is_active=None, name="Renamed")
        for use in uses:
            self.assertIn(use, self.wrong(page, "is_active"))
        self.assertEqual(page.value("[name=name]"), "Renamed")  # nothing that was typed is lost
        self.network.refresh_from_db()
        self.assertTrue(self.network.is_active)
        self.assertEqual(self.network.name, "Network")

    def test_it_ends_when_nothing_names_it_any_more(self) -> None:
        self.rule.delete()
        Policy.objects.all().delete()
        on_call.remove_schedule(self.schedule, by=self.ines)
        self.assertEqual(self.save(f"teams/{self.network.pk}", is_active=None).status, 303)

    def test_mailboxes_agreements_templates_and_macros_name_a_team_too(self) -> None:
        Mailbox.objects.create(address="net@desk.example", team=self.network)
        Agreement.objects.create(name="Network inside", kind="ola", team=self.network)
        preparing.save_template(None, TemplateSettings(name="Line", names={}, team=self.network), by=self.ines)
        macros.save(None, MacroSettings(name="To network", names={}, steps={"team": self.network.pk}), by=self.ines)
        named = self.named(f"teams/{self.network.pk}")
        for use in ("Mailbox: net@desk.example", "Agreement: Network inside", "Template: Line", "Macro: To network"):
            self.assertIn(use, named)

    def test_a_team_that_was_removed_is_refused_by_a_policy(self) -> None:
        Team.objects.filter(pk=self.desk.pk).update(is_active=False)
        step = StepSettings(act="notify", team=Team.objects.get(pk=self.desk.pk))
        with self.assertRaises(Invalid):
            policies.save(None, PolicySettings(name="Other", metric="resolution", steps=[step]), by=self.ines)

    def test_an_agent_who_leaves_is_named_and_the_administrator_told_where(self) -> None:
        self.assertEqual(self.named(f"agents/{self.tove.pk}"), ["Rule: VPN", "On-call schedule: Network, Nights"])
        path = f"agents/{self.tove.pk}"
        page = Visit(self.as_(self.ines).post(f"/desk/admin/{path}", self.form(path, is_active=None), follow=True))
        words = "Tove Lind left, and is still named here: Rule: VPN, On-call schedule: Network, Nights."
        self.assertIn(words, page.text)
        self.tove.refresh_from_db()
        self.assertFalse(self.tove.is_active)


class RenamingATag(UsedTest):
    def setUp(self) -> None:
        super().setUp()
        actions.tag(self.report("VPN"), by=self.alma, add=["vpn"])
        self.view = SavedView.objects.create(name="Tunnels", owner=self.alma, query="box=open&tag=vpn&sort=newest")
        self.other = SavedView.objects.create(name="Nets", owner=self.alma, query="box=open&tag=vpnet")
        steps = {"tags_add": ["vpn", "tunnel"], "tags_remove": ["lan"]}
        macros.save(None, MacroSettings(name="Tunnel", names={}, steps=steps), by=self.ines)
        preparing.save_template(None, TemplateSettings(name="Access", names={}, tags=("vpn",)), by=self.ines)
        asks = {"conditions": [{"what": "tags", "how": "any", "values": ["vpn"]}], "outcome": {"tags": ["lan"]}}
        self.asks = Rule.objects.create(name="Asks", position=1, version=1, content=asks)
        self.sets = Rule.objects.create(name="Sets", position=2, version=3, content={"outcome": {"tags": ["vpn", "x"]}})

    def named(self) -> tuple[object, ...]:
        for row in (self.view, self.other, self.asks, self.sets):
            row.refresh_from_db()
        macro, template = Macro.objects.get(), Template.objects.get()
        return (
            self.view.query, self.other.query, macro.steps["tags_add"], template.tags,
            self.asks.content["conditions"][0]["values"], self.sets.content["outcome"]["tags"],
        )  # fmt: skip

    def test_whatever_names_it_follows_in_the_same_job_and_once(self) -> None:
        begun = tagging.retag("vpn", by=self.ines, into="tunnel")
        tagging.go_on(begun.pk)
        wanted = (
            "box=open&tag=tunnel&sort=newest", "box=open&tag=vpnet", ["tunnel"], ["tunnel"], ["tunnel"], ["tunnel", "x"],
        )  # fmt: skip
        self.assertEqual(self.named(), wanted)
        self.assertEqual((self.asks.version, self.sets.version), (2, 4))
        self.assertEqual(
            list(RuleVersion.objects.filter(rule_number=self.sets.pk).values_list("version", flat=True)), [4]
        )
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["rules"], line.change["views"]), ("tag: vpn", [None, 2], [None, 1]))
        Retagging.objects.update(ended_at=None)  # as if it had died before it could say that it is done
        tagging.go_on(begun.pk)
        self.assertEqual(self.named(), wanted)
        self.assertEqual(self.sets.version, 4)

    def test_one_that_is_named_is_not_removed_and_says_by_whom(self) -> None:
        self.assertEqual(self.look("tags/tag?name=vpn").all("input[name=remove]"), [])
        page = self.followed_tag("vpn")
        self.assertIn("Macro: Tunnel", page.text)
        self.assertFalse(Retagging.objects.exists())

    def followed_tag(self, name: str) -> Visit:
        return Visit(self.as_(self.ines).post(f"/desk/admin/tags/tag?name={name}", {"remove": "1"}, follow=True))
