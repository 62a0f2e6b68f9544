"""A ticket as one row of a list, printed by Python instead of a template.

A list prints its row 25 times: as a template that took 5 ms of CPU, more than all the rest of the page.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.kernel import marks, spoken

ROW = (
    '<li class="row" id="row-{id}" data-ticket="{id}"{flags}><span class="row__pick">{pick}</span>{priority}'
    '<span class="number">{number}</span>'
    '<a class="row__subject" href="{url}">{unread}<span class="row__title" dir="auto">{title}</span>{badge}'
    '<span class="row__last" dir="auto">{last}</span></a>'
    '{people}{cells}{channel}<span class="row__seen">{presence}</span>{clock}{owner}</li>\n'
)
PEOPLE = '<span class="row__people"><bdi>{}</bdi>{}</span>'
CHANNEL = '<span class="row__channel">{}</span>'
COLUMNS = frozenset({"people", "channel", "clock", "owner"})  # what a row shows unless it is told
PICK = '<input type="checkbox" name="ticket" value="{}" aria-label="{}"{}>'
BADGE = '<span class="badge badge--{}">{}</span>'
UNREAD = '<span class="visually-hidden">{}: </span>'
PRESENCE = (
    '<span class="presence{}" title="{words}">{}<span aria-hidden="true">{}</span>'
    '<span class="visually-hidden">{words}</span></span>'
)
CLOCK = '<time class="clock" data-state="{}" data-due datetime="{}">{}<span>{}</span></time>'
AGO = '<span class="clock" data-state="none"><time data-ago datetime="{}">{}</time></span>'
NO_CLOCK = '<span class="clock" data-state="none"></span>'


def row(source: Any) -> SafeString:
    """The row of a ticket. source: a mapping or object with the names that look/rows.html lists; text is escaped.

    title and last may be safe HTML (a search marks its words), clock a mark that is printed instead of due_at; `columns` names
    those of COLUMNS that are shown, `cells` is safe HTML of further ones.
    """
    get = _reader(source)
    language = get_language()
    select, unread = _words(language)
    is_unread = get("is_unread")
    number, level, owner = get("number"), get("priority"), get("owner")
    columns = get("columns") or COLUMNS
    checked = " checked" if get("is_selected") else ""
    return SafeString(
        ROW.format(
            id=escape(str(get("id") or number)),
            number=number,
            flags=(" data-unread" if is_unread else "") + (' aria-current="true"' if get("is_current") else ""),
            pick="" if get("is_fixed") else PICK.format(number, select.format(number=number), checked),
            priority=marks.priority_in(language, level) if level else "",
            url=escape(get("url") or ""),
            unread=unread if is_unread else "",
            title=conditional_escape(get("title") or ""),
            badge=_badge(get("badge")),
            last=conditional_escape(get("last") or ""),
            people=_people(get) if "people" in columns else "",
            cells=get("cells") or "",
            channel=CHANNEL.format(marks.channel_in(language, get("channel") or "")) if "channel" in columns else "",
            presence=_presence(get("presence")),
            clock=(get("clock") or time_mark(get("due_at"), get("due_share"), get("changed_at")))
            if "clock" in columns
            else "",
            owner=marks.who_in(None if owner else language, owner or "", get("owner_kind") or "agent")
            if "owner" in columns
            else "",
        )
    )


def _people(get: Callable[[str], Any]) -> str:
    organisation = get("organisation")
    return PEOPLE.format(escape(get("people") or ""), f" <span>· {escape(organisation)}</span>" if organisation else "")


def _reader(source: Any) -> Callable[[str], Any]:
    return source.get if isinstance(source, Mapping) else lambda name: getattr(source, name, None)


@lru_cache(maxsize=16)
def _words(language: str | None) -> tuple[str, str]:
    return escape(_("Select {number}")), UNREAD.format(escape(_("Unread")))


def _badge(badge: Mapping[str, object] | None) -> str:
    return BADGE.format(escape(str(badge["tone"])), escape(str(badge["label"]))) if badge else ""


def _presence(seen: Mapping[str, str] | None) -> str:
    if not seen:
        return ""
    css = " presence--writing" if seen["icon"] == "pen" else ""
    return PRESENCE.format(css, marks.icon(seen["icon"], "s"), escape(seen["short"]), words=escape(seen["words"]))


def time_mark(due_at: datetime | None, share: int | None, changed_at: datetime | None) -> str:
    """The words that tick; scripts add the whole moment as a title when somebody points at them."""
    if due_at is not None:
        state, words = spoken.due(due_at)
        ring = marks.ring(state, 100 if share is None else share)
        return CLOCK.format(state, marks.stamp(due_at), ring, escape(words))
    return AGO.format(marks.stamp(changed_at), escape(spoken.ago(changed_at))) if changed_at else NO_CLOCK
