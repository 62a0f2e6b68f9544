"""Whatever bytes come: no exception, only storable text, only safe names, nothing of the text lost."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from ..attachments import safe_name
from ..charsets import decode
from ..message import parse
from ..trim import trim
from ..words import decoded

PIECES = [
    b"From: ",
    b"To: ",
    b"Subject: ",
    b"Content-Type: ",
    b"multipart/mixed; boundary=b",
    b"\n--b\n",
    b"\n--b--\n",
    b"\n\n",
    b"\r\n",
    b"text/html",
    b"text/plain; charset=",
    b"utf-7",
    b"utf-16",
    b"iso-2022-jp",
    b"\x1b$B",
    b"=?utf-8?q?",
    b"?=",
    b"\x00",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"Content-Transfer-Encoding: base64\n",
    b"name*0*=utf-8''%00",
    b"filename=../../x",
    b"&#0;&#55296;",
    b"<div class=gmail_quote>",
    b"> ",
    b"On Mon 2026 x@y wrote:\n",
    b"-- \n",
    b"message/rfc822",
    b"application/ms-tnef\n\n\x78\x9f\x3e\x22",
    b"message/delivery-status",
    b"Final-Recipient: rfc822;",
    b"begin 644 a\n",
    b"a@b.example",
    b'"',
    b"<",
    b">",
    b"(",
    b"\\",
    b";",
    b"MAILER-DAEMON",
]
mails = st.one_of(
    st.binary(max_size=2000),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=60).map(b"".join),
)


def texts(value: object) -> Iterator[str]:
    """Every string inside a parsed mail."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        yield from texts(list(value.items()))
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts(getattr(value, one.name))


def is_storable(text: str) -> bool:
    """PostgreSQL takes it."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


@settings(max_examples=400, deadline=None)
@given(mails)
def test_any_bytes_give_a_mail_that_can_be_stored(raw: bytes) -> None:
    found = parse(raw)
    assert all(is_storable(text) for text in texts(found))
    assert "".join(segment.text for segment in found.segments) == found.text
    for text in (found.subject, found.from_.name, found.from_.email, found.message_id):
        assert "\n" not in text
        assert "\r" not in text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["text/plain", "application/pdf", "x/y", ""]))
def test_any_name_is_one_safe_component(name: str, kind: str) -> None:
    safe = safe_name(name, kind)
    assert safe
    assert len(safe) <= 200
    assert not set(safe) & set('/\\<>:"|?*')
    assert ".." not in safe
    assert all(ord(character) >= 32 for character in safe)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab> \n-:@.On wrote12\t|_*"), max_size=400))
def test_any_text_is_the_sum_of_its_segments(text: str) -> None:
    assert "".join(segment.text for segment in trim(text).segments) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_a_text_survives_its_encoding(text: str) -> None:
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode()
    assert decode(clean.encode(), "utf-8") == clean.removeprefix("\ufeff")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_header_text_becomes_one_storable_line(text: str) -> None:
    line = decoded(text)
    assert is_storable(line)
    assert line.splitlines() in ([], [line])
