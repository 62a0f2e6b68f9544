"""The pages of assets."""

import io

from openpyxl import load_workbook

from olmo.assets.models import Asset, AssetKind
from olmo.assets.tests.base import kind, take_in
from olmo.desk.tests.base import PageTest
from olmo.people.models import AuditLine

FORM = {"tag": "LT-0042", "name": "ThinkPad", "state": "in_use"}


class Listing(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        self.old = take_in(self.acme, "LT-0001", by=self.alma, state="retired")
        self.phone = take_in(self.bolt, "PH-1", by=self.alma, kind=kind("Phone"), name="Pixel")

    def listed(self, query: str = "") -> list[str]:
        return self.get(f"/desk/assets{query}").words(".assets .number")

    def test_it_shows_all_but_the_retired_by_tag(self) -> None:
        self.assertEqual(self.listed(), ["LT-0042", "PH-1"])
        self.assertEqual(self.listed("?state=retired"), ["LT-0001"])
        self.assertEqual(self.listed(f"?client={self.bolt.pk}&kind={self.phone.kind_id}"), ["PH-1"])
        self.assertEqual(self.listed("?q=rui"), ["LT-0042"])
        self.assertEqual(self.listed("?q=pix&client=x&after="), ["PH-1"])

    def test_its_cost_does_not_grow_with_its_rows(self) -> None:
        browser = self.as_(self.alma)

        def cost() -> int:
            with self.assertNumQueries(10):
                return browser.get("/desk/assets").content.decode().count('<span class="number">')

        few = cost()
        for n in range(60):
            take_in(self.acme, f"N-{n}", by=self.alma, person=self.rui)
        self.assertEqual((few, cost()), (2, 50))

    def test_the_palette_finds_it(self) -> None:
        page = self.look_again("/desk/palette?q=lt-0042")
        self.assertIn(f"/desk/assets/{self.laptop.pk}", page.text)

    def test_it_goes_out_as_a_file_and_the_change_log_says_so(self) -> None:
        answer = self.as_(self.alma).post("/desk/assets/export?q=thinkpad")
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        self.assertIn("LT-0042,ThinkPad,Laptop,,,,rui@acme.example", text)
        self.assertNotIn("PH-1", text)
        self.assertEqual(AuditLine.objects.latest("pk").change["rows"], [None, 1])
        book = b"".join(self.as_(self.alma).post("/desk/assets/export?q=thinkpad", {"format": "xlsx"}))
        self.assertEqual(load_workbook(io.BytesIO(book)).active["A2"].value, "LT-0042")  # type: ignore[index]


class One(PageTest):
    def test_a_new_one_is_typed_once_and_a_refusal_loses_nothing(self) -> None:
        given = {**FORM, "kind": kind().pk, "client": self.acme.pk, "person": "nobody", "place": "Floor 2"}
        page = self.post("/desk/assets/new", given)
        self.assertEqual((page.status, page.value("[name=place]")), (422, "Floor 2"))
        self.assertIn("nobody", page.words("#id_person-field .wrong")[0])
        page = self.post("/desk/assets/new", {**given, "person": "rui alves"})
        made = Asset.objects.get()
        self.assertEqual((page.location, made.person), (f"/desk/assets/{made.pk}", self.rui))

    def test_it_is_changed_and_says_what_happened_to_it(self) -> None:
        made = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        page = self.get(f"/desk/assets/{made.pk}/edit")
        given = {**FORM, "kind": kind("Phone").pk, "person": "", "seen": page.value("[name=seen]"), "state": "in_stock"}
        self.post(f"/desk/assets/{made.pk}/edit", given)
        page = self.get(f"/desk/assets/{made.pk}")
        self.assertIn("Rui Alves", page.words(".asset__held")[0])
        self.assertIn("Kind: Laptop Phone", " ".join(page.words(".asset__trail li")))
        stale = self.post(f"/desk/assets/{made.pk}/edit", {**given, "place": "x"})
        self.assertEqual(stale.status, 409)

    def test_it_is_retired_by_a_press_and_never_by_a_look(self) -> None:
        made = take_in(self.acme, "LT-0042", by=self.alma)
        self.assertEqual(self.get(f"/desk/assets/{made.pk}/retirement").status, 405)
        self.post(f"/desk/assets/{made.pk}/retirement")
        self.assertEqual(Asset.objects.get().state, "retired")
        self.post(f"/desk/assets/{made.pk}/retirement/end")
        self.assertEqual(Asset.objects.get().state, "in_stock")

    def test_to_others_there_is_no_such_thing(self) -> None:
        made = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        for person in (self.otto, self.rui):
            for rest in ("", "/edit"):
                self.assertEqual(self.get(f"/desk/assets/{made.pk}{rest}", by=person).status, 404)
            self.assertEqual(self.post(f"/desk/assets/{made.pk}/retirement", by=person).status, 404)


class Loading(PageTest):
    def test_a_file_is_looked_at_and_then_imported(self) -> None:
        page = self.post("/desk/assets/import", {"client": self.acme.pk, "text": "tag,name,kind\nA-1,Box,Laptop\n"})
        preview = self.get(page.location)
        self.assertEqual((preview.status, Asset.objects.count()), (200, 0))
        self.assertIn("A-1", preview.text)
        self.assertEqual(self.get(page.location, by=self.tove).status, 404)
        done = self.post(page.location)
        self.assertEqual((done.location, Asset.objects.get().tag), (f"/desk/assets?client={self.acme.pk}", "A-1"))

    def test_what_is_wrong_is_told_by_line(self) -> None:
        page = self.post("/desk/assets/import", {"client": self.acme.pk, "text": "tag,name,kind\nA-1,Box,Dragon\n"})
        preview = self.get(page.location)
        self.assertEqual((preview.status, preview.words(".faults td")[:2]), (422, ["2", "Kind"]))
        self.assertEqual((self.post(page.location).status, Asset.objects.count()), (422, 0))

    def test_nothing_chosen_is_said_at_the_field(self) -> None:
        page = self.post("/desk/assets/import", {"client": self.acme.pk, "text": ""})
        self.assertEqual((page.status, len(page.words("#id_file-field .wrong"))), (422, 1))


class Kinds(PageTest):
    def test_an_administrator_keeps_them(self) -> None:
        page = self.post(
            "/desk/admin/assets/new",
            {"name": "Scanner", "icon": "printer", "position": "3", "is_active": "on"},
            by=self.ines,
        )
        made = AssetKind.objects.get(name="Scanner")
        self.assertEqual((page.status, made.icon), (303, "printer"))
        self.assertEqual(AuditLine.objects.latest("pk").subject, "asset kind: Scanner")
        again = self.post("/desk/admin/assets/new", {"name": "scanner", "icon": "printer"}, by=self.ines)
        self.assertEqual(again.status, 422)
        self.assertEqual(self.get("/desk/admin/assets").status, 404)

    def test_one_that_is_used_stays(self) -> None:
        take_in(self.acme, "LT-1", by=self.alma)
        self.post(f"/desk/admin/assets/{kind().pk}/removal", by=self.ines)
        self.post(f"/desk/admin/assets/{kind('Tablet').pk}/removal", by=self.ines)
        self.assertEqual(
            set(AssetKind.objects.filter(name__in=["Laptop", "Tablet"]).values_list("name", flat=True)), {"Laptop"}
        )
