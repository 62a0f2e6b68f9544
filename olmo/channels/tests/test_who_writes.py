"""Senders, the clients they belong to, and mail that names nobody."""

from olmo.channels.tests.stage import arrive, do_jobs, envelopes, mail, open_mailbox, ticket_of
from olmo.people.queries import by_address
from olmo.tenancy.models import Client
from olmo.tickets.models import CustomField, Message
from tests.cast import DeskTest


class AnUnknownSender(DeskTest):
    def test_belongs_to_the_client_of_the_mail_domain(self) -> None:
        open_mailbox(client=self.bolt)
        ticket = ticket_of(arrive(mail(sender="Ugo Neri <Ugo.Neri@ACME.example>")))
        self.assertEqual((ticket.client, ticket.requester.name), (self.acme, "Ugo Neri"))
        self.assertEqual(by_address("ugo.neri@acme.example"), ticket.requester)

    def test_else_to_the_client_of_the_mailbox(self) -> None:
        open_mailbox(client=self.bolt, language="it", team=self.network)
        ticket = ticket_of(arrive(mail("0x80070005", subject="?", sender="x@nowhere.example")))
        self.assertEqual((ticket.client, ticket.team, ticket.requester.language), (self.bolt, self.network, "it"))

    def test_else_to_the_client_of_strangers_which_is_made_then(self) -> None:
        first, second = (ticket_of(arrive(mail(sender=f"x{n}@nowhere.example"))) for n in (1, 2))
        self.assertTrue(first.client.takes_strangers)
        self.assertEqual(first.client, second.client)
        self.assertEqual(Client.objects.filter(takes_strangers=True).count(), 1)

    def test_a_taken_name_does_not_stop_it(self) -> None:
        Client.objects.create(name="Unknown senders")
        self.assertEqual(ticket_of(arrive(mail(sender="x@nowhere.example"))).client.name, "Unknown senders 2")

    def test_is_the_same_person_at_the_second_mail(self) -> None:
        first, second = (ticket_of(arrive(mail(f"Number {n}", sender="x@nowhere.example"))) for n in (1, 2))
        self.assertNotEqual(first, second)
        self.assertEqual(first.requester, second.requester)


class AMailWithout(DeskTest):
    def test_a_sender_is_kept_and_nobody_is_answered(self) -> None:
        for raw in (
            b"Subject: lost\r\n\r\nWho?\r\n",
            b"From: nonsense\r\n\r\nhi\r\n",
            b"",
            b"\x00\xff\xfe",
            b"From: <>\r\n\r\n",
        ):
            with self.subTest(raw):
                ticket = ticket_of(arrive(raw, sender=""))
                self.assertIsNone(ticket.requester.email)
        do_jobs()
        self.assertEqual(envelopes(), [])

    def test_a_subject_has_one_all_the_same(self) -> None:
        self.assertEqual(ticket_of(arrive(mail(subject=""))).subject, "(no subject)")

    def test_a_date_or_with_an_absurd_one_is_ordered_by_its_arrival(self) -> None:
        for date in ("Mon, 1 Jan 1899 00:00:00 +0000", "Thu, 1 Jan 2099 00:00:00 +9999", "yesterday"):
            with self.subTest(date):
                ticket = ticket_of(arrive(mail(subject=date).replace(b"Date: ", b"X: ", 1)))
                raw = f"Date: {date}\r\n".encode() + mail(subject=f"{date} 2").replace(b"Date: ", b"X: ", 1)
                other = ticket_of(arrive(raw))
                self.assertLess((other.opened_at - ticket.opened_at).total_seconds(), 60)


class AMailThat(DeskTest):
    def test_cannot_fill_in_a_required_field_opens_a_ticket_all_the_same(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text", client=self.acme, is_required=True)
        ticket = ticket_of(arrive(mail()))
        self.assertEqual(ticket.requester, self.rui)

    def test_comes_from_somebody_who_left_is_taken(self) -> None:
        self.rui.is_active = False
        self.rui.save()
        self.assertEqual(ticket_of(arrive(mail())).requester, self.rui)
        do_jobs()
        self.assertEqual(envelopes(), [])

    def test_has_files_keeps_them(self) -> None:
        from email.message import EmailMessage

        made = EmailMessage()
        made["From"], made["Subject"] = "rui@acme.example", "With a log"
        made.set_content("See the log.")
        made.add_attachment(b"line 1\n", maintype="text", subtype="plain", filename="../../etc/pass\u202ewd.log")
        row = arrive(made.as_bytes())
        (file,) = Message.objects.get(pk=row.message_id or 0).attachments.all()
        self.assertEqual((file.size, "/" in file.name, "\u202e" in file.name), (7, False, False))

    def test_names_thousands_of_people_is_kept_with_a_note(self) -> None:
        crowd = ", ".join(f"p{n}@acme.example" for n in range(2000))
        row = arrive(mail(to="help@desk.example", cc=crowd))
        ticket = ticket_of(row)
        notes = Message.objects.filter(ticket=ticket, kind="internal")
        self.assertEqual(len(Message.objects.get(pk=row.message_id or 0).cc), 50)
        self.assertIn("names", notes.get().text)
        do_jobs()
        self.assertEqual([envelope.to for envelope in envelopes()], ["rui@acme.example"])

    def test_disguises_text_is_shown_safely(self) -> None:
        """R24, M10, M11."""
        raw = mail("Hi.").replace(
            b"Subject: VPN", "Subject: invoice \u202efdp.exe\x00 \r\n Bcc: x@evil.example".encode()
        )
        raw = raw.replace(b"From: Rui Alves", "From: \u202eBoss <boss@acme.example>\x00".encode()[:-26] + b" Rui")
        ticket = ticket_of(arrive(raw))
        self.assertFalse({"\u202e", "\x00", "\n", "\r"} & set(ticket.subject))
