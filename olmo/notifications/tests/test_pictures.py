"""A picture in a reply goes along inside the mail."""

from email import message_from_bytes, policy

from olmo.kernel import clock
from olmo.notifications.reactions import tell
from olmo.outbox.composing import as_bytes
from olmo.outbox.models import Envelope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Attachment, Event, Ticket
from olmo.writing import drafting, sending
from olmo.writing.drafting import Content
from tests.cast import DeskTest

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


class Embedding(DeskTest):
    def upload(self, ticket: Ticket) -> Attachment:
        return actions.attach(
            by=self.alma,
            client_id=ticket.client_id,
            name="a b.png",
            media_type="image/png",
            chunks=[PNG],
            size=len(PNG),
        )

    def mail(self, ticket: Ticket) -> Envelope:
        tell(Event.objects.filter(ticket=ticket, kind="replied").latest("pk"))
        return Envelope.objects.filter(to=self.rui.email).latest("pk")

    def test_the_html_names_it_by_its_content_id_and_the_text_by_its_name(self) -> None:
        ticket = self.report("VPN")
        picture = self.upload(ticket)
        text = f"Look: ![a b.png](/files/{picture.pk}/a%20b.png)"
        draft = drafting.save(ticket, by=self.alma, kind="reply", content=Content(text=text))  # its line was taken away
        assert draft is not None
        sending.send(draft, by=self.alma)
        envelope = self.mail(ticket)
        self.assertIn("Look: [a b.png]", envelope.text)
        self.assertNotIn("/files/", envelope.html)
        mail = message_from_bytes(as_bytes(envelope, clock.now()), policy=policy.default)
        (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
        self.assertIn(f"cid:{image['Content-ID'].strip('<>')}", envelope.html)
        self.assertEqual(image.get_content_disposition(), "inline")
        self.assertEqual([part.get_content_type() for part in mail.walk()].count("multipart/related"), 1)

    def test_somebody_else_s_picture_does_not_go_along(self) -> None:
        ticket = self.report("VPN")
        picture = self.upload(ticket)
        draft = drafting.save(
            ticket, by=self.tove, kind="reply", content=Content(text=f"![x](/files/{picture.pk}/a%20b.png)")
        )
        assert draft is not None
        sending.send(draft, by=self.tove)
        self.assertIsNone(Attachment.objects.get(pk=picture.pk).message_id)

    def test_a_file_that_is_not_shown_is_an_attachment(self) -> None:
        ticket = self.report("VPN")
        picture = self.upload(ticket)
        actions.reply(ticket, by=self.alma, message=NewMessage(text="Below.", is_markdown=True, uploads=[picture.pk]))
        mail = message_from_bytes(as_bytes(self.mail(ticket), clock.now()), policy=policy.default)
        self.assertEqual([part.get_filename() for part in mail.iter_attachments()], ["a b.png"])
