"""Plain text as safe HTML: paragraphs, and web addresses as links. Linear in the length of the text."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
_TAIL = ".,;:!?)]}»”"
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
MOST_SHOWN = 200_000


def paragraphs(text: str) -> SafeString:
    """The text in paragraphs; what is beyond 200,000 characters is not shown."""
    blocks = [block for block in _BLANK_LINES.split(text[:MOST_SHOWN].strip("\n")) if block.strip()]
    return SafeString("".join(f"<p>{_linked(block).replace('\n', '<br>')}</p>" for block in blocks))


def _linked(text: str) -> str:
    parts, at = [], 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TAIL)
        link = f'<a href="{escape(address)}" rel="noopener noreferrer nofollow" target="_blank">{escape(address)}</a>'
        parts += [escape(text[at : match.start()]), link]
        at = match.start() + len(address)
    return "".join([*parts, escape(text[at:])])
