"""How long the parser takes: for ordinary messages, and for messages built to hurt.

    .venv/bin/python bench/mail_parse.py [--rounds 1000]

Prints the median of parsing a plain 3 kB message and a 6 kB one with text and HTML, then every hostile message with its size, its
seconds and what the parser cut. Nothing is started and nothing is stored.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from olmo.channels.mail.parsing import ParsedMail, parse

HEAD = (
    b"Received: from mx.acme.example (mx.acme.example [192.0.2.1])\r\n\tby desk.example with ESMTPS id abc123;"
    b" Mon, 2 Mar 2026 09:00:00 +0100\r\nFrom: Rui Alves <rui@acme.example>\r\nTo: Help desk <help@desk.example>\r\n"
    b"Subject: =?utf-8?q?Re:_Stampante_non_va_pi=C3=B9?=\r\nMessage-ID: <abc@acme.example>\r\nIn-Reply-To: <1@desk.example>\r\n"
    b"References: <0@desk.example> <1@desk.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\n"
)
LINES = [f"Line {n}: the printer on floor three shows error 0x80070035 when I send a document." for n in range(26)]
HISTORY = (
    "\r\n\r\nOn Mon, Mar 2, 2026 at 8:30 AM Help <help@desk.example> wrote:\r\n> Please tell us more.\r\n> Alma\r\n"
)
PLAIN = "\r\n".join(LINES).encode() + HISTORY.encode()
PAGE = (
    b"<html><body>"
    + b"".join(b"<p style='x'>%s</p>" % line.encode() for line in LINES)
    + b"<div class=gmail_quote>old</div>"
)


def plain() -> bytes:
    """A reply of 3 kB as text."""
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + PLAIN


def alternative() -> bytes:
    """The same with an HTML form."""
    text, page = (
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + PLAIN,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n" + PAGE,
    )
    return (
        HEAD
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
        + text
        + b"\r\n--b\r\n"
        + page
        + b"\r\n--b--\r\n"
    )


def nested(levels: int) -> bytes:
    """Multiparts in multiparts."""
    return (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
        + b"\r\nx"
    )


def html(body: bytes) -> bytes:
    """An HTML mail."""
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def text(body: bytes) -> bytes:
    """A text mail."""
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body


HOSTILE: dict[str, Callable[[], bytes]] = {
    "multiparts nested 500 deep": lambda: nested(500),
    "20,000 empty parts": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
    "a message in itself 100 times": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100,
    "1 MB header": lambda: b"X-A: " + b"a" * 1_000_000 + b"\r\n" + HEAD + b"\r\nx",
    "100,000 encoded words": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nx",
    "10,000 recipients": lambda: (
        b"Cc: " + b", ".join(b"u%d@x.example" % n for n in range(10_000)) + b"\r\n" + HEAD + b"\r\nx"
    ),
    "5,000 references": lambda: b"References: " + b" ".join(b"<%d@x>" % n for n in range(5000)) + b"\r\n\r\nx",
    "10,000 Received": lambda: b"Received: from a by b; Mon, 2 Mar 2026 09:00:00 +0100\r\n" * 10_000 + HEAD + b"\r\nx",
    "30 MB of HTML": lambda: html(b"<p>hello <b>world</b></p>\n" * 1_200_000),
    "200,000 nested div": lambda: html(b"<div>" * 200_000),
    "120 open fonts over 60,000 paragraphs": lambda: html(b"<font size=1>" * 120 + b"<p>x" * 60_000),
    "an element of 200,000 attributes": lambda: html(
        b"<div " + b"".join(b"a%d=1 " % n for n in range(200_000)) + b">x"
    ),
    "1 MB of CSS": lambda: html(b"<style>" + b"a{b:c}" * 170_000 + b"</style>x"),
    "1 MB in one line": lambda: text(b"a" * 1_000_000),
    "100 kB of >": lambda: text(b">" * 100_000),
    "300,000 quoted lines": lambda: text(b"> x\r\n" * 300_000),
    "20,000 rules of dashes": lambda: text((b"-" * 110 + b"\r\n") * 20_000),
    "2 MB of base64 padding": lambda: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"a=" * 1_000_000,
    "winmail.dat that counts to four thousand million": lambda: (
        HEAD
        + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\0\0\x01\x03\x90\0\0\x40\0\0\0"
        + b"\xff" * 200
    ),
}


def timed(raw: bytes) -> tuple[float, ParsedMail]:
    """Seconds and result of one run."""
    start = time.perf_counter()
    found = parse(raw)
    return time.perf_counter() - start, found


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=1000)
    rounds = arguments.parse_args().rounds
    for name, raw in (("plain", plain()), ("text and HTML", alternative())):
        times = [timed(raw)[0] for _ in range(rounds)]
        print(f"{name:50s} {len(raw):>10,} bytes  median {1000 * statistics.median(times):6.2f} ms")
    for name, make in HOSTILE.items():
        raw = make()
        seconds, found = timed(raw)
        print(f"{name:50s} {len(raw):>10,} bytes  {seconds:6.2f} s  {', '.join(sorted({n.code for n in found.notes}))}")


if __name__ == "__main__":
    main()
