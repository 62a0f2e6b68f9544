"""The provider and the organisations."""

from olmo.desk.admin.organisations import cell
from olmo.kernel.errors import NotAllowed
from olmo.people import administration
from olmo.people.models import AuditLine
from olmo.tenancy.actions import ProviderSettings
from olmo.tenancy.models import Client, Domain, Provider

from .base import AdminTest


class ChangingTheProvider(AdminTest):
    def test_it_is_saved_and_told(self) -> None:
        visit = self.save("provider", name="Quercia Servizi", signature_it="Quercia\nhelp@desk.example")
        self.assertEqual((visit.status, visit.location), (303, "/desk/admin/provider"))
        provider = Provider.objects.get()
        self.assertEqual(
            (provider.name, provider.signatures), ("Quercia Servizi", {"it": "Quercia\nhelp@desk.example"})
        )
        self.assertAudited("provider: Quercia Servizi", name=["Quercia IT", "Quercia Servizi"])

    def test_a_wrong_address_names_the_field_and_keeps_what_was_typed(self) -> None:
        visit = self.save("provider", name="New name", address="nobody")
        self.assertIn("valid email", self.wrong(visit, "address"))
        self.assertEqual(visit.value("#id_name"), "New name")
        self.assertEqual(Provider.objects.get().name, "Quercia IT")

    def test_nothing_changed_writes_no_line(self) -> None:
        self.save("provider")
        self.assertEqual(AuditLine.objects.count(), 0)

    def test_what_somebody_else_saved_meanwhile_is_not_overwritten(self) -> None:
        mine = self.form("provider", name="Mine")
        self.save("provider", name="Theirs")
        visit = self.send("provider", mine)
        self.assertEqual(visit.status, 409)
        self.assertIn("Somebody changed this while you were writing", visit.text)
        self.assertEqual(Provider.objects.get().name, "Theirs")
        again = {
            str(f.attributes["name"]): f.attributes.get("value") or "" for f in visit.all("form.admin-form input[name]")
        }
        self.assertEqual(self.send("provider", {**mine, **again}).status, 303)
        self.assertEqual(Provider.objects.get().name, "Mine")

    def test_the_verb_refuses_other_agents(self) -> None:
        settings = ProviderSettings(name="X", address="", language="en", time_zone="UTC")
        with self.assertRaises(NotAllowed):
            administration.change_provider(settings, by=self.alma)


class ChangingAnOrganisation(AdminTest):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"organisations/{self.acme.pk}"

    def test_domains_matrix_and_days_are_saved(self) -> None:
        values = {"domains": "acme.example\n @ACME.test, www.acme.example", "close_after_days": "9", cell(1, 3): "1"}
        self.assertEqual(self.save(self.path, **values).status, 303)
        acme = Client.objects.get(pk=self.acme.pk)
        self.assertEqual(acme.matrix, [[1, 2, 1], [2, 3, 4], [3, 4, 4]])
        self.assertEqual(acme.close_after_days, 9)
        names = ["acme.example", "acme.test", "www.acme.example"]
        self.assertEqual(sorted(acme.domains.values_list("name", flat=True)), names)
        self.assertAudited("organisation: Acme Industrial", domains=[["acme.example"], names], close_after_days=[5, 9])

    def test_a_domain_of_another_organisation_is_refused_and_named(self) -> None:
        visit = self.save(self.path, domains="acme.example\nBOLT.example")
        self.assertEqual(self.wrong(visit, "domains"), "bolt.example belongs to Bolt Logistics already.")
        self.assertEqual(Domain.objects.get(name="bolt.example").client, self.bolt)

    def test_a_name_of_another_organisation_is_refused(self) -> None:
        self.assertIn("has this name", self.wrong(self.save(self.path, name="BOLT logistics"), "name"))

    def test_what_is_no_domain_is_refused(self) -> None:
        self.assertIn("not a mail domain", self.wrong(self.save(self.path, domains="acme example!"), "domains"))

    def test_only_one_receives_strangers(self) -> None:
        self.assertEqual(self.save(self.path, takes_strangers="on").status, 303)
        visit = self.save(f"organisations/{self.bolt.pk}", takes_strangers="on")
        self.assertIn("Acme Industrial", self.wrong(visit, "takes_strangers"))
        visit = self.save(self.path, is_active=None)
        self.assertIn("another organisation first", self.wrong(visit, "is_active"))

    def test_a_priority_that_does_not_exist_is_refused(self) -> None:
        self.assertEqual(self.save(self.path, **{cell(2, 2): "7"}).status, 422)

    def test_a_new_one_begins_as_the_provider_speaks(self) -> None:
        self.assertEqual(self.form("organisations/new")["time_zone"], "Europe/Rome")
        self.assertEqual(self.save("organisations/new", name="Cedar", domains="cedar.example").status, 303)
        cedar = Client.objects.get(name="Cedar")
        self.assertTrue(cedar.is_active)
        self.assertEqual(cedar.priority_of(1, 1), 1)
        self.assertAudited("organisation: Cedar", name=[None, "Cedar"])

    def test_one_is_found_by_its_domain(self) -> None:
        self.assertEqual(self.look("organisations?q=bolt.ex").words("tbody th"), ["Bolt Logistics"])
        self.assertIn("Nothing found for “zzz”", self.look("organisations?q=zzz").text)
