"""Files keep their content whatever they are called and however they are wrapped."""

import struct

import pytest

from ..attachments import safe_name
from ..tnef import unpack
from .messages import mail, parts


@pytest.mark.parametrize(
    ("claimed", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rui\\log.txt", "log.txt"),
        ("a\x00b\r\nc.txt", "ab c.txt"),
        ("invoice\u202egpj.exe", "invoice_gpj.exe"),
        ("perche\u0301.txt", "perché.txt"),
        ("..", "attachment-3.pdf"),
        ("", "attachment-3.pdf"),
        ("   ", "attachment-3.pdf"),
        ("con.txt", "_con.txt"),
        ('a<b>"c|d?.txt', "a_b_c_d_.txt"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(claimed: str, safe: str) -> None:
    assert safe_name(claimed, "application/pdf", 3) == safe


def test_a_name_in_encoded_words_or_percents_is_read() -> None:
    found = parts(
        'Content-Type: application/pdf; name="=?utf-8?b?w6g=?=.pdf"\n\nx',
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''perch%C3%A9.pdf\n\nx",
    )
    assert [file.name for file in found.attachments] == ["è.pdf", "perché.pdf"]


@pytest.mark.parametrize("encoded", ["aGVsbG8=", "aGVs\nbG8=", "aGVs*bG8", "aGVsbG8====="])
def test_damaged_base64_gives_what_can_be_read(encoded: str) -> None:
    found = parts(f"Content-Type: application/x-a; name=a\nContent-Transfer-Encoding: base64\n\n{encoded}")
    assert found.attachments[0].content == b"hello"


def test_a_uuencoded_file_is_taken_out_of_the_text() -> None:
    found = mail("Look:\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nBye")
    assert (found.attachments[0].name, found.attachments[0].content) == ("a.txt", b"hello")
    assert found.text == "Look:\n\nBye"


def tnef_object(level: int, name: int, data: bytes) -> bytes:
    """One object of a winmail.dat."""
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\0\0"


def winmail(*objects: bytes) -> bytes:
    """A winmail.dat."""
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(objects)


LONG_NAME = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, 20) + "perché.txt".encode("utf-16-le")
FILE = (tnef_object(2, 0x9002, b""), tnef_object(2, 0x8010, b"PERCH~1.TXT\0"), tnef_object(2, 0x800F, b"hello"))


def test_winmail_dat_is_unpacked() -> None:
    content = winmail(*FILE, tnef_object(2, 0x9005, LONG_NAME), tnef_object(1, 0x800C, b"The body\0"))
    encoded = content.hex()
    container = unpack(bytes.fromhex(encoded))
    assert container is not None
    assert [(file.name, file.data) for file in container.files] == [("perché.txt", b"hello")]
    assert container.text == "The body"


def test_winmail_dat_that_cannot_be_read_is_kept_as_it_came() -> None:
    found = parts(
        "Content-Type: text/plain\n\nhello", 'Content-Type: application/ms-tnef; name="winmail.dat"\n\nnonsense'
    )
    assert [(file.name, file.content) for file in found.attachments] == [("winmail.dat", b"nonsense")]
    assert any(note.code == "tnef" for note in found.notes)


@pytest.mark.parametrize("kind", [0x1003, 0x1002, 0x101E, 0x1102, 0x0102, 0x1040])
def test_counts_in_winmail_dat_are_not_believed_beyond_its_bytes(kind: int) -> None:
    properties = struct.pack("<IHHI", 0xFFFFFFFF, kind, 0x1234, 0xFFFFFFFF) + b"\xff" * 40
    container = unpack(winmail(tnef_object(1, 0x9003, properties), *FILE))
    assert container is not None
    assert container.files[0].data == b"hello"


def test_a_winmail_dat_cut_anywhere_never_raises() -> None:
    content = winmail(*FILE, tnef_object(2, 0x9005, LONG_NAME))
    assert [len(found.files) for size in range(4, len(content)) if (found := unpack(content[:size]))][-1] == 1
