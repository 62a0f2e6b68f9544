"""HTML mail made safe to show (nh3), with everything remote held back until the reader asks for it.

Beside the allow-list: remote images keep their address in `data-remote-src`, images of the message itself
their content id in `data-cid`, and containers in which mail programs put history get the class
`mail-quote`, so that a page can fold them. No style attribute survives (our policy forbids inline style).

The sanitiser builds a tree; a hostile page can make that tree grow faster than its source. So the source is
measured in one linear pass first, and what is too big or too deep is shown as text instead.
"""

import re
import secrets
from collections import Counter

import nh3

from .model import Limits

# Mail programs' containers of quoted history, seen as class or id.
QUOTE_MARKS = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_extra_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote",
    "tutanota_quote", "zmail_extra", "ymail_quote", "yahooquoted", "replyforwardmessage", "divrplyfwdmsg",
    "appendonsend", "mail-editor-reference-message-container", "olk_src_body_section", "outlookmessageheader",
    "reply-intro", "quoted-email", "freshdesk_quote", "zendesk_quote", "front-blockquote", "hs_reply",
    "ms-outlook-mobile-reference-message",
    "gmail_attr", "iscwebmailquote", "wmquote", "gmx_quote", "isforwardcontent", "history_container", "divtaglevel",
    "stopspelling", "forwardedmessage", "spark_quote", "airmail_ext_on", "x_divrplyfwdmsg", "x_gmail_quote",
    "yahoo-quoted-begin", "mail-quote", "gmail_signature", "gmail_signature_prefix", "moz-signature", "signature",
})  # fmt: skip
QUOTE_CLASS = "mail-quote"
_ATTRIBUTION_MARKS = frozenset({"gmail_attr", "moz-cite-prefix", "reply-intro"})

_TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_SIZES = {"width", "height", "align", "valign"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "id", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": _SIZES | {"border", "cellpadding", "cellspacing"},
    "td": _SIZES | {"colspan", "rowspan"},
    "th": _SIZES | {"colspan", "rowspan"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
    "blockquote": {"type"},
}
_DROPPED_WITH_CONTENT = {"script", "style", "head", "title", "noscript", "template", "svg", "math", "object", "iframe",
                         "noembed", "noframes", "textarea", "select", "xml", "applet"}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
_SAFE_DATA = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}%?\Z")

# What the sanitiser writes while it runs and the last step turns into attributes: not guessable from outside.
_NONCE = secrets.token_hex(8)
_REMOTE = f"olmo-{_NONCE}-remote:"
_CID = f"olmo-{_NONCE}-cid:"

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# WHATWG HTML, section 13.2.5.32 and following: one attribute as a browser's tokenizer reads it.
_ATTRIBUTE = re.compile(r"""[\s/]*[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*|(?=>)))?""")
_MOST_ATTRIBUTES = 1000
_SMALL = 50_000  # characters: too short for the cost of attributes to matter
_VOID = frozenset(
    {"br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "base", "embed", "source", "param"}
)
# Elements whose end tag may be left out: they close each other and build no depth.
_SELF_CLOSING = frozenset({"p", "li", "td", "tr", "th", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup"})
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)


def is_heavy(html: str, limits: Limits) -> str:
    """Why this HTML is not worth the sanitiser's tree ("" when it is): too many tags or too deep nesting."""
    opened: Counter[str] = Counter()
    depth = formatting = count = copies = 0
    for match in _TAG.finditer(html):
        count += 1
        name = match.group(2).lower()
        if name in _VOID or name in _SELF_CLOSING:
            copies += formatting  # an open <font> is copied into each of them
            continue
        step = -1 if match.group(1) else 1
        if step < 0 and not opened[name]:
            continue
        opened[name] += step
        depth += step
        formatting += step if name in _FORMATTING else 0
        copies += formatting
        if copies > 20 * limits.html_tags:
            return "formatting is left open across too many elements"
        if depth > limits.html_depth or formatting > limits.html_depth // 2:
            return f"elements are nested deeper than {limits.html_depth}"
        if count > limits.html_tags:
            return f"more than {limits.html_tags} tags"
    return "an element has too many attributes" if len(html) > _SMALL and _has_wide_tag(html) else ""


def _has_wide_tag(html: str) -> bool:
    """One element with more attributes than any author writes: the sanitiser compares each with all others."""
    position = 0
    while match := _TAG.search(html, position):
        position = match.end()
        for _ in range(_MOST_ATTRIBUTES):
            attribute = _ATTRIBUTE.match(html, position)
            if not attribute:
                break
            position = attribute.end()
        else:
            return True
    return False


def sanitise(html: str) -> str:
    """HTML of a mail as HTML that may stand in our page. Call `is_heavy` first."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    clean = clean.replace(f'src="{_REMOTE}', 'data-remote-src="').replace(f'src="{_CID}', 'data-cid="')
    return clean.strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("class", "id"):
        return _quote_class(name, value)
    if name == "type" and tag == "blockquote":
        return "cite" if value.lower() == "cite" else None
    if name == "src":
        return _image(value.strip())
    if name == "href":
        return value if not value.lower().startswith(("data:", "cid:")) else None
    if name in ("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span", "start"):
        return value if _NUMBER.match(value.strip()) else None
    return value[:500]


def _quote_class(name: str, value: str) -> str | None:
    """Only our own class survives; an id never does, but one that marks history is worth its class."""
    marks = {mark.lower() for mark in value.split()[:20]}
    if name == "class" and marks & QUOTE_MARKS:
        return QUOTE_CLASS
    return None


def _image(value: str) -> str | None:
    low = value[:20].lower()
    if low.startswith("cid:"):
        return _CID + value[4:]
    if low.startswith(("http:", "https:")):
        return _REMOTE + value
    return value if _SAFE_DATA.match(value) else None


_MARKED_ID = re.compile(
    r"""(<(?:div|blockquote|span|hr|p|section))(\b[^<>]{0,300}?)\sid=["']?([A-Za-z_\-]{4,60})["']?""", re.IGNORECASE
)


def with_marked_ids(html: str) -> str:
    """Turn ids that mark history (Outlook's) into our class before ids are dropped."""
    return _MARKED_ID.sub(_id_to_class, html)


def _id_to_class(match: re.Match[str]) -> str:
    start, between, mark = match.groups()
    return f'{start} class="{QUOTE_CLASS}"{between}' if mark.lower() in QUOTE_MARKS else match.group()
