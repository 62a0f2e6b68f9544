"""Pictures that stand in a text: `![name](/files/12/name.png)` in its Markdown, where 12 is an attachment of the same message."""

import re
from collections.abc import Mapping

_IN_MARKDOWN = re.compile(r"!\[([^\]\n]*)\]\(/files/(\d{1,18})/[^)\s]*\)")
_IN_HTML = re.compile(r'<img\b[^>]*?src="/files/(\d{1,18})/[^"]*"[^>]*>')
_ALT = re.compile(r'alt="([^"]*)"')


def ids_in(text: str) -> list[int]:
    """The attachments that a text shows, each once."""
    return list(dict.fromkeys(int(pk) for _name, pk in _IN_MARKDOWN.findall(text)))


def as_words(text: str) -> str:
    """The text for those who get no pictures: each one by its name, in brackets."""
    return _IN_MARKDOWN.sub(lambda found: f"[{found[1]}]", text)


def embedded(html: str, content_ids: Mapping[int, str]) -> str:
    """The HTML for a mail: own pictures by their content id (RFC 2392), others by their words."""

    def part(found: re.Match[str]) -> str:
        alt = _ALT.search(found[0])
        words = alt[1] if alt else ""
        cid = content_ids.get(int(found[1]))
        return f'<img src="cid:{cid}" alt="{words}" style="max-width:100%">' if cid else f"[{words}]"

    return _IN_HTML.sub(part, html)
