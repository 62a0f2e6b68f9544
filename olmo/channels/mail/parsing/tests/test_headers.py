"""Header fields are read the way senders really write them."""

from datetime import UTC, datetime

import pytest

from ..addresses import parse as addresses
from ..message import parse
from ..words import decoded, parameters
from .messages import mail


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Stampante_rotta_=C3=A8?=", "Stampante rotta è"),
        ("=?UTF-8?B?w6g=?=", "è"),
        ("=?utf-8?b?ww==?= =?utf-8?b?qCE=?=", "è!"),
        ("=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8*it?q?si=21?=", "si!"),
        ("=?utf-8?q?with raw spaces?=", "with raw spaces"),
        ("=?utf-8?q?never ends", "never ends"),
        ("=?no-such?q?x=E8?=", "xè"),
        ("=?=?=?", "=?=?=?"),
    ],
)
def test_encoded_words_are_read(raw: str, text: str) -> None:
    assert decoded(raw) == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Rui <rui@a.example>", [("Rui", "rui@a.example")]),
        ('"Alves, Rui" <rui@a.example>, bea@b.example', [("Alves, Rui", "rui@a.example"), ("", "bea@b.example")]),
        ("Alves, Rui <rui@a.example>", [("Alves, Rui", "rui@a.example")]),
        ("rui@a.example (Rui (home) Alves)", [("Rui home Alves", "rui@a.example")]),
        ("=?utf-8?q?Bea?= <bea@b.example>", [("Bea", "bea@b.example")]),
        ("=?utf-8?q?Bea_=3Cbea=40b.example=3E?=", [("Bea", "bea@b.example")]),
        (
            "Team: a@x.example, b@x.example;, c@x.example",
            [("", "a@x.example"), ("", "b@x.example"), ("", "c@x.example")],
        ),
        ("undisclosed-recipients:;", []),
        ("<@relay.example:rui@a.example>", [("", "rui@a.example")]),
        ('"boss@corp.example" <evil@x.example>', [("boss@corp.example", "evil@x.example")]),
        ("rui@[192.0.2.1]", [("", "rui@[192.0.2.1]")]),
        ("büro@münchen.example", [("", "büro@münchen.example")]),
        ('"rui alves"@a.example', [("", '"rui alves"@a.example')]),
        ("bounce+rui=a.example@b.example", [("", "bounce+rui=a.example@b.example")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("", []),
    ],
)
def test_address_lists_are_read(raw: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.email) for one in addresses(raw)] == expected


def test_a_line_break_in_an_encoded_name_cannot_make_a_second_field() -> None:
    found = parse(b"From: =?utf-8?q?a=0D=0ABcc:_x=40y.example?= <a@b.example>\n\nx").from_
    assert found.name == "a Bcc: x@y.example"
    assert found.email == "a@b.example"


def test_parameters_in_pieces_and_percents_are_joined() -> None:
    kind, found = parameters("application/pdf; name*0*=utf-8''%C3%A8; name*1=' fine.pdf'; charset=\"x\\\"y\"")
    assert (kind, found["name"], found["charset"]) == ("application/pdf", "è' fine.pdf'", 'x"y')


def test_references_keep_the_first_and_the_latest() -> None:
    ids = " ".join(f"<{number}@x>" for number in range(500))
    found = mail("x", head=f"From: a@b.example\nReferences: {ids}\n")
    assert found.references[0] == "0@x"
    assert found.references[-1] == "499@x"
    assert len(found.references) == 200
    assert any(note.code == "references" for note in found.notes)


@pytest.mark.parametrize("field", ["<1@x.example>", "1@x.example", "< 1@x.\n example >", "<1@x.example> (comment)"])
def test_a_message_id_is_read_however_it_is_written(field: str) -> None:
    assert mail("x", head=f"From: a@b.example\nMessage-ID: {field}\n").message_id == "1@x.example"


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Mon, 2 Mar 2026 09:00:00 +0100", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("2 Mar 2026 09:00", datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
        ("Mon, 2 Mar 1899 09:00:00 +0100", None),
        ("Mon, 2 Mar 2026 09:00:00 +9999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_claimed_date_is_read_or_left_out(raw: str, moment: datetime | None) -> None:
    assert mail("x", head=f"From: a@b.example\nDate: {raw}\n").date_claimed == moment


def test_without_from_the_sender_field_stands_in() -> None:
    assert parse(b"Sender: a@b.example\nSubject: x\n\nbody").from_.email == "a@b.example"
    assert parse(b"Subject: x\n\nbody").from_.email == ""


def test_stray_lines_between_fields_are_skipped() -> None:
    found = parse(b"From x@y Mon Mar  2\nFrom: a@b.example\njunk of a relay\nSubject: kept\n\nbody")
    assert (found.subject, found.text) == ("kept", "body")


def test_a_body_without_an_empty_line_before_it_is_still_the_body() -> None:
    found = parse(b"From: a@b.example\nSubject: x\nHello there\nplease help\n")
    assert "please help" in found.text
    assert any(note.code == "header-ends-early" for note in found.notes)


def test_addressing_and_authentication_fields_are_kept_for_the_caller() -> None:
    found = parse(b"Delivered-To: reply+abc@desk.example\nReceived-SPF: fail\nFrom: a@b.example\n\nx")
    assert found.headers["delivered-to"] == ("reply+abc@desk.example",)
    assert found.headers["received-spf"] == ("fail",)


def test_an_override_of_the_writing_direction_is_noted() -> None:
    found = parse("From: a@b.example\nSubject: invoice \u202egpj.exe\n\nx".encode())
    assert any(note.code == "direction-override" for note in found.notes)
