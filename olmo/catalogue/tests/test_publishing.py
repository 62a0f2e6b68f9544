"""Services, items and their forms: looked after, published in versions, withdrawn; seen by those for whom they are."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import DatabaseError, transaction

from olmo.catalogue import actions, queries, usual
from olmo.catalogue.actions import ItemSettings, Offer, ServiceSettings
from olmo.catalogue.definition import Condition, Field
from olmo.catalogue.models import FormVersion, Item, Service
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.administration import mark_of
from olmo.people.models import AuditLine, Person
from olmo.tenancy.scope import scope
from tests.cast import DeskTest


def ask(key: str, **more: Any) -> Field:
    return Field(**{"key": key, "kind": "text", "labels": {"en": key, "it": key}, "hints": {}, **more})


class CatalogueTest(DeskTest):
    def service(self, key: str = "workplace", **more: Any) -> Service:
        wanted = ServiceSettings(**{"key": key, "names": {"en": key}, "owner": self.alma, **more})
        return actions.save_service(None, wanted, by=self.ines)

    def item(self, *fields: Field, service: Service | None = None, key: str = "laptop") -> Item:
        wanted = ItemSettings(key=key, names={"en": key}, service=service or self.service())
        item = actions.save_item(None, wanted, by=self.ines)
        for field in fields or (ask("why"),):
            actions.put_field(item, field, by=self.ines)
        actions.publish(item, by=self.ines)
        return item

    def keys(self, viewer: Person) -> list[str]:
        return [item.key for item in queries.items(viewer)]


class LookingAfterServices(CatalogueTest):
    def test_a_price_needs_a_currency_and_an_owner_works_here(self) -> None:
        wrong: dict[str, dict[str, Any]] = {
            "currency": {"offer": Offer(amount=Decimal(10))},
            "amount": {"offer": Offer(amount=Decimal(-1), currency="EUR")},
            "owner": {"owner": self.rui},
            "clients": {"audience": "clients"},
            "teams": {"audience": "teams"},
            "key": {"key": "With Spaces"},
            "names_en": {"names": {}},
            "price_currency": {"offer": Offer(amount=Decimal(1), currency="€€€")},
        }
        for field, settings in wrong.items():
            with self.assertRaises(Invalid) as refused:
                self.service(**{"key": "x", **settings})
            self.assertEqual(refused.exception.field, field)
        self.assertFalse(Service.objects.exists())

    def test_an_item_without_a_price_has_its_services(self) -> None:
        service = self.service(
            offer=Offer(amount=Decimal(900), currency="eur", delivery={"en": "in a week"}, minutes=2400)
        )
        item = self.item(service=service)
        self.assertEqual((item.priced, item.delivered), (service, service))
        self.assertEqual(service.price_currency, "EUR")

    def test_only_administrators_do_and_each_change_is_told(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.save_service(None, ServiceSettings(key="x", names={"en": "x"}, owner=self.alma), by=self.alma)
        self.service()
        self.assertEqual(AuditLine.objects.first().subject, "service: workplace")  # type: ignore[union-attr]

    def test_two_services_do_not_have_one_key(self) -> None:
        self.service()
        with self.assertRaises(Invalid) as refused:
            self.service()
        self.assertEqual(refused.exception.field, "key")


class Seeing(CatalogueTest):
    def test_a_service_for_some_is_there_for_them_alone(self) -> None:
        self.item(service=self.service("for-bolt", audience="clients", clients=(self.bolt,)), key="bolts")
        self.item(service=self.service("for-network", audience="teams", teams=(self.network,)), key="cables")
        self.item(service=self.service("for-all"), key="all")
        self.assertEqual(self.keys(self.rui), ["all"])
        self.assertEqual(self.keys(self.bea), ["all", "bolts"])
        self.assertEqual(self.keys(self.tove), ["all", "bolts", "cables"])
        self.assertEqual(self.keys(self.alma), ["all", "bolts"])

    def test_the_database_shows_them_within_the_scope_alone(self) -> None:
        item = self.item(service=self.service("for-bolt", audience="clients", clients=(self.bolt,)))
        with scope([self.acme.pk]):
            self.assertFalse(Service.objects.exists())
            self.assertFalse(Item.objects.filter(pk=item.pk).exists())
            self.assertFalse(FormVersion.objects.exists())
        with scope([self.bolt.pk]):
            self.assertTrue(FormVersion.objects.filter(item=item).exists())

    def test_the_search_reads_both_languages(self) -> None:
        usual.add(by=self.ines)
        rows = queries.items(self.rui)
        self.assertEqual([item.key for item in queries.found(rows, "reimpostazione")], ["password-reset"])
        self.assertEqual([item.key for item in queries.found(rows, "FOLDER write")], ["folder-access"])
        self.assertEqual(queries.found(rows, "helicopter"), [])

    def test_while_one_types_what_is_like_the_words_is_offered(self) -> None:
        usual.add(by=self.ines)
        rows = queries.items(self.rui)
        self.assertEqual([item.key for item in queries.like(rows, "I forgot my passw")][:1], ["password-reset"])
        self.assertEqual(queries.like(rows, "Is it up?"), [])
        with self.assertNumQueries(1):
            self.assertEqual([item.key for item in queries.like(rows, "cartella del progetto")][:1], ["folder-access"])
        Item.objects.exclude(key="folder-access").update(orders=9)
        with mock.patch.object(queries, "MOST_FOUND", 1):  # of many that are like it, those that fit best are looked at
            self.assertEqual([item.key for item in queries.like(rows, "access shared folder")], ["folder-access"])


class Building(CatalogueTest):
    def test_fields_are_added_moved_and_removed_one_at_a_time(self) -> None:
        item = self.item(ask("a"), ask("b"), ask("c"))
        actions.move_field(item, "c", up=True, by=self.ines)
        actions.remove_field(item, "a", by=self.ines)
        self.assertEqual([one["key"] for one in Item.objects.get().draft], ["c", "b"])

    def test_a_loop_is_refused_when_it_would_begin(self) -> None:
        item = self.item(ask("a"), ask("b", when=Condition("a")))
        with self.assertRaises(Invalid) as refused:
            actions.put_field(item, ask("a", when=Condition("b")), instead_of="a", by=self.ines)
        self.assertEqual(refused.exception.field, "when_field")
        self.assertNotIn("when", Item.objects.get().draft[0])

    def test_what_others_hang_on_stays_and_a_new_key_is_followed(self) -> None:
        item = self.item(ask("a"), ask("b", when=Condition("a")))
        with self.assertRaises(Conflict) as refused:
            actions.remove_field(item, "a", by=self.ines)
        self.assertIn("b", str(refused.exception.message))
        actions.put_field(item, ask("z"), instead_of="a", by=self.ines)
        self.assertEqual(Item.objects.get().draft[1]["when"]["field"], "z")

    def test_a_page_that_grew_old_overwrites_nothing(self) -> None:
        item = self.item(ask("a"), ask("b"))
        seen = mark_of(actions.state_of_draft(item))
        actions.move_field(item, "b", up=True, by=self.ines)
        with self.assertRaises(Conflict):
            actions.put_field(item, ask("z"), instead_of="a", by=self.ines, seen=seen)
        self.assertEqual([one["key"] for one in Item.objects.get().draft], ["b", "a"])

    def test_a_published_form_is_never_changed(self) -> None:
        item = self.item()
        version = item.versions.get()
        changes: list[dict[str, Any]] = [{"content": []}, {"number": 9}]
        for wrong in changes:
            with self.assertRaises(DatabaseError), transaction.atomic():
                FormVersion.objects.filter(pk=version.pk).update(**wrong)
        with self.assertRaises(DatabaseError), transaction.atomic():
            version.delete()

    def test_the_next_one_takes_its_place_and_the_former_is_taken_for_some_days(self) -> None:
        item = self.item()
        first = item.versions.get()
        with self.assertRaises(Conflict):
            actions.publish(item, by=self.ines)
        actions.put_field(item, ask("more"), by=self.ines)
        second = actions.publish(item, by=self.ines)
        first.refresh_from_db()
        self.assertEqual(queries.form_in_force(item), second)
        self.assertTrue(queries.is_still_taken(first))
        with clock.at(clock.now() + timedelta(days=8)):
            self.assertFalse(queries.is_still_taken(first))

    def test_a_withdrawn_version_is_taken_no_more(self) -> None:
        item = self.item()
        version = item.versions.get()
        actions.withdraw(version, by=self.ines)
        version.refresh_from_db()
        self.assertFalse(queries.is_still_taken(version))
        self.assertEqual(self.keys(self.rui), [])
        with self.assertRaises(Conflict):
            actions.withdraw(version, by=self.ines)


class TheUsualServices(CatalogueTest):
    def test_they_are_there_once_in_both_languages_and_can_be_filled_in(self) -> None:
        made = usual.add(by=self.ines)
        self.assertEqual(len(made), 10)
        self.assertEqual((usual.add(by=self.ines), usual.left()), ([], []))
        for item in made:
            for field in queries.form_in_force(item).content:  # type: ignore[union-attr]
                self.assertEqual(set(field["labels"]), {"en", "it"}, (item.key, field["key"]))
            self.assertEqual(set(item.names), {"en", "it"})

    def test_what_the_desk_changed_stays_as_it_is(self) -> None:
        mine = self.item(key="vpn")
        usual.add(by=self.ines)
        mine.refresh_from_db()
        self.assertEqual(mine.names, {"en": "vpn"})
        self.assertEqual(Item.objects.filter(key="vpn").count(), 1)
