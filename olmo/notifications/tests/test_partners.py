"""A partner's desk works on a ticket by mail: real parser, real outbox, real SMTP to a sink."""

from email.message import EmailMessage

from olmo.channels.tests.stage import arrive, delivered, mail, open_mailbox, relay, ticket_of
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.files import store
from olmo.notifications.models import Alert
from olmo.outbox.tests.sink import Sink
from olmo.tickets import actions
from olmo.tickets.models import Attachment, Message, PartnerCase, Status, Supplier, Ticket
from olmo.tickets.partners import reference_in
from tests.cast import DeskTest

DESK = "Carrier support <support@carrier.example>"


class Partnered(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        open_mailbox()
        self.carrier = Supplier.objects.create(name="Carrier", email="support@carrier.example")
        self.ticket = self.report("Line down", text="Nothing works since nine.", team=self.desk)
        actions.assign(self.ticket, by=self.alma, team=self.desk, assignee=self.alma)

    def ask(self, text: str = "Please check the line.", **more: object) -> Message:
        event = actions.ask_partner(self.ticket, by=self.alma, supplier=self.carrier, text=text, **more)  # type: ignore[arg-type]
        return Message.objects.get(pk=event.data["message"])

    def fresh(self) -> Ticket:
        return Ticket.objects.get(pk=self.ticket.pk)


class TheRoundtrip(Partnered):
    def sent(self, sink: Sink) -> list[EmailMessage]:
        return [m for m in delivered(sink) if "carrier.example" in m["To"]]

    def test_question_answer_and_a_second_question(self) -> None:
        said = Message.objects.filter(ticket=self.ticket).earliest("pk")
        kept = store([b"a log"])
        Attachment.objects.create(
            client=self.acme, message=said, uploader=self.rui, name="router.log", media_type="text/plain", size=kept.size,
            sha256=kept.sha256,
        )  # fmt: skip
        with relay(Sink()) as sink:
            self.ask(messages=[said.pk], files=[said.attachments.get().pk])
            (out,) = self.sent(sink)
            body = out.get_body(("plain",))
            assert body is not None
            for part in ("Please check the line.", f"#{self.ticket.number}", "Nothing works since nine."):
                self.assertIn(part, body.get_content())
            self.assertIn(f"[#{self.ticket.number}]", out["Subject"])
            self.assertEqual([a.get_filename() for a in out.iter_attachments()], ["router.log"])
            self.assertEqual((self.fresh().status, self.fresh().supplier), (Status.WAITING, self.carrier))

            row = arrive(
                mail(
                    "A cable is cut.\n", sender=DESK, to=out["Reply-To"], subject=f"Case INC0045871 - Re: {out['Subject']}",
                    message_id="<1@carrier.example>", in_reply_to=out["Message-ID"],
                ),
                sender="support@carrier.example",
            )  # fmt: skip
            self.assertEqual(ticket_of(row), self.ticket)
            heard = Message.objects.get(pk=row.message_id or 0)
            self.assertEqual((heard.kind, heard.partner, heard.is_from_desk), ("internal", self.carrier, False))
            self.assertTrue(heard.is_verified)
            self.assertEqual(PartnerCase.objects.get().reference, "INC0045871")
            self.assertEqual(self.fresh().status, Status.OPEN)

            self.ask("When will it be mended?")
            second = self.sent(sink)[-1]
            self.assertIn("INC0045871", second["Subject"])
            self.assertEqual(second["In-Reply-To"], "<1@carrier.example>")
            addressed = {m["To"] for m in sink.mails()}
            self.assertFalse(any("acme.example" in to for to in addressed), addressed)
        self.assertIn(self.alma, [alert.person for alert in Alert.objects.filter(event__kind="partner_answered")])
        self.assertReplays(self.fresh())

    def test_the_requester_sees_one_ticket_and_none_of_it(self) -> None:
        self.ask("Secret words to them.")
        arrive(
            mail("Secret words of theirs.", sender=DESK, subject=f"Re: [#{self.ticket.number}] Line down"),
            sender="support@carrier.example",
        )
        self.client.force_login(self.rui)
        page = self.client.get(f"/requests/{self.ticket.number}", follow=True).content.decode()
        self.assertIn("Line down", page)
        self.assertNotIn("Secret words", page)


class WhoIsThePartner(Partnered):
    def hear(self, sender: str, **more: str) -> Message:
        row = arrive(mail("Our words.", sender=sender, **more), sender=sender)
        return Message.objects.get(pk=row.message_id or 0)

    def test_a_colleague_of_theirs_who_answers_our_mail(self) -> None:
        said = self.ask()
        self.assertTrue(said.is_from_desk)
        heard = self.hear("joe@carrier.example", to=f"help+{self.ticket.reply_token}@desk.example")
        self.assertEqual((heard.ticket, heard.partner), (self.ticket, self.carrier))

    def test_their_reference_alone_in_the_subject_is_enough_from_their_address(self) -> None:
        self.ask(reference="SR-77123")
        heard = self.hear("support@carrier.example", subject="Update on SR-77123")
        self.assertEqual((heard.ticket, heard.partner), (self.ticket, self.carrier))
        self.assertFalse(heard.is_verified)

    def test_a_stranger_with_our_number_is_nobody(self) -> None:
        self.ask()
        heard = self.hear("eve@evil.example", subject=f"Re: [#{self.ticket.number}] Line down")
        self.assertNotEqual(heard.ticket, self.ticket)
        self.assertIsNone(heard.partner)

    def test_before_anything_was_asked_the_supplier_is_a_sender_like_others(self) -> None:
        heard = self.hear("support@carrier.example", subject=f"Re: [#{self.ticket.number}] Line down")
        self.assertIsNone(heard.partner)

    def test_a_receipt_of_a_machine_keeps_the_reference_and_wakes_nothing(self) -> None:
        self.ask()
        row = arrive(
            mail(
                "We have received your request.", sender=DESK, subject=f"Ticket 998877 opened: [#{self.ticket.number}] Line down",
                to=f"help+{self.ticket.reply_token}@desk.example", Auto_Submitted="auto-replied",
            ),
            sender="support@carrier.example",
        )  # fmt: skip
        self.assertEqual(ticket_of(row), self.ticket)
        self.assertEqual(PartnerCase.objects.get().reference, "998877")
        self.assertEqual(self.fresh().status, Status.WAITING)

    def test_references_are_read_from_subjects(self) -> None:
        for subject, found in (
            ("Re: [#4821] VPN (Case 00123456)", "00123456"), ("[INC0045871] Re: [#4821] VPN", "INC0045871"),
            ("Rif. 2026/7781 - [#4821] Linea", "2026/7781"), ("Re: [#4821] VPN", ""), ("Re: ticket #4821", ""),
            ("Windows 11 does not start", ""), ("Re: [#4821] request pending", ""),
        ):  # fmt: skip
            with self.subTest(subject):
                self.assertEqual(reference_in(subject, 4821), found)


class Refusing(Partnered):
    def test_what_is_wrong_is_said_and_nothing_is_half_saved(self) -> None:
        nameless = Supplier.objects.create(name="No address")
        gone = Supplier.objects.create(name="Gone", email="x@gone.example", is_active=False)
        other = Message.objects.filter(ticket=self.report("Another")).earliest("pk")
        for field, more in (
            ("text", {"text": " "}), ("supplier", {"supplier": nameless}), ("supplier", {"supplier": gone}),
            ("messages", {"messages": [other.pk]}), ("files", {"files": [999_999]}),
        ):  # fmt: skip
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                values = {"supplier": self.carrier, "text": "Please", **more}
                actions.ask_partner(self.ticket, by=self.alma, **values)  # type: ignore[arg-type]
            self.assertEqual(refused.exception.field, field)
        self.assertEqual(PartnerCase.objects.count(), 0)
        self.assertEqual(Message.objects.filter(partner__isnull=False).count(), 0)

    def test_not_by_the_wrong_people_nor_on_a_finished_ticket(self) -> None:
        for person, error in ((self.rui, NotAllowed), (self.otto, NotFound)):
            with self.assertRaises(error):
                actions.ask_partner(self.ticket, by=person, supplier=self.carrier, text="Please")
        actions.close(self.ticket, by=self.alma)
        with self.assertRaises(Conflict):
            self.ask()

    def test_a_reference_needs_a_case(self) -> None:
        with self.assertRaises(Conflict):
            actions.set_reference(self.ticket, by=self.alma, supplier=self.carrier, reference="A1")
        self.ask()
        with self.assertRaises(Invalid):
            actions.set_reference(self.ticket, by=self.alma, supplier=self.carrier, reference=" ")
        actions.set_reference(self.ticket, by=self.alma, supplier=self.carrier, reference="A1")
        self.assertIsNone(actions.set_reference(self.ticket, by=self.alma, supplier=self.carrier, reference="A1"))
