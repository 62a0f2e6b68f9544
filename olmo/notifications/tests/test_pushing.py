"""Notices on devices: over real TLS, with real keys, to a device that reads them."""

import base64
import json
from contextlib import ExitStack
from datetime import time, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.test import Client, override_settings
from django.urls import reverse

from olmo.channels.tests.stage import do_jobs
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.errors import Invalid
from olmo.notifications import collecting, devices, duties, pushing, queries
from olmo.notifications.models import Device, Preference, Rhythm
from olmo.notifications.tests.push_service import Phone, push_service
from olmo.outbox.carrying import carry_due
from olmo.outbox.models import PUSH, Envelope, State
from olmo.people.models import Person
from olmo.staffing.actions import on_call
from olmo.tickets import actions, undo
from olmo.tickets.models import Ticket
from tests.cast import DeskTest


@override_settings(OLMO_LOOPBACK_TARGETS=True)
class WithADevice(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.service = stack.enter_context(push_service())
        self.phone = Phone()
        self.browser = Client()
        self.device = self.switch_on(self.browser, self.alma, self.phone)
        self.ticket = self.report("VPN")
        do_jobs()

    def switch_on(self, browser: Client, person: Person, phone: Phone, path: str = "/push/1") -> Device:
        browser.force_login(person, backend="olmo.people.backends.IdentityBackend")
        answer = browser.post(
            reverse("notices:devices"),
            {
                "name": "Firefox on Android",
                "endpoint": self.service.url + path,
                "p256dh": phone.p256dh,
                "auth": phone.auth,
            },
        )
        self.assertEqual(answer.status_code, 303, answer.content)
        return Device.objects.get(person=person, endpoint=self.service.url + path)

    def give(self, ticket: Ticket | None = None) -> None:
        actions.assign(ticket or self.ticket, by=self.ines, team=None, assignee=self.alma)
        do_jobs()

    def pushed(self) -> list[dict[str, object]]:
        carry_due()
        return [self.phone.read(content) for _headers, content in self.service.taken]

    def state(self) -> str:
        return Envelope.objects.filter(channel=PUSH).latest("pk").state


class ANotice(WithADevice):
    def test_reaches_the_device_and_only_the_device_can_read_it(self) -> None:
        self.give()
        (shown,) = self.pushed()
        self.assertEqual(
            (shown["title"], shown["body"]),
            ("Ines Rota assigned the ticket to Alma Ferri", f"#{self.ticket.number} VPN"),
        )
        self.assertEqual(shown["url"], f"/desk/tickets/{self.ticket.number}")
        ((headers, content),) = self.service.taken
        self.assertEqual(
            (headers["content-encoding"], headers["ttl"], headers["urgency"]), ("aes128gcm", "14400", "normal")
        )
        self.assertNotIn(b"VPN", content)
        with self.assertRaises(Exception):  # noqa: B017  (whatever the library raises)
            Phone().read(content)
        self.assertEqual(self.state(), State.SENT)

    def test_says_by_our_signature_who_sends_it(self) -> None:
        self.give()
        self.pushed()
        token, key = self.service.taken[0][0]["authorization"].removeprefix("vapid ").replace(" ", "").split(",")
        self.assertEqual(key.removeprefix("k="), pushing.public_key())
        head, claims, signature = token.removeprefix("t=").split(".")
        said = json.loads(base64.urlsafe_b64decode(claims + "=="))
        self.assertEqual((said["aud"], said["sub"]), (self.service.url, "mailto:help@desk.example"))
        raw = devices.as_bytes(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), devices.as_bytes(pushing.public_key()))
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))

    def test_comes_once_however_often_its_job_runs(self) -> None:
        from olmo.notifications.reactions import tell
        from olmo.tickets.models import Event

        self.give()
        tell(Event.objects.filter(ticket=self.ticket).latest("seq"))
        self.assertEqual(len(self.pushed()), 1)

    def test_has_always_the_same_length(self) -> None:
        self.give()
        self.give(self.report("A printer that prints everything twice, and in the wrong colours"))
        self.pushed()
        self.assertEqual(len({len(content) for _headers, content in self.service.taken}), 1)

    def test_is_not_shown_to_whom_the_ticket_is_hidden_meanwhile(self) -> None:
        self.give()
        self.alma.clients.add(self.bolt)  # from now on for Bolt alone
        self.assertEqual(self.pushed(), [])
        self.assertEqual(self.state(), State.DROPPED)

    def test_that_was_taken_back_is_not_shown(self) -> None:
        with undo.undoable(self.ines, "Assigned") as made:
            actions.assign(self.ticket, by=self.ines, team=None, assignee=self.alma)
        do_jobs()
        undo.undo(made.token, by=self.ines)
        with clock.at(clock.now() + timedelta(minutes=1)):
            self.assertEqual(self.pushed(), [])

    def test_is_not_sent_to_who_chose_otherwise(self) -> None:
        Preference.objects.create(person=self.alma, kind="assigned", channel="push", is_on=False)
        self.give()
        self.assertEqual(self.pushed(), [])

    def test_waits_in_quiet_hours_and_then_comes_with_the_others(self) -> None:
        Rhythm.objects.create(person=self.alma, quiet_from=time(20, 0), quiet_until=time(7, 0))
        second = self.report("Printer")
        with self.at("2026-03-02 22:00"):
            self.give()
            self.give(second)
            self.assertEqual(self.pushed(), [])
        with self.at("2026-03-03 07:00"):
            collecting.send_due(clock.now())
            (shown,) = self.pushed()
        self.assertEqual(shown["title"], "2 pieces of news from the desk")
        self.assertEqual((shown["body"], shown["url"]), (f"#{self.ticket.number}, #{second.number}", "/desk/notices"))

    def test_of_on_call_duties_reaches_it_and_the_pages(self) -> None:
        rota = on_call.save_schedule(None, team=self.network, name="First", zone="UTC", by=self.ines)
        self.network.members.add(self.alma)
        start = clock.now() + timedelta(days=1)
        on_call.put_in(rota, self.alma, starts_at=start, ends_at=start + timedelta(days=1), by=self.ines)
        duties.tell()
        (shown,) = self.pushed()
        self.assertIn("You are on call: ", str(shown["title"]))
        self.assertEqual((shown["body"], shown["url"]), ("Network, First", f"/desk/oncall?team={self.network.pk}"))
        page = self.browser.get("/desk/notices").content.decode()
        for words in (str(shown["title"]), "Network, First", "You are told because you are in this on-call schedule."):
            self.assertIn(words, page)
        self.assertEqual(queries.unread(self.alma).filter(schedule=rota).count(), 1)
        self.browser.get("/desk/oncall")
        self.assertFalse(queries.unread(self.alma).filter(schedule=rota).exists())

    def test_of_a_mention_says_so(self) -> None:
        actions.note(self.ticket, by=self.ines, message=self.say(f"[@Alma Ferri](person:{self.alma.pk}) please look"))
        do_jobs()
        (shown,) = self.pushed()
        self.assertEqual(shown["title"], "Ines Rota mentioned you.")
        self.assertNotIn("please look", json.dumps(shown))


