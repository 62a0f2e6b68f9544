"""Notices about delivery are understood: whether it failed, for whom, and for good or for now."""

import pytest

from ..model import ParsedMail
from .messages import mail, parts

DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: help@desk.example\n"


def report(action: str, status: str, *more: str) -> ParsedMail:
    """A report by RFC 3464 about rui@acme.example."""
    fields = f"Final-Recipient: rfc822; Rui@acme.example\nAction: {action}\nStatus: {status}\n" + "\n".join(more)
    return parts(
        "Content-Type: text/plain\n\nSee below.",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{fields}",
        "Content-Type: message/rfc822\n\nMessage-ID: <77@desk.example>\nTo: rui@acme.example\nSubject: x\n\nx",
        kind="report; report-type=delivery-status",
        head=f"{DAEMON}Subject: Notice\n",
    )


class TestReports:
    """RFC 3464."""

    def test_a_failure_names_its_recipient_and_the_mail_that_failed(self) -> None:
        found = report("failed", "5.1.1")
        assert (found.bounce, found.delayed, found.bounced_recipients) == (True, False, ("rui@acme.example",))
        assert found.bounce_permanent is True
        assert found.delivery.original_message_id == "77@desk.example"
        assert found.is_automatic

    def test_a_delay_is_a_notice_but_no_failure(self) -> None:
        found = report("delayed", "4.4.1")
        assert (found.bounce, found.delayed, found.delivery.failed) == (True, True, False)
        assert found.bounce_permanent is None

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
    def test_a_success_is_no_bounce(self, action: str) -> None:
        found = report(action, "2.0.0")
        assert not found.delivery.failed
        assert found.bounced_recipients == ()

    @pytest.mark.parametrize(
        ("status", "said", "permanent"),
        [
            ("5.1.1", "550 no such user", True),
            ("5.2.2", "552 mailbox full", False),
            ("5.0.0", "452 4.2.2 over quota", False),
            ("4.4.7", "timed out", False),
            ("5.7.1", "550 refused by policy", True),
        ],
    )
    def test_a_full_mailbox_or_a_slow_network_is_not_for_good(self, status: str, said: str, permanent: bool) -> None:
        assert report("failed", status, f"Diagnostic-Code: smtp; {said}").bounce_permanent is permanent

    def test_the_host_of_the_inside_gives_way_to_the_original_address(self) -> None:
        found = parts(
            "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;rui@inside\nAction: failed\n"
            "Original-Recipient: rfc822;rui@acme.example",
            head=DAEMON,
        )
        assert found.bounced_recipients == ("rui@acme.example",)

    def test_an_abuse_report_is_no_bounce(self) -> None:
        found = parts(
            "Content-Type: message/feedback-report\n\nFeedback-Type: abuse",
            kind="report; report-type=feedback-report",
            head=DAEMON,
        )
        assert (found.feedback_report, found.bounce, found.is_automatic) == (True, False, True)


PROSE = [
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<rui@acme.example>:\nNo mailbox here.",
    "The following address(es) failed:\n\n  rui@acme.example\n    host mx.acme.example: 550 5.1.1 User unknown",
    "<rui@acme.example>: host mx.acme.example[192.0.2.1] said: 550 User unknown",
    "   ----- The following addresses had permanent fatal errors -----\n<rui@acme.example>\n\n550 5.1.1 User unknown",
    "Your message did not reach the following recipient(s):\n\nrui@acme.example on Mon, 2 Mar 2026 09:00:00\n    Unknown",
    "Unable to deliver message to: <rui@acme.example>\nDelivery failed for the following reason:\n550 no such user",
    "Sorry, your message could not be delivered.\nFailed Recipient: rui@acme.example\nReason: 550 unknown user",
    "There was an error delivering your mail to <rui@acme.example>.\n\nmx.acme.example said 550 user unknown",
    "Delivery failed 20 attempts: rui@acme.example",
    'could not be delivered to one or more recipients.\n\n"rui@acme.example"\nSMTP error after RCPT command: 550',
    "Error message below:\n550 - no such user here\n\nMessage details:\n  RCPT TO: rui@acme.example",
    "SMTP Server <mx.acme.example> rejected recipient <rui@acme.example> (Error following RCPT command): 550",
    "No se pudo entregar el mensaje.\n\nDestinatario: rui@acme.example\n550 unknown user",
    "Impossibile recapitare il messaggio ai seguenti destinatari:\n\nrui@acme.example\n",
]


