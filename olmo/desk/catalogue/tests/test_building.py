"""The pages on which services and request forms are looked after, without scripts."""

from typing import Any

from olmo.catalogue import definition, usual
from olmo.catalogue.models import Item, Service
from olmo.desk.admin.tests.base import AdminTest
from olmo.requests.models import ApprovalStep
from olmo.requests.queries import handling


class LookingAfterServices(AdminTest):
    def test_a_service_and_an_item_from_nothing_to_a_form_in_force(self) -> None:
        saved = self.save(
            "services/new", names_en="Workplace", names_it="Postazione", key="workplace", owner=str(self.alma.pk),
            amount="900", currency="EUR", hours="8",
        )  # fmt: skip
        self.assertEqual(saved.status, 303)
        service = Service.objects.get()
        self.assertEqual((service.delivery_minutes, str(service.price_amount)), (480, "900.00"))
        self.save(f"items/new?service={service.pk}", names_en="Laptop", key="laptop")
        item = Item.objects.get()
        choices = {"choices_en": "Light\nStrong", "choices_it": "Leggero\nPotente"}
        self.save(f"items/{item.pk}/form/fields/new?kind=choice", labels_en="Model", labels_it="Modello", **choices)
        self.save(
            f"items/{item.pk}/form/fields/new?kind=text", labels_en="Why strong", labels_it="Perché", is_required="on",
            when_field="model", when_test="is", when_values="Potente",
        )  # fmt: skip
        page = self.look(f"items/{item.pk}/form")
        self.assertIn("asked when “Model” is Strong", page.text)
        self.assertEqual(self.send(f"items/{item.pk}/form/order", {"publish": "1"}).status, 303)
        self.assertEqual(item.versions.get().content[1]["when"], {"field": "model", "test": "is", "values": ["strong"]})
        self.assertEqual(self.look("items").words("tbody tr"), ["Laptop Workplace 0"])
        self.assertIn("Laptop", self.get("/desk/admin/?q=laptop", by=self.ines).text)

    def test_what_cannot_be_names_the_field_and_loses_nothing(self) -> None:
        visit = self.save("services/new", names_en="X", key="x", owner=str(self.alma.pk), amount="5")
        self.assertIn("An amount needs a currency.", self.wrong(visit, "currency"))
        self.assertIn('value="X"', visit.text)
        self.assertEqual(self.get("/desk/admin/services", by=self.alma).status, 404)

    def test_a_service_with_items_is_not_removed(self) -> None:
        usual.add(by=self.ines)
        service = Service.objects.get(key="software")
        self.send(f"services/{service.pk}/removal")
        self.assertTrue(Service.objects.filter(pk=service.pk).exists())

    def test_the_usual_ones_come_by_one_press_and_only_once(self) -> None:
        for _press in range(2):
            self.send("services/usual")
        self.assertEqual(Item.objects.count(), 10)
        for item in Item.objects.all():
            with self.subTest(item.key):
                self.is_ready_to_be_worked_on(item)
        approvers = ApprovalStep.objects.filter(item__key="hardware-request").values_list("stage", "kind")
        self.assertEqual(list(approvers), [(1, "manager"), (2, "cost_centre")])
        self.assertNotIn("Add the usual services", self.look("services").text)

    def is_ready_to_be_worked_on(self, item: Item) -> None:
        """Its plan speaks both languages, and its conditions name answers that its form knows."""
        plan, form = handling(item).plan, definition.read(item.draft)
        assert plan is not None
        for step in plan.versions.get().steps:
            self.assertTrue(step["title"] and step["titles"]["it"], step)
            for condition in step["conditions"]:
                question = form.field(condition["what"].removeprefix("answer:"))
                assert question is not None, condition
                self.assertEqual([value for value in condition["values"] if question.choice(value) is None], [])


