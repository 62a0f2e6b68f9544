"""Messages for tests, built from readable parts."""

from ..message import parse
from ..model import ParsedMail

HEADER = "From: Rui Alves <rui@acme.example>\nTo: help@desk.example\nSubject: Printer\nMessage-ID: <1@acme.example>\n"


def mail(body: str, *, head: str = HEADER, kind: str = "text/plain; charset=utf-8") -> ParsedMail:
    """A parsed one-part message. head: header lines. kind: its Content-Type."""
    return parse(f"{head}Content-Type: {kind}\n\n{body}".encode())


def parts(*inner: str, kind: str = "mixed", head: str = HEADER) -> ParsedMail:
    """A parsed multipart of the given parts, each with its own header lines and an empty line before its body."""
    joined = "".join(f"--b0\n{part}\n" for part in inner)
    return parse(f'{head}Content-Type: multipart/{kind}; boundary="b0"\n\n{joined}--b0--\n'.encode())
