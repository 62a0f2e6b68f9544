"""Replies, notes and uploads: what is sent, who is told, and that nothing typed is ever lost."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from olmo.tickets import actions
from olmo.tickets.models import Attachment, Message, MessageKind, Status, Ticket
from olmo.worklog.models import Activity, Entry
from olmo.writing import sending
from olmo.writing.models import Draft

from .base import PageTest, Visit


class MinutesBesideAMessage(PageTest):
    """Typed with a reply or a note; entered with it when it goes, once."""

    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("Printer")
        self.phone = Activity.objects.create(name="Phone", is_billable=False)

    def sent(self, **typed: object) -> Visit:
        return self.post(self.url(self.ticket, "replies"), {"reply_text": "Done.", "send": "reply", **typed})

    def test_they_are_entered_with_the_message_and_lead_to_it(self) -> None:
        self.assertIn("Phone", self.get(self.url(self.ticket)).words('[name="reply_activity"] option'))
        self.sent(reply_minutes="15", reply_activity=self.phone.pk, note_minutes="99")
        entry = Entry.objects.get()
        self.assertEqual((entry.minutes, entry.activity, entry.is_billable), (15, self.phone, False))
        self.assertEqual((entry.message, entry.person), (self.last_message(self.ticket), self.alma))
        anchor = f"{self.url(self.ticket)}#message-{entry.message_id}"
        self.assertIn(anchor, self.get(self.url(self.ticket, "work", "entries")).text)
        self.assertIn(anchor, self.get("/desk/week").text)
        self.post(
            self.url(self.ticket, "notes"), {"note_text": "Hm.", "note_minutes": "0000005", "note_billing": "yes"}
        )
        self.assertEqual(list(Entry.objects.values_list("minutes", "is_billable")), [(15, False), (5, True)])
        self.assertEqual(self.get(self.url(self.ticket)).value("#reply-minutes"), "")

    def test_a_refusal_names_the_field_and_loses_nothing(self) -> None:
        visit = self.sent(reply_minutes="2000", reply_billing="no")
        self.assertEqual((visit.status, visit.value("#reply-minutes")), (422, "2000"))
        self.assertIn("1 to 1440", visit.words("#reply-minutes-wrong")[0])
        self.assertEqual(visit.one('[name="reply_billing"] [selected]').attributes["value"], "no")
        self.assertEqual(
            (visit.words("#reply-text"), Message.objects.filter(is_from_desk=True).count()), (["Done."], 0)
        )
        self.assertEqual(self.sent(reply_minutes="ten").status, 422)
        self.assertFalse(Entry.objects.exists())

    def test_they_wait_in_the_draft_and_are_entered_once_when_it_leaves(self) -> None:
        self.alma.undo_seconds = 10
        self.alma.save()
        with self.at("2026-03-02 09:00"):
            self.sent(reply_minutes="15", reply_activity=self.phone.pk)
            self.assertFalse(Entry.objects.exists())
            draft = sending.take_back(Draft.objects.get(), by=self.alma)
            self.assertEqual(self.get(self.url(self.ticket)).value("#reply-minutes"), "15")
            self.sent(reply_minutes="20", reply_activity=self.phone.pk, reply_revision=draft.revision)
        self.phone.is_active = False
        self.phone.save()
        with self.at("2026-03-03 09:00"):
            self.assertEqual((sending.send_due(), sending.send_due()), (1, 0))
        entry = Entry.objects.get()
        self.assertEqual((entry.minutes, str(entry.day), entry.activity), (20, "2026-03-02", None))
        self.assertEqual(entry.message, self.last_message(self.ticket))

    def test_minutes_alone_are_a_draft_but_no_message(self) -> None:
        kept = self.post(self.url(self.ticket, "replies", "draft"), {"reply_minutes": "12"})
        self.assertEqual(kept.status, 200)
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.value("#reply-minutes"), "12")
        sent = {"reply_minutes": "12", "reply_revision": page.value("[name=reply_revision]")}
        self.assertEqual(self.post(self.url(self.ticket, "replies"), {**sent, "send": "reply"}).status, 422)
        self.assertFalse(Entry.objects.exists())

    def test_two_drafts_that_become_one_keep_both(self) -> None:
        self.alma.undo_seconds = 10
        self.alma.save()
        self.sent(reply_minutes="15")
        waiting = Draft.objects.get()
        self.sent(reply_minutes="5", send="save", reply_text="More.")
        self.assertEqual(sending.take_back(waiting, by=self.alma).work["minutes"], "20")


class Replying(PageTest):
    def test_it_is_sent_and_the_page_comes_back(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(
            self.url(ticket, "replies"),
            {"reply_text": "Please try again.", "note_text": "he is angry", "cc": "boss@acme.example", "send": "reply"},
        )
        self.assertEqual((visit.status, visit.location), (303, self.url(ticket)))
        message = self.last_message(ticket)
        self.assertEqual((message.text, message.kind), ("Please try again.", MessageKind.PUBLIC))
        self.assertEqual((message.cc, message.author, message.is_from_desk), (["boss@acme.example"], self.alma, True))

    def test_the_button_names_the_readers(self) -> None:
        ticket = self.report("Printer")
        self.assertEqual(self.get(self.url(ticket)).words('[data-send="reply"]'), ["Send to Rui"])
        actions.reply(ticket, by=self.alma, message=self.say("Hello", cc=["a@x.example", "b@x.example"]))
        visit = self.get(self.url(ticket))
        self.assertEqual(visit.words('[data-send="reply"]'), ["Send to Rui + 2"])
        self.assertEqual(visit.value("#cc"), "a@x.example, b@x.example")

    def test_send_and_resolve(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(self.url(ticket, "replies"), {"reply_text": "Done.", "send": "resolve", "code": "workaround"})
        self.assertEqual(visit.status, 303)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.resolution_code), (Status.RESOLVED, "workaround"))
        self.assertEqual(self.last_message(ticket).text, "Done.")
        self.assertReplays(ticket)

    def test_send_and_wait_for_the_requester(self) -> None:
        ticket = self.report("Printer")
        self.post(self.url(ticket, "replies"), {"reply_text": "Which tray?", "send": "wait"})
        self.assertLogged(ticket, "opened", "replied", "put_on_hold")

    def test_send_and_wait_is_done_whole_or_not_at_all(self) -> None:
        ticket = self.report("Printer")
        actions.resolve(ticket, by=self.alma, code="fixed")
        visit = self.post(self.url(ticket, "replies"), {"reply_text": "Which tray?", "send": "wait"})
        self.assertEqual(visit.status, 409)
        self.assertEqual(visit.words("#reply-text"), ["Which tray?"])
        self.assertLogged(ticket, "opened", "resolved")

    def test_a_stale_reply_is_stopped_with_what_is_new_and_the_text_kept(self) -> None:
        ticket = self.report("Printer")
        seen = ticket.version
        actions.receive(ticket, by=self.rui, message=self.say("Never mind, it works."))
        typed = {
            "reply_text": "I will come at 3.",
            "note_text": "bring toner",
            "cc": "boss@acme.example",
            "send": "reply",
        }
        visit = self.post(self.url(ticket, "replies"), {**typed, "seen": seen})
        self.assertEqual(visit.status, 409)
        self.assertEqual(visit.words(".composer__stale .said__text"), ["Never mind, it works."])
        self.assertEqual(visit.words("#reply-text"), ["I will come at 3."])
        self.assertEqual(visit.words("#note-text"), ["bring toner"])
        self.assertEqual(visit.value("#cc"), "boss@acme.example")
        self.assertEqual(Message.objects.filter(ticket=ticket, is_from_desk=True).count(), 0)
        again = self.post(self.url(ticket, "replies"), {**typed, "seen": visit.value('#composer [name="seen"]')})
        self.assertEqual(again.status, 303)
        self.assertEqual(self.last_message(ticket).text, "I will come at 3.")

    def test_an_empty_reply_and_a_wrong_copy_say_so_beside_the_field(self) -> None:
        ticket = self.report("Printer")
        empty = self.post(self.url(ticket, "replies"), {"reply_text": "  ", "send": "reply"})
        self.assertEqual((empty.status, empty.words("#reply-wrong")), (422, ["Write something first."]))
        wrong = self.post(self.url(ticket, "replies"), {"reply_text": "Hello", "cc": "boss@", "send": "reply"})
        self.assertEqual((wrong.status, wrong.words("#cc-wrong")), (422, ["“boss@” is not an e-mail address."]))
        self.assertEqual(wrong.words("#reply-text"), ["Hello"])
        self.assertLogged(ticket, "opened")

    def test_a_merged_ticket_takes_no_reply_and_keeps_none_from_being_lost(self) -> None:
        ticket, other = self.report("One"), self.report("Two")
        actions.merge(ticket, other, by=self.alma)
        self.assertEqual(self.post(self.url(ticket, "replies"), {"reply_text": "Hi", "send": "reply"}).status, 409)

    def test_it_is_refused_to_those_who_may_not_see_the_ticket(self) -> None:
        ticket = self.report("Printer")
        for person in (self.otto, self.rui, self.bea):
            self.assertEqual(
                self.post(self.url(ticket, "replies"), {"reply_text": "x", "send": "reply"}, by=person).status, 404
            )
        self.assertEqual(self.get(self.url(ticket, "replies")).status, 405)
        self.assertLogged(ticket, "opened")


class Noting(PageTest):
    def test_the_note_takes_only_the_words_of_the_note(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(
            self.url(ticket, "notes"), {"reply_text": "Dear Rui", "note_text": "He is angry.", "send": "note"}
        )
        self.assertEqual(visit.status, 303)
        message = self.last_message(ticket)
        self.assertEqual((message.text, message.kind, message.cc), ("He is angry.", MessageKind.INTERNAL, []))
        self.assertEqual(Message.objects.filter(ticket=ticket, is_from_desk=True).count(), 1)

    def test_an_empty_note_says_so_and_keeps_the_reply(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(self.url(ticket, "notes"), {"reply_text": "Dear Rui", "note_text": "", "send": "note"})
        self.assertEqual((visit.status, visit.words("#note-wrong")), (422, ["Write something first."]))
        self.assertEqual(visit.words("#reply-text"), ["Dear Rui"])
        self.assertIn("checked", visit.one("#as-note").attributes)


class Attaching(PageTest):
    def upload(
        self, ticket: Ticket | None, name: str = "log.txt", content: bytes = b"lines", **more: Any
    ) -> dict[str, Any]:
        where = f"/desk/uploads?ticket={ticket.number}" if ticket else "/desk/uploads"
        visit = self.post(where, {"file": SimpleUploadedFile(name, content, "text/plain")}, **more)
        return {"status": visit.status, **json.loads(visit.text)}

    def test_an_upload_waits_for_its_message(self) -> None:
        ticket = self.report("Printer")
        kept = self.upload(ticket)
        self.assertEqual((kept["status"], kept["name"], kept["size"]), (200, "log.txt", 5))
        self.post(self.url(ticket, "replies"), {"reply_text": "See the log.", "upload": kept["id"], "send": "reply"})
        file = Attachment.objects.get(pk=kept["id"])
        self.assertEqual(file.message, self.last_message(ticket))
        self.assertEqual(self.get(self.url(ticket)).words(".attachment bdi"), ["log.txt"])

    def test_a_file_of_the_reply_does_not_go_with_the_note(self) -> None:
        ticket = self.report("Printer")
        kept = self.upload(ticket)
        self.post(self.url(ticket, "notes"), {"note_text": "Mine.", "upload": kept["id"], "send": "note"})
        self.assertIsNone(Attachment.objects.get(pk=kept["id"]).message_id)
        self.post(self.url(ticket, "notes"), {"note_text": "With it.", "note_upload": kept["id"], "send": "note"})
        self.assertEqual(Attachment.objects.get(pk=kept["id"]).message, self.last_message(ticket))

    def test_without_scripts_the_files_go_with_the_form(self) -> None:
        ticket = self.report("Printer")
        files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]
        self.post(self.url(ticket, "notes"), {"note_text": "Both.", "note_files": files, "send": "note"})
        names = Attachment.objects.filter(message=self.last_message(ticket)).values_list("name", flat=True)
        self.assertEqual(sorted(names), ["a.txt", "b.txt"])

    def test_a_refused_message_keeps_its_files(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(
            self.url(ticket, "replies"),
            {"reply_text": "x", "cc": "no address", "files": [SimpleUploadedFile("a.txt", b"a")], "send": "reply"},
        )
        self.assertEqual(visit.status, 422)
        self.assertEqual(visit.words(".upload bdi")[0], "a.txt")
        kept = visit.value('.upload [name="upload"]')
        self.post(self.url(ticket, "replies"), {"reply_text": "x", "upload": kept, "send": "reply"})
        self.assertEqual(Attachment.objects.get(pk=kept).message, self.last_message(ticket))

    @override_settings(OLMO_MAX_UPLOAD_BYTES=2**20)
    def test_a_file_over_the_limit_is_refused_with_the_limit_and_the_text_kept(self) -> None:
        ticket = self.report("Printer")
        large = b"x" * (2**20 + 1)
        refused = self.upload(ticket, "film.mp4", large)
        self.assertEqual(refused["status"], 422)
        self.assertIn("at most 1 MB", str(refused["error"]))
        visit = self.post(
            self.url(ticket, "replies"),
            {"reply_text": "Look", "files": [SimpleUploadedFile("film.mp4", large)], "send": "reply"},
        )
        self.assertEqual(visit.status, 422)
        self.assertIn("at most 1 MB", visit.text)
        self.assertEqual(visit.words("#reply-text"), ["Look"])

    def test_nobody_sends_the_draft_of_somebody_else(self) -> None:
        ticket = self.report("Printer")
        kept = self.upload(ticket, by=self.tove)
        visit = self.post(self.url(ticket, "replies"), {"reply_text": "x", "upload": kept["id"], "send": "reply"})
        self.assertEqual(visit.status, 422)
        self.assertIn("no longer there", visit.text)
        self.assertIsNone(Attachment.objects.get(pk=kept["id"]).message)

    def test_a_ticket_of_another_client_takes_no_file(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(
            f"/desk/uploads?ticket={ticket.number}", {"file": SimpleUploadedFile("a", b"a")}, by=self.otto
        )
        self.assertEqual(visit.status, 404)
        self.assertEqual(self.post("/desk/uploads", {}).status, 422)


class FarTooMuch(PageTest):
    def test_five_megabytes_are_refused_beside_the_field_and_kept(self) -> None:
        ticket = self.report("Printer")
        text = "<p>word</p>\n" * 420_000
        visit = self.post(self.url(ticket, "replies"), {"reply_text": text, "note_text": "kept too", "send": "reply"})
        self.assertEqual(visit.status, 422)
        self.assertIn("This is too long", visit.words("#reply-wrong")[0])
        self.assertEqual(visit.words("#note-text"), ["kept too"])
        self.assertIn("word", visit.words("#reply-text")[0][-40:])
        self.assertFalse(Message.objects.filter(ticket=ticket, is_from_desk=True).exists())

    def test_more_than_a_form_may_carry_is_said_on_a_page(self) -> None:
        ticket = self.report("Printer")
        visit = self.post(self.url(ticket, "replies"), {"reply_text": "x" * 7_000_000, "send": "reply"})
        self.assertEqual(visit.status, 413)
        self.assertIn("too large", visit.text)
        self.assertFalse(Message.objects.filter(ticket=ticket, is_from_desk=True).exists())