class APushService(WithADevice):
    def test_that_knows_the_device_no_more_ends_it(self) -> None:
        for status in (404, 410):
            with self.subTest(status):
                self.service.status = status
                self.device = self.switch_on(self.browser, self.alma, self.phone)
                self.give(self.report(f"Printer {status}"))
                carry_due()
                self.assertFalse(Device.objects.filter(pk=self.device.pk).exists())
                self.assertEqual(self.state(), State.DROPPED)

    def test_in_trouble_is_asked_again_later_and_then_given_up(self) -> None:
        self.service.status = 503
        self.give()
        carry_due()
        self.assertEqual(self.state(), State.QUEUED)
        self.device.refresh_from_db()
        self.assertEqual(self.device.last_error, "HTTP 503")
        with clock.at(clock.now() + timedelta(hours=5)):
            carry_due()
        self.assertEqual(self.state(), State.FAILED)
        self.browser.force_login(self.ines, backend="olmo.people.backends.IdentityBackend")
        page = self.browser.get(reverse("desk:admin_outgoing"))
        self.assertContains(page, "Notice on a device of Alma Ferri")
        self.assertContains(page, "HTTP 503")

    def test_that_refuses_or_leads_elsewhere_is_not_asked_again(self) -> None:
        for status in (302, 403, 413):
            self.service.status = status
            self.give(self.report(f"Printer {status}"))
            carry_due()
            self.assertEqual(self.state(), State.FAILED, status)

    def test_that_cannot_be_reached_is_asked_again(self) -> None:
        Device.objects.filter(pk=self.device.pk).update(endpoint="https://127.0.0.1:9/push")
        self.give()
        carry_due()
        self.assertEqual(self.state(), State.QUEUED)


