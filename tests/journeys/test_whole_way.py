"""The whole way of a newcomer: one command, a real mail, the desk in a browser, the mailed answer, and the answer to it."""

import re
import shutil
import smtplib
import tempfile
import time
import unittest
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from olmo.ops.tests.olmo_process import Olmo
from olmo.outbox.tests.sink import Sink

from .base import THEMES, grave_faults

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
PASSWORD = "elm leaves in the rain"


class TheWholeWay(unittest.TestCase):
    def setUp(self) -> None:
        chromium = shutil.which("chromium")
        if chromium is None:
            self.skipTest("Chromium is not installed")
        folder = Path(tempfile.mkdtemp(prefix="olmo-way-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.sink = self.enterContext(Sink())
        self.olmo = Olmo(folder / "data", OLMO_SMTP_URL=self.sink.url)
        self.addCleanup(self.olmo.stop)
        self.olmo.wait_ready()
        browser = self.enterContext(sync_playwright()).chromium.launch(executable_path=chromium, args=FLAGS.split())
        self.addCleanup(browser.close)
        self.page = browser.new_page()

    def test_from_one_command_to_the_threaded_answer(self) -> None:
        self.set_up(self.page)
        self.send("VPN drops every few minutes", "Since this morning.\n\nGiulia", "<first@marchetti.example>")
        acknowledgement = self.mail(1)
        self.assertEqual(acknowledgement["Auto-Submitted"], "auto-replied")

        self.page.goto(f"{self.olmo.address}/desk/tickets/1001")
        self.page.fill("#reply-text", "Which version of the client is it?")
        self.page.get_by_role("button", name=re.compile("^Send to Giulia")).click()
        answer = self.mail(2)
        self.assertIn("Which version of the client", str(answer.get_body(("plain",))))
        self.assertEqual(answer["In-Reply-To"], "<first@marchetti.example>")

        self.send(f"Re: {answer['Subject']}", "It is 7.4.1", "<second@marchetti.example>", answer["Message-ID"])
        self.page.wait_for_selector("text=It is 7.4.1", timeout=15_000)  # on the open page, without reloading

        link = self.sign_in_link()
        self.page.context.clear_cookies()
        self.page.goto(link)
        self.page.locator("main button").first.click()
        self.page.goto(f"{self.olmo.address}/requests/1001")
        for words in ("VPN drops every few minutes", "Which version of the client is it?", "It is 7.4.1"):
            self.assertTrue(self.page.get_by_text(words).first.is_visible(), words)

    def set_up(self, page: Page) -> None:
        found = re.search(r"http://\S+/set-up/\S+", self.olmo.said)
        assert found is not None
        page.goto(found.group())
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.assertEqual(grave_faults(page), [], theme)
        for name, value in {
            "provider": "Quercia IT", "address": "help@quercia.example", "name": "Alma Ferri",
            "email": "alma@quercia.example", "password": PASSWORD, "again": PASSWORD,
        }.items():  # fmt: skip
            page.fill(f"[name={name}]", value)
        page.get_by_role("button", name="Set up and go").click()
        page.wait_for_url("**/desk/**")

    def sign_in_link(self) -> str:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.olmo.address}/sign-in")
        self.page.fill("[name=address]", "giulia@marchetti.example")
        self.page.locator("button[name=link]").click()
        found = re.search(r"http://\S+/sign-in/link/\w+", str(self.mail(3).get_body(("plain",))))
        assert found is not None
        return found.group()

    def send(self, subject: str, words: str, own_id: str, answers: str = "") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = "Giulia Conti <giulia@marchetti.example>", "help@quercia.example"
        mail["Subject"], mail["Message-ID"] = subject, own_id
        if answers:
            mail["In-Reply-To"] = answers
        mail.set_content(words)
        with smtplib.SMTP("127.0.0.1", int(self.olmo.environment["OLMO_SMTP_PORT"])) as server:
            server.send_message(mail)

    def mail(self, number: int) -> EmailMessage:
        """The mail that left as number so and so."""
        self.wait(lambda: len(self.sink.mails()) >= number)
        return self.sink.mails()[number - 1]

    def wait(self, is_so: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), deadline, "it took too long")
            time.sleep(0.1)
