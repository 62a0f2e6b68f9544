"""HTML to readable text: paragraphs, lists, tables and quote depth kept, layout dropped.

Works on the sanitiser's output (well formed, attributes in double quotes) or, for HTML too heavy for it, on
the source itself; both in one forward pass. Containers of history are reported as ranges of the text.
"""

import html
import re
from dataclasses import dataclass, field

from .html import QUOTE_CLASS

_TOKEN = re.compile(
    r'<!--.*?(?:-->|$)|<[!?][^<>]*>?|<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"]+|"[^"]*")*)>?|[^<]+|<', re.DOTALL
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_TRAILING = re.compile(r"[ \t]+\n")
_BLANK_LINES = re.compile(r"\n{3,}")
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "hr"})
_BLOCKS = _PARAGRAPHS | {"div", "li", "tr", "dt", "dd", "address", "center", "article", "section", "header", "footer",
                         "body", "html", "caption", "form", "fieldset", "main", "aside", "nav"}  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "textarea", "svg", "math"})
_VOID = frozenset({"br", "img", "hr", "col", "wbr", "meta", "link", "input", "area", "base", "embed", "source"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text, and the ranges (start, end) of it that stood in containers of history."""

    text: str
    quotes: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Line:
    depth: int
    quoted: bool
    text: str


@dataclass(slots=True)
class _Writer:
    lines: list[_Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    depth: int = 0  # of blockquotes
    containers: list[tuple[str, int]] = field(default_factory=list)  # (tag, open tags of that name at its start)
    opened: dict[str, int] = field(default_factory=dict)
    lists: list[int] = field(default_factory=list)  # 0 = bullets, else the next number
    pre: int = 0
    unseen: str = ""

    def end_line(self, blank: bool = False) -> None:
        text = "".join(self.words)
        self.words.clear()
        text = text.rstrip() if self.pre else text.strip(" ")
        if text or (blank and self.lines and self.lines[-1].text):
            self.lines.append(_Line(self.depth, bool(self.containers), text))
            if text and blank:
                self.lines.append(_Line(self.depth, bool(self.containers), ""))

    def line_break(self) -> None:
        text = "".join(self.words).strip(" ")
        self.words.clear()
        self.lines.append(_Line(self.depth, bool(self.containers), text))

    def write(self, text: str) -> None:
        if self.pre:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.words.append(first)
            for line in more:
                self.lines.append(_Line(self.depth, bool(self.containers), "".join(self.words).rstrip()))
                self.words[:] = [line]
            return
        text = _SPACES.sub(" ", text)
        if text == " " and (not self.words or self.words[-1].endswith(" ")):
            return
        if text.startswith(" ") and (not self.words or self.words[-1].endswith(" ")):
            text = text[1:]
        self.words.append(text)


def render(source: str) -> Rendered:
    """Readable text of HTML. Linear in its length."""
    writer = _Writer()
    for match in _TOKEN.finditer(source):
        name = match.group(2)
        if name:
            _tag(writer, name.lower(), bool(match.group(1)), match.group(3))
        elif not writer.unseen and not match.group().startswith(("<!", "<?")):
            writer.write(html.unescape(match.group()).replace("\xa0", " "))
    writer.end_line()
    return _joined(writer.lines)


def _tag(writer: _Writer, name: str, closing: bool, attributes: str) -> None:
    if writer.unseen:
        writer.unseen = "" if closing and name == writer.unseen else writer.unseen
    elif name in _UNSEEN:
        writer.unseen = name if not closing else ""
    elif name == "br":
        writer.line_break()
    elif closing:
        _close(writer, name)
    else:
        _open(writer, name, attributes)


def _open(writer: _Writer, name: str, attributes: str) -> None:
    if name in _BLOCKS:
        writer.end_line(blank=name in _PARAGRAPHS)
    elif name in _CELLS and "".join(writer.words[-1:]).strip():
        writer.words.append(" ")
    if name not in _VOID:
        writer.opened[name] = writer.opened.get(name, 0) + 1
        if QUOTE_CLASS in attributes:
            writer.end_line()
            writer.containers.append((name, writer.opened[name]))
    if name == "blockquote":
        writer.depth += 1
    elif name == "pre":
        writer.pre += 1
    elif name in ("ul", "ol"):
        writer.lists.append(name == "ol")
    elif name == "li":
        _bullet(writer)


def _bullet(writer: _Writer) -> None:
    number = writer.lists[-1] if writer.lists else 0
    writer.words.append(f"{number}. " if number else "- ")
    if number:
        writer.lists[-1] = number + 1


def _close(writer: _Writer, name: str) -> None:
    if name in _BLOCKS:
        writer.end_line(blank=name in _PARAGRAPHS)
    if writer.containers and writer.containers[-1] == (name, writer.opened.get(name, 0)):
        writer.end_line()
        writer.containers.pop()
    if writer.opened.get(name):
        writer.opened[name] -= 1
    if name == "blockquote":
        writer.depth = max(0, writer.depth - 1)
    elif name == "pre":
        writer.pre = max(0, writer.pre - 1)
    elif name in ("ul", "ol") and writer.lists:
        writer.lists.pop()


def _joined(lines: list[_Line]) -> Rendered:
    out: list[str] = []
    quotes: list[tuple[int, int]] = []
    position = blank_run = 0
    for line in lines:
        blank_run = 0 if line.text else blank_run + 1
        if blank_run > 2 or (not out and not line.text):
            continue
        text = ">" * min(line.depth, 20) + (" " if line.depth and line.text else "") + line.text + "\n"
        out.append(text)
        if line.quoted:
            joined = quotes and quotes[-1][1] == position
            start = quotes.pop()[0] if joined else position
            quotes.append((start, position + len(text)))
        position += len(text)
    return Rendered("".join(out).rstrip("\n"), tuple(quotes))
