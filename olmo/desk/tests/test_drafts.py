"""Drafts on pages: saved while typing, listed, undone, approved; suggestions only of what one may see."""

import json
from typing import Any

from olmo.people.models import Person
from olmo.tickets.models import Message, Ticket
from olmo.writing import canned
from olmo.writing.models import Draft

from .base import PageTest


class Saving(PageTest):
    def save(self, ticket: Ticket, **typed: Any) -> dict[str, Any]:
        visit = self.post(self.url(ticket, "replies/draft"), {"writer": "one", **typed})
        return {"status": visit.status, **json.loads(visit.text)}

    def test_it_is_there_when_the_page_is_opened_again(self) -> None:
        ticket = self.report("Printer")
        first = self.save(ticket, reply_text="Dear Rui", cc="boss@acme.example")
        self.assertEqual((first["status"], first["revision"], first["hints"]), (200, 1, []))
        visit = self.get(self.url(ticket))
        self.assertEqual((visit.words("#reply-text"), visit.value("#cc")), (["Dear Rui"], "boss@acme.example"))
        self.assertEqual(visit.value('[name="reply_revision"]'), "1")
        self.assertIn("Dear Rui", self.get("/desk/drafts").text)
        self.assertNotIn("Dear Rui", self.get("/desk/drafts", by=self.tove).text)

    def test_another_window_gets_what_is_saved(self) -> None:
        ticket = self.report("Printer")
        self.save(ticket, reply_text="Dear Rui")
        told = self.save(ticket, reply_text="Hello", writer="two")
        self.assertEqual((told["status"], told["text"], told["revision"]), (409, "Dear Rui", 1))

    def test_hints_name_readers_outside_and_another_language(self) -> None:
        ticket = self.report("Printer")
        told = self.save(
            ticket, reply_text="Buongiorno, la stampante non è più in linea, può riprovare?", cc="x@elsewhere.example"
        )
        self.assertEqual(len(told["hints"]), 2)
        self.assertIn("x@elsewhere.example", told["hints"][0])

    def test_strangers_save_nothing(self) -> None:
        ticket = self.report("Printer")
        for person in (self.otto, self.rui):
            self.assertEqual(self.post(self.url(ticket, "replies/draft"), {"reply_text": "x"}, by=person).status, 404)


class Undoing(PageTest):
    def test_a_reply_waits_and_is_taken_back_without_scripts(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(undo_seconds=10)
        ticket = self.report("Printer")
        self.post(self.url(ticket, "replies"), {"reply_text": "Done.", "send": "resolve", "code": "fixed"})
        self.assertFalse(Message.objects.filter(is_from_desk=True).exists())
        visit = self.get(self.url(ticket))
        self.assertIn("Done.", visit.words("#waiting .said__text"))
        self.assertEqual(visit.words("#reply-text"), [""])
        undo = visit.one('#waiting form[action$="/sending/end"]').attributes["action"]
        self.assertEqual(self.post(str(undo)).location, self.url(ticket))
        self.assertEqual(self.get(self.url(ticket)).words("#reply-text"), ["Done."])
        again = self.post(str(undo), {"ticket": ticket.number})
        self.assertEqual(again.status, 303)

    def test_it_is_sent_at_once_when_its_author_says_so(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(undo_seconds=30)
        ticket = self.report("Printer")
        self.post(self.url(ticket, "replies"), {"reply_text": "Now.", "send": "reply"})
        self.post(f"/desk/drafts/{Draft.objects.get().pk}/sending")
        self.assertEqual(self.last_message(ticket).text, "Now.")

    def test_a_moment_that_has_passed_is_refused_beside_its_field(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(
            self.url(ticket, "replies"), {"reply_text": "x", "send": "schedule", "send_at": "2020-01-01T09:00"}
        )
        self.assertEqual((visit.status, visit.words("#reply-text")), (422, ["x"]))
        self.assertEqual(len(visit.words("#send-at-wrong")), 1)


class Approving(PageTest):
    def test_from_the_question_to_the_answer(self) -> None:
        ticket = self.report("Printer")
        there = self.post(self.url(ticket, "replies"), {"reply_text": "We pay.", "send": "approval"}).location
        asked = self.post(
            there, {"text": "We pay.", "revision": 1, "act": "ask", "approver": self.tove.pk, "word": "Right?"}
        )
        self.assertEqual(asked.location, self.url(ticket))
        page = self.get(there, by=self.tove)
        self.assertIn("Right?", page.text)
        form = {name: page.value(f'main [name="{name}"]') for name in ("revision", "seen")}
        done = self.post(there, {**form, "text": "We pay half.", "act": "approve"}, by=self.tove)
        self.assertEqual(done.status, 303)
        self.assertEqual(
            (self.last_message(ticket).text, self.last_message(ticket).author), ("We pay half.", self.alma)
        )
        self.assertEqual(self.get(there, by=self.tove).status, 404)


class Suggesting(PageTest):
    def rows(self, ticket: Ticket, noun: str, words: str = "") -> list[dict[str, str]]:
        visit = self.get(self.url(ticket, f"suggestions/{noun}?q={words}"))
        rows: list[dict[str, str]] = json.loads(visit.text)["rows"]
        return rows

    def test_only_agents_who_may_see_the_organisation_are_offered(self) -> None:
        self.assertEqual(
            [row["label"] for row in self.rows(self.report("Printer"), "mentions")], ["Ines Rota", "Tove Lind"]
        )
        tove = self.rows(self.report("Printer"), "mentions", "tov")[0]
        self.assertEqual(tove["insert"], f"[@Tove Lind](person:{self.tove.pk}) ")

    def test_addresses_are_of_the_organisation(self) -> None:
        self.assertEqual(
            [r["insert"] for r in self.rows(self.report("Printer"), "addresses", "u")], ["rui@acme.example, "]
        )
        self.assertEqual(self.rows(self.report("Printer"), "addresses", "bea"), [])

    def test_a_ready_answer_is_shown_as_it_would_be_inserted(self) -> None:
        wanted = canned.Settings(title="Greeting", scope="own", texts={"en": "Hello {first_name}"})
        row = canned.save(None, wanted, by=self.alma)
        ticket = self.report("Printer")
        shown = self.rows(ticket, "answers", "greet")[0]
        self.assertEqual(shown["insert"], "Hello Rui")
        self.assertEqual([self.post(shown["used"]).status for _press in range(2)], [204, 204])
        self.assertEqual(self.post(shown["used"], by=self.tove).status, 404)
        places = self.get(f"/desk/canned/{row.pk}").words("section[aria-labelledby=used] li")
        self.assertEqual(places, [f"Ticket: #{ticket.number} Printer"])
        self.assertEqual(canned.places(self.otto, row, 9), [])
        self.assertEqual(self.get(f"/desk/canned/{row.pk}", by=self.tove).status, 404)

    def test_the_pages_of_ready_answers_keep_what_was_typed(self) -> None:
        typed = {"title": "T", "scope": "own", "text_en": "Hello {{7*7}}"}
        visit = self.post("/desk/canned/new", typed)
        self.assertEqual(visit.status, 422)
        self.assertIn("Hello {{7*7}}", visit.text)
        self.assertEqual(self.post("/desk/canned/new", {**typed, "text_en": "Hello"}).status, 303)
        self.assertIn("T", self.get("/desk/canned?q=hello").words(".drafts__head b"))

    def test_the_last_message_is_quoted(self) -> None:
        visit = self.get(self.url(self.report("Printer", text="It\nburns"), "quotation"))
        self.assertTrue(json.loads(visit.text)["text"].endswith("> It\n> burns"))
