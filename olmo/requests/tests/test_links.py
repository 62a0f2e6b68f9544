"""The link of an approval mail: looking changes nothing, one press decides, and it is for one person alone."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client as Browser
from django.test import override_settings

from olmo.people import signin
from olmo.people.administration import save_brand
from olmo.people.models import Person
from olmo.requests import links, ordering
from olmo.requests.administration import StepSettings
from olmo.requests.models import Link, Order, OrderState
from olmo.tenancy import branding, hosts
from olmo.tenancy.branding import BrandSettings
from olmo.tenancy.hosts import AllowedHosts

from .stage import OrderTest


class OpeningALink(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        self.steps(StepSettings(stage=1, kind="manager"))
        self.order = self.place(model="strong", why="Films")
        self.url = self.link(self.order, self.mia)
        self.browser = Browser()

    def post(self, **data: Any) -> Any:
        return self.browser.post(self.url, {"seen": 1, **data})

    def test_looking_shows_the_facts_and_two_buttons_and_changes_nothing(self) -> None:
        for _look in range(3):
            page = self.browser.get(self.url)
        self.assertContains(page, "This page is for Mia Conti alone.")
        for words in ("Laptop", "900 EUR", "Films", 'value="yes"', 'value="no"'):
            self.assertContains(page, words)
        self.browser.head(self.url)
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)
        self.assertEqual(page.cookies.keys() - {"csrftoken", "olmo_csrf"}, set())

    def test_it_leads_to_the_host_name_of_the_organisation_and_holds_there(self) -> None:
        self.addCleanup(hosts.forget)
        save_brand(self.acme, BrandSettings(host="help.acme.example"), by=self.ines)
        url = links.url(self.one(self.order, self.mia), self.mia)
        own = branding.address_of(self.acme.pk)
        self.assertTrue(own.startswith("http://help.acme.example") and url.startswith(own), url)
        self.assertEqual(url, own + self.url)
        with override_settings(ALLOWED_HOSTS=AllowedHosts(["testserver"])):
            answer = self.browser.post(self.url, {"seen": 1, "says": "yes"}, headers={"host": urlsplit(own).netloc})
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)
        self.assertTrue(links.url(self.one(self.order, self.mia), self.alma).startswith(settings.BASE_URL))

    def test_one_press_decides_and_the_second_says_that_it_was(self) -> None:
        self.assertEqual(self.post(says="yes").status_code, 303)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)
        self.assertIsNotNone(Link.objects.get().used_at)
        self.assertContains(self.browser.get(self.url), "Mia Conti: Approved")
        again = self.post(says="no", comment="Wait")
        self.assertContains(again, "This was decided already", status_code=409)
        self.assertEqual(Order.objects.get().state, OrderState.APPROVED)

    def test_nobody_approves_answers_that_they_did_not_read(self) -> None:
        self.steps(StepSettings(stage=1, kind="manager"), asks_again=False)
        ordering.change(self.order, self.wanted(model="strong", why="Games"), by=self.alma, reason="Rui rang")
        for seen in (1, "", "x"):
            page = self.post(says="yes", seen=seen, comment="Kept words")
            self.assertContains(page, "changed while you were reading", status_code=409)
        for words in ("Games", "Kept words", 'name="seen" value="2"'):
            self.assertContains(page, words, status_code=409)
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)
        self.assertEqual(self.post(says="yes", seen=2).status_code, 303)

    def test_a_no_without_a_reason_keeps_the_page_and_says_so(self) -> None:
        page = self.post(says="no")
        self.assertContains(page, "Say why", status_code=422)
        self.assertContains(self.post(says="perhaps", comment="Kept words"), "Kept words", status_code=422)
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)

    def test_a_forwarded_mail_lets_nobody_else_decide(self) -> None:
        for person in (self.rui, self.leo, self.tove):
            self.sign_in(person)
            page = self.browser.get(self.url)
            self.assertContains(page, f"is for Mia Conti, and you are signed in as {person.name}", status_code=403)
            self.assertEqual(self.post(says="yes").status_code, 403)
        self.assertEqual(Order.objects.get().state, OrderState.PENDING)
        self.sign_in(self.mia)
        self.assertEqual(self.post(says="yes").status_code, 303)

    def test_what_we_did_not_sign_is_not_found(self) -> None:
        for token in ("wrong", f"{Link.objects.get().pk}.x", "1", self.url.rsplit("/", 1)[1][:-1] + "0"):
            self.assertEqual(self.browser.get(f"/approvals/{token}").status_code, 404)
            self.assertEqual(self.browser.post(f"/approvals/{token}", {"says": "yes"}).status_code, 404)

    def test_the_link_of_a_withdrawn_request_says_why_nothing_happens(self) -> None:
        ordering.withdraw(self.order, by=self.rui)
        self.assertContains(self.browser.get(self.url), "There is nothing to decide any more")
        self.assertContains(self.post(says="yes"), "was withdrawn", status_code=409)

    def sign_in(self, person: Person) -> None:
        self.browser.force_login(person, backend=signin.BACKEND)