class Building(AdminTest):
    def setUp(self) -> None:
        super().setUp()
        usual.add(by=self.ines)
        self.item = Item.objects.get(key="hardware-request")

    def test_fields_are_moved_and_removed_and_the_version_stays(self) -> None:
        home = f"items/{self.item.pk}/form"
        self.send(f"{home}/order", {"down": "kind"})
        self.send(f"{home}/order", {"remove": "replaces"})
        self.item.refresh_from_db()
        keys = [one["key"] for one in self.item.draft]
        self.assertEqual(keys[:3], ["model", "kind", "what"])
        self.assertNotIn("replaces", keys)
        self.assertEqual([one["key"] for one in self.item.versions.get().content][:2], ["kind", "model"])
        self.send(f"{home}/order", {"remove": "kind"})
        self.item.refresh_from_db()
        self.assertIn("kind", [one["key"] for one in self.item.draft])  # others hang on it

    def test_the_preview_follows_the_answers_in_the_language_that_is_chosen(self) -> None:
        home = f"/desk/admin/items/{self.item.pk}/form"
        self.assertNotIn("14 pollici", self.get(f"{home}?lang=it", by=self.ines).text)
        self.assertIn("14 pollici", self.post(f"{home}?lang=it", {"a_kind": "laptop"}, by=self.ines).text)

    def test_a_choice_that_is_renamed_in_italian_keeps_its_key(self) -> None:
        at = f"items/{self.item.pk}/form/field/kind"
        self.assertEqual(self.save(at, choices_it="Computer portatile\nMonitor\nTelefono\nAltro").status, 303)
        self.item.refresh_from_db()
        self.assertEqual([one["key"] for one in self.item.draft[0]["choices"]], ["laptop", "screen", "phone", "other"])
        self.assertIn(
            "4 choices in English and 1 in Italian", self.wrong(self.save(at, choices_it="Uno"), "choices_it")
        )

    def test_a_date_follows_another_one_and_is_not_past(self) -> None:
        home = f"items/{self.item.pk}/form"
        days = {"not_before": "by", "not_past": "on"}
        self.assertEqual(self.save(f"{home}/fields/new?kind=date", labels_en="Back by", **days).status, 303)
        self.assertIn("not before “Needed by”, not in the past", self.look(home).text)
        self.send(f"{home}/order", {"remove": "by"})
        self.save(f"{home}/field/by", key="needed-by")
        self.item.refresh_from_db()
        self.assertEqual(self.item.draft[-1]["not_before"], "needed-by")
        self.assertTrue(self.item.draft[-1]["not_past"])
        self.assertEqual(self.form(f"{home}/field/back-by")["not_before"], "needed-by")

    def test_what_lacks_a_language_is_named(self) -> None:
        home = f"items/{self.item.pk}/form"
        said = {"labels_en": "Colour", "labels_it": "Colore", "hints_en": "Any", "choices_en": "Red\nBlue"}
        self.save(f"{home}/fields/new?kind=choice", **said)
        columns = {"col1_en": "Size", "col1_kind": "choice", "col1_choices_en": "Big", "col1_choices_it": "Grande"}
        self.save(f"{home}/fields/new?kind=table", labels_it="Misure", **columns)
        found = self.look(home).words(".builder__lacks")
        self.assertEqual(found, ["IT: help, choices", "EN: question", "IT: column “Size”"])
        self.assertEqual(self.save(f"{home}/field/colour", hints_it="Uno").status, 303)  # saying it again says no more
        self.assertIn("IT: choices", self.look(home).words(".builder__lacks"))

    def test_a_loop_is_refused_beside_its_field(self) -> None:
        at = f"items/{self.item.pk}/form/field/kind"
        visit = self.save(at, when_field="model", when_test="set")
        self.assertIn("wait for one another", self.wrong(visit, "when_field"))

    def test_a_version_is_shown_and_withdrawn(self) -> None:
        version = self.item.versions.get()
        self.assertIn("Model", self.look(f"items/{self.item.pk}/form").text)
        self.assertEqual(self.look(f"forms/{version.pk}").status, 200)
        self.send(f"forms/{version.pk}/withdrawal")
        self.assertIn("Withdrawn", self.look(f"items/{self.item.pk}/form").text)

    def test_a_table_is_built_by_its_columns(self) -> None:
        made = self.table()
        self.assertEqual([one["key"] for one in made["columns"]], ["what", "rights"])
        self.assertEqual(made["most"], 30)

    def test_its_columns_and_choices_keep_their_keys_and_both_languages(self) -> None:
        made, at = self.table(), f"items/{self.item.pk}/form/field/folders"
        self.assertEqual(self.save(at, most="40").status, 303)
        self.item.refresh_from_db()
        self.assertEqual(self.item.draft[-1]["columns"], made["columns"])
        renamed = {
            "col1_en": "Rights",
            "col2_en": "Folder",
            "col2_it": "Cartella",
        }  # the first goes, what was second is first
        choices = {"col1_choices_en": "read\nchange", "col1_choices_it": "lettura\nscrittura"}
        moved = {"col1_it": "Diritti", "col1_kind": "choice", **choices}
        other = {"col2_kind": "text", "col2_choices_en": "", "col2_choices_it": ""}
        self.assertEqual(self.save(at, **renamed, **moved, **other).status, 303)
        self.item.refresh_from_db()
        columns = self.item.draft[-1]["columns"]
        self.assertEqual([one["key"] for one in columns], ["rights", "folder"])
        self.assertEqual([one["key"] for one in columns[0]["choices"]], ["read", "write"])
        self.assertEqual(columns[0]["choices"][1]["labels"], {"en": "change", "it": "scrittura"})

    def table(self) -> Any:
        columns = {
            "col1_en": "What",
            "col1_it": "Cosa",
            "col2_en": "Rights",
            "col2_it": "Diritti",
            "col2_kind": "choice",
        }
        columns |= {"col2_choices_en": "read\nwrite", "col2_choices_it": "lettura\nscrittura"}
        new = f"items/{self.item.pk}/form/fields/new?kind=table"
        self.assertEqual(self.save(new, labels_en="Folders", labels_it="Cartelle", most="30", **columns).status, 303)
        self.item.refresh_from_db()
        return self.item.draft[-1]

    def test_a_page_that_grew_old_is_told_and_keeps_what_was_typed(self) -> None:
        at = f"items/{self.item.pk}/form/field/kind"
        typed = self.form(at, labels_en="Sort")
        self.send(f"items/{self.item.pk}/form/order", {"down": "kind"})
        visit = self.send(at, typed)
        self.assertEqual(visit.status, 409)
        self.assertIn('value="Sort"', visit.text)
