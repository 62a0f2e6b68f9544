"""Markdown of people as safe HTML: CommonMark with line breaks kept, web addresses as links, raw HTML shown as text."""

import re
from collections.abc import Mapping

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_LINK = re.compile(r"https?://[^\s<>\"'`]{1,2000}")
_TAIL = ".,;:!?)]}»”"
MOST = 200_000
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "code": {"class"}}
_SCHEMES = {"http", "https", "mailto", "tel"}


def as_html(text: str, pictures: Mapping[str, str] | None = None) -> SafeString:
    """A text in Markdown as HTML. pictures: content id -> address of the message's own pictures (`![x](cid:id)`).

    Pictures from elsewhere are not loaded: they become links.
    """
    tokens = _markdown.parse(text[:MOST])
    for token in tokens:
        token.children = _shown(token.children, pictures or {}) if token.children else token.children
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return SafeString(
        nh3.clean(
            html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )  # fmt: skip


def addresses(text: str) -> list[str]:
    """Where the links and pictures of a text lead, each once, in their order."""
    inline = [child for token in _markdown.parse(text[:MOST]) for child in token.children or ()]
    found = (child.attrs.get("href") or child.attrs.get("src") for child in inline)
    return list(dict.fromkeys(str(address) for address in found if address))


def _shown(children: list[Token], pictures: Mapping[str, str]) -> list[Token]:
    found: list[Token] = []
    for child in children:
        found += _picture(child, pictures) if child.type == "image" else [child]
    return found


def _picture(image: Token, pictures: Mapping[str, str]) -> list[Token]:
    source = str(image.attrs.get("src", ""))
    own = pictures.get(source.removeprefix("cid:")) if source.startswith("cid:") else None
    if own or source.startswith("/files/"):
        image.attrs["src"] = own or source
        return [image]
    return (
        _link(source, image.content or source) if source.startswith(("http://", "https://")) else [_text(image.content)]
    )


def _linkify(state: StateCore) -> None:
    """Core rule: plain web addresses become links, except inside a link."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_with_links(block.children))


def _with_links(children: list[Token]) -> list[Token]:
    found: list[Token] = []
    depth = 0
    for child in children:
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        found += _split(child) if child.type == "text" and not depth and "://" in child.content else [child]
    return found


def _split(token: Token) -> list[Token]:
    found: list[Token] = []
    at, text = 0, token.content
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TAIL)
        found += [_text(text[at : match.start()]), *_link(address, address)]
        at = match.start() + len(address)
    return [*found, _text(text[at:])]


def _link(address: str, words: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": address}), _text(words), Token("link_close", "a", -1)]


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


_markdown = MarkdownIt("js-default", {"breaks": True, "linkify": False, "html": False})
_markdown.core.ruler.push("addresses", _linkify)
