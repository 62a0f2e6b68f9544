"""Pure parts of the intake: verdicts on senders, glances at headers, buckets of senders."""

import unittest

from olmo.channels.inbound import Proof
from olmo.channels.mail import peek
from olmo.channels.mail.addresses import Ours
from olmo.channels.mail.limiting import MOST_SENDERS, Limiter
from olmo.channels.mail.verdicts import proof_of

SERVER = "mx.desk.example"


class AVerdict(unittest.TestCase):
    def judged(self, *fields: str, domain: str = "acme.example") -> Proof:
        return proof_of(fields, SERVER, domain)

    def test_of_dmarc_decides(self) -> None:
        self.assertEqual(self.judged(f"{SERVER}; dmarc=pass header.from=acme.example; spf=fail"), Proof.PASSED)
        self.assertEqual(self.judged(f"{SERVER}; dmarc=fail; dkim=pass header.d=acme.example"), Proof.FAILED)

    def test_of_dkim_or_spf_counts_for_the_sender_s_own_domain(self) -> None:
        self.assertEqual(self.judged(f"{SERVER} 1; dkim=pass (2048 bit) header.d=acme.example"), Proof.PASSED)
        self.assertEqual(self.judged(f"{SERVER}; spf=pass smtp.mailfrom=bounce@mail.acme.example"), Proof.PASSED)
        self.assertEqual(self.judged(f"{SERVER}; dkim=pass header.i=@evil.example"), Proof.NONE)
        self.assertEqual(self.judged(f"{SERVER}; dkim=pass header.d=example"), Proof.NONE)
        self.assertEqual(self.judged(f"{SERVER}; spf=fail smtp.mailfrom=acme.example"), Proof.FAILED)

    def test_of_somebody_else_s_server_counts_nothing(self) -> None:
        self.assertEqual(self.judged("mx.evil.example; dmarc=pass"), Proof.NONE)
        self.assertEqual(self.judged(f"{SERVER}; none"), Proof.NONE)
        self.assertEqual(proof_of([f"{SERVER}; dmarc=pass"], "", "acme.example"), Proof.NONE)

    def test_hidden_in_a_comment_counts_nothing(self) -> None:
        self.assertEqual(self.judged(f"{SERVER}; spf=none (; dmarc=pass) smtp.mailfrom=x"), Proof.NONE)


class AGlance(unittest.TestCase):
    def test_finds_the_id_wherever_it_is_folded(self) -> None:
        self.assertEqual(peek.message_id(b"Subject: x\r\nMESSAGE-ID:\r\n <a@b>\r\n\r\nMessage-ID: <no@b>"), "a@b")
        for without in (b"", b"\r\n\r\nMessage-ID: <a@b>", b"Message-ID: none\r\n\r\n", b"Message-ID: <>\r\n\r\n"):
            self.assertEqual(peek.message_id(without), "", without)

    def test_sees_one_field_of_the_header_only(self) -> None:
        raw = b"Subject: x\nX-Olmo-Loop: abc \n\nX-Olmo-Loop: body\n"
        self.assertEqual((peek.field(raw, "X-Olmo-Loop"), peek.field(raw, "X-Other")), ("abc", ""))

    def test_tells_copies_apart_from_different_messages(self) -> None:
        raw = b"From: a@b\r\nSubject: x\r\n\r\nbody\r\n"
        copy = b"Received: by mx\r\n\tid 1\r\nDelivered-To: help@desk\n" + raw.replace(b"\r\n", b"\n") + b"\n\n"
        self.assertEqual(peek.essence(raw), peek.essence(copy))
        for other in (raw.replace(b"body", b"Body"), raw.replace(b"Subject: x", b"Subject: y")):
            self.assertNotEqual(peek.essence(raw), peek.essence(other))


class OurAddresses(unittest.TestCase):
    def test_are_known_with_a_token_in_any_case_and_as_postmaster(self) -> None:
        ours = Ours(frozenset({"help@desk.example"}), any_address=False)
        for known in ("Help@DESK.example", "help+x+y@desk.example", "postmaster", "Postmaster@desk.example"):
            self.assertTrue(ours.takes(known), known)
        for other in ("help@desk.example.evil", "xhelp@desk.example", "postmaster@evil.example", "", "@desk.example"):
            self.assertFalse(ours.takes(other), other)


class ABucket(unittest.TestCase):
    def test_empties_for_one_sender_in_any_case(self) -> None:
        limiter = Limiter(burst=2, per_minute=0)
        allowed = [limiter.allows(sender) for sender in ("a@x", "A@X", "a@x", "b@x")]
        self.assertEqual(allowed, [True, True, False, True])

    def test_five_thousand_senders_of_one_domain_cost_little_memory(self) -> None:
        limiter = Limiter()
        for number in range(MOST_SENDERS + 500):
            limiter.allows(f"{number}@x.example")
        self.assertEqual(len(limiter._buckets), MOST_SENDERS)