class TestProse:
    """Systems that only write words."""

    @pytest.mark.parametrize("words", PROSE)
    @pytest.mark.parametrize(
        "copy", ["", "\n\n--- Below this line is a copy of the message.\n\nTo: other@else.example\n"]
    )
    def test_the_failed_recipient_is_found_in_the_words(self, words: str, copy: str) -> None:
        found = mail(words + copy, head=f"{DAEMON}Subject: Undelivered Mail Returned to Sender\n")
        assert (found.bounce, found.bounced_recipients) == (True, ("rui@acme.example",))

    def test_a_header_field_that_names_the_recipient_is_enough(self) -> None:
        found = mail("Sorry.", head="From: x@mx.example\nSubject: Sorry\nX-Failed-Recipients: rui@acme.example\n")
        assert found.bounced_recipients == ("rui@acme.example",)

    def test_the_returned_mail_names_its_only_recipient(self) -> None:
        found = parts(
            "Content-Type: text/plain\n\nYour message could not be delivered.",
            "Content-Type: message/rfc822\n\nTo: Rui <rui@acme.example>\nSubject: x\n\nx",
            head=f"{DAEMON}Subject: failure notice\n",
        )
        assert found.bounced_recipients == ("rui@acme.example",)

    def test_a_warning_is_only_a_delay(self) -> None:
        words = "Your message has not yet been delivered to:\n\nrui@acme.example\n\nDelivery attempts will continue."
        found = mail(words, head=f"{DAEMON}Subject: Warning: message delayed 24 hours\n")
        assert (found.delayed, found.delivery.failed, found.bounced_recipients) == (True, False, ("rui@acme.example",))

    def test_a_relays_notification_in_json_is_read(self) -> None:
        people = '[{"emailAddress":"rui@acme.example","status":"5.1.1"}]'
        body = f'{{"notificationType":"Bounce","bounce":{{"bouncedRecipients":{people}}}}}'
        found = mail(body, head="From: no-reply@relay.example\nSubject: Notification\n")
        assert (found.bounced_recipients, found.bounce_permanent) == (("rui@acme.example",), True)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Mailbox full", "My mailbox is full and I cannot send. It says 552 over quota for rui@acme.example."),
        ("Mail delivery problem", "Hi, mail to bea@b.example could not be delivered since Monday, please look."),
        ("Undeliverable mail", "Hello,\nI get this for every mail:\n550 5.1.1 <bea@b.example> user unknown"),
        ("Re: Delivery failure", "I sent it again, it works now."),
        ("User unknown", "When I log in it says: unknown user rui@acme.example"),
        ("Package returned to sender", "The new laptop was returned, rejected by the front desk."),
    ],
)
def test_a_person_who_writes_about_failed_mail_opens_a_ticket(subject: str, text: str) -> None:
    found = mail(text, head=f"From: Rui <rui@acme.example>\nTo: help@desk.example\nSubject: {subject}\n")
    assert not found.bounce


def test_a_vacation_notice_with_an_empty_return_path_is_no_bounce() -> None:
    head = "Return-Path: <>\nFrom: rui@acme.example\nSubject: Automatic reply: x\n"
    found = mail("I cannot be reached until Monday. Ask bea@b.example.", head=head)
    assert (found.bounce, found.auto_reply) == (False, True)
