"""What somebody wrote, made ready to be shown: paragraphs and links of plain text, HTML of mail with its history folded."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString
from selectolax.lexbor import LexborHTMLParser, LexborNode

from olmo.kernel.markdown import as_html
from olmo.tickets import mentions
from olmo.tickets.conversation import Said
from olmo.tickets.models import Message

_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
_TAIL = ".,;:!?)]}»”"
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_REMOTE = re.compile(r'data-remote-src="([^"]*)"')
_CID = re.compile(r'data-cid="([^"]*)"')
_OPEN, _SHUT = "\ue000", "\ue001"
_MARKUP = re.compile(r"[*_`~<>\[\]]")
MOST_SHOWN = 200_000  # characters of one message; the rest is in its source


@dataclass(frozen=True)
class Body:
    """A message as HTML: its new part, the history below it, and how many pictures from elsewhere are held back."""

    new: SafeString
    quoted: SafeString
    images: int = 0
    is_cut: bool = False


def body(message: Said, pictures: Mapping[str, str]) -> Body:
    """The words of a message. pictures: content id -> address of the message's own pictures.

    A mail's HTML is shown when its history can be told from what is new; otherwise its text, which is already split.
    """
    if message.html and (found := _formatted(message)):
        new, quoted = (_with_pictures(part, pictures) for part in found)
        return Body(SafeString(new), SafeString(quoted), images=len(_REMOTE.findall(new)))
    text = message.text[:MOST_SHOWN]

    def draw(text: str) -> SafeString:
        return as_html(text, pictures) if message.is_markdown else paragraphs(text)

    new = with_mentions(text, draw) if message.is_internal else draw(text)
    return Body(new, paragraphs(message.quoted[:MOST_SHOWN]), is_cut=len(message.text) > MOST_SHOWN)


def with_mentions(text: str, draw: Callable[[str], SafeString]) -> SafeString:
    """A note as HTML, made by `draw` of its text, with those whom it mentions as marks: `@Alma Ferri`.

    The places of the marks pass through `draw` as two characters that no text may hold.
    """
    if "(person:" not in text:
        return draw(text)
    bare = text.replace(_OPEN, "").replace(_SHUT, "")
    html = draw(mentions.shown(bare, lambda name: f"{_OPEN}@{_MARKUP.sub(' ', name)}{_SHUT}"))
    return SafeString(html.replace(_OPEN, '<span class="mention">').replace(_SHUT, "</span>"))


def with_images(message: Message, pictures: Mapping[str, str]) -> SafeString:
    """The whole HTML of a mail with everything remote let in: for a page of its own, when somebody asked for it."""
    html = _REMOTE.sub(lambda match: f'src="{match.group(1)}" referrerpolicy="no-referrer"', message.html)
    return SafeString(_with_pictures(html, pictures))


def paragraphs(text: str) -> SafeString:
    """Plain text as paragraphs, with its web addresses as links."""
    blocks = [block for block in _BLANK_LINES.split(text.strip("\n")) if block.strip()]
    return SafeString("".join(f"<p>{_linked(block).replace('\n', '<br>')}</p>" for block in blocks))


def _linked(text: str) -> str:
    parts: list[str] = []
    at = 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TAIL)
        parts.append(escape(text[at : match.start()]))
        parts.append(
            f'<a href="{escape(address)}" rel="noopener noreferrer nofollow" target="_blank">{escape(address)}</a>'
        )
        at = match.start() + len(address)
    return "".join([*parts, escape(text[at:])])


def _formatted(message: Said) -> tuple[str, str] | None:
    """New part and history of a mail's HTML, or None when they cannot be told apart or it is too long to show."""
    html = message.html
    if len(html) > MOST_SHOWN:
        return None
    if not message.quoted.strip():
        return html, ""
    tree = LexborHTMLParser(html)
    marked = tree.css(".mail-quote")
    quoted = [node.html or "" for node in marked if not _is_inside(node, marked)]
    for node in marked:
        node.decompose()
    left = tree.body
    is_split = bool(quoted) and left is not None and len(left.text()) <= len(message.text) * 1.3 + 200
    return (left.inner_html or "", "".join(quoted)) if is_split and left is not None else None


def _is_inside(node: LexborNode, others: list[LexborNode]) -> bool:
    ids = {other.mem_id for other in others}
    above = node.parent
    while above is not None:
        if above.mem_id in ids:
            return True
        above = above.parent
    return False


def _with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    return _CID.sub(
        lambda match: f'src="{escape(pictures[match.group(1)])}"' if match.group(1) in pictures else "", html
    )
