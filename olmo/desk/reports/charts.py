"""Charts as SVG, drawn on the server. Each stands beside a table with the same figures, so a screen reader skips its marks."""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString

WIDE, BAR_STEP, LABEL, END = 460, 30, 92, 420
LETTER, MOST_LABEL = 7.5, 160  # a letter is as wide on a phone, where they are largest
TALL, BASE, TOP = 190, 160, 16


def bars(rows: Sequence[tuple[str, int, bool]], label: str) -> SafeString:
    """Horizontal bars: (what, how many, whether it calls for attention)."""
    most = max((n for _what, n, _calls in rows), default=0) or 1
    longest = max((len(what) for what, _n, _calls in rows), default=0)
    left = min(max(LABEL, round(LETTER * longest) + 8), MOST_LABEL)
    parts = []
    for place, (what, n, calls) in enumerate(rows):
        y, width = 8 + place * BAR_STEP, round((END - left) * n / most, 1)
        css = "bar bar--old" if calls else "bar"
        parts.append(
            f'<text x="0" y="{y + 13}">{escape(what)}</text>'
            f'<rect class="{css}" x="{left}" y="{y}" width="{max(width, 1)}" height="17" rx="2"/>'
            f'<text class="strong" x="{left + max(width, 1) + 6}" y="{y + 13}">{n}</text>'
        )
    return _svg(WIDE, 10 + len(rows) * BAR_STEP, label, "".join(parts))


def flow(points: Sequence[tuple[str, int, int]], label: str) -> SafeString:
    """What came in as bars, what went out as a line: (label or "", in, out)."""
    most = max((max(came, went) for _said, came, went in points), default=0) or 1
    step = (WIDE - 44) / max(len(points), 1)
    columns, line, words = [], [], []
    for place, (said, came, went) in enumerate(points):
        x = 40 + place * step
        height = (BASE - TOP) * came / most
        columns.append(
            f'<rect class="bar" x="{x + step * 0.15:.1f}" y="{BASE - height:.1f}" width="{step * 0.7:.1f}"'
            f' height="{height:.1f}" rx="1.5"/>'
        )
        line.append(f"{x + step / 2:.1f} {BASE - (BASE - TOP) * went / most:.1f}")
        if said:
            words.append(f'<text x="{x + step / 2:.1f}" y="{BASE + 20}" text-anchor="middle">{escape(said)}</text>')
    scale = (
        f'<path class="axis" d="M36 {TOP}H{WIDE}M36 {BASE}H{WIDE}"/><text x="0" y="{TOP + 4}">{most}</text>'
        f'<text x="0" y="{BASE + 4}">0</text>'
    )
    path = f'<path class="line" d="M{" L".join(line)}"/>' if line else ""
    return _svg(WIDE, TALL, label, scale + "".join(columns) + path + "".join(words))


def _svg(width: int, height: int, label: str, inside: str) -> SafeString:
    return SafeString(
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{inside}</svg>'
    )
