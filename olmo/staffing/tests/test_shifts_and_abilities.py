from datetime import UTC, date, datetime, timedelta
from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.models import AuditLine
from olmo.staffing import queries
from olmo.staffing.actions import abilities, presence, shifts
from olmo.staffing.models import Pattern, Profile, Skill
from olmo.tickets.models import Category
from tests.cast import DeskTest

OFFICE = {"mon": [["08:00", "12:30"]], "tue": [["22:00", "06:00"]]}


class WorkingInShifts(DeskTest):
    def pattern(self, **more: Any) -> Pattern:
        given: dict[str, Any] = {
            "zone": "Europe/Rome",
            "week": OFFICE,
            "valid_from": date(2026, 3, 2),
            "by": self.alma,
            **more,
        }
        return shifts.save_pattern(given.pop("pattern", None), person=given.pop("person", self.alma), **given)

    def test_it_counts_and_stands_in_the_change_log(self) -> None:
        self.pattern()
        known = queries.available([self.alma], datetime(2026, 3, 4, 4, tzinfo=UTC))
        self.assertTrue(known[self.alma.pk].is_yes)
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["hours_tue"]), ("shifts: Alma Ferri", [None, "22:00-06:00"]))

    def test_weeks_follow_one_another_and_never_hold_together(self) -> None:
        first = self.pattern()
        with self.assertRaises(Invalid) as refused:
            self.pattern(valid_from=date(2026, 6, 1))
        self.assertEqual(refused.exception.field, "valid_from")
        self.pattern(pattern=first, valid_to=date(2026, 5, 31))
        self.pattern(valid_from=date(2026, 6, 1))
        self.assertEqual(Pattern.objects.filter(person=self.alma).count(), 2)

    def test_a_shift_without_hours_and_the_like_are_refused_and_nothing_is_kept(self) -> None:
        for more, field in (
            ({"week": {}}, "hours_mon"),
            ({"week": {"mon": []}}, "hours_mon"),
            ({"week": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "hours_mon"),
            ({"zone": "Mars/Base"}, "zone"),
            ({"valid_to": date(2026, 3, 1)}, "valid_to"),
        ):
            with self.assertRaises(Invalid) as refused:
                self.pattern(**more)
            self.assertEqual(refused.exception.field, field)
        self.assertFalse(Pattern.objects.exists())
        with self.assertRaises(NotAllowed):
            self.pattern(by=self.tove)

    def test_taken_out_it_counts_no_more(self) -> None:
        shifts.remove_pattern(self.pattern(), by=self.ines)
        self.assertTrue(queries.available([self.alma], clock.now())[self.alma.pk].is_yes)


class SayingWhetherOneIsThere(DeskTest):
    def test_away_for_a_while(self) -> None:
        with self.at("2026-03-02 09:00"):
            presence.set_presence("away", by=self.alma, until=clock.now() + timedelta(minutes=30))
            self.assertFalse(queries.available([self.alma], clock.now())[self.alma.pk].is_yes)
        with self.at("2026-03-02 09:30"):
            self.assertTrue(queries.available([self.alma], clock.now())[self.alma.pk].is_yes)

    def test_what_cannot_be_is_refused(self) -> None:
        with self.assertRaises(Invalid):
            presence.set_presence("asleep", by=self.alma)
        with self.assertRaises(Invalid):
            presence.set_presence("away", by=self.alma, until=clock.now())
        with self.assertRaises(NotAllowed):
            presence.set_presence("away", by=self.rui)


class KnowingThings(DeskTest):
    def test_a_skill_with_its_agents_and_categories(self) -> None:
        vpn = Category.objects.create(name="VPN")
        made = abilities.save_skill(
            None, name="Network", names={"it": "Rete"}, agents={self.tove: 3}, categories={vpn: 2}, by=self.ines
        )
        self.assertEqual((made.abilities.get().level, made.needs.get().level), (3, 2))
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["agents"]), ("skill: Network", [None, ["Tove Lind: 3"]]))
        with self.assertRaises(Conflict):
            abilities.remove_skill(made, by=self.ines)
        abilities.save_skill(made, name="Network", names={}, agents={}, categories={}, by=self.ines)
        abilities.remove_skill(made, by=self.ines)
        self.assertFalse(Skill.objects.exists())

    def test_what_cannot_be_is_refused_and_nothing_is_half_saved(self) -> None:
        made = abilities.save_skill(None, name="Network", names={}, agents={self.tove: 3}, categories={}, by=self.ines)
        plain: dict[str, Any] = {"names": {}, "agents": {}, "categories": {}, "by": self.ines}
        for skill, more in (
            (None, {"name": "Network"}),
            (made, {"name": ""}),
            (made, {"name": "N", "agents": {self.alma: 4}}),
        ):
            with self.assertRaises(Invalid):
                abilities.save_skill(skill, **{**plain, **more})
        self.assertEqual(abilities.state_of(Skill.objects.get())["agents"], ["Tove Lind: 3"])
        with self.assertRaises(NotAllowed):
            abilities.save_skill(None, **{**plain, "name": "Other", "by": self.alma})

    def test_languages_are_ones_own_and_capacity_is_not(self) -> None:
        abilities.save_profile(self.alma, languages=["it", "en"], keeps_capacity=True, by=self.alma)
        with self.assertRaises(NotAllowed):
            abilities.save_profile(self.alma, languages=[], capacity=99, by=self.alma)
        abilities.save_profile(self.alma, languages=["it"], capacity=8, by=self.ines)
        self.assertEqual(Profile.objects.get().capacity, 8)
        with self.assertRaises(Invalid):
            abilities.save_profile(self.alma, languages=["xx"], capacity=8, by=self.ines)

    def test_the_measures_of_the_desk(self) -> None:
        abilities.save_rules(capacity=30, weights=[8, 4, 2, 1], by=self.ines)
        self.assertEqual(AuditLine.objects.latest("pk").change["capacity"], [20, 30])
        for capacity, weights in ((0, [1, 1, 1, 1]), (30, [1, 1, 1]), (30, [100, 1, 1, 1])):
            with self.assertRaises(Invalid):
                abilities.save_rules(capacity=capacity, weights=weights, by=self.ines)
