"""Categories and custom fields."""

from typing import Any

from olmo.kernel.errors import Conflict, Invalid
from olmo.tickets import actions, administration
from olmo.tickets.models import Category, CustomField, Supplier, WorkingState

from .base import AdminTest


class LookingAfterCategories(AdminTest):
    def make(self, name: str, **more: Any) -> Category:
        settings = administration.CategorySettings(name=name, names={}, **more)
        return administration.save_category(None, settings, by=self.ines)

    def test_a_category_has_names_a_place_and_a_team(self) -> None:
        hardware = self.make("Hardware")
        self.save("categories/new", name="Printer", name_it="Stampante", parent=hardware.pk, team=self.desk.pk)
        printer = Category.objects.get(name="Printer")
        self.assertEqual((printer.parent, printer.team, printer.names), (hardware, self.desk, {"it": "Stampante"}))
        self.assertAudited("category: Printer", parent=[None, "Hardware"], names=[None, {"it": "Stampante"}])
        self.assertEqual(self.look("categories").words("tbody th"), ["Hardware", "Printer"])

    def test_no_category_is_below_itself(self) -> None:
        hardware = self.make("Hardware")
        printer = self.make("Printer", parent=hardware)
        offered = [o.attributes.get("value") for o in self.look(f"categories/{hardware.pk}").all("#id_parent option")]
        self.assertEqual(offered, [""])
        settings = administration.CategorySettings(name="Hardware", names={}, parent=printer)
        with self.assertRaisesRegex(Invalid, "below itself"):
            administration.save_category(hardware, settings, by=self.ines)

    def test_the_organisation_of_a_category_holds_for_its_place_and_its_tickets(self) -> None:
        ours = self.make("Cranes", client=self.acme)
        visit = self.save("categories/new", name="Hooks", parent=ours.pk, client=self.bolt.pk)
        self.assertIn("another organisation", self.wrong(visit, "parent"))
        shared = self.make("Printer")
        self.report("Printer", by=self.bea, category=shared)
        visit = self.save(f"categories/{shared.pk}", client=self.acme.pk)
        self.assertIn("other organisations have", self.wrong(visit, "client"))

    def test_no_team_that_is_switched_off_takes_its_tickets(self) -> None:
        self.save(f"teams/{self.network.pk}", is_active=None)
        visit = self.save("categories/new", name="Printer", team=self.network.pk)
        self.assertIn("not active", self.wrong(visit, "team"))

    def test_the_list_says_how_often_each_is_used(self) -> None:
        self.report("Printer", category=self.make("Printer"))
        self.assertEqual(self.look("categories").words("td.n"), ["1"])


class LookingAfterWorkingStates(AdminTest):
    def test_made_found_changed_and_counted(self) -> None:
        self.save("states/new", name="Parts ordered", name_it="Ricambi ordinati", status="open", position="2")
        state = WorkingState.objects.get()
        self.assertEqual((state.status, state.position, state.names), ("open", 2, {"it": "Ricambi ordinati"}))
        self.assertAudited("working state: Parts ordered", status=[None, "open"], position=[None, 2])
        ticket = self.report("Printer", assignee=self.alma)
        actions.set_working_state(ticket, by=self.alma, state=state)
        page = self.look("states?q=parts")
        self.assertEqual(page.words("tbody tr"), ["Parts ordered Open 1"])
        rows = self.get(page.one("td .n-link").attributes["href"] or "", by=self.ines)
        self.assertEqual(len(rows.all("#list li")), 1)
        self.assertIn("Parts ordered", self.look("?q=ricambi").text)
        self.save(f"states/{state.pk}", is_active=None)
        self.assertIn("Not active", self.look("states").text)
        self.assertAudited("working state: Parts ordered", is_active=[True, False])

    def test_a_refusal_stands_at_its_field_and_nothing_is_lost(self) -> None:
        self.save("states/new", name="Parts ordered", status="open")
        state = WorkingState.objects.get()
        ticket = self.report("Printer", assignee=self.alma)
        actions.set_working_state(ticket, by=self.alma, state=state)
        visit = self.save(f"states/{state.pk}", status="waiting", name="Parts under way")
        self.assertIn("Tickets have it (1)", self.wrong(visit, "status"))
        self.assertEqual(visit.value("[name=name]"), "Parts under way")
        self.assertIn("of this name", self.wrong(self.save("states/new", name="Parts ordered", status="open"), "name"))
        self.assertEqual(self.get("/desk/admin/states", by=self.alma).status, 404)


