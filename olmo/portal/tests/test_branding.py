"""Brands of organisations: what is refused, where they are seen, and which host is whose."""

import io
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils.translation import override
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.outbox import actions as outbox
from olmo.people import administration, signin
from olmo.people.models import AuditLine, Person
from olmo.status import subscribing
from olmo.surveys.administration import RulesSettings, save_rules
from olmo.surveys.models import Rating
from olmo.tenancy import branding, hosts
from olmo.tenancy.branding import BrandSettings
from olmo.tenancy.hosts import AllowedHosts
from olmo.tenancy.models import Brand
from olmo.tickets import actions
from tests.cast import DeskTest


def png(size: tuple[int, int] = (600, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, "PNG")
    return out.getvalue()


class BrandTest(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(hosts.forget)

    def save(self, client: Any = None, **given: Any) -> Brand:
        return administration.save_brand(client or self.acme, BrandSettings(**given), by=self.ines)

    def refused(self, field: str, **given: Any) -> str:
        with self.assertRaises(Invalid) as refusal:
            self.save(**given)
        self.assertEqual(refusal.exception.field, field)
        return str(refusal.exception.message)


class Saving(BrandTest):
    def test_a_colour_that_cannot_be_read_is_refused_and_the_nearest_offered(self) -> None:
        said = self.refused("colour", colour="#ffcc00")
        offered = said[said.rindex("#") :]
        self.assertEqual(self.save(colour=offered).colour, offered)
        self.refused("colour_dark", colour=offered, colour_dark="#000080")
        self.refused("colour", colour_dark="#8fd3a7")
        for wrong in ("red", "#fff", "#12345;}body{display:none", "url(x)"):
            self.refused("colour", colour=wrong)

    def test_a_logo_is_written_anew_and_a_wrong_one_refused(self) -> None:
        row = self.save(logo=png())
        self.assertEqual(Image.open(io.BytesIO(bytes(row.logo))).size, (400, 200))
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for wrong in (svg, b"no picture", png() + b"x" * 20 * 2**20, b""):
            self.refused("logo", logo=wrong)
        self.assertEqual(Brand.objects.get().logo_digest, row.logo_digest, "what was refused changed nothing")
        self.assertEqual(self.save(drops_logo=True).logo_digest, "")

    def test_a_host_belongs_to_one_organisation_and_never_to_the_desk_s(self) -> None:
        self.save(host="Help.Acme.Example.")
        self.assertEqual(Brand.objects.get().host, "help.acme.example")
        self.assertIn("Acme Industrial", self.refused("host", client=self.bolt, host="help.acme.example"))
        for wrong in ("https://x.example/", "a b", "localhost"):
            self.refused("host", host=wrong)

    def test_administrators_alone_and_two_at_once_are_told(self) -> None:
        with self.assertRaises(NotAllowed):
            administration.save_brand(self.acme, BrandSettings(name="x"), by=self.alma)
        self.save(name="Acme help")
        self.assertEqual(AuditLine.objects.latest("pk").subject, "brand: Acme Industrial")
        with self.assertRaises(Conflict):
            administration.save_brand(self.acme, BrandSettings(), by=self.ines, seen="before")


class Showing(BrandTest):
    def test_the_portal_wears_it_and_its_parts_keep_for_ever(self) -> None:
        row = self.save(name="Acme help", colour="#2d5f3f", logo=png(), legal_en="Acme Industrial Ltd, 12 Mill Lane")
        self.client.force_login(self.rui, backend=signin.BACKEND)
        page = self.client.get("/")
        self.assertContains(page, "Acme help")
        self.assertContains(page, "12 Mill Lane")
        for address, kind in (
            (f"/brand/{row.css_digest}.css", "text/css; charset=utf-8"),
            (f"/brand/{row.logo_digest}.png", "image/png"),
        ):
            self.assertContains(page, address)
            answer = Browser().get(address)
            self.assertEqual(answer["Content-Type"], kind)
            self.assertIn("immutable", answer["Cache-Control"])
        self.assertContains(Browser().get(f"/brand/{row.css_digest}.css"), "--brand: light-dark(#2d5f3f, ")
        self.assertEqual(Browser().get("/brand/0.css").status_code, 404)
        self.assertNotIn("style=", page.content.decode().replace('rel="stylesheet"', ""))
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        self.assertNotContains(bea.get("/"), "Acme help")

    def test_its_mails_have_its_name_head_and_foot(self) -> None:
        self.save(name="Acme help", legal_en="Acme Industrial Ltd <b>")
        sent: dict[str, Any] = {"to": "rui@acme.example", "subject": "x", "text": "Hello.", "client_id": self.acme.pk}
        envelope = outbox.send(
            **sent, html="<html><body><p>Hello.</p></body></html>", sender_name="Quercia IT", purpose="reply"
        )
        self.assertEqual(envelope.sender_name, "Acme help")
        self.assertTrue(envelope.text.startswith("Hello.") and envelope.text.endswith("Acme Industrial Ltd <b>\n"))
        self.assertIn("<body><p><strong>Acme help</strong></p><p>Hello.", envelope.html)
        self.assertIn("Ltd &lt;b&gt;</small></p></body>", envelope.html)
        self.assertEqual(outbox.send(**sent, sender_name="Quercia IT", purpose="notice").sender_name, "Quercia IT")
        other = outbox.send(**{**sent, "client_id": self.bolt.pk}, sender_name="Quercia IT", purpose="reply")
        self.assertEqual((other.sender_name, other.text), ("Quercia IT", "Hello."))

    def test_the_foot_is_in_the_reader_s_language_whatever_the_job_speaks(self) -> None:
        self.save(legal_en="Registered in Leeds", legal_it="Registrata a Leeds")
        Person.objects.filter(pk=self.rui.pk).update(language="it")
        ticket = self.report("VPN")
        with override("en"):
            actions.reply(ticket, by=self.alma, message=actions.NewMessage(text="Guarda qui."))
            do_jobs()
            signin.send_link(Person.objects.get(pk=self.rui.pk), "rui@acme.example")
        for purpose in ("reply", "sign-in"):
            self.assertTrue(envelopes(purpose=purpose)[-1].text.endswith("Registrata a Leeds\n"), purpose)
        sent: dict[str, Any] = {"to": "rui@acme.example", "subject": "x", "text": "Ciao.", "client_id": self.acme.pk}
        self.assertIn("a Leeds", outbox.send(**sent, purpose="reply", language="it").text)

    def test_a_partner_is_written_to_by_the_desk_itself(self) -> None:
        self.save(name="Acme help", legal_en="Acme Industrial Ltd")
        to: dict[str, Any] = {
            "to": "support@carrier.example",
            "subject": "x",
            "text": "Please.",
            "sender_name": "Quercia IT",
        }
        envelope = outbox.send(**to, client_id=self.acme.pk, purpose="partner")
        self.assertEqual((envelope.sender_name, envelope.text), ("Quercia IT", "Please."))


@override_settings(ALLOWED_HOSTS=AllowedHosts(["testserver"]))
class Hosts(BrandTest):
    def test_its_own_host_shows_it_before_the_sign_in_and_an_unknown_one_is_refused(self) -> None:
        self.assertEqual(Browser().get("/", headers={"host": "help.acme.example"}).status_code, 400)
        self.save(name="Acme help", host="help.acme.example", languages=["it"], colour="#2d5f3f")
        for path in ("/", "/sign-in"):
            page = Browser().get(path, headers={"host": "help.acme.example"})
            self.assertContains(page, "Acme help")
            self.assertContains(page, "Italiano")
            self.assertNotContains(page, "English")
            self.assertContains(page, "/brand/")
        self.assertNotContains(Browser().get("/"), "Acme help")
        self.assertEqual(Browser().get("/", headers={"host": "evil.example"}).status_code, 400)
        self.save(host="")
        self.assertEqual(Browser().get("/", headers={"host": "help.acme.example"}).status_code, 400)

    def test_somebody_of_another_organisation_sees_their_own_there(self) -> None:
        self.save(name="Acme help", host="help.acme.example")
        self.save(self.bolt, name="Bolt aiuto")
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        page = bea.get("/", headers={"host": "help.acme.example"})
        self.assertContains(page, "Bolt aiuto")
        self.assertNotContains(page, "Acme help")

    def test_its_forms_are_taken_behind_a_proxy_that_speaks_tls(self) -> None:
        self.save(host="help.acme.example")
        browser = Browser(enforce_csrf_checks=True)
        head = {"host": "help.acme.example", "origin": "https://help.acme.example"}
        page = browser.get("/sign-in", headers=head)
        token = LexborHTMLParser(page.content).css("[name=csrfmiddlewaretoken]")[0].attributes["value"]
        given = {"address": "rui@acme.example", "link": "1", "csrfmiddlewaretoken": token}
        self.assertEqual(browser.post("/sign-in", given, headers=head).status_code, 200)
        self.save(self.bolt, host="help.bolt.example")
        for evil in ("https://evil.example", "https://help.bolt.example"):
            refused = browser.post("/sign-in", given, headers={**head, "origin": evil})
            self.assertEqual(refused.status_code, 403)

    def test_links_in_mails_to_its_people_lead_there_and_hold_there(self) -> None:
        save_rules(RulesSettings(is_on=True, every_days=0), by=self.ines)
        self.save(host="help.acme.example")
        own = branding.address_of(self.acme.pk)
        self.assertEqual(
            own, settings.BASE_URL.replace(urlsplit(settings.BASE_URL).hostname or "", "help.acme.example")
        )
        for requester in (self.rui, self.bea):
            ticket = self.report("VPN", by=requester)
            actions.resolve(ticket, by=self.alma, code="fixed", note="New profile.")
        do_jobs()
        signin.send_link(self.rui, "rui@acme.example")
        subscribing.ask("rui@acme.example", client=self.acme, by=self.rui, language="en", place="x")
        mailed = "\n".join(envelope.text for envelope in envelopes(to="rui@acme.example"))
        self.assertNotIn(settings.BASE_URL, mailed)
        for path in ("/requests/", "/account/notices", "/rating/", "/sign-in/", "/status/confirm/"):
            self.assertIn(own + path, mailed)
        there = Browser(enforce_csrf_checks=True, headers={"host": urlsplit(own).netloc})
        for path in ("/rating/", "/sign-in/", "/status/confirm/"):
            url = mailed[mailed.index(own + path) + len(own) :].split()[0]
            token = LexborHTMLParser(there.get(url).content).css("[name=csrfmiddlewaretoken]")[0].attributes["value"]
            given = {"csrfmiddlewaretoken": token, "score": 5}
            self.assertIn(there.post(url, given, headers={"origin": own}).status_code, (200, 302, 303), url)
        self.assertEqual(Rating.objects.get().person, self.rui)
        for address in ("bea@bolt.example", self.alma.email):
            words = "\n".join(envelope.text for envelope in envelopes(to=address))
            self.assertNotIn(own, words)
        self.assertIn(settings.BASE_URL, "\n".join(envelope.text for envelope in envelopes(to="bea@bolt.example")))

    def test_a_host_that_is_not_answered_to_is_in_no_link(self) -> None:
        self.save(host="help.acme.example")
        type(self.acme).objects.filter(pk=self.acme.pk).update(is_active=False)
        self.assertEqual(branding.address_of(self.acme.pk), settings.BASE_URL)
        self.assertEqual(branding.address_of(self.bolt.pk), settings.BASE_URL)
        with override_settings(BASE_URL="https://desk.example:8443"):
            self.save(self.bolt, host="help.bolt.example")
            self.assertEqual(branding.address_of(self.bolt.pk), "https://help.bolt.example:8443")
            browser = Browser(enforce_csrf_checks=True)
            head = {"host": "help.bolt.example:8443", "origin": "https://help.bolt.example:8443"}
            page = browser.get("/sign-in", headers=head)
            token = LexborHTMLParser(page.content).css("[name=csrfmiddlewaretoken]")[0].attributes["value"]
            given = {"address": "bea@bolt.example", "link": "1", "csrfmiddlewaretoken": token}
            self.assertEqual(browser.post("/sign-in", given, headers=head).status_code, 200)

    def test_a_database_that_does_not_answer_takes_no_host_away(self) -> None:
        self.save(host="help.acme.example")
        with patch.object(hosts, "KEPT_SECONDS", -1):
            self.assertEqual(hosts.known(), {"help.acme.example"})
        with connection.execute_wrapper(self.no_answer):
            self.assertEqual(hosts.known(), {"help.acme.example"})

    @staticmethod
    def no_answer(*_asked: Any) -> None:
        raise OperationalError("the server does not answer")


class Administering(BrandTest):
    def test_the_form_shows_what_was_typed_and_the_figures(self) -> None:
        self.client.force_login(self.ines, backend=signin.BACKEND)
        address = reverse("desk:admin_brand", args=[self.acme.pk])
        refused = self.client.post(address, {"name": "Acme help", "colour": "#ffcc00"})
        self.assertContains(refused, "The nearest that can", status_code=422)
        self.assertContains(refused, 'value="Acme help"', status_code=422)
        logo = io.BytesIO(png())
        logo.name = "logo.png"
        self.assertEqual(
            self.client.post(address, {"name": "Acme help", "colour": "#2d5f3f", "logo": logo}).status_code, 303
        )
        page = self.client.get(address)
        self.assertContains(page, "WCAG AA")
        self.assertContains(self.client.get(reverse("desk:admin_brands")), "#2d5f3f")
        self.assertEqual(branding.shown(branding.of_client(self.acme.pk), "x")["name"], "Acme help")
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.assertEqual(self.client.get(address).status_code, 404)
