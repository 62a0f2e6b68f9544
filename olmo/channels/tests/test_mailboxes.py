"""Mailboxes, as administrators add and change them."""

from typing import Any

from olmo.channels import actions, queries
from olmo.channels.models import Mailbox
from olmo.kernel.config import current
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine
from tests.cast import DeskTest


class AMailbox(DeskTest):
    def save(self, mailbox: Mailbox | None = None, **values: Any) -> Mailbox:
        return actions.save_mailbox(mailbox, by=self.ines, **{"address": "Help@Desk.example", **values})

    def test_is_added_by_an_administrator_and_leaves_a_line(self) -> None:
        box = self.save(client=self.acme, team=self.desk)
        self.assertEqual((box.address, list(queries.mailboxes(self.ines))), ("help@desk.example", [box]))
        self.assertIn("help@desk.example", AuditLine.objects.latest("pk").subject)

    def test_is_nobody_else_s_business(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.save_mailbox(None, by=self.alma, address="x@desk.example")
        with self.assertRaises(NotFound):
            queries.mailboxes(self.alma)

    def test_exists_once(self) -> None:
        self.save()
        with self.assertRaises(Conflict):
            self.save(address="HELP@desk.example")

    def test_names_the_field_that_is_wrong(self) -> None:
        wrong: dict[str, dict[str, Any]] = {
            "address": {"address": "a@b\r\nc"}, "imap_user": {"imap_host": "imap.example"}, "colour": {"colour": "red"},
            "imap_port": {"imap_port": 0},
            "imap_done_folder": {"imap_host": "x", "imap_user": "y", "imap_done_folder": "INBOX"},
        }  # fmt: skip
        for field, values in wrong.items():
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                self.save(**values)
            self.assertEqual(refused.exception.field, field)

    def test_keeps_its_password_out_of_the_database(self) -> None:
        box = self.save(imap_host="imap.example", imap_user="help", password="a secret word")
        path = current().secrets_dir / box.secret_name
        self.assertEqual((path.read_text().strip(), path.stat().st_mode & 0o077), ("a secret word", 0))
        self.assertNotIn("a secret word", str(Mailbox.objects.values().get()) + str(AuditLine.objects.values()))
        self.assertEqual(self.save(box).secret_name, box.secret_name)

    def test_that_reads_another_folder_begins_anew(self) -> None:
        box = self.save(imap_host="imap.example", imap_user="help")
        box.uid_validity, box.last_uid = 7, 99
        box.save()
        self.assertEqual(self.save(box, team=self.desk).last_uid, 99)
        self.assertEqual(self.save(box, imap_folder="Support").last_uid, 0)
