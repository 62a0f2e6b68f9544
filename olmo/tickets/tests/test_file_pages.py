"""Attachments as they are fetched: by whom, and how they are kept from doing harm."""

from typing import Any

from django.test import Client

from olmo.kernel.files import path_of, store
from olmo.people.models import Person
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.actions.writing import NewFile
from olmo.tickets.models import Attachment
from tests.cast import DeskTest


class Fetching(DeskTest):
    def attached(self, name: str = "log.txt", media_type: str = "text/plain", *, internal: bool = False) -> Attachment:
        ticket = self.report("Printer")
        file = NewFile(name=name, media_type=media_type, content=store([b"the ", b"content"]))
        said = NewMessage(text="See.", files=[file])
        (actions.note if internal else actions.reply)(ticket, by=self.alma, message=said)
        return Attachment.objects.latest("pk")

    def fetch(self, file: Attachment, by: Person | None, name: str = "") -> Any:
        client = Client()
        if by is not None:
            client.force_login(by)
        return client.get(f"/files/{file.pk}/{name or file.name}")

    def test_whoever_sees_the_message_gets_the_file(self) -> None:
        file = self.attached()
        for person in (self.alma, self.rui):
            answer = self.fetch(file, person)
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(b"".join(answer.streaming_content), b"the content")

    def test_to_all_others_there_is_no_such_file(self) -> None:
        file = self.attached()
        for person in (None, self.otto, self.bea):
            self.assertEqual(self.fetch(file, person).status_code, 404)
        self.assertEqual(self.fetch(file, self.alma, name="other.txt").status_code, 404)
        self.assertEqual(self.fetch(self.attached(internal=True), self.rui).status_code, 404)

    def test_a_file_that_is_gone_from_the_store_is_not_found(self) -> None:
        file = self.attached()
        path_of(file.sha256).unlink()
        self.assertEqual(self.fetch(file, self.alma).status_code, 404)

    def test_pictures_are_shown_and_all_else_is_downloaded_as_plain_bytes(self) -> None:
        picture = self.fetch(self.attached("a.png", "image/png"), self.alma)
        self.assertEqual(picture.headers["Content-Type"], "image/png")
        self.assertTrue(picture.headers["Content-Disposition"].startswith("inline"))
        dangerous = (
            ("a.html", "text/html"),
            ("a.svg", "image/svg+xml"),
            ("a.pdf", "application/pdf"),
            ("a.xml", "text/xml"),
        )
        for name, media_type in dangerous:
            with self.subTest(name):
                answer = self.fetch(self.attached(name, media_type), self.alma)
                self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
                self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_names_are_told_as_the_rfc_wants_and_never_break_the_header(self) -> None:
        file = self.attached('fattura "città"; x=\r\nSet-Cookie: a=b.pdf', "application/pdf")
        answer = self.fetch(file, self.alma)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("filename*=utf-8''", answer.headers["Content-Disposition"])
        self.assertNotIn("\n", answer.headers["Content-Disposition"])
        self.assertNotIn("Set-Cookie", answer.headers)
