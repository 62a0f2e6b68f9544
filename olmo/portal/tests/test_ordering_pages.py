"""The catalogue in the portal, as a browser without scripts uses it."""

import re
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from olmo.catalogue import actions as catalogue
from olmo.catalogue import queries, usual
from olmo.catalogue.definition import Field
from olmo.catalogue.models import Item
from olmo.kernel import clock
from olmo.people import signin
from olmo.people.models import Person
from olmo.requests import ordering
from olmo.requests.administration import StepSettings
from olmo.requests.models import Draft, Order
from olmo.requests.tests.stage import OrderTest
from olmo.status import actions as status
from olmo.status import queries as status_queries
from olmo.status.models import Component, Happening
from olmo.tickets.models import Attachment, Ticket


class PortalOrderTest(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        self.browser = self.sign_in(self.rui)
        self.url = f"/catalogue/{self.item.pk}"

    def sign_in(self, person: Person) -> Browser:
        browser = Browser()
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def send(self, **data: Any) -> Any:
        version = queries.form_in_force(self.item)
        assert version is not None
        first = {"version": version.pk, "act": "order", "asked": "model"}
        return self.browser.post(self.url, {**first, **data})


class Ordering(PortalOrderTest):
    def test_the_catalogue_shows_and_finds_what_one_can_order(self) -> None:
        self.assertContains(self.browser.get("/catalogue"), "Laptop")
        self.assertContains(self.browser.get("/catalogue?q=portatile"), self.url)
        self.assertContains(self.browser.get("/catalogue?q=helicopter"), "Nothing in the catalogue")
        self.assertNotContains(self.browser.get("/"), "Ordered most")
        self.place()
        self.assertContains(self.browser.get("/"), "Ordered most")

    def test_what_is_the_matter_with_a_service_stands_at_what_is_ordered_of_it(self) -> None:
        store, shop = (Component.objects.create(name=name, service=self.item.service) for name in ("Store", "Shop"))
        self.assertNotContains(self.browser.get(self.url), "Store")
        self.tell("planned", store, level="fault", ends_at=clock.now() + timedelta(hours=1))
        self.tell("announcement", shop, level="fault")
        self.assertContains(self.browser.get(self.url), "Store · Planned work")
        incident = self.tell("incident", shop, level="warning")
        words, asked = "Shop · Works badly, or in part", f"?for={self.rui.pk}"
        for address in ("/catalogue", "/catalogue?q=portatile", self.url):
            self.assertContains(self.browser.get(address), words)
        self.assertContains(self.browser.get(self.url), "News of incident")
        desk = self.sign_in(self.ines)
        for address in (reverse("desk:ordering") + asked, reverse("desk:order", args=[self.item.pk]) + asked):
            self.assertContains(desk.get(address), words)
        self.assertEqual(status_queries.troubled(self.bolt.pk), {})
        status.update(incident, by=self.ines, state="resolved", text_en="Mended.")
        self.assertNotContains(self.browser.get("/catalogue"), words)

    def tell(self, kind: str, touched: Component, **more: Any) -> Happening:
        settings = status.Settings(
            kind=kind, title_en=f"News of {kind}", components=[touched.pk], clients=[self.acme.pk], begins_at=clock.now(), **more
        )  # fmt: skip
        return status.tell(settings, by=self.ines, text_en="It is so.")

    def test_without_scripts_what_follows_is_asked_in_a_second_step(self) -> None:
        self.assertNotContains(self.browser.get(self.url), "Why strong")
        second = self.send(a_model="strong")
        self.assertContains(second, "More is asked with these answers: Why strong.", status_code=422)
        self.assertContains(second, 'name="a_why"', status_code=422)
        self.assertNotContains(second, "“Why strong” is needed.", status_code=422)
        third = self.send(a_model="strong", asked="model why")
        self.assertContains(third, "“Why strong” is needed.", status_code=422)
        done = self.send(a_model="strong", asked="model why", a_why="Films")
        self.assertEqual(done.status_code, 303)
        page = self.browser.get(done.headers["Location"])
        self.assertContains(page, "What was ordered")
        self.assertContains(page, "Films")

    def test_with_scripts_the_questions_follow_and_what_was_typed_is_kept(self) -> None:
        looked = self.send(act="look", a_model="strong", a_why="Films")
        self.assertContains(looked, 'value="Films"')
        away = self.send(act="look", a_model="light", a_why="Films", asked="model why")
        self.assertNotContains(away, 'name="a_why"')
        self.assertContains(away, 'name="kept_why" value="Films"')

    def test_an_answer_to_a_hidden_question_is_left_out_and_said(self) -> None:
        done = self.send(a_model="light", a_why="Films", asked="model why")
        page = self.browser.get(done.headers["Location"])
        self.assertContains(page, "“Why strong” was left out")
        self.assertEqual(Order.objects.get().answers.get().content, {"model": "light"})

    def test_it_can_be_for_a_colleague_and_for_nobody_else(self) -> None:
        refused = self.send(a_model="light", recipient="bea@bolt.example")
        self.assertContains(refused, "Nobody of the organisation has this address.", status_code=422)
        self.assertContains(refused, 'value="bea@bolt.example"', status_code=422)
        self.assertEqual(self.send(a_model="light", recipient="mia@acme.example").status_code, 303)
        self.assertEqual(Order.objects.get().recipient, self.mia)

    def test_what_was_filled_in_about_oneself_is_pointed_out_when_it_is_for_a_colleague(self) -> None:
        where = Field(key="where", kind="text", labels={"en": "Where to"}, hints={}, source="location")
        catalogue.put_field(self.item, where, by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        given = {
            "a_model": "light",
            "a_where": "Milan, floor 2",
            "asked": "model where",
            "recipient": "mia@acme.example",
        }
        self.assertContains(self.browser.get(self.url), 'value="Milan, floor 2"')
        page = self.send(**given)
        self.assertContains(page, "It is for Mia Conti, but these answers are about you: Where to.", status_code=422)
        self.assertContains(page, 'name="about" value="mia@acme.example"', status_code=422)
        self.assertEqual(self.send(**{**given, "a_where": "Rome"}).status_code, 303)
        self.assertEqual(self.send(**given, about="mia@acme.example").status_code, 303)

    def test_a_loan_does_not_end_before_it_begins(self) -> None:
        usual.add(by=self.ines)
        self.item = Item.objects.get(key="equipment-loan")
        self.url = f"/catalogue/{self.item.pk}"
        given = {"a_what": "camera", "a_from": "2030-05-02", "asked": "what from until where notes"}
        wrong = self.send(**given, a_until="2030-05-01")
        self.assertContains(wrong, "It comes before “From” (2 May 2030).", count=2, status_code=422)
        self.assertContains(wrong, 'value="2030-05-01"', status_code=422)
        self.assertEqual(self.send(**given, a_until="2030-05-02").status_code, 303)

    def test_a_form_replaced_under_way_keeps_everything_that_was_typed(self) -> None:
        before = queries.form_in_force(self.item)
        assert before is not None
        catalogue.remove_field(self.item, "why", by=self.ines)
        catalogue.put_field(self.item, Field(key="room", kind="text", labels={"en": "Room"}, hints={}), by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        catalogue.withdraw(before, by=self.ines)
        page = self.send(version=before.pk, a_model="strong", a_why="Films", asked="model why")
        for words in (
            "was replaced",
            "“Room” is asked now.",
            "“Why strong” is not asked any more.",
            "Why strong: Films",
        ):
            self.assertContains(page, words, status_code=409)
        self.assertContains(page, "checked", status_code=409)
        self.assertFalse(Order.objects.exists())

    def test_another_organisation_and_agents_find_nothing(self) -> None:
        wanted = catalogue.ServiceSettings(
            key="workplace", names={"en": "W"}, owner=self.alma, audience="clients", clients=(self.acme,)
        )
        catalogue.save_service(self.item.service, wanted, by=self.ines)
        self.assertEqual(self.sign_in(self.bea).get(self.url).status_code, 404)
        order = self.place()
        number = Ticket.objects.get(pk=order.ticket_id).number
        self.assertEqual(self.sign_in(self.bea).get(f"/requests/{number}/order").status_code, 404)
        self.assertEqual(self.sign_in(self.bea).post(f"/requests/{number}/withdrawal").status_code, 404)

    def test_several_go_as_one_request(self) -> None:
        for model in ("light", "light"):
            self.assertEqual(self.send(act="basket", a_model=model).status_code, 303)
        self.assertContains(self.browser.get("/catalogue/basket"), "Order all of it")
        self.browser.post("/catalogue/basket")
        self.assertEqual((Order.objects.count(), Ticket.objects.count(), Draft.objects.count()), (2, 3, 0))

    def test_what_is_put_together_can_be_taken_out(self) -> None:
        self.send(act="basket", a_model="light")
        self.browser.post("/catalogue/basket", {"drop": Draft.objects.get().pk})
        self.assertFalse(Draft.objects.exists())
        self.assertContains(self.browser.post("/catalogue/basket"), "There is nothing to order yet.", status_code=409)

    def test_the_answers_are_changed_and_the_request_withdrawn(self) -> None:
        order = self.place()
        number = Ticket.objects.get(pk=order.ticket_id).number
        self.assertContains(self.browser.get(f"/requests/{number}/order"), "checked")
        data = {
            "version": order.version_id,
            "act": "order",
            "asked": "model why",
            "a_model": "strong",
            "a_why": "Films",
            "seen": "1",
        }
        self.assertEqual(self.browser.post(f"/requests/{number}/order", data).status_code, 303)
        self.assertEqual(Order.objects.get().revision, 2)
        self.assertEqual(self.browser.post(f"/requests/{number}/order", data).status_code, 409)
        done = self.browser.post(f"/requests/{number}/withdrawal", {"reason": "Not needed any more"})
        self.assertEqual(done.status_code, 303)
        self.react(order)
        self.assertEqual(Order.objects.get().state, "withdrawn")

    def test_a_refusal_does_not_make_an_old_page_a_new_one(self) -> None:
        order = self.place()
        url = f"/requests/{Ticket.objects.get(pk=order.ticket_id).number}/order"
        first = {"version": order.version_id, "act": "order", "asked": "model why", "seen": "1"}
        ordering.change(order, self.wanted(model="strong", why="Drawings"), by=self.rui)
        page = self.browser.post(url, {**first, "a_model": "strong"})
        self.assertContains(page, 'name="seen" value="1"', status_code=422)
        page = self.browser.post(url, {**first, "a_model": "strong", "a_why": "Films"})
        self.assertContains(page, "Somebody changed the answers meanwhile.", status_code=409)
        self.assertContains(page, 'name="seen" value="2"', status_code=409)


class PuttingTogether(PortalOrderTest):
    def put(self, **data: Any) -> Draft:
        self.assertEqual(self.send(act="basket", **data).status_code, 303)
        return Draft.objects.latest("pk")

    def test_what_is_ordered_directly_leaves_what_was_put_together(self) -> None:
        draft = self.put(a_model="strong", a_why="Films", asked="model why")
        self.assertEqual(self.send(a_model="light").status_code, 303)
        self.assertEqual(list(Draft.objects.all()), [draft])

    def test_it_is_opened_again_with_what_was_typed_and_put_back(self) -> None:
        draft = self.put(a_model="strong", a_why="Films", asked="model why", recipient="mia@acme.example")
        url = f"{self.url}?draft={draft.pk}"
        self.assertContains(self.browser.get("/catalogue/basket"), url)
        page = self.browser.get(url)
        self.assertContains(page, 'value="Films"')
        self.assertContains(page, 'value="mia@acme.example"')
        self.url = url
        self.assertEqual(self.put(a_model="light").pk, draft.pk)
        self.assertEqual(Draft.objects.get().answers, {"model": "light"})
        self.assertEqual(self.send(a_model="light").status_code, 303)
        self.assertEqual((Draft.objects.count(), Order.objects.count()), (0, 1))
        page = self.send(a_model="light")
        self.assertContains(page, "This was sent or taken out meanwhile.", status_code=409)
        self.assertContains(
            page, f'action="/catalogue/{self.item.pk}"', status_code=409
        )  # where the next press is taken
        self.assertContains(page, 'href="/requests"', status_code=409)
        self.assertEqual(Order.objects.count(), 1)

    def test_a_page_that_is_pressed_twice_is_sent_once(self) -> None:
        shown = re.search('name="mark" value="([^"]+)"', self.browser.get(self.url).text)
        mark = shown[1] if shown else ""
        self.assertContains(self.send(act="look", a_model="light", mark=mark), f'name="mark" value="{mark}"')
        first, second = (self.send(a_model="light", mark=mark) for _press in range(2))
        self.assertEqual((first["Location"], Order.objects.count()), (second["Location"], 1))
        self.send(a_model="strong", a_why="Films", asked="model why", mark=mark)  # gone back for something else
        self.assertEqual(Order.objects.count(), 2)
        draft = self.put(a_model="light")
        self.url = f"{self.url}?draft={draft.pk}"
        first, second = (self.send(a_model="light", mark="another") for _press in range(2))
        self.assertEqual((first["Location"], Order.objects.count()), (second["Location"], 3))

    def test_nobody_opens_what_somebody_else_put_together(self) -> None:
        draft = self.put(a_model="light")
        self.assertEqual(self.sign_in(self.mia).get(f"{self.url}?draft={draft.pk}").status_code, 404)

    def test_a_form_that_was_replaced_is_named_and_opened_again(self) -> None:
        draft = self.put(a_model="strong", a_why="Films", asked="model why")
        catalogue.withdraw(draft.version, by=self.ines)
        catalogue.put_field(self.item, Field(key="room", kind="text", labels={"en": "Room"}, hints={}), by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        self.assertContains(
            self.browser.post("/catalogue/basket"), "The form of “Laptop” was replaced.", status_code=409
        )
        self.assertContains(self.browser.get(f"{self.url}?draft={draft.pk}"), 'value="Films"')

    def test_what_cannot_be_ordered_any_more_is_named_and_the_rest_stays(self) -> None:
        self.put(a_model="light")
        wanted = catalogue.ItemSettings(
            key="laptop", names={"en": "Laptop"}, service=self.item.service, is_active=False
        )  # fmt: skip
        catalogue.save_item(self.item, wanted, by=self.ines)
        page = self.browser.post("/catalogue/basket")
        self.assertContains(page, "“Laptop” cannot be ordered any more.", status_code=409)
        self.assertEqual((Draft.objects.count(), Order.objects.count()), (1, 0))


class FilesAndTables(PortalOrderTest):
    def setUp(self) -> None:
        super().setUp()
        usual.add(by=self.ines)

    def test_a_file_that_is_too_big_is_named_and_the_rest_stays(self) -> None:
        self.item = Item.objects.get(key="hardware-configuration")
        self.url = f"/catalogue/{self.item.pk}"
        good, big = SimpleUploadedFile("plan.txt", b"x"), SimpleUploadedFile("big.bin", b"x" * 2000)
        everything = "device what picture when"
        with override_settings(OLMO_MAX_UPLOAD_BYTES=1000):
            page = self.send(asked=everything, a_device="Printer", a_what="setup", **{"a_picture-new": [good, big]})
        self.assertContains(page, "big.bin: ", status_code=422)
        self.assertContains(page, 'value="Printer"', status_code=422)
        kept = Attachment.objects.get(name="plan.txt")
        self.assertContains(page, f'name="a_picture" value="{kept.pk}"', status_code=422)
        done = self.send(asked=everything, a_device="Printer", a_what="setup", a_picture=kept.pk)
        self.assertEqual(done.status_code, 303)
        kept.refresh_from_db()
        self.assertIsNotNone(kept.message_id)

    def test_a_table_of_a_thousand_rows_is_refused_with_the_number_and_kept(self) -> None:
        self.item = Item.objects.get(key="folder-access")
        self.url = f"/catalogue/{self.item.pk}"
        rows = "\n".join(f"Folder {n}\tread" for n in range(1000))
        page = self.send(asked="folders why limited", a_why="Work", a_limited="always", **{"a_folders-paste": rows})
        self.assertContains(page, "There are 1000 rows, and at most 20 can be sent", status_code=422)
        self.assertContains(page, "Folder 999", status_code=422)

    def test_more_rows_are_given_without_scripts(self) -> None:
        self.item = Item.objects.get(key="folder-access")
        self.url = f"/catalogue/{self.item.pk}"
        page = self.send(act="rows", **{"a_folders-0-folder": "Plans"})
        self.assertContains(page, 'name="a_folders-3-folder"')
        self.assertContains(page, 'value="Plans"')


class Approving(PortalOrderTest):
    def test_my_approvals_shows_what_waits_and_takes_the_decision(self) -> None:
        self.steps(StepSettings(stage=1, kind="manager"))
        order = self.place()
        mia = self.sign_in(self.mia)
        self.assertNotContains(self.browser.get("/"), "My approvals")
        self.assertContains(mia.get("/my-approvals"), "Laptop")
        waits = self.browser.get(f"/requests/{self.ticket(order).number}")
        self.assertContains(waits, "Work begins when it is approved.")
        self.assertNotContains(waits, "Taken on")
        url = f"/my-approvals/{self.one(order, self.mia).pk}"
        self.assertContains(mia.get(url), "900 EUR")
        self.assertContains(mia.post(url, {"says": "no"}), "Say why", status_code=422)
        self.assertContains(mia.post(url, {"says": "yes"}), "changed while you were reading", status_code=409)
        self.assertEqual(mia.post(url, {"says": "yes", "seen": "1"}).status_code, 303)
        self.assertEqual(Order.objects.get().state, "approved")
        self.assertEqual(self.sign_in(self.bea).get(url).status_code, 404)
        self.assertEqual(self.browser.get(url).status_code, 404)

    def test_a_substitute_is_named_and_taken_back(self) -> None:
        mia = self.sign_in(self.mia)
        wrong = mia.post(
            "/my-approvals/substitute", {"address": "bea@bolt.example", "starts_on": "2030-01-01", "ends_on": "x"}
        )
        self.assertContains(wrong, "is not a date", status_code=422)
        good = {"address": "pia@acme.example", "starts_on": "2030-01-01", "ends_on": "2030-01-09"}
        self.assertEqual(mia.post("/my-approvals/substitute", good).status_code, 303)
        self.assertContains(mia.get("/my-approvals"), "Pia Sala")
        pk = self.mia.substitutes.get().pk
        self.assertEqual(self.browser.post("/my-approvals/substitute", {"remove": pk}).status_code, 404)
        mia.post("/my-approvals/substitute", {"remove": pk})
        self.assertFalse(self.mia.substitutes.exists())
