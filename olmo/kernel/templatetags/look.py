"""Olmo's visual language for templates: {% icon %}, {% who %}, {% priority %}, {% due %}, {% field %} and the rest."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template import defaultfilters
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

from olmo.kernel import marks, navigation, rows, spoken

register = template.Library()

THEMES = ("light", "dark")
SMALL_MONTHS = frozenset({"it"})  # languages that write "28 ago 2026"
HUES = 36
SAID: Mapping[str, Promise] = {
    **spoken.WORDS,
    "kept": gettext_lazy("Kept in this browser"),
    "otherDraft": gettext_lazy("Another text is saved for this draft."),
    "pasteCut": gettext_lazy("That was very long: its beginning is in the text, and the whole is attached as a file."),
    "pasted": gettext_lazy("pasted.txt"),
    "pastePlain": gettext_lazy("That was very long, and was taken as plain text."),
    "editorChosen": gettext_lazy("This counts from the next text on."),
    "saving": gettext_lazy("Saving…"),
    "notSaved": gettext_lazy("Not saved, kept in this browser. It is tried again."),
    "signedOut": gettext_lazy("You are signed out. Not saved, kept in this browser: sign in again, and it is here."),
    "leavesIn": gettext_lazy("in {n} s"),
    "leaving": gettext_lazy("leaving now…"),
    "uploading": gettext_lazy("{percent} % of {size}"),
    "uploadStopped": gettext_lazy("{name} was not attached: {reason}"),
    "uploadBroken": gettext_lazy("the connection broke"),
    "remove": gettext_lazy("Remove {name}"),
    "close": gettext_lazy("Close"),
    "offline": gettext_lazy("No connection. What you typed is kept; try again when the line is back."),
    "refused": gettext_lazy("That did not work ({status}). Nothing was changed; what you typed is kept."),
    "newRow": gettext_lazy("1 new ticket: show it"),
    "newRows": gettext_lazy("{n} new tickets: show them"),
    "longer": gettext_lazy("The list shows {n} tickets now"),
    "selected": gettext_lazy("{n} selected"),
    "isReading": gettext_lazy("{name} is reading"),
    "isReplying": gettext_lazy("{name} is writing a reply"),
    "isNoting": gettext_lazy("{name} is writing a note"),
    "isAsking": gettext_lazy("{name} is writing to a partner"),
    "isChanging": gettext_lazy("{name} is changing something here"),
    "isChangingThis": gettext_lazy("{name} is changing this"),
    "newMessage": gettext_lazy("1 new message above: show it"),
    "newMessages": gettext_lazy("{n} new messages above: show them"),
    "newNotice": gettext_lazy("A new notice"),
    "cancel": gettext_lazy("Cancel"),
    "goOn": gettext_lazy("Go on"),
    "commands": gettext_lazy("Commands"),
    "found": gettext_lazy("{n} found"),
}

for mark in (marks.icon, marks.channel, marks.who, marks.priority, marks.clock, marks.due, marks.ago):
    register.simple_tag(mark, name=mark.__name__)
register.simple_tag(rows.row, name="ticket_row")
TIMES = spoken.hours, spoken.day, spoken.near, spoken.near_inside, spoken.moment, spoken.span, spoken.lasted
for words_of in (*TIMES, spoken.size):
    register.filter(words_of.__name__, words_of)


_FORMAT_NAME = re.compile("[A-Z_]{2,}")  # as DATE_FORMAT: a name, not letters of a date


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, wanted: str | None = None) -> Any:
    """Django’s filter, with the short names of months as the language writes them."""
    if wanted and not _FORMAT_NAME.fullmatch(wanted) and get_language() in SMALL_MONTHS:
        wanted = wanted.replace("M", "b")
    return defaultfilters.date(value, wanted)


@register.simple_tag
def when(at: datetime | None, css: str = "") -> SafeString:
    """The time of day of `at` (aware), the whole moment as its title. css: a class."""
    if at is None:
        return marks.NOTHING
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        css, marks.stamp(at), spoken.moment(at), spoken.hours(at),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def page_attributes(context: template.Context) -> SafeString:
    """Theme and hue for <html>: the person's choice, of a stranger the browser's cookie, else the system's."""
    person = context.get("person")
    theme = context.get("theme") or (_of(person, "theme") if person else _cookie(context, "olmo_theme"))
    hue = _of(context.get("brand"), "hue")
    pairs = [("data-theme", theme)] if theme in THEMES else []
    if hue is not None:
        pairs.append(("data-hue", str(round(int(hue) / 10) % HUES * 10)))
    return format_html_join("", ' {}="{}"', pairs)


@register.simple_tag(takes_context=True)
def nav_is_narrow(context: template.Context) -> bool:
    """Whether this person keeps the navigation narrow."""
    return bool(_of(context.get("person"), "is_nav_narrow"))


@register.simple_tag(takes_context=True)
def nav_places(context: template.Context, nav: Iterable[navigation.Item]) -> SafeString:
    """The places of the navigation, its groups open or folded as this browser's reader left them."""
    return navigation.places(nav, navigation.folds_of(_cookie(context, "olmo_nav")))


@register.simple_tag
def words() -> SafeString:
    """The sentences that scripts say, in the reader's language: data attributes of one template element."""
    return _words(get_language())


@register.inclusion_tag("look/field.html")
def field(bound: BoundField, hint: str = "", autofocus: bool = False, needed: bool = True) -> dict[str, Any]:
    """A form field with its label, hint and errors, in the shape its widget asks for.

    needed: whether a required field says so (a sign-in need not).
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


@register.tag
def still(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """{% still %}...{% endstill %}: a part that only the language changes is rendered once and kept."""
    nodes = parser.parse(("endstill",))
    parser.delete_first_token()
    return _Still(nodes)


class _Still(template.Node):
    def __init__(self, nodes: template.NodeList) -> None:
        self.nodes = nodes
        self.kept: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.kept:
            self.kept[language] = self.nodes.render(template.Context(autoescape=context.autoescape))
        return self.kept[language]


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


@lru_cache(maxsize=16)
def _words(language: str | None) -> SafeString:
    pairs = [(_dashed(name), text) for name, text in SAID.items()]
    body = format_html_join("", ' data-{}="{}"', pairs)
    drawings = [marks.ring("late"), marks.icon("eye", "s"), marks.icon("pen", "s")]  # what scripts draw
    return format_html('<template id="words"{}>{}{}{}</template>', body, *drawings)


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
