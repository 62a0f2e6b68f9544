"""What of a mail's text is new and what is history or signature.

Nothing is dropped: the text is cut into segments, which joined give it back. A reader sees the new ones and
can unfold the rest. The rules, in order: our own marker line; separators and header blocks of a quoted mail;
attribution lines; runs of lines behind ">"; containers of history in the HTML; signatures.
Sources: RFC 3676 (quoting, signature line); how the common mail programs quote, as their output shows.
"""

import re

from . import attribution, signatures
from .marker import is_marker
from .model import Segment, SegmentKind, Trimmed

_QUOTED = re.compile(r"\s{0,3}(?:[A-Z]{0,3}>|&gt;)")
_MAX_LINES = 20_000
_MAX_SIGNATURE_LINES = 14


def trim(text: str, html_quotes: tuple[tuple[int, int], ...] = (), html_text: str = "") -> Trimmed:
    """Split a readable body.

    html_text, html_quotes: the text of the HTML form and the ranges of it that stood in containers of
    history, when the mail has an HTML form. Linear in the length of the text.
    """
    lines = text.split("\n")
    kinds = _Classifier(lines[:_MAX_LINES]).kinds()
    kinds += ["quote" if kinds and kinds[-1] == "quote" else "new"] * (len(lines) - len(kinds))
    if html_quotes:
        _apply_containers(lines, kinds, text, html_text, html_quotes)
    _keep_something(lines, kinds)
    return _trimmed(lines, kinds)


class _Classifier:
    """Gives every line its kind: new, quote or signature."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.quoted = [bool(_QUOTED.match(line)) for line in lines]
        self.result: list[SegmentKind] = ["new"] * len(lines)

    def kinds(self) -> list[SegmentKind]:
        end = self._history_start()
        self.result[end:] = ["quote"] * (len(self.lines) - end)
        end = self._before_signature(end)
        end = self._before_quotes(end)
        end = self._before_signature(end)
        self._leading_quote(end)
        self._inner_attributions(end)
        return self.result

    def _history_start(self) -> int:
        """First line of unquoted history: everything from there to the end is quoted."""
        for index, line in enumerate(self.lines):
            if not line.strip() or len(line) > 1000:
                continue
            if is_marker(line):
                return self._with_introduction(index)
            if self.quoted[index]:
                continue
            if attribution.is_separator(line) and self._separates(index):
                return index
            if attribution.header_block(self.lines, index):
                return self._with_rule(index)
            size = self._attribution_at(index)
            if size and not self._is_quote_after(index + size, bar=False):
                return index
        return len(self.lines)

    def _separates(self, index: int) -> bool:
        following = [line for line in self.lines[index + 1 : index + 6] if line.strip()]
        return bool(following)

    def _with_rule(self, index: int) -> int:
        """Include a rule of dashes or underscores that stands above a header block."""
        above = index - 1
        while above >= 0 and not self.lines[above].strip():
            above -= 1
        return above if above >= 0 and re.fullmatch(r"\s*[-_=*—–]{3,}\s*", self.lines[above]) else index

    def _with_introduction(self, index: int) -> int:
        """Include the attribution or header block just above our marker."""
        for above in range(index - 1, max(-1, index - 16), -1):
            if attribution.header_block(self.lines, above):
                return self._with_rule(above)
            if attribution.is_separator(self.lines[above]):
                return above
            size = self._attribution_at(above)
            if size:
                return above
        return index

    def _attribution_at(self, index: int) -> int:
        """Lines (1 to 4) of the attribution that begins at `index`, 0 when there is none."""
        if not attribution.may_begin(self.lines[index]):
            return 0
        longest = 4 if attribution.may_run_on(self.lines[index]) else 1
        joined = ""
        for size in range(1, longest + 1):
            if index + size > len(self.lines) or not self.lines[index + size - 1].strip():
                return 0
            joined = f"{joined} {self.lines[index + size - 1].strip().lstrip('> ')}".strip()
            if (
                size > 1
                and attribution.may_run_on(self.lines[index + size - 1])
                and self.lines[index + size - 1][:1].isupper()
            ):
                return 0  # another one begins here
            if attribution.is_attribution(joined, self._is_quote_after(index + size)):
                return size
        return 0

    def _attribution_before(self, index: int) -> int:
        """Where the attribution begins that ends just above line `index`; `index` when there is none."""
        above = index - 1
        while above >= 0 and not self.lines[above].strip():
            above -= 1
        ends = [
            size for size in range(1, 5) if above - size + 1 >= 0 and self._attribution_at(above - size + 1) == size
        ]
        return above - max(ends) + 1 if ends else index

    def _is_quote_after(self, index: int, bar: bool = True) -> bool:
        """Quoted lines follow (bar: also behind "|", which elsewhere draws tables)."""
        while index < len(self.lines) and not self.lines[index].strip():
            index += 1
        return index < len(self.lines) and (self.quoted[index] or (bar and self.lines[index].startswith("| ")))

    def _mark(self, start: int, end: int, kind: SegmentKind) -> int:
        self.result[start:end] = [kind] * (end - start)
        return start

    def _before_quotes(self, end: int) -> int:
        """Where the run of quoted lines at the end begins, with the attribution above it."""
        index = end
        while index > 0 and (self.quoted[index - 1] or not self.lines[index - 1].strip()):
            index -= 1
        if not any(self.quoted[index:end]):
            return end
        return self._mark(self._attribution_before(index), end, "quote")

    def _leading_quote(self, end: int) -> None:
        """An attribution at the very top with its quote: the answer stands below."""
        index = 0
        while index < end and not self.lines[index].strip():
            index += 1
        if index >= end or self.result[index] != "new":
            return
        size = self._attribution_at(index)
        if not size or not self._is_quote_after(index + size):
            return
        stop = index + size
        while stop < end and (self.quoted[stop] or not self.lines[stop].strip()):
            stop += 1
        if stop < end and not any(self.quoted[i] for i in range(stop, end)):
            self.result[:stop] = ["quote"] * stop

    def _inner_attributions(self, end: int) -> None:
        """Answers between quotes: the quotes are needed to understand them, their attribution is not."""
        for index in range(1, end):
            if self.quoted[index] and not self.quoted[index - 1] and self.result[index] == "new":
                start = self._attribution_before(index)
                self._mark(start, max(start, index), "quote")

    def _before_signature(self, end: int) -> int:
        """Where the signature that ends at line `end` begins; `end` when there is none."""
        while end > 0 and signatures.is_ornament(self.lines[end - 1]) and not self.quoted[end - 1]:
            end = self._mark(end - 1, end, "signature")
        filled = 0
        found = end
        for index in range(end - 1, max(-1, end - 60), -1):
            line = self.lines[index]
            if self.quoted[index] or filled > _MAX_SIGNATURE_LINES:
                break
            if line.strip() and self._begins_signature(index, end, filled):
                found = index
            filled += bool(line.strip())
        return self._mark(found, end, "signature") if found < end else self._before_contacts(end)

    def _begins_signature(self, index: int, end: int, filled: int) -> bool:
        line = self.lines[index]
        if signatures.is_delimiter(line) or signatures.is_sent_from(line):
            return filled <= _MAX_SIGNATURE_LINES
        below = self.lines[index + 1 : end]
        if signatures.is_closing(line, below):
            return True
        if signatures.is_rule(line):
            return filled <= 10 and any(signatures.has_contact(one) for one in below)
        return False

    def _before_contacts(self, end: int) -> int:
        start = end
        while start > 0 and self.lines[start - 1].strip() and not self.quoted[start - 1] and end - start < 9:
            start -= 1
        if start > 0 and signatures.is_contact_block(self.lines[start:end]):
            return self._mark(start, end, "signature")
        return end


def _apply_containers(
    lines: list[str], kinds: list[SegmentKind], text: str, html_text: str, quotes: tuple[tuple[int, int], ...]
) -> None:
    """Use the HTML's containers where the wording of the text gave no history away."""
    start, stop = quotes[0][0], quotes[-1][1]
    if html_text[stop:].strip() or "quote" in kinds:
        return
    before = html_text[:start].rstrip()
    cut = len(before) if text == html_text else _same_place(text, before)
    if cut <= 0:
        return
    position = 0
    for index, line in enumerate(lines):
        if position >= cut and kinds[index] == "new":
            kinds[index] = "quote"
        position += len(line) + 1


