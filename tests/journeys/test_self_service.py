"""Self-service as people meet it: on a phone in Italian, by keys alone, without scripts, and on somebody else's page."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from olmo.guides import actions as guides
from olmo.guides.models import Run
from olmo.kernel import clock
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.selfservice import widget
from olmo.selfservice.models import Read
from olmo.status import actions as status
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Ticket

from .base import Journey


class SelfService(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            for person in (self.rui, self.bea):
                person.set_password(f"{person.first_name.lower()}'s long password")
                person.save()

    def article(self) -> None:
        with scope(EVERY_CLIENT):
            KnowledgeTest.published(self, title="The VPN drops", summary="Often after an update.", audience="public")  # type: ignore[arg-type]

    draft, bring_out = KnowledgeTest.draft, KnowledgeTest.bring_out

    def test_on_a_phone_in_italian_step_by_step_to_a_report(self) -> None:
        with scope(EVERY_CLIENT):
            guides.install_example("printer", by=self.ines)
            told = status.Settings(kind="incident", level="fault", title_it="La posta è lenta", begins_at=clock.now())
            status.tell(told, by=self.ines, text_it="Gli allegati grandi tardano.")
        page = self.sign_in(self.bea, phone=True, theme="dark")
        page.get_by_text("Gli allegati grandi tardano.").first.wait_for()
        self.assert_accessible(page)
        self.assert_not_sideways(page)
        self.picture(page, "portal-home-phone-dark")
        page.locator("#ask").press_sequentially("la stampante stampa bianco")
        page.locator("#answers").get_by_text("La stampante non stampa").click()
        page.get_by_role("button", name="Comincia").click()
        for name in ("Sì, è pronta", "Anche i colleghi"):
            self.assert_accessible(page)
            page.get_by_role("button", name=name).click()
        page.go_back()
        page.get_by_role("button", name="Anche i colleghi").click()
        self.picture(page, "portal-walk-phone-dark")
        page.get_by_role("link", name="Vai alla segnalazione").click()
        self.assertIn("Chi non riesce a stampare?", page.locator("[name=text]").input_value())
        page.get_by_role("button", name="Invia la segnalazione").click()
        page.wait_for_url("**/requests/*")
        with scope(EVERY_CLIENT):
            self.assertEqual(Run.objects.get().ticket, Ticket.objects.get())
        page.goto(self.url("/status"))
        self.assert_accessible(page)
        self.assert_not_sideways(page)
        self.picture(page, "portal-status-phone-dark")

    def test_without_scripts_and_by_keys_alone_it_is_solved(self) -> None:
        self.article()
        page = self.sign_in(self.rui, scripts=False)
        page.locator("#ask").focus()
        page.keyboard.type("vpn drops")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="The VPN drops").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="That solved it").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Good that it is solved.").first.wait_for()
        with scope(EVERY_CLIENT):
            self.assertTrue(Read.objects.get().is_solved)

    def test_the_widget_stands_on_a_strict_page_of_its_organisation_and_on_no_other(self) -> None:
        self.article()
        with intranet() as (here, serve), intranet() as (elsewhere, also):
            with scope(EVERY_CLIENT):
                row = widget.save(self.acme, by=self.ines, origins=[here], is_active=True)
            tag = f'<script defer src="{self.url("/static/built/widget.js")}" data-key="{row.key}" data-language="it"></script>'
            for one in (serve, also):
                one.page = tag, f"default-src 'none'; script-src {self.address}; frame-src {self.address}"
            page = self.open()
            page.goto(here)
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            frame = page.frame_locator("iframe")
            frame.get_by_label("Il problema, in breve").fill("vpn drops")
            frame.get_by_role("button", name="Cerca una risposta").click()
            frame.get_by_text("The VPN drops").first.wait_for()
            self.assert_accessible(page)
            self.picture(page, "widget")
            self.assertEqual(page.context.cookies(), [])
            page.get_by_role("button", name="Chiudi l’aiuto").focus()
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Aiuto", exact=True).wait_for()
            self.expected_faults = ["frame-ancestors", "Framing", "refused"]
            other = self.open()
            other.goto(elsewhere)
            other.get_by_role("button", name="Aiuto", exact=True).click()
            other.wait_for_timeout(500)
            self.assertEqual(other.frame_locator("iframe").get_by_role("button").count(), 0)


class _Intranet(ThreadingHTTPServer):
    page: tuple[str, str] = ("", "")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        tag, policy = self.server.page  # type: ignore[attr-defined]
        head = f'<!doctype html><html lang="it"><head><meta charset="utf-8"><title>Intranet</title>{tag}</head>'
        body = f"{head}<body><main><h1>Intranet</h1></main></body></html>"
        self.send_response(200 if self.path == "/" else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        if self.path == "/":
            self.wfile.write(body.encode())

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def intranet() -> Iterator[tuple[str, _Intranet]]:
    """Somebody else's web server: its origin, and where to put its page."""
    server = _Intranet(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server
    finally:
        server.shutdown()
        server.server_close()