class LookingAfterFields(AdminTest):
    def test_a_choice_has_what_to_choose_from(self) -> None:
        values = {"label": "Site", "label_it": "Sede", "key": "site", "kind": "choice", "client": self.acme.pk}
        self.assertIn("at least two", self.wrong(self.save("fields/new", **values, choices="Milan"), "choices"))
        self.assertEqual(self.save("fields/new", **values, choices="Milan\nRome\nMilan").status, 303)
        field = CustomField.objects.get(key="site")
        self.assertEqual((field.choices, field.labels, field.client), (["Milan", "Rome"], {"it": "Sede"}, self.acme))
        self.assertAudited("field: Site", choices=[None, ["Milan", "Rome"]])
        self.assertEqual(self.form(f"fields/{field.pk}")["choices"].split(), ["Milan", "Rome"])

    def test_a_key_is_plain_and_taken_once_and_never_changes(self) -> None:
        self.assertIn("begins with a letter", self.wrong(self.save("fields/new", label="X", key="Ä b"), "key"))
        self.save("fields/new", label="Serial number", key="serial", kind="text")
        self.assertIn("has this key", self.wrong(self.save("fields/new", label="X", key="serial"), "key"))
        field = CustomField.objects.get(key="serial")
        self.save(f"fields/{field.pk}", key="other", kind="number", label="Serial no.")
        field.refresh_from_db()
        self.assertEqual((field.key, field.kind, field.label), ("serial", "text", "Serial no."))

    def test_a_field_that_tickets_use_stays(self) -> None:
        settings = administration.FieldSettings(key="serial", kind="text", label="Serial", labels={})
        field = administration.save_field(None, settings, by=self.ines)
        ticket = self.report("Printer")
        actions.set_fields(ticket, by=self.alma, values={"serial": "X1"})
        with self.assertRaises(Conflict):
            administration.remove_field(field, by=self.ines)
        self.assertEqual(self.look(f"fields/{field.pk}").all('form[action$="/removal"]'), [])
        settings = administration.FieldSettings(key="unused", kind="text", label="Unused", labels={})
        unused = administration.save_field(None, settings, by=self.ines)
        self.assertEqual(self.send(f"fields/{unused.pk}/removal").status, 303)
        self.assertEqual(list(CustomField.objects.all()), [field])


class LookingAfterSuppliers(AdminTest):
    def test_made_found_counted_and_switched_off(self) -> None:
        self.save("suppliers/new", name="Fiberlink", email="NOC@fiberlink.example")
        supplier = Supplier.objects.get()
        self.assertEqual((supplier.email, supplier.is_active), ("noc@fiberlink.example", True))
        self.assertAudited("supplier: Fiberlink", email=[None, "noc@fiberlink.example"])
        ticket = self.report("The line is down")
        actions.hold(ticket, by=self.alma, reason="third_party", supplier=supplier)
        page = self.look("suppliers?q=fiber")
        self.assertEqual(page.words("tbody tr"), ["Fiberlink noc@fiberlink.example 1"])
        rows = self.get(page.one("td .n-link").attributes["href"] or "", by=self.ines)
        self.assertEqual(len(rows.all("#list li")), 1)
        self.assertIn("Supplier: Fiberlink", rows.words(".sentence summary"))
        self.assertIn("Fiberlink", self.look("?q=fiberlink").text)
        self.save(f"suppliers/{supplier.pk}", is_active=None)
        self.assertIn("Not active", self.look("suppliers").text)

    def test_a_refusal_stands_at_its_field_and_nothing_is_lost(self) -> None:
        self.save("suppliers/new", name="Fiberlink")
        visit = self.save("suppliers/new", name="fiberlink", email="noc@fiberlink.example")
        self.assertIn("has this name", self.wrong(visit, "name"))
        self.assertEqual(visit.value("[name=email]"), "noc@fiberlink.example")
        self.assertEqual(self.get("/desk/admin/suppliers", by=self.alma).status, 404)
