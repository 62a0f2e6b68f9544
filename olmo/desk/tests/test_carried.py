"""The files of a draft: seen by whoever approves it, moved between reply and note, with or without scripts."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from olmo.people.models import Person
from olmo.tickets.models import Attachment, Message, Ticket
from olmo.writing import drafting, sharing
from olmo.writing.models import Draft

from .base import PageTest


class FilesOfADraft(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("Printer")

    def upload(self, name: str, media_type: str, by: Person) -> Attachment:
        self.as_(by).post("/desk/uploads", {"file": SimpleUploadedFile(name, b"GIF89a", media_type)})
        return Attachment.objects.latest("pk")

    def draft(self, text: str, *files: Attachment) -> Draft:
        content = drafting.Content(text=text, uploads=tuple(file.pk for file in files))
        found = drafting.save(self.ticket, by=self.alma, kind="reply", content=content)
        assert found is not None
        return found


class Approving(FilesOfADraft):
    def setUp(self) -> None:
        super().setUp()
        self.picture = self.upload("shot.gif", "image/gif", self.alma)
        self.plan = self.upload("plan.txt", "text/plain", self.alma)
        text = f"Look: ![shot](/files/{self.picture.pk}/shot.gif)"
        self.asked = self.draft(text, self.picture, self.plan)

    def ask(self) -> None:
        sharing.ask(self.asked, by=self.alma, approver=self.tove, word="")

    def test_the_approver_sees_pictures_and_files(self) -> None:
        self.ask()
        for page in (f"/desk/drafts/{self.asked.pk}", self.url(self.ticket)):
            visit = self.get(page, by=self.tove)
            (image,) = visit.all(".said__text img")
            answer = self.as_(self.tove).get(str(image.attributes["src"]))
            self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "image/gif"))
            self.assertEqual(b"".join(answer), b"GIF89a")
            links = [str(link.attributes["href"]) for link in visit.all(".said .attachment")]
            self.assertEqual([link.rsplit("/", 1)[-1] for link in links], ["shot.gif", "plan.txt"])
            self.assertIn("attachment", self.as_(self.tove).get(links[1]).headers["Content-Disposition"])

    def test_nobody_else_sees_them(self) -> None:
        url = f"/desk/drafts/files/{self.plan.pk}/plan.txt"
        self.assertEqual(self.as_(self.tove).get(url).status_code, 404)
        self.ask()
        for person in (self.ines, self.otto, self.rui):
            self.assertEqual(self.as_(person).get(url).status_code, 404, person)
        other = self.upload("other.txt", "text/plain", self.alma)
        self.assertEqual(self.as_(self.tove).get(url.replace(str(self.plan.pk), str(other.pk))).status_code, 404)

    def test_a_file_that_is_not_the_author_s_is_not_shown_through_a_draft(self) -> None:
        foreign = self.upload("secret.txt", "text/plain", self.ines)
        Draft.objects.filter(pk=self.asked.pk).update(uploads=[foreign.pk])
        url = f"/desk/drafts/files/{foreign.pk}/secret.txt"
        self.assertEqual(self.as_(self.alma).get(url).status_code, 404)

    def test_what_was_approved_leaves_with_them(self) -> None:
        self.ask()
        page = self.get(f"/desk/drafts/{self.asked.pk}", by=self.tove)
        typed = {name: page.value(f"form [name={name}]") for name in ("revision", "seen")}
        text = f"Look: ![shot](/files/{self.picture.pk}/shot.gif)"
        visit = self.post(f"/desk/drafts/{self.asked.pk}", {**typed, "text": text, "act": "approve"}, by=self.tove)
        self.assertEqual(visit.status, 303)
        self.assertEqual(Attachment.objects.filter(message=Message.objects.latest("pk")).count(), 2)


class MovingAFile(FilesOfADraft):
    def move(self, noun: str, file: int, **typed: Any) -> Any:
        return self.post(self.url(self.ticket, noun), {"send": f"move:{file}", **typed})

    def drafts(self) -> dict[str, tuple[str, list[int]]]:
        return {draft.kind: (draft.text, draft.uploads) for draft in Draft.objects.filter(author=self.alma)}

    def test_it_goes_to_the_note_and_back_and_no_word_is_lost(self) -> None:
        file = self.upload("plan.txt", "text/plain", self.alma)
        visit = self.move("replies", file.pk, upload=str(file.pk), reply_text="Dear Rui", note_text="For us")
        self.assertEqual((visit.status, visit.location), (303, f"{self.url(self.ticket)}?as=reply"))
        self.assertEqual(self.drafts(), {"reply": ("Dear Rui", []), "note": ("For us", [file.pk])})
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.value(".if-note [name=note_upload]"), str(file.pk))
        self.assertEqual(page.words(".if-note [data-upload-move]"), ["Move it to the reply"])
        typed = {f"{kind}_revision": page.value(f"[name={kind}_revision]") for kind in ("reply", "note")}
        self.move("notes", file.pk, note_upload=str(file.pk), reply_text="Dear Rui", note_text="For us", **typed)
        self.assertEqual(self.drafts(), {"reply": ("Dear Rui", [file.pk]), "note": ("For us", [])})
        self.assertFalse(Message.objects.filter(is_from_desk=True).exists())

    def test_a_picture_takes_its_place_in_the_words_with_it(self) -> None:
        file = self.upload("shot.gif", "image/gif", self.alma)
        markdown = f"![shot](/files/{file.pk}/shot.gif)"
        self.move("replies", file.pk, upload=str(file.pk), reply_text=f"Look {markdown}", note_text="For us")
        self.assertEqual(self.drafts(), {"reply": ("Look ", []), "note": (f"For us\n\n{markdown}", [file.pk])})

    def test_what_is_not_there_is_refused_and_the_words_are_kept(self) -> None:
        file = self.upload("plan.txt", "text/plain", self.ines)
        visit = self.move("replies", file.pk, upload=str(file.pk), reply_text="Dear Rui")
        self.assertEqual((visit.status, visit.words("#reply-text")), (422, ["Dear Rui"]))
        self.assertIn("not there any more", visit.text)
        self.assertEqual(Draft.objects.count(), 0)
        self.assertEqual(self.post(self.url(self.ticket, "replies"), {"send": "move:x"}).status, 422)

    def test_another_window_is_not_overwritten(self) -> None:
        file = self.upload("plan.txt", "text/plain", self.alma)
        self.draft("Other window")
        visit = self.move("replies", file.pk, upload=str(file.pk), reply_text="Dear Rui", writer="two")
        self.assertEqual((visit.status, visit.words("#reply-text")), (409, ["Dear Rui"]))
        self.assertEqual(self.drafts(), {"reply": ("Other window", [])})

    def test_the_ticket_of_another_client_is_unknown(self) -> None:
        ticket: Ticket = self.ticket
        self.assertEqual(self.post(self.url(ticket, "replies"), {"send": "move:1"}, by=self.otto).status, 404)
