"""The small marks of the visual language: icons, persons, priorities, channels, clocks. Shape first, colour second.

Marks repeat in every row of every list, so each is made once per language and kept.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from zlib import crc32

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from olmo.kernel import spoken

NOTHING = SafeString("")
MUTE = SafeString('aria-hidden="true"')
TINTS = 6
LEAF = {"agent": " who--agent", "team": " who--team", "robot": " who--team"}
CHANNELS: Mapping[str, tuple[str, Promise]] = {
    "mail": ("mail", gettext_lazy("E-mail")),
    "email": ("mail", gettext_lazy("E-mail")),
    "phone": ("phone", gettext_lazy("Phone")),
    "chat": ("chat", gettext_lazy("Chat")),
    "form": ("form", gettext_lazy("Portal form")),
    "portal": ("form", gettext_lazy("Portal form")),
    "desk": ("pen", gettext_lazy("Written by an agent")),
    "monitoring": ("robot", gettext_lazy("Monitoring")),
    "api": ("robot", gettext_lazy("Program")),
}
RINGS = {
    "late": '<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/>'
    '<path d="m5.5 5.5 5 5M10.5 5.5l-5 5" class="cut"/>',
    "paused": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.2 2.51"/>'
    '<path d="M6.7 6v4M9.3 6v4" stroke-width="1.4"/>',
    "met": '<circle cx="8" cy="8" r="6"/><path d="m5.3 8.2 2 2 3.6-4.2" stroke-width="1.7"/>',
    "none": '<circle class="rest" cx="8" cy="8" r="6"/>',
}
PART = (
    '<circle class="rest" cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="6" pathLength="100" '
    'stroke-dasharray="{} 100" transform="rotate(-90 8 8)"/>'
)


@lru_cache
def sheet() -> str:
    """The address of icons.svg."""
    return static("built/icons.svg")


@lru_cache(maxsize=512)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """The drawing `name` of icons.svg. size: "" (18 px), "s" (16) or "l" (24). With a label it speaks."""
    css = f"icon icon--{size}" if size else "icon"
    voice = format_html('role="img" aria-label="{}"', label) if label else MUTE
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" {}><use href="{}#i-{}"></use></svg>', css, voice, sheet(), name
    )


def channel(name: str, mute: bool = False) -> SafeString:
    """How a ticket or message came in: its icon, and the word for those who do not see it (not if mute)."""
    return channel_in(get_language(), name, mute)


def who(name: str | None, kind: str = "requester", size: str = "", mute: bool = False) -> SafeString:
    """The mark of somebody: agents are leaves, requesters round, teams and robots square, nobody dashed.

    size: "" (24 px) or "l" (36). mute: the name stands beside it already, so screen readers skip the mark.
    """
    return who_in(None if name else get_language(), name or "", kind, size, mute)


def priority(level: int | None) -> SafeString:
    """The numeral of a priority, 1 (filled) to 4 (faint); nothing where there is none."""
    return priority_in(get_language(), level) if level else NOTHING


@lru_cache(maxsize=256)
def ring(state: str, share: int = 100) -> SafeString:
    """A growth ring. share: what is left of the time, 0 to 100."""
    drawing = RINGS.get(state) or PART.format(min(100, max(0, int(share))))
    return SafeString(f'<svg class="ring" viewBox="0 0 16 16" aria-hidden="true">{drawing}</svg>')


def clock(state: spoken.State, words: str, share: int = 100) -> SafeString:
    """A growth ring and its words."""
    return format_html('<span class="clock" data-state="{}">{}{}</span>', state, ring(state, share), words)


def due(at: datetime | None, share: int = 100) -> SafeString:
    """The clock of something due `at` (aware); it ticks in the browser. Nothing when nothing is due."""
    if at is None:
        return NOTHING
    state, words = spoken.due(at)
    return SafeString(
        f'<time class="clock" data-state="{state}" data-due datetime="{stamp(at)}" '
        f'title="{escape(spoken.moment(at))}">{ring(state, share)}<span>{escape(words)}</span></time>'
    )


def left_words(seconds: int) -> str:
    """Working time that is left: "2 h 10 m left"."""
    hours, rest = divmod(seconds, 3600)
    if not hours:
        return str(spoken.WORDS["minutesLeft"]).format(n=max(1, rest // 60))
    return str(spoken.WORDS["workLeft"]).format(hours=hours, minutes=f"{rest // 60:02}")


def remaining(
    at: datetime, state: spoken.State, share: int, seconds: int, spans: Iterable[tuple[int, int]], beyond: int
) -> SafeString:
    """The clock of a promise due `at` of which so many working seconds are left; it ticks in the browser while its spans last."""
    told = " ".join(f"{start}-{end}" for start, end in spans)
    due = escape(_("Due {date}").format(date=spoken.moment(at)))
    return SafeString(
        f'<time class="clock" data-state="{state}" data-due datetime="{stamp(at)}" data-spans="{told}" data-beyond="{beyond}" '
        f'title="{due}">{ring(state, 5 * round(share / 5))}'
        f"<span>{escape(left_words(seconds))}</span></time>"
    )


def ago(at: datetime | None) -> SafeString:
    """How long ago `at` (aware) was; it ticks in the browser."""
    if at is None:
        return NOTHING
    title, words = escape(spoken.moment(at)), escape(spoken.ago(at))
    return SafeString(f'<time data-ago datetime="{stamp(at)}" title="{title}">{words}</time>')


def stamp(at: datetime) -> str:
    """`at` for machines, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def initials(name: str) -> str:
    """One or two letters for a name: "Alma Ferri" is AF, "Service desk, tier 1" is SD."""
    heads = [word[0] for word in (name.partition(",")[0] or name).split() if word[0].isalpha()]
    return "".join(heads[:1] + heads[1:][-1:]).upper() or "?"


@lru_cache(maxsize=64)
def channel_in(language: str | None, name: str, mute: bool = False) -> SafeString:
    """`channel` for a caller that knows the active language already, as a list of rows does."""
    drawing, word = CHANNELS.get(name, ("help", gettext_lazy("Another way")))
    voice = NOTHING if mute else format_html('<span class="visually-hidden">{}</span>', word)
    return format_html("{}{}", icon(drawing, "s"), voice)


@lru_cache(maxsize=2048)
def who_in(language: str | None, name: str, kind: str = "requester", size: str = "", mute: bool = False) -> SafeString:
    """`who` for a caller that knows the active language already."""
    css = (LEAF.get(kind, "") if name else " who--none") + (f" who--{size}" if size else "")
    speaking = format_html('role="img" aria-label="{0}" title="{0}"', name or _("Nobody yet"))
    tint = crc32(name.encode()) % TINTS + 1
    return format_html(
        '<span class="who{}" data-tint="{}" {}>{}</span>',
        css, tint, MUTE if mute else speaking, initials(name) if name else "·",
    )  # fmt: skip


@lru_cache(maxsize=64)
def priority_in(language: str | None, level: int) -> SafeString:
    """`priority` for a caller that knows the active language already."""
    return format_html(
        '<span class="priority" data-level="{0}" title="{1} {0}">'
        '<span class="visually-hidden">{1} </span>{0}</span>',
        level, _("Priority"),
    )  # fmt: skip
