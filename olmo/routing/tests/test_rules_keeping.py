"""Administrators keep the rules: versions, places, the change log, and what is found wrong on saving."""

from typing import Any

from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.administration import mark_of
from olmo.people.models import AuditLine, Team
from olmo.routing.rules import keeping
from olmo.routing.rules.keeping import RuleSettings
from olmo.routing.rules.models import Rule, RuleVersion
from olmo.tickets.models import Category

from .ruled import CONTENT, RuledDesk, says


class Keeping(RuledDesk):
    def save(self, name: str = "New", *conditions: dict[str, Any], row: Rule | None = None, **more: Any) -> Rule:
        verb: dict[str, Any] = {key: more.pop(key) for key in ("by", "seen", "insists", "is_on") if key in more}
        content: dict[str, Any] = {"conditions": conditions}
        content.update({key: more.pop(key) for key in CONTENT if key in more})
        content["outcome"] = more
        settings = RuleSettings(name=name, content=content, is_on=verb.pop("is_on", True))
        return keeping.save(row, settings, **{"by": self.ines, **verb})

    def refused(self, field: str, *args: Any, **more: Any) -> str:
        with self.assertRaises(Invalid) as refusal:
            self.save(*args, **more)
        self.assertEqual(refusal.exception.field, field)
        return str(refusal.exception)

    def test_a_new_rule_stands_at_the_end_as_its_first_version(self) -> None:
        self.rule("Old", tags=["a"])
        made = self.save("VPN", says("words", "vpn"), team=self.network.pk)
        self.assertEqual((made.position, made.version), (2, 1))
        line = AuditLine.objects.latest("pk")
        self.assertEqual(line.subject, "rule: VPN")
        self.assertEqual(line.change["outcome"], [None, ["Team: Network"]])
        self.assertIn("“vpn”", line.change["conditions"][1][0])

    def test_each_change_is_a_version_and_saving_the_same_is_none(self) -> None:
        made = self.save("VPN", says("words", "vpn"), team=self.network.pk)
        made = self.save("VPN", says("words", "vpn", "wifi"), row=made, team=self.network.pk)
        made = self.save("VPN", says("words", "vpn", "wifi"), row=made, team=self.network.pk)
        kept = RuleVersion.objects.filter(rule_number=made.pk)
        self.assertEqual([(one.version, one.by_id) for one in kept], [(2, self.ines.pk), (1, self.ines.pk)])
        self.assertEqual(kept[1].content["conditions"][0]["values"], ["vpn"])

    def test_two_administrators_at_once_the_second_is_told(self) -> None:
        made = self.save("VPN", tags=["a"])
        seen = mark_of(keeping.state_of(made))
        self.save("VPN", row=made, tags=["b"], seen=seen)
        with self.assertRaises(Conflict):
            self.save("VPN", row=made, tags=["c"], seen=seen)

    def test_only_administrators_may(self) -> None:
        made = self.save("VPN", tags=["a"])
        for verb in (
            lambda: self.save("X", tags=["a"], by=self.alma), lambda: keeping.move(made, by=self.alma, up=True),
            lambda: keeping.switch(made, by=self.alma, is_on=False), lambda: keeping.remove(made, by=self.alma),
        ):  # fmt: skip
            with self.assertRaises(NotAllowed):
                verb()

    def test_moving_changes_places(self) -> None:
        one, two, three = (self.rule(name, tags=[name]) for name in "abc")
        keeping.move(three, by=self.ines, up=True)
        keeping.move(one, by=self.ines, up=True)
        keeping.move(two, by=self.ines, up=False)
        self.assertEqual([row.name for row in Rule.objects.all()], ["a", "c", "b"])
        self.assertEqual(AuditLine.objects.count(), 1)

    def test_a_removed_rule_leaves_its_versions(self) -> None:
        made = self.save("VPN", tags=["a"])
        number = made.pk
        keeping.remove(made, by=self.ines)
        self.assertFalse(Rule.objects.exists())
        self.assertTrue(RuleVersion.objects.filter(rule_number=number).exists())

    def test_what_is_missing_is_named(self) -> None:
        self.refused("name", " ", tags=["a"])
        self.refused("outcome", "X")
        self.refused("on_open", "X", tags=["a"], on_open=False)
        self.refused("conditions", "X", tags=["a"], all=False)
        self.refused("conditions", "X", says("words", "?!"), tags=["a"])
        self.refused("conditions", "X", says("field:none", "1"), tags=["a"])
        self.refused("on_change", "X", says("time", self.hours()), tags=["a"], on_change=True)
        self.assertFalse(Rule.objects.exists())

    def hours(self) -> dict[str, Any]:
        return {"days": [0], "from": "08:00", "to": "18:00", "zone": "Europe/Rome"}

    def test_conditions_that_contradict_are_refused_by_name(self) -> None:
        words = self.refused(
            "conditions", "X", says("words", "vpn", how="none"), says("subject", "vpn slow"), tags=["a"]
        )
        self.assertIn("Words in the subject", words)
        self.refused("conditions", "X", says("channel", "portal"), queue="channel-mail", tags=["a"])
        self.refused("conditions", "X", says("vip", True), says("vip", True, how="none"), tags=["a"])

    def test_what_is_gone_is_refused(self) -> None:
        gone = Team.objects.create(name="Gone", tier=self.desk.tier, is_active=False)
        self.assertIn("Team", self.refused("conditions", "X", team=gone.pk))
        self.refused("conditions", "X", says("category", 999), tags=["a"])
        self.refused("conditions", "X", category=999)
        self.refused("conditions", "X", queue="mailbox-999", tags=["a"])

    def test_a_dead_rule_is_named_and_saved_only_when_the_administrator_insists(self) -> None:
        self.rule("Wide", says("words", "vpn", "wifi"), team=self.network.pk)
        words = self.refused("insists", "Narrow", says("subject", "vpn"), team=self.desk.pk)
        self.assertIn("“Wide”", words)
        self.save("Narrow", says("subject", "vpn"), team=self.desk.pk, insists=True)
        self.assertIn(
            "“Wide”", keeping.found_wrong(list(Rule.objects.all()))[Rule.objects.get(name="Narrow").pk][0].words
        )

    def test_a_rule_that_makes_another_dead_says_which(self) -> None:
        wide = self.rule("Wide", says("words", "wifi"), team=self.network.pk)
        self.rule("Narrow", says("subject", "vpn"), team=self.desk.pk)
        words = self.refused("insists", "Wide", says("words", "vpn"), row=wide, team=self.network.pk)
        self.assertIn("“Narrow”", words)

    def test_a_loop_is_refused_by_name(self) -> None:
        a, b = (Category.objects.create(name=name) for name in "AB")
        self.save("One", says("category", a.pk), category=b.pk, on_change=True, again=True)
        words = self.refused("conditions", "Two", says("category", b.pk), category=a.pk, on_change=True, again=True)
        self.assertIn("“One”", words)

    def test_a_loop_that_ends_by_itself_is_only_said(self) -> None:
        a, b = (Category.objects.create(name=name) for name in "AB")
        self.save("One", says("category", a.pk), category=b.pk, on_change=True, again=True)
        self.assertIn("ends", self.refused("insists", "Two", says("category", b.pk), category=a.pk, on_change=True))

    def test_a_tag_that_no_ticket_has_is_said(self) -> None:
        self.assertIn("“gone”", self.refused("insists", "X", says("tags", "gone"), team=self.desk.pk))

    def test_a_rule_that_is_switched_off_may_be_anything(self) -> None:
        self.save("X", says("tags", "gone"), team=self.desk.pk, is_on=False)
        with self.assertRaises(Invalid):
            made = self.save("Y", says("vip", True), says("vip", True, how="none"), tags=["a"], is_on=False)
            keeping.switch(made, by=self.ines, is_on=True)
