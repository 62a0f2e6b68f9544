"""Messages and replies translated by the operator's service: what leaves, who may ask, and that its failing loses nothing."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from unittest import mock

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from olmo.kernel import translator
from olmo.tickets import actions
from olmo.tickets.models import Message, Ticket
from olmo.writing.languages import is_foreign
from olmo.writing.models import Draft

from .base import PageTest, Visit

ITALIAN = "Buongiorno, la stampante del secondo piano non stampa più e non so che cosa fare. Grazie."
ENGLISH = "Please switch the printer off and on again, and tell us if it works for you."
GERMAN = "Guten Tag, der Drucker im zweiten Stock druckt seit heute Morgen leider nicht mehr, bitte helfen Sie."


class _Handler(BaseHTTPRequestHandler):
    """Translates into capitals; `manner` makes it fail."""

    asked: ClassVar[list[dict[str, Any]]] = []
    manner: ClassVar[str] = ""

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, **sent})
        with contextlib.suppress(OSError):
            getattr(self, self.manner or "well")(sent)

    def well(self, sent: dict[str, Any]) -> None:
        found = {"detectedLanguage": {"language": "de", "confidence": 90}} if sent["source"] == "auto" else {}
        self.say(200, json.dumps({"translatedText": sent["q"].upper(), **found}).encode())

    def refusing(self, _sent: dict[str, Any]) -> None:
        self.say(400, b'{"error": "it is not supported"}')

    def broken(self, _sent: dict[str, Any]) -> None:
        self.say(500, b"<h1>\xff</h1>")

    def nonsense(self, _sent: dict[str, Any]) -> None:
        self.say(200, b"<html>Welcome</html>")

    def empty(self, _sent: dict[str, Any]) -> None:
        self.say(200, b'{"translatedText": ["x"]}')

    def endless(self, _sent: dict[str, Any]) -> None:
        self.say(200, b'{"translatedText": "' + b"x" * (translator.MOST_BYTES + 10) + b'"}')

    def moved(self, _sent: dict[str, Any]) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def slow(self, _sent: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        for _turn in range(30):  # a byte now and then does not hold us
            self.wfile.write(b" ")
            time.sleep(0.1)

    def say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


class TranslationTest(PageTest):
    """With a service on this machine."""

    server: ClassVar[ThreadingHTTPServer]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        cls.server.daemon_threads = True
        threading.Thread(target=cls.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self) -> None:
        super().setUp()
        _Handler.asked.clear()
        _Handler.manner = ""
        url = f"http://127.0.0.1:{self.server.server_port}"
        service = override_settings(OLMO_TRANSLATE_URL=url, OLMO_TRANSLATE_KEY="k")
        service.enable()
        self.addCleanup(service.disable)

    def asking(self, text: str = ITALIAN) -> tuple[Ticket, Message]:
        """A ticket that somebody asked in a language, and the message."""
        ticket = self.report("Stampante", text=text, language="it")
        return ticket, Message.objects.filter(ticket=ticket).earliest("pk")

    def part(self, url: str) -> Visit:
        """As htmx asks."""
        return Visit(self.as_(self.alma).post(url, headers={"HX-Request": "true"}))


class AMessage(TranslationTest):
    def test_in_another_language_is_translated_below_it(self) -> None:
        ticket, message = self.asking()
        page = self.get(self.url(ticket))
        self.assertEqual(page.words(".said__machine button"), ["Translate"])
        url = page.one(".said__machine button").attributes["formaction"] or ""
        self.assertEqual(url, self.url(ticket, "messages", message.pk, "translation"))
        self.assertEqual(page.one(".said__machine button").attributes["hx-post"], url)
        self.assertEqual(_Handler.asked, [])  # looking sends nothing out
        found = self.part(url)
        self.assertEqual((found.status, found.words(".said__text")), (200, [ITALIAN.upper()]))
        self.assertEqual(found.words(".said__origin"), ["Translated by a machine from Italian"])
        self.assertEqual(found.all("main, nav"), [])
        question = {
            "path": "/translate",
            "q": ITALIAN,
            "source": "it",
            "target": "en",
            "format": "text",
            "api_key": "k",
        }
        self.assertEqual(_Handler.asked, [question])

    def test_without_scripts_it_is_a_page_with_both_texts(self) -> None:
        ticket, message = self.asking()
        page = self.post(self.url(ticket, "messages", message.pk, "translation"))
        self.assertEqual((page.status, page.words("main .said__text")), (200, [ITALIAN, ITALIAN.upper()]))
        self.assertEqual(len(page.all(f'a.word--off[href="{self.url(ticket)}#message-{message.pk}"]')), 1)

    def test_in_a_third_language_is_named_as_the_service_found_it(self) -> None:
        ticket, message = self.asking(GERMAN)
        found = self.part(self.url(ticket, "messages", message.pk, "translation"))
        self.assertEqual(found.words(".said__origin"), ["Translated by a machine from German"])
        self.assertEqual(_Handler.asked[0]["source"], "auto")

    def test_that_the_agent_can_read_has_no_offer(self) -> None:
        ticket, _message = self.asking(ENGLISH)
        self.assertEqual(self.get(self.url(ticket)).all(".said__machine"), [])
        self.assertFalse(any(is_foreign(text, "en") for text in ("Danke!", "", ENGLISH, "Printer broken")))
        self.assertTrue(
            is_foreign(ENGLISH, "it") and is_foreign(GERMAN, "it") and is_foreign("La stampante non va più.", "en")
        )

    def test_a_note_and_what_was_erased_are_not_sent_out(self) -> None:
        ticket, message = self.asking()
        actions.note(ticket, by=self.alma, message=self.say(ITALIAN))
        note = self.last_message(ticket)
        self.assertEqual(len(self.get(self.url(ticket)).all(".said__machine")), 1)
        self.assertEqual(self.part(self.url(ticket, "messages", note.pk, "translation")).status, 403)
        actions.redact(message, by=self.ines)
        self.assertEqual(self.get(self.url(ticket)).all(".said__machine"), [])
        self.assertEqual(self.part(self.url(ticket, "messages", message.pk, "translation")).status, 409)
        self.assertEqual(_Handler.asked, [])

    def test_only_who_sees_the_ticket_may_ask_and_only_by_a_form_of_ours(self) -> None:
        ticket, message = self.asking()
        url = self.url(ticket, "messages", message.pk, "translation")
        for person in (self.otto, self.rui, self.bea):
            self.assertEqual(self.post(url, by=person).status, 404)
        self.assertEqual(self.get(url).status, 405)
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.alma)
        self.assertEqual(strict.post(url).status_code, 403)
        other = self.report("Another")
        self.assertEqual(self.post(self.url(other, "messages", message.pk, "translation")).status, 404)
        self.assertEqual(_Handler.asked, [])

    def test_that_is_too_long_is_refused_with_the_reason(self) -> None:
        ticket, message = self.asking()
        Message.objects.filter(pk=message.pk).update(text="parola " * 3000)
        found = self.part(self.url(ticket, "messages", message.pk, "translation"))
        reason = "This is too long to be translated: 21000 characters of at most 20000."
        self.assertEqual((found.status, found.words('[role="alert"]'), _Handler.asked), (422, [reason], []))

    @override_settings(OLMO_TRANSLATE_URL=None)
    def test_nothing_is_shown_or_answered_without_a_service(self) -> None:
        ticket, message = self.asking()
        page = self.get(self.url(ticket))
        self.assertEqual(page.all('.said__machine, [value="translate"]'), [])
        self.assertEqual(self.post(self.url(ticket, "messages", message.pk, "translation")).status, 404)
        typed = {"reply_text": ENGLISH, "send": "translate"}
        self.assertEqual(self.post(self.url(ticket, "replies"), typed).status, 404)

    def test_the_page_asks_the_database_no_more_with_a_service(self) -> None:
        ticket, _message = self.asking()
        client = self.as_(self.alma)
        client.get(self.url(ticket))
        with override_settings(OLMO_TRANSLATE_URL=None), CaptureQueriesContext(connection) as without:
            client.get(self.url(ticket))
        with CaptureQueriesContext(connection) as with_service:
            client.get(self.url(ticket))
        self.assertEqual(len(with_service), len(without))


class AServiceThatFails(TranslationTest):
    def told(self, manner: str) -> str:
        ticket, message = self.asking()
        _Handler.manner = manner
        with self.assertLogs("olmo.translator", "WARNING") as logged:
            found = self.part(self.url(ticket, "messages", message.pk, "translation"))
        self.assertEqual((found.status, found.all(".said__origin")), (409, []))
        self.assertEqual(found.words("button"), ["Translate"])  # to try again
        self.assertNotIn("stampante", "".join(logged.output))
        return found.words('[role="alert"]')[0]

    def test_says_its_own_reason(self) -> None:
        self.assertEqual(self.told("refusing"), "The translation service refused: it is not supported")
        self.assertEqual(self.told("broken"), "The translation service refused (status 500).")

    def test_nonsense_is_not_shown(self) -> None:
        for manner in ("nonsense", "empty", "endless"):
            with self.subTest(manner):
                self.assertEqual(self.told(manner), "The translation service gave an answer that cannot be read.")

    def test_redirects_are_not_followed(self) -> None:
        self.assertEqual(self.told("moved"), "The translation service refused (status 302).")
        self.assertEqual([asked["path"] for asked in _Handler.asked], ["/translate"])

    def test_a_slow_one_is_given_up_in_time(self) -> None:
        begun = time.monotonic()
        with mock.patch.object(translator, "TIMEOUT_SECONDS", 0.3):
            self.assertEqual(self.told("slow"), "The translation service does not answer. Try again in a moment.")
        self.assertLess(time.monotonic() - begun, 2)

    def test_one_that_is_down_says_so_and_one_that_is_busy_is_not_waited_for(self) -> None:
        with override_settings(OLMO_TRANSLATE_URL="http://127.0.0.1:9"):
            self.assertEqual(self.told(""), "The translation service does not answer. Try again in a moment.")
        with mock.patch.object(translator, "_PLACES", threading.BoundedSemaphore(1)) as places:
            places.acquire()
            with self.assertRaisesMessage(translator.Untranslated, "busy"):
                translator.translate("x", target="it")
        self.assertEqual(translator.translate("x", target="it").text, "X")


class AReply(TranslationTest):
    def translate(self, ticket: Ticket, text: str = ENGLISH, **more: Any) -> Visit:
        return self.post(self.url(ticket, "replies"), {"reply_text": text, "send": "translate", **more})

    def test_stands_translated_above_the_agent_s_own_words(self) -> None:
        ticket, _message = self.asking()
        button = self.get(self.url(ticket)).one('[name="send"][value="translate"]')
        self.assertEqual(button.attributes["aria-label"], "Translate into Italian")
        self.assertNotIn("formaction", button.attributes)
        visit = self.translate(ticket, cc="boss@acme.example")
        self.assertEqual((visit.status, visit.location), (303, f"{self.url(ticket)}?as=reply"))
        draft = Draft.objects.get(ticket=ticket)
        self.assertEqual((draft.text, draft.cc), (f"{ENGLISH.upper()}\n\n---\n\n{ENGLISH}", "boss@acme.example"))
        self.assertEqual((_Handler.asked[0]["source"], _Handler.asked[0]["target"]), ("en", "it"))
        self.translate(ticket, draft.text)  # pressed again: only their own words go out
        draft.refresh_from_db()
        self.assertEqual((draft.text, _Handler.asked[1]["q"]), (f"{ENGLISH.upper()}\n\n---\n\n{ENGLISH}", ENGLISH))
        page = self.get(visit.location)
        self.assertIn(ENGLISH.upper(), page.one("#reply-text").text())
        self.assertEqual(Message.objects.filter(ticket=ticket, is_from_desk=True).count(), 0)

    def test_is_kept_with_the_reason_when_the_service_fails(self) -> None:
        ticket, _message = self.asking()
        _Handler.manner = "refusing"
        with self.assertLogs("olmo.translator", "WARNING"):
            visit = self.translate(ticket, note_text="bring toner")
        self.assertEqual(
            (visit.status, visit.words("#reply-text"), visit.words("#note-text")), (409, [ENGLISH], ["bring toner"])
        )
        self.assertEqual(
            visit.words('#composer [role="alert"]:not([hidden])'),
            ["The translation service refused: it is not supported"],
        )

    def test_that_is_empty_too_long_or_translated_already_is_not_sent_out(self) -> None:
        ticket, _message = self.asking()
        for text, reason in (
            ("  ", "Write something first."),
            ("x" * 20_001, "This is too long to be translated: 20001 characters of at most 20000."),
            (ITALIAN, "This text is in the ticket’s language already."),
        ):
            visit = self.translate(ticket, text)
            self.assertEqual((visit.status, visit.words("#reply-wrong")), (422, [reason]))
        self.assertEqual(_Handler.asked, [])

    def test_is_offered_only_into_another_language_and_never_for_notes(self) -> None:
        ticket = self.report("Printer", language="en")
        self.assertEqual(self.get(self.url(ticket)).all('[value="translate"]'), [])
        self.assertEqual(self.post(self.url(ticket, "notes"), {"note_text": ENGLISH, "send": "translate"}).status, 404)
        for person in (self.otto, self.rui):
            visit = self.post(self.url(ticket, "replies"), {"reply_text": ENGLISH, "send": "translate"}, by=person)
            self.assertEqual(visit.status, 404)
        self.assertEqual(_Handler.asked, [])
