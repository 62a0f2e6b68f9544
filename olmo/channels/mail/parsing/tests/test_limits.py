"""A message built to hurt costs no more than it may, and what is cut is said."""

import pytest

from ..message import parse
from ..model import DEFAULT, ParsedMail
from .messages import HEADER, mail

HEAD = HEADER.encode()


def codes(found: ParsedMail) -> set[str]:
    """The codes of the notes."""
    return {note.code for note in found.notes}


def nested(levels: int) -> bytes:
    """Multiparts in multiparts."""
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return (
        HEAD
        + opening
        + b"Content-Type: text/plain\n\nthe core\n"
        + b"".join(b"--b%d--\n" % n for n in range(levels)[::-1])
    )


def test_parts_nested_too_deep_are_kept_raw() -> None:
    found = parse(nested(500))
    assert "depth" in codes(found)
    assert b"the core" in found.attachments[0].content


def test_nesting_within_the_limit_is_read() -> None:
    assert parse(nested(DEFAULT.depth)).text == "the core"


def test_parts_beyond_the_limit_are_kept_in_one_raw_file() -> None:
    found = parse(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000 + b"--b--\n")
    assert "parts" in codes(found)
    assert sum(file.content.count(b"--b\n\nx") for file in found.attachments) + found.text.count("x") >= 19_990


def test_messages_in_messages_are_one_file() -> None:
    found = parse(HEAD + b"Content-Type: message/rfc822\n\n" * 100 + b"hello")
    assert len(found.attachments) == 1


def test_ten_thousand_recipients_are_cut_with_a_note() -> None:
    everyone = ", ".join(f"u{number}@x.example" for number in range(10_000))
    found = mail("x", head=f"From: a@b.example\nTo: {everyone}\n")
    assert len(found.to) == DEFAULT.recipients
    assert "recipients" in codes(found)


def test_a_header_of_megabytes_is_cut_with_a_note() -> None:
    found = parse(HEAD + b"X-Long: " + b"a" * 5_000_000 + b"\n\nbody")
    assert (found.subject, found.text) == ("Printer", "body")
    assert "header-cut" in codes(found)


def test_the_fields_below_ten_thousand_received_are_read() -> None:
    found = parse(b"Received: from a by b; Mon, 2 Mar 2026 09:00:00 +0100\n" * 10_000 + HEAD + b"\nbody")
    assert (found.subject, found.from_.email) == ("Printer", "rui@acme.example")
    assert len(found.headers["received"]) == 100


def test_the_fields_below_a_megabyte_of_header_are_read() -> None:
    assert parse(b"X-Long: " + b"a" * 1_000_000 + b"\n" + HEAD + b"\nbody").subject == "Printer"


def test_a_subject_of_a_megabyte_is_cut_with_a_note() -> None:
    found = parse(b"Subject: " + b"a" * 1_000_000 + b"\nFrom: a@b.example\n\nbody")
    assert (len(found.subject), found.from_.email) == (2000, "a@b.example")
    assert "subject-cut" in codes(found)


def test_a_hundred_thousand_fields_are_cut_with_a_note() -> None:
    found = parse(HEAD + b"X: y\n" * 100_000 + b"\nbody")
    assert (found.text, "header-cut" in codes(found)) == ("body", True)


def test_a_text_too_long_is_cut_and_kept_whole_as_a_file() -> None:
    found = mail("word " * 500_000)
    assert len(found.text) == DEFAULT.text_chars
    assert found.attachments[0].size == 2_500_000 - 1 or found.attachments[0].size == 2_500_000
    assert "text-cut" in codes(found)


def test_html_too_big_is_cut_and_kept_whole_as_a_file() -> None:
    found = mail("<p>word</p>" * 300_000, kind="text/html")
    assert "html-cut" in codes(found)
    assert [file.size for file in found.attachments] == [3_300_000]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 200_000,
        "<b>" * 200_000,
        "<!--" * 200_000,
        "<" * 500_000,
        '<a "' * 100_000,
        "&amp" * 200_000,
        "<font size=1>" * 120 + "<p>x" * 60_000,
        "<table><tr><td>" * 60_000,
        "<style>a{b:c}" * 70_000,
    ],
)
def test_hostile_html_is_survived(body: str) -> None:
    assert mail(body, kind="text/html").from_.email == "rui@acme.example"


@pytest.mark.parametrize(
    "body",
    [
        ">" * 100_000,
        "> x\n" * 100_000,
        "On Mon 2026 12:30\n" * 20_000,
        "a@b.c " * 50_000,
        "-" * 100_000,
        "From: a\n" * 30_000,
        "begin 644 a\n" * 30_000,
        "-- \n" * 50_000,
        " " * 500_000 + "x",
        "##- reply " * 20_000,
    ],
)
def test_hostile_text_is_survived_and_kept(body: str) -> None:
    assert mail(body).text.strip() == body.strip("\n").strip()


@pytest.mark.parametrize(
    "header",
    [
        b"To: " + b"(" * 300_000,
        b"To: " + b"<" * 300_000,
        b"To: " + b'"' * 300_001,
        b"To: " + b"@" * 300_000,
        b"Subject: " + b"=?" * 300_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000,
        b"Content-Type: " + b"a;" * 200_000,
        b'Content-Type: text/plain; a="' + b"\\" * 300_000,
        b"References: " + b"<" * 300_000,
        b"References: " + (b"<" + b" " * 999) * 300,
        b"Date: " + b"1 " * 300_000,
        b"Subject: x" + b"\n a" * 100_000,
    ],
)
def test_hostile_headers_are_survived(header: bytes) -> None:
    assert parse(header + b"\nFrom: a@b.example\n\nbody").text == "body"