def _same_place(text: str, before: str) -> int:
    """Offset in `text` after the words that end `before`, 0 when they are not found exactly once."""
    tail = [word for word in before[-400:].split() if word][-6:]
    if not tail:
        return 0
    pattern = r"[\s>*_]{1,9}".join(re.escape(word) for word in tail)
    found = [match.end() for match in re.finditer(pattern, text)]
    return found[0] if len(found) == 1 else 0


def _keep_something(lines: list[str], kinds: list[SegmentKind]) -> None:
    """A mail that is nothing but history (a forward, a bare quote) has that as its news."""
    if any(kind == "new" and line.strip() for kind, line in zip(kinds, lines, strict=True)):
        return
    body = _forwarded_body(lines)
    for index in range(body, len(lines)):
        if kinds[index] == "quote":
            kinds[index] = "new"


def _forwarded_body(lines: list[str]) -> int:
    for index, line in enumerate(lines):
        if attribution.is_separator(line):
            continue
        size = attribution.header_block(lines, index)
        if size:
            return index + size
        if line.strip():
            return 0
    return 0


def _fill_gaps(lines: list[str], kinds: list[SegmentKind]) -> None:
    """Blank lines have the kind of what stands above them, so that they make no segment of their own."""
    for index in range(1, len(lines)):
        if not lines[index].strip():
            kinds[index] = kinds[index - 1]


def _trimmed(lines: list[str], kinds: list[SegmentKind]) -> Trimmed:
    _fill_gaps(lines, kinds)
    segments: list[Segment] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or kinds[index] != kinds[start]:
            tail = "" if index == len(lines) else "\n"
            segments.append(Segment(kinds[start], "\n".join(lines[start:index]) + tail))
            start = index
    new = "\n".join(s.text.strip("\n") for s in segments if s.kind == "new" and s.text.strip())
    rest = "\n".join(s.text.strip("\n") for s in segments if s.kind != "new" and s.text.strip())
    return Trimmed(new, rest, tuple(segments))
