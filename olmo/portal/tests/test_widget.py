"""The widget: whose pages may frame it, what it tells to anybody, and that it leaves no cookie."""

from django.test import Client as Browser
from django.urls import reverse

from olmo.kernel.errors import Invalid, NotAllowed
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people import signin
from olmo.people.models import AuditLine
from olmo.selfservice import widget
from olmo.selfservice.models import Visit, Widget

HERE = "https://intranet.acme.example"


class WidgetTest(KnowledgeTest):
    def save(self, *origins: str, is_active: bool = True, renews: bool = False) -> Widget:
        return widget.save(self.acme, by=self.ines, origins=origins or [HERE], is_active=is_active, renews=renews)


class Origins(WidgetTest):
    def test_they_are_kept_as_browsers_compare_them(self) -> None:
        found = widget.checked(
            ["HTTPS://Intranet.Acme.Example:443/", HERE, "http://10.0.0.5:8080", "http://[::1]:9000", "http://acme:80"]
        )
        self.assertEqual(found, [HERE, "http://10.0.0.5:8080", "http://[::1]:9000", "http://acme"])

    def test_what_is_no_origin_is_refused_and_named(self) -> None:
        wrong = ("*", "https://*.acme.example", "intranet.acme.example", f"{HERE}/page", "ftp://acme.example", "https://a b",
                 "https://x.example; script-src *", "https://u:p@x.example", "javascript:alert(1)", "https://")  # fmt: skip
        for line in wrong:
            with self.subTest(line), self.assertRaises(Invalid) as refused:
                self.save(HERE, line)
            self.assertEqual(refused.exception.field, "origins")
        self.assertFalse(Widget.objects.exists())

    def test_administrators_alone_set_them(self) -> None:
        with self.assertRaises(NotAllowed):
            widget.save(self.acme, by=self.alma, origins=[HERE], is_active=True)
        self.save()
        self.assertEqual(AuditLine.objects.latest("pk").change["origins"], [None, [HERE]])


class Framed(WidgetTest):
    def test_its_organisation_s_origins_alone_may_frame_it_and_no_cookie_is_set(self) -> None:
        row = self.save(HERE, "http://127.0.0.1:9000")
        answer = Browser().get(reverse("portal:widget", args=[row.key]))
        policy = answer["Content-Security-Policy"]
        self.assertIn(f"frame-ancestors {HERE} http://127.0.0.1:9000", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("script-src", policy)
        self.assertNotIn("X-Frame-Options", answer)
        self.assertFalse(answer.cookies)
        self.assertNotContains(answer, "<script")
        self.assertNotContains(answer, "style=")
        widget.save(self.acme, by=self.ines, origins=[], is_active=True)
        self.assertIn(
            "frame-ancestors 'none'", Browser().get(reverse("portal:widget", args=[row.key]))["Content-Security-Policy"]
        )

    def test_it_finds_what_everybody_may_read_and_nothing_else(self) -> None:
        public = self.published("vpn", title="The VPN drops", summary="Often.", audience="public")
        own = self.published("own", title="Zyxomma VPN of Acme", audience="organisation", client=self.acme)
        key = self.save().key
        for browser in (Browser(), self.client):
            page = browser.get(reverse("portal:widget", args=[key]), {"q": "vpn drops"})
            self.assertContains(page, "The VPN drops")
            self.assertNotContains(page, "Zyxomma")
            self.client.force_login(self.rui, backend=signin.BACKEND)
        self.assertContains(Browser().get(reverse("portal:widget_article", args=[key, public.pk])), "The VPN drops")
        self.assertEqual(Browser().get(reverse("portal:widget_article", args=[key, own.pk])).status_code, 404)
        self.assertFalse(Visit.objects.exists(), "nobody is counted who is not signed in")

    def test_it_speaks_the_language_of_its_tag(self) -> None:
        key = self.save().key
        page = Browser().get(reverse("portal:widget", args=[key]), {"lang": "it"})
        self.assertContains(page, "Il problema, in breve")
        self.assertEqual(page["Content-Language"], "it")

    def test_a_key_that_is_off_or_old_shows_nothing(self) -> None:
        old = self.save().key
        new = self.save(renews=True).key
        self.assertEqual(Browser().get(reverse("portal:widget", args=[old])).status_code, 404)
        self.assertEqual(Browser().get(reverse("portal:widget", args=[new])).status_code, 200)
        self.save(is_active=False)
        self.assertEqual(Browser().get(reverse("portal:widget", args=[new])).status_code, 404)

    def test_it_is_slowed_down_by_place(self) -> None:
        address = reverse("portal:widget", args=[self.save().key])
        for _try in range(widget.FROM_PLACE.tries):
            Browser().get(address)
        self.assertEqual(Browser().get(address).status_code, 429)

    def test_what_was_typed_goes_on_in_the_portal(self) -> None:
        self.client.force_login(self.rui, backend=signin.BACKEND)
        page = self.client.get(reverse("portal:new"), {"subject": "Printer", "text": "Blank pages"})
        self.assertContains(page, 'value="Printer"')
        self.assertContains(page, "Blank pages")

    def test_the_administration_gives_the_tag(self) -> None:
        self.client.force_login(self.ines, backend=signin.BACKEND)
        address = reverse("desk:admin_widget", args=[self.acme.pk])
        self.assertContains(
            self.client.post(address, {"origins": "*", "is_active": "on"}), "is no origin", status_code=422
        )
        self.client.post(address, {"origins": HERE, "is_active": "on"})
        self.assertContains(self.client.get(address), f"data-key=&quot;{Widget.objects.get().key}&quot;")
        self.assertContains(self.client.get(reverse("desk:admin_widgets")), HERE)
