"""Which parts of the tree are the readable body and which are files, and the body as text and HTML.

Of alternatives the plain text is read and the HTML shown (RFC 2046 section 5.1.4). Text parts in a row are
one body. A part with a file name or "Content-Disposition: attachment" is a file; so is everything that is no text.
"""

import re
from dataclasses import dataclass, field

from . import attachments, html, htmltext
from .charsets import decode
from .flowed import unflow
from .model import Attachment, Limits, Note
from .tree import Part

_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html", "text/markdown"})
_ENRICHED = re.compile(r"<(/?[A-Za-z\-]{1,40})>")
_ENRICHED_PARAM = re.compile(r"<param>[^<]*</param>", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:\-]{2,40})", re.IGNORECASE)
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/feedback-report"})


@dataclass(slots=True)
class Body:
    """The body as found. quotes: ranges of the HTML's own text that stood in containers of history."""

    text: str = ""
    html: str = ""
    from_html: htmltext.Rendered | None = None
    text_is_html: bool = False
    files: list[Attachment] = field(default_factory=list)


@dataclass(slots=True)
class _Gathered:
    plain: list[Part] = field(default_factory=list)
    markup: list[Part] = field(default_factory=list)
    order: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def extract(root: Part, limits: Limits, notes: list[Note]) -> Body:
    """Body and files of a message."""
    gathered = _gather(root)
    body = Body()
    for part in gathered.files:
        _add_file(body, part, limits, notes)
    _write_text(body, gathered, limits, notes)
    _write_html(body, gathered.markup, limits, notes)
    if body.from_html is not None and not body.text.strip():
        body.text, body.text_is_html = body.from_html.text, True
    return body


def _gather(root: Part) -> _Gathered:
    gathered = _Gathered()
    for part in root.walk():
        if part.is_multipart:
            continue
        if _is_readable(part, root):
            (gathered.markup if part.content_type in ("text/html", "text/x-amp-html") else gathered.plain).append(part)
            gathered.order.append(part)
        else:
            gathered.files.append(part)
    return gathered


def _is_readable(part: Part, root: Part) -> bool:
    if part.raw_rest or part.content_type == "text/x-amp-html":
        return False
    if part is root:
        return not part.content_type.startswith(("image/", "audio/", "video/", "application/", "message/"))
    if part.content_type not in _READABLE:
        return False
    if part.headers.disposition[0] == "attachment":
        return False
    return not attachments.name_of(part)


def _add_file(body: Body, part: Part, limits: Limits, notes: list[Note]) -> None:
    if attachments.is_tnef(part):
        unpacked = attachments.unpack_tnef(part.content, limits, notes)
        if unpacked is not None:
            body.files += unpacked.files
            body.text = body.text or unpacked.text
            body.html = body.html or unpacked.html[: limits.html_bytes]
            if unpacked.files:
                return
    body.files.append(attachments.from_part(part, len(body.files) + 1, _is_inline(part)))


def _is_inline(part: Part) -> bool:
    if part.headers.disposition[0] == "attachment":
        return False
    in_related = part.parent is not None and part.parent.content_type == "multipart/related"
    return part.headers.disposition[0] == "inline" or (in_related and "content-id" in part.headers)


def _write_text(body: Body, gathered: _Gathered, limits: Limits, notes: list[Note]) -> None:
    pieces: list[str] = []
    has_plain = {id(part.parent) for part in gathered.plain if part.content[:2000].strip()}
    for part in gathered.order:
        if part in gathered.plain:
            pieces.append(_plain(part, body))
        elif not _has_plain_twin(part, has_plain) and gathered.plain:
            pieces.append(htmltext.render(_markup(part, limits)).text)
    text = "\n".join(piece.strip("\n") for piece in pieces if piece.strip())
    if len(text) > limits.text_chars:
        notes.append(Note("text-cut", f"the text is longer than {limits.text_chars} characters"))
        body.files.append(Attachment("message.txt", "text/plain", text.encode("utf-8")))
        text = text[: limits.text_chars]
    body.text = text or body.text


def _has_plain_twin(part: Part, parents: set[int]) -> bool:
    """An HTML part that is only the other form of a plain text beside it or above it."""
    node: Part | None = part
    while node is not None and node.parent is not None:
        if node.parent.content_type == "multipart/alternative":
            return _any_plain(node.parent, parents)
        node = node.parent
    return False


def _any_plain(part: Part, parents: set[int]) -> bool:
    return any(id(child) in parents for child in part.walk())


def _plain(part: Part, body: Body) -> str:
    content, files = attachments.take_uuencoded(part.content)
    body.files += files
    text = _newlines(decode(content, part.charset))
    kind, parameters = part.headers.content_type
    if kind in ("text/enriched", "text/richtext"):
        return _ENRICHED.sub("", _ENRICHED_PARAM.sub("", text)).replace("<<", "<")
    if parameters.get("format", "").lower() == "flowed":
        return unflow(text, parameters.get("delsp", "").lower() == "yes")
    return text


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _markup(part: Part, limits: Limits) -> str:
    content = part.content[: limits.html_bytes]
    charset = part.charset
    if not charset and (meta := _META_CHARSET.search(content[:3000])):
        charset = meta.group(1).decode("ascii")
    return decode(content, charset)


def _write_html(body: Body, parts: list[Part], limits: Limits, notes: list[Note]) -> None:
    sources = [_markup(part, limits) for part in parts]
    if any(len(part.content) > limits.html_bytes for part in parts):
        notes.append(Note("html-cut", f"HTML beyond {limits.html_bytes} bytes is not shown"))
        body.files += [
            Attachment("message.html", "text/html", p.content) for p in parts if len(p.content) > limits.html_bytes
        ]
    source = "\n".join(sources) if sources else body.html
    body.html = ""
    if not source.strip():
        return
    heavy = html.is_heavy(source, limits)
    if heavy:
        notes.append(Note("html-heavy", f"the HTML is shown as text: {heavy}"))
        body.from_html = htmltext.render(source)
        return
    body.html = html.sanitise(html.with_marked_ids(source))
    body.from_html = htmltext.render(body.html)
