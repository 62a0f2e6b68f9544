"""What templates print in Olmo's visual language: icons, marks of persons, priorities, clocks, times, fields.

Marks that repeat in lists are cached, so that a row costs a dictionary look-up and not a template.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from olmo.kernel import spoken

register = template.Library()

MUTE = SafeString('aria-hidden="true"')
THEMES = ("light", "dark")
TINTS = 6
HUES = 36
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
SAID: Mapping[str, Promise] = {
    **spoken.WORDS,
    "kept": gettext_lazy("Draft kept"),
    "uploading": gettext_lazy("{percent} % of {size}"),
    "uploadStopped": gettext_lazy("{name} was not attached: {reason}"),
    "uploadBroken": gettext_lazy("the connection broke"),
    "again": gettext_lazy("Try again"),
    "remove": gettext_lazy("Remove {name}"),
    "close": gettext_lazy("Close"),
    "offline": gettext_lazy("No connection. What you typed is kept; try again when the line is back."),
    "refused": gettext_lazy("That did not work ({status}). Nothing was changed; what you typed is kept."),
    "signedOut": gettext_lazy("You are signed out. Your text is kept on this computer until you are back."),
    "newRow": gettext_lazy("1 new ticket: show it"),
    "newRows": gettext_lazy("{n} new tickets: show them"),
    "selected": gettext_lazy("{n} selected"),
    "updated": gettext_lazy("The page has new content."),
    "cancel": gettext_lazy("Cancel"),
    "goOn": gettext_lazy("Go on"),
}


# Icons and marks


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """The drawing `name` of icons.svg. size: "" (18 px), "s" (16) or "l" (24). With a label it speaks."""
    return _icon(name, size, str(label))


@register.simple_tag
def channel(name: str, mute: bool = False) -> SafeString:
    """How a ticket or message came in: its icon, and the word for those who do not see it (not if mute)."""
    return _channel(name, mute, get_language())


@register.simple_tag
def who(name: str | None, kind: str = "requester", size: str = "", mute: bool = False) -> SafeString:
    """The mark of somebody: agents are leaves, requesters round, teams and robots square, nobody dashed.

    size: "" (24 px) or "l" (36). mute: the name stands beside it already, so screen readers skip the mark.
    """
    return _who(name or "", kind, size, mute, get_language() if not name else "")


@register.simple_tag
def priority(level: int | None) -> SafeString:
    """The numeral of a priority, 1 (filled) to 4 (faint); nothing where there is none."""
    return _priority(level, get_language()) if level else SafeString("")


@register.simple_tag
def clock(state: spoken.State, words: str, share: int = 100) -> SafeString:
    """A growth ring and its words. share: what is left of the time, 0 to 100."""
    return format_html('<span class="clock" data-state="{}">{}{}</span>', state, _ring(state, share), words)


@register.simple_tag
def due(at: datetime | None, share: int = 100) -> SafeString:
    """The clock of something due `at` (aware); it ticks in the browser. Nothing when nothing is due."""
    if at is None:
        return SafeString("")
    state, words = spoken.due(at)
    return format_html(
        '<time class="clock" data-state="{}" data-due datetime="{}" title="{}">{}<span>{}</span></time>',
        state, _stamp(at), spoken.moment(at), _ring(state, share), words,
    )  # fmt: skip


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    """How long ago `at` (aware) was; it ticks in the browser."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time data-ago datetime="{}" title="{}">{}</time>', _stamp(at), spoken.moment(at), spoken.ago(at)
    )


@register.simple_tag
def when(at: datetime | None, css: str = "") -> SafeString:
    """The time of day of `at` (aware), the whole moment as its title. css: a class."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        css,
        _stamp(at),
        spoken.moment(at),
        spoken.hours(at),
    )


for _filter in (spoken.hours, spoken.day, spoken.near, spoken.moment, spoken.size):
    register.filter(_filter.__name__, _filter)


# The page


@register.simple_tag(takes_context=True)
def page_attributes(context: template.Context) -> SafeString:
    """Theme and hue for <html>: the person's choice, else the browser's cookie, else the system's."""
    theme = context.get("theme") or _of(context.get("person"), "theme") or _cookie(context, "olmo_theme")
    hue = _of(context.get("brand"), "hue")
    pairs = [("data-theme", theme)] if theme in THEMES else []
    if hue is not None:
        pairs.append(("data-hue", str(round(int(hue) / 10) % HUES * 10)))
    return format_html_join("", ' {}="{}"', pairs)


@register.simple_tag(takes_context=True)
def nav_is_narrow(context: template.Context) -> bool:
    """Whether this person keeps the navigation narrow; the cookie is newer than the stored choice."""
    kept = _cookie(context, "olmo_nav")
    is_asked = _of(context.get("person"), "is_nav_narrow") or context.get("is_split")
    return kept == "narrow" if kept else bool(is_asked)


