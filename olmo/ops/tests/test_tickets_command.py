"""Tickets on the terminal: for scripts as JSON, for people as text."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from olmo.ops import tickets
from olmo.ops.problems import Problem
from olmo.tickets import actions
from tests.cast import DeskTest


class OnTheTerminal(DeskTest):
    def run_list(self, *words: str) -> str:
        said = io.StringIO()
        with redirect_stdout(said):
            self.assertEqual(tickets.main_list(list(words)), 0)
        return said.getvalue()

    def one(self, number: int, *options: str) -> str:
        said = io.StringIO()
        with redirect_stdout(said):
            self.assertEqual(tickets.main_one([str(number), *options]), 0)
        return said.getvalue()

    def listed(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run_list("--json", *words).splitlines()]

    def test_a_search_prints_one_object_a_line(self) -> None:
        first = self.report("VPN è lenta", tags=["vpn"], team=self.network, assignee=self.tove)
        self.report("Printer")
        (found,) = self.listed("status:open", "vpn")
        self.assertEqual(found["number"], first.number)
        self.assertEqual(found["requester"], {"name": "Rui Alves", "email": "rui@acme.example"})
        self.assertEqual(found["assignee"], {"name": "Tove Lind", "email": "tove@desk.example"})
        self.assertEqual((found["subject"], found["client"], found["team"], found["tags"]), (
            "VPN è lenta", "Acme Industrial", "Network", ["vpn"]))  # fmt: skip

    def test_without_words_the_newest_come_first_up_to_the_limit(self) -> None:
        with self.at("2026-03-02 09:00"):
            self.report("Older")
        with self.at("2026-03-02 10:00"):
            self.report("Newer", by=self.bea)
        self.assertEqual([t["subject"] for t in self.listed()], ["Newer", "Older"])
        self.assertEqual([t["subject"] for t in self.listed("--limit", "1")], ["Newer"])

    def test_the_table_shows_who_and_what(self) -> None:
        ticket = self.report("Printer is out of toner")
        heading, row = self.run_list().splitlines()
        self.assertIn("subject", heading)
        for word in (str(ticket.number), "new", "Rui Alves", "Printer is out of toner"):
            self.assertIn(word, row)

    def test_a_word_that_is_not_understood_is_named(self) -> None:
        said = io.StringIO()
        with redirect_stderr(said):
            self.assertEqual(tickets.main_list(["colour:red"]), 2)
        self.assertIn("colour", said.getvalue())

    def test_one_ticket_comes_with_messages_files_and_log(self) -> None:
        ticket = self.report("Printer", text="It blinks.")
        draft = actions.attach(
            by=self.alma, client_id=self.acme.pk, name="guide.txt", media_type="text/plain", chunks=[b"abc"], size=3
        )
        actions.note(ticket, by=self.alma, message=self.say("Old model.", uploads=[draft.pk]))
        other = self.report("Another")
        actions.link(ticket, other, by=self.alma, kind="related")
        found = json.loads(self.one(ticket.number, "--json"))
        self.assertEqual([e["kind"] for e in found["log"]], ["opened", "noted", "linked"])
        self.assertEqual(found["log"][1]["by"], "Alma Ferri")
        self.assertEqual([(m["kind"], m["text"]) for m in found["messages"]], [
            ("public", "It blinks."), ("internal", "Old model.")])  # fmt: skip
        self.assertEqual(found["messages"][1]["attachments"][0]["name"], "guide.txt")
        self.assertEqual(found["links"], [{"kind": "related", "number": other.number}])

    def test_one_ticket_can_be_read(self) -> None:
        ticket = self.report("Printer", text="It blinks.")
        page = self.one(ticket.number)
        for words in (f"#{ticket.number} Printer", "    It blinks.", "Rui Alves opened the ticket"):
            self.assertIn(words, page)

    def test_an_unknown_number_is_told(self) -> None:
        for number in ("7", "9" * 30):
            with self.assertRaises(Problem) as refused:
                tickets.main_one([number])
            self.assertIn(f"there is no ticket {number}", str(refused.exception))
