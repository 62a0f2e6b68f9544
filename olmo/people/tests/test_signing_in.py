"""Signing in by password and by mailed link, and how sessions end."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils.crypto import get_random_string

from olmo.kernel import clock
from olmo.outbox.models import Envelope
from olmo.people import signin, throttle
from olmo.people.models import Identity, Person, SignInLink
from tests.cast import DeskTest

PASSWORD = "alma's long password"
quickly = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@quickly
class SigningInByPassword(DeskTest):
    def sign_in(self, address: str = "alma@desk.example", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
        return self.client.post(reverse("people:sign_in"), {"address": address, "password": password, **more})

    def test_an_agent_lands_at_the_desk(self) -> None:
        self.assertRedirects(self.sign_in(), "/desk/", status_code=303, fetch_redirect_response=False)
        self.assertEqual(self.client.session["_auth_user_id"], str(self.alma.pk))

    def test_a_requester_lands_at_the_portal(self) -> None:
        self.rui.set_password("rui likes long walks")
        self.rui.save()
        answer = self.sign_in("RUI@acme.example ", "rui likes long walks")
        self.assertRedirects(answer, "/", status_code=303, fetch_redirect_response=False)

    def test_unknown_and_known_addresses_get_the_same_answer(self) -> None:
        known, unknown = self.sign_in(password="wrong"), self.sign_in("nobody@desk.example", "wrong")
        self.assertEqual((known.status_code, unknown.status_code), (422, 422))
        same = [a.content.decode().replace("nobody@", "alma@") for a in (known, unknown)]
        self.assertEqual(*[_without_tokens(page) for page in same])
        self.assertContains(known, "That password does not fit this address", status_code=422)

    def test_the_password_is_never_printed_back(self) -> None:
        self.assertNotContains(self.sign_in(password="my secret canary"), "my secret canary", status_code=422)

    def test_ten_wrong_passwords_pause_the_address_and_the_right_one_too(self) -> None:
        for _try in range(throttle.PASSWORD_OF_ADDRESS.tries):
            self.assertEqual(self.sign_in(password="wrong").status_code, 422)
        answer = self.sign_in()
        self.assertContains(answer, "tried too often", status_code=429)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_the_pause_ends(self) -> None:
        with clock.at(clock.now() - timedelta(minutes=16)):
            for _try in range(throttle.PASSWORD_OF_ADDRESS.tries):
                self.sign_in(password="wrong")
        self.assertEqual(self.sign_in().status_code, 303)

    def test_one_place_may_not_try_many_addresses(self) -> None:
        for _try in range(throttle.PASSWORD_FROM_PLACE.tries):
            throttle.note(throttle.PASSWORD_FROM_PLACE, "127.0.0.1")
        self.assertEqual(self.sign_in().status_code, 429)

    def test_the_session_gets_a_new_key(self) -> None:
        session = self.client.session
        session["planted"] = True
        session.save()
        planted = str(session.session_key)
        self.client.cookies["olmo_session"] = planted
        self.sign_in()
        self.assertNotEqual(self.client.session.session_key, planted)

    def test_the_way_on_stays_here(self) -> None:
        for evil in (
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "\t//evil.example",
        ):
            answer = self.sign_in(next=evil)
            self.assertEqual((answer.status_code, answer["Location"]), (303, "/desk/"), evil)
            self.client.post(reverse("people:sign_out"))
        self.assertEqual(self.sign_in(next="/requests/7?x=1")["Location"], "/requests/7?x=1")

    def test_somebody_who_left_cannot_come_in(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(is_active=False)
        self.assertEqual(self.sign_in().status_code, 422)

    def test_without_the_token_of_the_form_nothing_happens(self) -> None:
        strict = Browser(enforce_csrf_checks=True)
        answer = strict.post(reverse("people:sign_in"), {"address": "alma@desk.example", "password": PASSWORD})
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn("_auth_user_id", strict.session)

    def grown_old(self, browser: Browser, **typed: str) -> Any:
        """Send a sign-in whose token is of a session that is gone."""
        browser.get(reverse("people:sign_in"))
        browser.cookies["olmo_csrf"] = get_random_string(32)
        given = {"address": "alma@desk.example", "password": PASSWORD, "csrfmiddlewaretoken": get_random_string(32)}
        return browser.post(reverse("people:sign_in"), {**given, **typed})

    def test_a_form_that_grew_old_is_shown_again_with_what_was_typed(self) -> None:
        strict = Browser(enforce_csrf_checks=True)
        answer = self.grown_old(strict, next="/desk/tickets/7")
        self.assertContains(answer, "This page had grown old", status_code=403)
        self.assertContains(answer, 'value="alma@desk.example"', status_code=403)
        self.assertContains(answer, 'value="/desk/tickets/7"', status_code=403)
        self.assertNotContains(answer, PASSWORD, status_code=403)
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())
        assert token is not None
        given = {
            "address": "alma@desk.example",
            "password": PASSWORD,
            "csrfmiddlewaretoken": token[1],
            "next": "/desk/x",
        }
        self.assertEqual(strict.post(reverse("people:sign_in"), given)["Location"], "/desk/x")

    def test_whoever_is_signed_in_already_goes_on_to_where_they_wanted(self) -> None:
        strict = Browser(enforce_csrf_checks=True)
        strict.force_login(self.alma, backend=signin.BACKEND)
        self.assertEqual(self.grown_old(strict, next="/desk/tickets/7")["Location"], "/desk/tickets/7")
        self.assertEqual(self.grown_old(strict, next="https://evil.example/")["Location"], "/desk/")

    def test_proxy_headers_of_strangers_count_for_nothing(self) -> None:
        for _n in range(throttle.PASSWORD_FROM_PLACE.tries):
            throttle.note(throttle.PASSWORD_FROM_PLACE, "127.0.0.1")
        answer = self.client.post(
            reverse("people:sign_in"), {"address": "alma@desk.example", "password": PASSWORD},
            headers={"X-Forwarded-For": "203.0.113.9", "Remote-User": "ines@desk.example", "X-Real-Ip": "203.0.113.9"},
        )  # fmt: skip
        self.assertEqual(answer.status_code, 429)


@quickly
class SigningInByLink(DeskTest):
    def ask(self, address: str = "rui@acme.example", **more: str):  # type: ignore[no-untyped-def]
        return self.client.post(reverse("people:sign_in"), {"address": address, "link": "1", **more})

    def mailed(self, address: str = "rui@acme.example", next_url: str = "") -> str:
        """The path of the link that the job mails."""
        self.assertTrue(signin.mail_link(address, next_url))
        envelope = Envelope.objects.latest("pk")
        self.assertEqual(envelope.to, address)
        url = next(word for word in envelope.text.split() if "/sign-in/link/" in word)
        return url.removeprefix("http://127.0.0.1:8000")

    def test_it_works_once_and_only_by_pressing_the_button(self) -> None:
        link = self.mailed()
        for _scanner in range(3):
            self.assertContains(self.client.get(link), "Welcome back")
        self.assertNotIn("_auth_user_id", self.client.session)
        self.assertRedirects(self.client.post(link), "/", status_code=303, fetch_redirect_response=False)
        self.assertEqual(self.client.session["_auth_user_id"], str(self.rui.pk))
        again = Browser().post(link)
        self.assertContains(again, "does not work any more", status_code=410)

    def test_it_leads_where_the_reader_wanted_to_go(self) -> None:
        self.assertEqual(self.client.post(self.mailed(next_url="/requests/7"))["Location"], "/requests/7")

    def test_it_ends_after_an_hour(self) -> None:
        link = self.mailed()
        SignInLink.objects.update(created_at=clock.now() - timedelta(minutes=61))
        self.assertEqual(self.client.get(link).status_code, 410)
        self.assertEqual(self.client.post(link).status_code, 410)

    def test_it_ends_when_the_address_is_theirs_no_more(self) -> None:
        link = self.mailed()
        Identity.objects.filter(person=self.rui).update(value="other@acme.example")
        self.assertEqual(self.client.post(link).status_code, 410)

    def test_it_ends_when_another_one_was_used(self) -> None:
        first, second = self.mailed(), self.mailed()
        self.client.post(second)
        self.assertEqual(Browser().post(first).status_code, 410)

    def test_it_is_not_mailed_to_strangers_nor_to_those_who_left(self) -> None:
        self.assertFalse(signin.mail_link("nobody@acme.example"))
        Person.objects.filter(pk=self.rui.pk).update(is_active=False)
        self.assertFalse(signin.mail_link("rui@acme.example"))
        self.assertEqual(SignInLink.objects.count(), 0)

    def test_no_machine_is_asked_to_answer(self) -> None:
        self.mailed()
        self.assertEqual(Envelope.objects.latest("pk").headers["Auto-Submitted"], "auto-generated")

    def test_only_its_digest_is_kept(self) -> None:
        token = self.mailed().rsplit("/", 1)[-1]
        self.assertNotIn(token, repr(list(SignInLink.objects.values())))

    def test_asking_tells_nothing_about_the_address(self) -> None:
        known, unknown = self.ask(), self.ask("nobody@acme.example")
        pages = [a.content.decode().replace("nobody@", "rui@") for a in (known, unknown)]
        self.assertEqual((known.status_code, unknown.status_code), (200, 200))
        self.assertEqual(*[_without_tokens(page) for page in pages])

    def test_the_request_does_the_same_work_for_every_address(self) -> None:
        with self.assertNumQueries(10) as known:
            signin.ask_for_link(address="rui@acme.example", place="192.0.2.1")
        with self.assertNumQueries(len(known)) as unknown:
            signin.ask_for_link(address="nobody@acme.example", place="192.0.2.1")
        self.assertEqual(*[[q["sql"].split()[0] for q in queries] for queries in (known, unknown)])

    def test_the_fourth_within_an_hour_is_refused_for_any_address(self) -> None:
        for address in ("rui@acme.example", "nobody@acme.example"):
            answers = [self.ask(address).status_code for _try in range(4)]
            self.assertEqual(answers, [200, 200, 200, 429], address)

    def test_its_host_comes_from_the_settings_only(self) -> None:
        answer = self.client.post(
            reverse("people:sign_in"), {"address": "rui@acme.example", "link": "1"}, headers={"Host": "evil.example"}
        )
        self.assertEqual(answer.status_code, 400)
        self.mailed()
        self.assertIn("http://127.0.0.1:8000/sign-in/link/", Envelope.objects.latest("pk").text)

    def test_guessing_tokens_is_throttled(self) -> None:
        for _try in range(throttle.TOKEN_FROM_PLACE.tries):
            throttle.note(throttle.TOKEN_FROM_PLACE, "127.0.0.1")
        self.assertEqual(self.client.post(self.mailed()).status_code, 429)

    def test_what_is_no_address_names_the_field(self) -> None:
        self.assertContains(self.ask("rui at acme"), "is not an e-mail address", status_code=422)


@quickly
class Sessions(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.elsewhere = Browser()
        self.elsewhere.force_login(self.alma, backend=signin.BACKEND)

    def is_in(self, browser: Browser) -> bool:
        return browser.get(reverse("people:account")).status_code == 200

    def test_strangers_are_led_to_the_sign_in_and_back(self) -> None:
        answer = Browser().get(reverse("people:account"))
        self.assertEqual(answer["Location"], "/sign-in?next=%2Faccount")

    def test_a_new_password_ends_all_but_this_one(self) -> None:
        answer = self.client.post(reverse("people:password"), {"present": PASSWORD, "new": "four words in a row"})
        self.assertEqual(answer.status_code, 303)
        self.assertEqual((self.is_in(self.client), self.is_in(self.elsewhere)), (True, False))

    def test_the_present_password_is_needed(self) -> None:
        answer = self.client.post(reverse("people:password"), {"present": "wrong", "new": "four words in a row"})
        self.assertContains(answer, "This is not your present password", status_code=422)
        self.assertTrue(self.is_in(self.elsewhere))

    def test_after_a_link_it_is_not(self) -> None:
        signin.mail_link("alma@desk.example")
        text = Envelope.objects.latest("pk").text
        browser = Browser()
        browser.post(urlsplit(next(word for word in text.split() if "/link/" in word)).path)
        self.assertEqual(browser.post(reverse("people:password"), {"new": "four words in a row"}).status_code, 303)
        self.assertFalse(self.is_in(self.elsewhere))

    def test_a_weak_password_is_refused_with_the_reason(self) -> None:
        for weak, why in (
            ("short", "at least 10 characters"),
            ("password123456", "too common"),
            ("Alma Ferri", "too similar"),
            ("Quercia-Helpdesk-1", "others here would guess"),
        ):
            answer = self.client.post(reverse("people:password"), {"present": PASSWORD, "new": weak})
            self.assertContains(answer, why, status_code=422)

    def test_one_signs_out_everywhere_else(self) -> None:
        wrong = self.client.post(reverse("people:sessions"), {"present": "wrong"})
        self.assertContains(wrong, "This is not your present password", count=2, status_code=422)
        self.assertTrue(self.is_in(self.elsewhere))
        self.assertEqual(self.client.post(reverse("people:sessions"), {"present": PASSWORD}).status_code, 303)
        self.assertEqual((self.is_in(self.client), self.is_in(self.elsewhere)), (True, False))
        self.assertTrue(Person.objects.get(pk=self.alma.pk).check_password(PASSWORD))

    def test_so_does_one_without_a_password(self) -> None:
        here, there = Browser(), Browser()
        for browser in (here, there):
            browser.force_login(self.rui, backend=signin.BACKEND)
        here.post(reverse("people:sessions"))
        self.assertEqual((self.is_in(here), self.is_in(there)), (True, False))

    def test_guessing_the_present_password_is_throttled(self) -> None:
        statuses = [self.client.post(reverse("people:sessions"), {"present": "x"}).status_code for _try in range(11)]
        self.assertEqual(statuses, [422] * 10 + [429])

    def test_signing_out_ends_this_session_and_only_by_post(self) -> None:
        self.assertEqual(self.client.get(reverse("people:sign_out")).status_code, 405)
        self.assertTrue(self.is_in(self.client))
        self.client.post(reverse("people:sign_out"))
        self.assertEqual((self.is_in(self.client), self.is_in(self.elsewhere)), (False, True))

    def test_leaving_ends_every_session_at_once(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(is_active=False)
        self.assertEqual((self.is_in(self.client), self.is_in(self.elsewhere)), (False, False))

    def test_one_changes_ones_own_account_and_nothing_more(self) -> None:
        answer = self.client.post(
            reverse("people:account"),
            {"name": "Alma F. Ferri", "language": "it", "time_zone": "Europe/Rome", "theme": "dark",
             "is_administrator": "on", "kind": "robot", "client": self.acme.pk, "email": "x@x.example", "id": self.ines.pk},
        )  # fmt: skip
        self.assertEqual(answer.status_code, 303)
        alma = Person.objects.get(pk=self.alma.pk)
        self.assertEqual(
            (alma.name, alma.language, alma.time_zone, alma.theme), ("Alma F. Ferri", "it", "Europe/Rome", "dark")
        )
        self.assertEqual(
            (alma.is_administrator, alma.kind, alma.client, alma.email), (False, "agent", None, "alma@desk.example")
        )

    def test_an_unknown_time_zone_names_the_field(self) -> None:
        answer = self.client.post(
            reverse("people:account"), {"name": "Alma", "language": "en", "time_zone": "Mars/Olympus", "theme": ""}
        )
        self.assertContains(answer, "Time zone</a>", status_code=422)

    def test_colours_are_kept_with_the_person(self) -> None:
        self.client.post(reverse("people:preferences"), {"theme": "dark", "nav": "narrow"})
        alma = Person.objects.get(pk=self.alma.pk)
        self.assertEqual((alma.theme, alma.is_nav_narrow), ("dark", True))


def _without_tokens(page: str) -> str:
    """A page without what is new in each of its copies."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


@quickly
class Secrets(DeskTest):
    def test_who_signed_in_how_and_from_where_is_logged_and_no_secret(self) -> None:
        with self.assertLogs("olmo.people", "INFO") as said:
            for password in ("a canary of a password", PASSWORD):
                self.client.post(reverse("people:sign_in"), {"address": "alma@desk.example", "password": password})
            self.client.post(reverse("people:sign_out"))
        told = "\n".join(said.output)
        self.assertIn("A password was refused, from 127.0.0.1", told)
        self.assertIn(f"Person {self.alma.pk} signed in by password, from 127.0.0.1", told)
        self.assertIn(f"Person {self.alma.pk} signed out", told)
        for secret in ("canary", PASSWORD, "alma@desk.example"):
            self.assertNotIn(secret, told)

    def test_no_token_of_a_link_reaches_the_log(self) -> None:
        token = "canary" + "x" * 26
        with self.assertNoLogs("django.request", "INFO"):
            self.assertEqual(self.client.get(reverse("people:link", args=[token])).status_code, 410)
            self.assertEqual(self.client.post(reverse("people:link", args=[token])).status_code, 410)