@register.simple_tag
def words() -> SafeString:
    """The sentences that scripts say, in the reader's language: data attributes of one template element."""
    pairs = [(_dashed(name), text) for name, text in SAID.items()]
    body = format_html_join("", ' data-{}="{}"', pairs)
    return format_html('<template id="words"{}>{}</template>', body, _ring("late", 0))


@register.inclusion_tag("look/field.html")
def field(bound: BoundField, hint: str = "", autofocus: bool = False, needed: bool = True) -> dict[str, Any]:
    """A form field with its label, hint and errors, in the shape its widget asks for.

    needed: whether a required field says so (a sign-in needs not).
    """
    hint = hint or str(bound.help_text)
    attributes: dict[str, Any] = {"class": _css(bound)}
    parts = {"hint": hint, "wrong": bound.errors}
    if described := [f"{bound.auto_id}-{part}" for part, there in parts.items() if there]:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if autofocus:
        attributes["autofocus"] = True
    widget = bound.as_widget(attrs=attributes)
    is_needed = needed and bound.field.required
    return {"field": bound, "shape": _shape(bound), "widget": widget, "hint": hint, "needed": is_needed}


def _shape(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, CheckboxInput):
        return "tick"
    return "select" if isinstance(widget, Select) and not widget.allow_multiple_selected else "line"


def _css(bound: BoundField) -> str:
    own = str(bound.field.widget.attrs.get("class", ""))
    return own if _shape(bound) in {"tick", "group"} else f"input {own}".strip()


def _of(thing: Any, name: str) -> Any:
    """What a template would print for `thing.name`, or None."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _cookie(context: template.Context, name: str) -> str:
    request = context.get("request")
    return str(request.COOKIES.get(name, "")) if request is not None else ""


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache
def _sheet() -> str:
    return static("built/icons.svg")


@lru_cache(maxsize=512)
def _icon(name: str, size: str, label: str) -> SafeString:
    css = f"icon icon--{size}" if size else "icon"
    voice = format_html('role="img" aria-label="{}"', label) if label else MUTE
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" {}><use href="{}#i-{}"></use></svg>', css, voice, _sheet(), name
    )


@lru_cache(maxsize=64)
def _channel(name: str, mute: bool, language: str | None) -> SafeString:
    drawing, word = CHANNELS.get(name, ("help", gettext_lazy("Another way")))
    spoken_word = "" if mute else format_html('<span class="visually-hidden">{}</span>', word)
    return format_html("{}{}", _icon(drawing, "s", ""), spoken_word)


@lru_cache(maxsize=2048)
def _who(name: str, kind: str, size: str, mute: bool, language: str | None) -> SafeString:
    css = (LEAF.get(kind, "") if name else " who--none") + (f" who--{size}" if size else "")
    speaking = format_html('role="img" aria-label="{0}" title="{0}"', name or _("Nobody yet"))
    return format_html(
        '<span class="who{}" data-tint="{}" {}>{}</span>',
        css, crc32(name.encode()) % TINTS + 1, MUTE if mute else speaking, initials(name) if name else "·",
    )  # fmt: skip


def initials(name: str) -> str:
    """One or two letters for a name: "Alma Ferri" is AF, "Service desk, tier 1" is SD."""
    heads = [word[0] for word in (name.partition(",")[0] or name).split() if word[0].isalpha()]
    return "".join(heads[:1] + heads[1:][-1:]).upper() or "?"


@lru_cache(maxsize=64)
def _priority(level: int, language: str | None) -> SafeString:
    return format_html(
        '<span class="priority" data-level="{0}" title="{1} {0}">'
        '<span class="visually-hidden">{1} </span>{0}</span>',
        level, _("Priority"),
    )  # fmt: skip


RINGS = {
    "late": '<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/>'
    '<path d="m5.5 5.5 5 5M10.5 5.5l-5 5" class="cut"/>',
    "paused": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.2 2.51"/>'
    '<path d="M6.7 6v4M9.3 6v4" stroke-width="1.4"/>',
    "met": '<circle cx="8" cy="8" r="6"/><path d="m5.3 8.2 2 2 3.6-4.2" stroke-width="1.7"/>',
    "none": '<circle class="rest" cx="8" cy="8" r="6"/>',
}
PART = (
    '<circle class="rest" cx="8" cy="8" r="6"/><circle class="part" cx="8" cy="8" r="6" pathLength="100" '
    'stroke-dasharray="{} 100" transform="rotate(-90 8 8)"/>'
)


@lru_cache(maxsize=256)
def _ring(state: str, share: int) -> SafeString:
    drawing = RINGS.get(state) or PART.format(min(100, max(0, int(share))))
    return SafeString(f'<svg class="ring" viewBox="0 0 16 16" aria-hidden="true">{drawing}</svg>')