class ADevice(WithADevice):
    def test_is_told_nothing_after_signing_out(self) -> None:
        self.browser.post(reverse("people:sign_out"))
        self.assertFalse(Device.objects.exists())

    def test_is_told_nothing_when_its_session_the_password_or_the_person_is_gone(self) -> None:
        def leave() -> None:
            Person.objects.filter(pk=self.alma.pk).update(is_active=False)

        def change() -> None:
            self.alma.set_password("a new long password")
            self.alma.save()

        def end_session() -> None:
            self.browser.session.flush()

        for end in (end_session, change, leave):
            self.device = self.switch_on(self.browser, self.alma, self.phone)
            self.give(self.report("Printer"))
            end()
            self.assertEqual(self.pushed(), [], end)
            self.assertFalse(Device.objects.exists())

    def test_is_listed_and_removed_by_its_person_alone(self) -> None:
        other = Client()
        other.force_login(self.tove, backend="olmo.people.backends.IdentityBackend")
        self.assertNotContains(other.get(reverse("notices:devices")), "Firefox on Android")
        address = reverse("notices:remove_device", args=[self.device.pk])
        self.assertEqual(other.post(address).status_code, 404)
        self.assertContains(self.browser.get(reverse("notices:devices")), "Firefox on Android")
        self.assertEqual(self.browser.post(address).status_code, 303)
        self.assertFalse(Device.objects.exists())

    def test_that_somebody_else_switches_on_is_theirs_alone(self) -> None:
        self.switch_on(Client(), self.tove, self.phone)
        self.assertEqual(list(Device.objects.values_list("person", flat=True)), [self.tove.pk])

    def test_of_a_requester_there_is_none(self) -> None:
        browser = Client()
        browser.force_login(self.rui, backend="olmo.people.backends.IdentityBackend")
        self.assertEqual(browser.get(reverse("notices:devices")).status_code, 404)

    def test_with_keys_that_are_none_is_refused(self) -> None:
        good = {
            "session": "s",
            "name": "x",
            "endpoint": self.service.url,
            "p256dh": self.phone.p256dh,
            "auth": self.phone.auth,
        }
        for field, value in (("p256dh", "AAAA"), ("p256dh", "€"), ("auth", "AAAA"), ("endpoint", "https://10.0.0.1/")):
            with self.subTest(field), self.assertRaises(Invalid):
                devices.switch_on(self.alma, **{**good, field: value})

    def test_a_wrong_address_is_said_in_the_form(self) -> None:
        data = {"name": "x", "endpoint": "https://10.0.0.1/", "p256dh": self.phone.p256dh, "auth": self.phone.auth}
        answer = self.browser.post(reverse("notices:devices"), data)
        self.assertContains(answer, "private network", status_code=422)
        self.assertContains(
            self.browser.post(reverse("notices:devices"), {"name": "x"}), "run scripts", status_code=422
        )

    def test_there_are_at_most_ten(self) -> None:
        for number in range(2, 11):
            self.switch_on(self.browser, self.alma, Phone(), f"/push/{number}")
        more = {"endpoint": self.service.url + "/push/11", "p256dh": self.phone.p256dh, "auth": self.phone.auth}
        with self.assertRaises(Invalid):
            devices.switch_on(self.alma, session="s", name="x", **more)


class OurKey(WithADevice):
    def test_is_kept_among_the_secrets(self) -> None:
        pushing.public_key()
        path = current().secrets_dir / pushing.KEY
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertIn("PRIVATE KEY", path.read_text())
