"""Any bytes become text that can be read and stored."""

import pytest

from ..charsets import decode, one_line, storable
from ..message import parse
from .messages import HEADER

RUSSIAN = "Принтер не печатает"
JAPANESE = "プリンターが動きません"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("utf-8", "perché"),
        ("iso-8859-1", "perché"),
        ("ISO-8859-15", "10 €"),
        ("windows-1252", "“quoted” – dash"),
        ("koi8-r", RUSSIAN),
        ("windows-1251", RUSSIAN),
        ("shift_jis", JAPANESE),
        ("iso-2022-jp", JAPANESE),
        ("euc-jp", JAPANESE),
        ("gb2312", "打印机坏了"),
        ("gb18030", "打印机坏了"),
        ("big5", "印表機壞了"),
        ("euc-kr", "프린터 고장"),
        ("utf-7", "perché"),
        ("utf-16", "perché"),
    ],
)
def test_a_true_label_is_believed(label: str, text: str) -> None:
    codec = {"gb2312": "gbk", "windows-1252": "cp1252"}.get(label, label)
    assert decode(text.encode(codec), label) == text


@pytest.mark.parametrize("label", ["", "us-ascii", "iso-8859-1", "unknown-8bit", "x-no-such-charset", "utf-8"])
def test_utf_8_is_recognised_whatever_the_label_says(label: str) -> None:
    assert decode("stampante è rotta ☹".encode(), label) == "stampante è rotta ☹"


def test_unlabelled_latin_bytes_are_read_as_western() -> None:
    assert decode("La stampante è rotta, perché?".encode("cp1252")) == "La stampante è rotta, perché?"


def test_unlabelled_cyrillic_bytes_are_guessed() -> None:
    assert decode(RUSSIAN.encode("koi8-r")) == RUSSIAN
    assert decode(RUSSIAN.encode("cp1251")) == RUSSIAN


def test_one_damaged_character_costs_only_itself() -> None:
    assert decode("Здравствуйте".encode() + b"\xaa", "utf-8") == "Здравствуйте\ufffd"


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "rot13", "hex", "undefined", "zip", "a" * 5000]
)
def test_codecs_that_are_no_charset_are_not_used_as_one(label: str) -> None:
    assert decode(b"plain \xe8", label) == "plain è"


def test_nul_and_lone_surrogates_are_never_in_a_text() -> None:
    assert storable("a\x00b\ud800c") == "ab\ufffdc"
    assert storable("\ud83d\ude00") == "\U0001f600"
    assert decode(b"+2AA-", "utf-7") == "\ufffd"


def test_a_header_text_is_one_line() -> None:
    assert one_line("a\r\nBcc: x@y\u2028z\x07") == "a Bcc: x@y z"


def test_text_in_two_normal_forms_is_composed_in_headers() -> None:
    assert one_line("perche\u0301") == "perché"


def test_a_raw_8_bit_subject_is_read_in_the_charset_of_the_message() -> None:
    raw = HEADER.replace("Printer", "Принтер") + "Content-Type: text/plain; charset=koi8-r\n\nx"
    assert parse(raw.encode("koi8-r")).subject == "Принтер"
