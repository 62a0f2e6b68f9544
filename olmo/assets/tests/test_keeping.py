"""Assets taken in, changed, retired; who may; what the trail says."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import DatabaseError, transaction

from olmo.assets import actions, queries
from olmo.assets.models import Asset, State, Step
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people import administration as people
from olmo.people.queries import clients_of
from olmo.tenancy.scope import scope
from tests.cast import DeskTest

from .base import kind, take_in


class Keeping(DeskTest):
    def change(self, asset: Asset, **what: Any) -> Asset:
        return actions.change(asset, replace(actions.settings_of(asset), **what), by=self.alma)

    def test_an_asset_is_taken_in_with_its_trail(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui, serial="5CG1")
        step = Step.objects.get(asset=laptop)
        self.assertEqual(
            (step.by, step.change["tag"], step.change["person"]), (self.alma, [None, "LT-0042"], [None, self.rui.pk])
        )
        self.assertNotIn("place", step.change)

    def test_what_differs_is_told_and_nothing_else(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma)
        changed = self.change(laptop, place="Floor 2", note="Sticky keys")
        self.assertEqual(changed.steps.first().change, {"place": ["", "Floor 2"], "note": [False, True]})  # type: ignore[union-attr]
        self.change(changed)
        self.assertEqual(changed.steps.count(), 2)

    def test_a_tag_is_unique_in_its_organisation_whatever_its_capitals(self) -> None:
        take_in(self.acme, "LT-0042", by=self.alma)
        take_in(self.bolt, "LT-0042", by=self.alma)
        with self.assertRaises(Invalid) as refused:
            take_in(self.acme, "lt-0042", by=self.alma)
        self.assertEqual(refused.exception.field, "tag")

    def test_what_does_not_fit_is_refused_with_its_field(self) -> None:
        cases: tuple[tuple[str, dict[str, Any]], ...] = (
            ("tag", {"tag": " "}), ("name", {"name": ""}), ("person", {"person": self.bea}), ("person", {"person": self.alma}),
            ("state", {"state": "lost"}), ("person", {"person": self.rui, "state": State.RETIRED}),
            ("warranty_until", {"bought_on": date(2026, 3, 1), "warranty_until": date(2026, 2, 1)}),
        )  # fmt: skip
        for field, wrong in cases:
            with self.subTest(wrong), self.assertRaises(Invalid) as refused:
                take_in(self.acme, wrong.pop("tag", "X-1"), by=self.alma, **wrong)
            self.assertEqual(refused.exception.field, field)
        self.assertFalse(Asset.objects.exists())

    def test_a_retired_asset_is_nobodys_and_can_come_back(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        retired = actions.retire(laptop, by=self.alma)
        self.assertEqual((retired.state, retired.person), (State.RETIRED, None))
        with self.assertRaises(Conflict):
            actions.retire(laptop, by=self.alma)
        self.assertEqual(actions.restore(laptop, by=self.alma).state, State.IN_STOCK)
        with self.assertRaises(Conflict):
            actions.restore(laptop, by=self.alma)

    def test_only_agents_of_the_organisation_may(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        with self.assertRaises(NotAllowed):
            actions.retire(laptop, by=self.rui)
        with self.assertRaises(NotFound):
            actions.retire(laptop, by=self.otto)
        with self.assertRaises(NotFound), scope(clients_of(self.otto)):
            actions.retire(laptop, by=self.otto)

    def test_two_at_the_same_form_lose_nothing(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma)
        seen = people.mark_of(actions.state_of(laptop))
        self.change(laptop, place="Floor 2")
        with self.assertRaises(Conflict):
            actions.change(laptop, replace(actions.settings_of(laptop), place="Floor 3"), by=self.tove, seen=seen)

    def test_the_database_refuses_to_forget(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma)
        for forget in (laptop.delete, Step.objects.all().delete, lambda: Step.objects.update(change={})):
            with self.assertRaises(DatabaseError), transaction.atomic():
                forget()


class Holding(DeskTest):
    def test_the_trail_tells_who_had_it_when(self) -> None:
        with self.at("2026-03-02 09:00"):
            laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        with self.at("2026-03-05 09:00"):
            actions.change(
                laptop, replace(actions.settings_of(laptop), person=None, state=State.IN_STOCK), by=self.alma
            )
        with self.at("2026-03-09 09:00"):
            actions.change(
                laptop, replace(actions.settings_of(laptop), person=self.rui, state=State.IN_USE), by=self.alma
            )
        held = queries.holders(queries.trail(laptop))
        days = [(one.person, f"{one.since:%d}", one.until and f"{one.until:%d}") for one in held]
        self.assertEqual(days, [(self.rui, "09", None), (self.rui, "02", "05")])


class Finding(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui, serial="5CG-8841", maker="Lénovo")
        self.phone = take_in(self.acme, "PH-0007", by=self.alma, kind=kind("Phone"), name="Pixel", serial="LT-0042")
        self.truck = take_in(self.bolt, "LT-0042", by=self.alma)

    def found(self, text: str) -> list[Asset]:
        return queries.find(self.alma, text, limit=10)

    def test_by_the_beginning_of_any_word_without_accents(self) -> None:
        self.assertEqual(self.found("0042 len"), [self.laptop])
        self.assertEqual(self.found("5cg"), [self.laptop])
        self.assertEqual(self.found("pix"), [self.phone])
        self.assertEqual(self.found("ixel"), [])
        self.assertEqual(self.found("!"), [])

    def test_by_who_has_it(self) -> None:
        self.assertEqual(self.found("rui al"), [self.laptop])

    def test_an_exact_tag_or_serial_number_comes_first(self) -> None:
        take_in(self.acme, "AA-1", by=self.alma, name="Dock for LT-0042")
        self.assertEqual({*self.found("lt-0042")[:3]}, {self.laptop, self.phone, self.truck})

    def test_a_renamed_asset_is_found_by_its_new_words_only(self) -> None:
        actions.change(self.phone, replace(actions.settings_of(self.phone), name="Galaxy"), by=self.alma)
        self.assertEqual((self.found("galaxy"), self.found("pixel")), ([self.phone], []))

    def test_nobody_finds_what_they_may_not_know(self) -> None:
        self.assertEqual(queries.find(self.otto, "LT-0042", limit=10), [self.truck])
        self.assertEqual(list(queries.visible_to(self.rui)), [self.laptop])
        with scope(clients_of(self.otto)):
            self.assertEqual(list(Asset.objects.all()), [self.truck])
            self.assertFalse(Step.objects.filter(asset=self.laptop).exists())

    def test_pages_follow_one_another_without_gaps(self) -> None:
        for n in range(7):
            take_in(self.acme, f"X-{n}", by=self.alma)
        seen: list[int] = []
        after = ""
        while True:
            found = queries.page(queries.visible_to(self.alma), after=after, size=3)
            seen += [one.pk for one in found.rows]
            after = found.after
            if not after:
                break
        self.assertEqual((len(seen), len(set(seen))), (10, 10))
