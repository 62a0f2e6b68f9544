"""The editor of rules, as an administrator without scripts uses it."""

from typing import Any

from olmo.desk.tests.base import Visit
from olmo.people.models import Person, Team
from olmo.routing import jobs
from olmo.routing.rules.models import DryRun, Rule

from .base import AdminTest


class EditingRules(AdminTest):
    def more(self, data: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Press a button of the form that only changes what it asks."""
        shown = self.send("rules/new", {**data, **changed})
        self.assertEqual(shown.status, 200)
        return self.filled(shown)

    def filled(self, shown: Visit) -> dict[str, Any]:
        """What the form on a page would send."""
        data: dict[str, Any] = {}
        for field in shown.all("form.admin-form [name]:not(button)"):
            given = field.attributes
            name = str(given["name"])
            if field.tag == "select":
                chosen = [o.attributes.get("value") for o in field.css("option") if "selected" in o.attributes]
                data[name] = chosen[0] if chosen else field.css("option")[0].attributes.get("value")
            elif given.get("type") == "checkbox":
                if "checked" in given:
                    data.setdefault(name, []).append(given.get("value") or "on")
            elif name == "row":
                data.setdefault(name, []).append(given.get("value"))
            else:
                data[name] = given.get("value") or ""
        return data

    def test_a_rule_is_written_condition_by_condition_and_saved(self) -> None:
        data = self.more(self.filled(self.look("rules/new")), do="add", new_what="words", name="VPN")
        data = self.more({**data, "c0-how": "all", "c0-values": "VPN, réseau"}, do="add", new_what="client")
        data = self.more({**data, "c1-values": [str(self.acme.pk)]}, do="add", new_what="vip")
        self.assertEqual(
            (data["name"], data["c0-values"], data["c1-values"]), ("VPN", "VPN, réseau", [str(self.acme.pk)])
        )
        data = self.more(data, do="drop-2~vip")
        self.assertEqual(data["row"], ["0~words", "1~client"])
        done = self.send("rules/new", {**data, "team": str(self.network.pk), "tags_text": "VPN now"})
        self.assertEqual(done.status, 303)
        made = Rule.objects.get()
        words, client = made.content["conditions"]
        self.assertEqual(words, {"what": "words", "how": "all", "values": ["VPN", "réseau"]})
        self.assertEqual(client, {"what": "client", "how": "any", "values": [self.acme.pk]})
        self.assertEqual(made.content["outcome"], {"team": self.network.pk, "tags": ["now", "vpn"]})
        self.assertEqual(self.filled(self.look(f"rules/{made.pk}"))["c0-values"], "VPN, réseau")
        self.assertIn("Organisation: is one of Acme Industrial", self.look("rules").text)

    def test_every_kind_of_condition_can_be_typed_and_is_shown_again(self) -> None:
        Person.objects.filter(pk=self.ines.pk).update(time_zone="Europe/Rome")
        typed: dict[str, dict[str, Any]] = {
            "requester": {"values": "rui@acme.example"}, "domain": {"values": "@Acme.example"}, "priority": {"values": ["1"]},
            "time": {"days": ["0", "4"], "from": "22:00", "to": "06:00", "zone": "Europe/Rome"}, "vip": {"how": "none"},
        }  # fmt: skip
        data = self.filled(self.look("rules/new")) | {"name": "All", "tags_text": "a"}
        for n, (name, values) in enumerate(typed.items()):
            data = self.more(data, do="add", new_what=name)
            self.assertEqual(data.get(f"c{n}-zone", "Europe/Rome"), "Europe/Rome")
            data |= {f"c{n}-{key}": value for key, value in values.items()}
        self.assertEqual(self.send("rules/new", data).status, 303)
        made = Rule.objects.get()
        said = {one["what"]: one["values"] for one in made.content["conditions"]}
        self.assertEqual((said["requester"], said["domain"], said["priority"]), ([self.rui.pk], ["acme.example"], [1]))
        self.assertEqual(said["time"], [{"days": [0, 4], "from": "22:00", "to": "06:00", "zone": "Europe/Rome"}])
        again = self.filled(self.look(f"rules/{made.pk}"))
        for n, values in enumerate(typed.values()):
            for key, value in values.items():
                shown = again[f"c{n}-{key}"]
                self.assertEqual(
                    shown, value.lower().removeprefix("@") if key == "values" and isinstance(value, str) else value
                )

    def test_what_is_wrong_is_named_and_nothing_typed_is_lost(self) -> None:
        data = self.more(self.filled(self.look("rules/new")), do="add", new_what="requester", name="X")
        answer = self.send("rules/new", {**data, "c0-values": "nobody@x.example", "tags_text": "a"})
        self.assertEqual(answer.status, 422)
        self.assertIn("Nobody has the address nobody@x.example.", answer.text)
        self.assertEqual(self.filled(answer)["c0-values"], "nobody@x.example")

    def test_a_dead_rule_asks_before_it_is_saved(self) -> None:
        self.save("rules/new", name="First", team=str(self.desk.pk))
        answer = self.save("rules/new", name="Second", team=str(self.network.pk))
        self.assertIn("“First”", self.wrong(answer, "insists"))
        self.assertEqual(self.send("rules/new", {**self.filled(answer), "insists": "on"}).status, 303)
        self.assertIn("It is dead", self.look("rules").text)

    def test_a_rule_whose_team_is_switched_off_is_told_on_the_overview_and_in_the_list(self) -> None:
        self.save("rules/new", name="VPN", team=str(self.network.pk))
        self.assertNotIn("does not work any more", self.look("").text)
        Team.objects.filter(pk=self.network.pk).update(is_active=False)
        self.assertIn("1 rule does not work any more.", self.look("").text)
        self.assertIn("It sets “Team” to something that is gone.", self.look("rules").text)

    def test_places_and_switches(self) -> None:
        for name in ("One", "Two"):
            self.save("rules/new", name=name, tags_text=name)
        first, second = Rule.objects.all()
        self.send(f"rules/{second.pk}/place", {"to": "up"})
        self.assertEqual([row.name for row in Rule.objects.all()], ["Two", "One"])
        self.send(f"rules/{first.pk}/switch", {"to": "off"})
        self.assertFalse(Rule.objects.get(name="One").is_on)
        self.send(f"rules/{first.pk}/removal")
        self.assertEqual([row.name for row in Rule.objects.all()], ["Two"])

    def test_the_list_is_searched_by_words_and_by_queue(self) -> None:
        self.save("rules/new", name="Portal", queue="channel-portal", tags_text="p")
        self.save("rules/new", name="Mail", queue="channel-mail", tags_text="m")
        self.assertEqual(self.look("rules?q=portal").words(".rules__one h2 a"), ["Portal"])
        self.assertEqual(self.look("rules?queue=channel-mail").words(".rules__one h2 a"), ["Mail"])
        self.assertIn("Portal", self.look("?q=portal").text)

    def test_the_history_tells_former_versions(self) -> None:
        self.save("rules/new", name="VPN", tags_text="a")
        made = Rule.objects.get()
        self.save(f"rules/{made.pk}", tags_text="b")
        self.assertEqual(self.look(f"rules/{made.pk}").words(".rule-history b")[:1], ["Version 2"])

    def test_a_rule_is_tried_before_it_is_saved_and_nothing_typed_is_lost(self) -> None:
        ticket = self.report("VPN slow")
        data = self.more(self.filled(self.look("rules/new")), do="add", new_what="words", name="VPN")
        answer = self.send("rules/new", {**data, "c0-values": "vpn", "team": str(self.network.pk), "do": "try"})
        self.assertEqual(answer.status, 303)
        path = answer.location.removeprefix("/desk/admin/").partition("#")[0]
        run = DryRun.objects.get()
        self.assertEqual(len(self.look(path).all(f'#trial[hx-get="/desk/admin/rules/trials/{run.pk}"] progress')), 1)
        jobs.dry_run(run.pk)
        shown = self.look(path)
        self.assertEqual(self.filled(shown)["c0-values"], "vpn")
        self.assertIn("1 of 1 ticket would have been changed (100 %).", " ".join(shown.words("#trial [role=status]")))
        self.assertEqual(shown.words(".rule-trial__examples li"), [f"{ticket.number} VPN slow Team: nothing → Network"])
        self.assertFalse(Rule.objects.exists())
        self.assertEqual(self.send(path, self.filled(shown)).status, 303)
        self.assertEqual(Rule.objects.get().content["outcome"], {"team": self.network.pk})

    def test_a_rule_that_is_not_whole_is_not_tried(self) -> None:
        answer = self.send("rules/new", {**self.filled(self.look("rules/new")), "name": "X", "do": "try"})
        self.assertEqual(answer.status, 422)
        self.assertIn("Say what the rule sets.", answer.text)

    def test_all_rules_are_tried_from_the_list(self) -> None:
        self.save("rules/new", name="Tag", tags_text="a")
        self.report("VPN")
        answer = self.send("rules/trials")
        jobs.dry_run(DryRun.objects.get().pk)
        self.assertIn("+ a", self.get(answer.location, by=self.ines).text)
        self.assertEqual(self.get(answer.location, by=self.alma).status, 404)

    def test_other_agents_see_none_of_it(self) -> None:
        self.save("rules/new", name="VPN", tags_text="a")
        for path in ("rules", "rules/new", f"rules/{Rule.objects.get().pk}"):
            self.assertEqual(self.get(f"/desk/admin/{path}", by=self.alma).status, 404)
