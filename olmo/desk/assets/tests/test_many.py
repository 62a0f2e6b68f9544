"""Many assets at once: shown first, done whole, told in each trail, taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from olmo.assets import actions, many
from olmo.assets.models import Asset, Step
from olmo.assets.tests.base import take_in
from olmo.desk.tests.base import PageTest, Visit
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.models import AuditLine
from olmo.tenancy.scope import scope
from olmo.tickets import actions as tickets

URL = "/desk/assets/many"


class ChangingMany(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.one = take_in(self.acme, "LT-1", by=self.alma, person=self.rui, place="Store")
        self.two = take_in(self.acme, "LT-2", by=self.alma)
        self.other = take_in(self.bolt, "PH-1", by=self.alma)

    def preview(self, *assets: Asset, **chosen: Any) -> Visit:
        return self.post(URL, {"asset": [one.pk for one in assets], "step": "preview", **self.typed(chosen)})

    def apply(self, page: Visit, *assets: Asset, **chosen: Any) -> Visit:
        kept = [node.attributes["value"] for node in page.all("[name=kept]")]
        batch = [node.attributes["value"] for node in page.all("[name=batch]")]
        data = {"asset": [one.pk for one in assets], "step": "apply", "kept": kept, "batch": batch}
        return self.post(URL, {**data, **self.typed(chosen)})

    def typed(self, chosen: dict[str, Any]) -> dict[str, Any]:
        return {f"to-{name}": value for name, value in chosen.items()}

    def test_it_is_shown_first_then_done_and_each_trail_and_the_change_log_say_so(self) -> None:
        chosen = {"place": "Room 4", "state": "in_repair"}
        page = self.preview(self.one, self.two, **chosen)
        self.assertEqual((page.status, Asset.objects.filter(place="Room 4").count()), (200, 0))
        self.assertIn("State: In use In repair Place: Store Room 4", " ".join(page.words("tbody td")))
        done = self.apply(page, self.one, self.two, **chosen)
        self.one.refresh_from_db()
        self.assertEqual((self.one.place, self.one.state, self.one.person), ("Room 4", "in_repair", self.rui))
        self.assertEqual(Step.objects.latest("pk").change, {"place": ["", "Room 4"], "state": ["in_use", "in_repair"]})
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["changed"]), ("assets: Acme Industrial", [None, 2]))
        self.assertEqual(self.get(done.location).words("h1"), ["2 assets were changed"])
        again = self.apply(page, self.one, self.two, **chosen)
        self.assertEqual((again.status, again.location), (303, done.location), "pressed twice: what the first did")
        pairs, mark = [(self.one.pk, "as it was")], UUID(done.location.partition("?")[0].split("/")[-1])
        with self.assertRaises(Conflict, msg="another choice is no second press"):
            many.change(pairs, many.Edit(values={"place": "Room 5"}), by=self.alma, batch=mark)

    def test_its_author_takes_it_back_unless_one_was_changed_since(self) -> None:
        chosen = {"person": "rui alves", "no_place": "on"}
        page = self.apply(self.preview(self.one, self.two, **chosen), self.one, self.two, **chosen)
        mark = page.location.partition("?")[0]
        self.assertEqual(
            [len(self.get(mark, by=one).all(f"[action^='{mark}/undo']")) for one in (self.alma, self.tove)], [1, 0]
        )
        self.post(f"{mark}/undo", by=self.tove)
        self.assertEqual(Asset.objects.get(tag="LT-2").person, self.rui)
        back = self.post(f"{mark}/undo")
        was = Asset.objects.order_by("tag_key").values_list("place", "person")
        self.assertEqual(list(was)[:2], [("Store", self.rui.pk), ("", None)])
        self.post(f"{mark}/undo")
        self.assertEqual(Step.objects.filter(batch__isnull=False).values("batch").distinct().count(), 2)
        self.assertEqual(self.get(back.location.partition("?")[0], by=self.rui).status, 404)

    def test_nothing_is_done_when_one_was_changed_after_it_was_shown(self) -> None:
        page = self.preview(self.one, self.two, place="Room 4")
        Asset.objects.filter(pk=self.two.pk).update(place="Cellar")
        refused = self.apply(page, self.one, self.two, place="Room 4")
        self.assertEqual(refused.status, 409)
        self.assertIn("LT-2 ThinkPad: somebody changed it meanwhile", refused.words("[role=alert]")[0])
        self.assertFalse(Asset.objects.filter(place="Room 4").exists())
        self.assertEqual(self.apply(refused, self.one, self.two, place="Room 4").status, 303)

    def test_what_cannot_be_is_told_at_its_asset_and_what_is_not_chosen_stays(self) -> None:
        page = self.preview(self.one, self.other, person="rui@acme.example")
        self.assertEqual(page.words("tbody .wrong"), ["Rui Alves belongs to another organisation."])
        self.assertEqual(self.preview(self.one).words("[role=alert] strong"), ["Choose what is to change."])
        self.assertEqual(self.preview(self.one, person="nobody at all").status, 422)
        retired = self.apply(self.preview(self.one, state="retired"), self.one, state="retired")
        self.one.refresh_from_db()
        self.assertEqual((retired.status, self.one.state, self.one.person), (303, "retired", None))

    def test_an_asset_goes_to_another_organisation_unless_a_ticket_names_it_or_its_tag_is_taken(self) -> None:
        taken = take_in(self.bolt, "LT-2", by=self.alma)
        named = take_in(self.acme, "LT-3", by=self.alma, person=self.rui)
        tickets.name_assets(self.report("It is dead"), by=self.alma, add=[named.pk])
        page = self.preview(self.one, self.two, named, client=self.bolt.pk)
        self.assertEqual(len(page.words("tbody .wrong")), 2)
        done = self.apply(page, self.one, self.two, named, client=self.bolt.pk)
        self.one.refresh_from_db()
        self.assertEqual((self.one.client, self.one.person, taken.client), (self.bolt, None, self.bolt))
        with scope([self.bolt.pk]):
            self.assertEqual(self.one.terms.filter(word="lt-1", client=self.bolt).count(), 1)
        self.assertIn("Acme", self.get(done.location).text)
        self.assertNotIn("Acme", self.get(f"/desk/assets/{self.one.pk}", by=self.otto).text)
        lines = {line.subject: line.change["changed"] for line in AuditLine.objects.order_by("-pk")[:2]}
        self.assertEqual(lines, {"assets: Acme Industrial": [None, 1], "assets: Bolt Logistics": [None, 1]})
        self.post(done.location.partition("?")[0] + "/undo")
        self.one.refresh_from_db()
        self.assertEqual((self.one.client, self.one.person), (self.acme, self.rui))

    def test_it_goes_back_to_another_organisation_only_as_it_came(self) -> None:
        batch = self.moved(self.one, self.two)
        ticket = self.report("It is dead", by=self.bea)
        tickets.name_assets(ticket, by=self.alma, add=[self.one.pk])
        self.refused(batch, "LT-1 ThinkPad: Tickets of its organisation name it")
        tickets.name_assets(ticket, by=self.alma, remove=[self.one.pk])
        again = take_in(self.acme, "LT-2", by=self.alma)
        self.refused(batch, "LT-2 ThinkPad: Another asset of this organisation has the tag")
        with patch.object(many, "_staying", return_value={}):
            self.refused(batch, "Another asset of this organisation has one of these tags.")  # taken at the same moment
        actions.change(again, replace(actions.settings_of(again), tag="LT-9"), by=self.alma)
        self.alma.clients.add(self.bolt)
        self.refused(batch, "This can no longer be undone.")
        self.alma.clients.set([self.acme])
        with scope([self.acme.pk]), self.assertRaises(NotFound):
            many.undo(batch, by=self.alma)

    def test_it_is_taken_back_whole_or_not_at_all(self) -> None:
        batch = self.changed(self.one, self.other, place="Room 4")
        self.alma.clients.add(self.bolt)
        with scope([self.bolt.pk]):
            self.refused(batch, "This can no longer be undone.")
        self.assertEqual(Asset.objects.filter(place="Room 4").count(), 2)

    def moved(self, *assets: Asset) -> UUID:
        return many.change(self.pairs(assets, edit := many.Edit(client=self.bolt)), edit, by=self.alma)

    def changed(self, *assets: Asset, **values: Any) -> UUID:
        return many.change(self.pairs(assets, edit := many.Edit(values=values)), edit, by=self.alma)

    def pairs(self, assets: Sequence[Asset], edit: many.Edit) -> list[tuple[int, str]]:
        return [(one.asset.pk, one.mark) for one in many.preview(assets, edit, by=self.alma)]

    def refused(self, batch: UUID, why: str) -> None:
        with self.assertRaises(Conflict) as refusal:
            many.undo(batch, by=self.alma)
        self.assertIn(why, str(refusal.exception))

    def test_a_whole_list_is_chosen_and_only_what_one_may_see(self) -> None:
        page = self.get(f"/desk/assets?client={self.acme.pk}")
        hrefs = [[a.attributes.get("href", "") for a in page.all(f"{where} a")] for where in (".list", ".bulk")]
        whole = [[href for href in found if href and "all=1" in href] for found in hrefs]
        self.assertEqual(
            (len(whole[0]), whole[1]), (1, []), "without a tick, when the bar of the ticked ones is hidden"
        )
        self.assertEqual(
            self.get(f"{URL}?all=1&client={self.acme.pk}").words(".many__chosen .number"), ["LT-1", "LT-2"]
        )
        self.assertEqual(
            self.get(f"{URL}?asset={self.one.pk}&asset=x", by=self.otto).words(".many__chosen .number"), []
        )
        self.assertEqual(self.get(f"{URL}?asset={self.one.pk}", by=self.rui).status, 404)
        with self.assertRaises(Invalid):
            many.change([(self.one.pk, "")] * (many.MOST + 1), many.Edit(), by=self.alma)
