"""Messages built to hurt become tickets like any other (R21, R22, R23, R24, R25)."""

from olmo.channels.models import RawState
from olmo.channels.tests.stage import arrive, do_jobs, envelopes, mail, ticket_of
from olmo.tickets import queries
from tests.cast import DeskTest

HEAD = b"From: rui@acme.example\r\nSubject: hostile\r\n"


def nested(depth: int) -> bytes:
    """Multiparts within one another."""
    opening = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"MIME-Version: 1.0\r\n" + opening + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


HOSTILE = {
    "ten thousand recipients": mail(to=", ".join(f"p{n}@acme.example" for n in range(10_000))),
    "five thousand references": HEAD + b"References:" + b"".join(b" <r%d@x.example>" % n for n in range(5000)) + b"\r\n\r\nhi",
    "ten thousand Received": b"".join(b"Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100\r\n" for _n in range(10_000))
    + HEAD + b"\r\nhi\r\n",
    "a header of a megabyte": HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\nhi\r\n",
    "a line of a megabyte": HEAD + b"\r\n" + b"word " * 200_000 + b"\r\n",
    "a word of three megabytes": HEAD + b"\r\n" + b"w" * 3_000_000 + b"\r\n",
    "many different words": HEAD + b"\r\n" + b" ".join(b"w%dx" % n for n in range(300_000)) + b"\r\n",
    "five hundred multiparts deep": nested(500),
    "twenty thousand empty parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
    "NUL and lone surrogates": HEAD.replace(b"hostile", b"a\x00b \xed\xa0\x80") + b"\r\n\x00\xed\xa0\x80\xff\r\n",
    "an unknown charset": HEAD + b"Content-Type: text/plain; charset=klingon-8\r\n\r\nqapla' \xe4\r\n",
    "a false charset": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4- \xff\r\n",
    "a Message-ID of two thousand characters": HEAD + b"Message-ID: <" + b"m" * 2000 + b"@x.example>\r\n\r\nhi\r\n",
    "raw 8-bit headers": "From: Jörg <jörg@köln.example>\r\nSubject: Über\r\n\r\nhi\r\n".encode("latin-1"),
    "an HTML body of two megabytes": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><p>x</p>" * 150_000,
}  # fmt: skip


class Hostile(DeskTest):
    def test_messages_are_kept_and_processed(self) -> None:
        for name, raw in HOSTILE.items():
            with self.subTest(name):
                row = arrive(raw)
                self.assertEqual((row.state, row.attempts), (RawState.DONE, 1), row.reason)
                self.assertIn(ticket_of(row).pk, queries.visible_to(self.alma).values_list("pk", flat=True))
        do_jobs()
        self.assertLessEqual(len(envelopes()), 4)  # nobody is flooded: two to Rui, one to Jörg
