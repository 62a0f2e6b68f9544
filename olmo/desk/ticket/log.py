"""The log of a ticket, printed by Python: it has up to 50 messages and as many events.

Swappable as #log; live. The markup is that of the components `log` and `said` (docs/design.md). Every text from outside is
escaped here, or came escaped or sanitised from `words`.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from olmo.kernel import marks, spoken

from .timeline import Timeline

Part = Mapping[str, Any]

_LOG = '<ol class="log" id="log" aria-label="{label}" data-live="{live}" data-seen="{seen}">\n{older}{days}</ol>'
_OLDER = '<li><span></span><span><a class="button button--small" href="{}">{}{}</a></span></li>\n'
_DAY = '<li class="log__dayline"><span class="log__day">{}</span></li>\n'
_WHEN = '<time class="log__when" datetime="{}" title="{}">{}</time>'
_SAID = (
    '<li id="{id}">{when}<article class="said said--{as_}"><header class="said__by">{who}<b><bdi>{name}</bdi></b>{address}{via}'
    "{private}{menu}</header>\n{notice}{images}{body}{machine}{quoted}\n{files}{state}</article></li>\n"
)
# What the machine answered stays when the log is fetched anew, and goes when its message is erased.
_MACHINE = (
    '<div class="said__machine" id="machine-{id}" hx-morph-skip><button class="button button--bare button--small" form="undo"'
    ' formaction="{url}" hx-post="{url}" hx-target="#machine-{id}" hx-swap="innerHTML">{icon}{label}</button></div>'
)
_MENU = (
    '<details class="menu-of menu-of--end said__acts" data-menu data-from="{url}">'
    '<summary class="button button--bare button--small button--icon" aria-label="{label}">{icon}</summary>'
    '<div class="menu"><a class="menu__item" href="{url}">{label}</a></div></details>'
)
_ELSEWHERE = '<a class="button button--small" href="{}" target="_blank" rel="noopener">{}</a>'
_IMAGES = f'<p class="said__images">{{}}<span>{{}}</span> {_ELSEWHERE}</p>'
_FILE = '<a class="attachment" href="{}">{}<bdi>{}</bdi> <small>{}</small></a>'
_QUOTED = '<details class="said__quoted"><summary>{}{}</summary><div class="said__text" dir="auto" hx-ignore>{}</div></details>'
_NOTICE = '<div class="banner{}">{}<p><strong>{}</strong> {}</p></div>'
_FOLD = '<li class="is-event">{}<details class="event-fold"><summary>{}{}</summary><ul>{}</ul></details></li>\n'
_HANDOVER = (
    '<li>{}<div class="handover"><div class="handover__line">{}<b>{}</b>{}</div>'
    '<div class="handover__text" dir="auto" hx-ignore>{}</div></div></li>\n'
)
_EVENT = '<li class="is-event">{}<p class="event">{}<span>{}</span>{}</p></li>\n'
_WHY = '<a class="button button--bare button--small event__undo" href="{}">{}</a>'
_UNDO = '<button class="button button--bare button--small event__undo" form="undo" formaction="{}">{}</button>'


def log(timeline: Timeline, *, live: str, seen: int) -> SafeString:
    """The log. live: the topic that it listens to. seen: the version of the ticket that it shows."""
    printer = _Printer()
    older = pgettext("entries of a log", "Earlier")
    days = "".join(
        [
            _DAY.format(escape(spoken.day(day["day"]))) + "".join(map(printer.entry, day["entries"]))
            for day in timeline.days
        ]
    )
    return SafeString(
        _LOG.format(
            label=escape(_("What happened")), live=live, seen=seen, days=days,
            older=_OLDER.format(escape(timeline.older_url), marks.icon("up", "s"), escape(older)) if timeline.older_url else "",
        )
    )  # fmt: skip


_PRIVATE = '<span class="said__private">{}{}</span>'


class _Printer:
    """The entries of one log; the words that repeat with each message are looked up once."""

    def __init__(self) -> None:
        self.private = _PRIVATE.format(marks.icon("lock", "s"), escape(_("Internal note, agents only")))
        self.partner = _PRIVATE.format(marks.icon("out", "s"), escape(_("Partner and agents only")))
        self.translate = escape(pgettext("a message", "Translate"))
        self.undo, self.why = escape(_("Undo")), escape(_("Why?"))
        self.more, self.earlier = escape(_("More about this message")), escape(_("Earlier text"))

    def entry(self, entry: Part) -> str:
        when = _WHEN.format(marks.stamp(entry["at"]), escape(spoken.moment(entry["at"])), spoken.hours(entry["at"]))
        if "said" in entry:
            return self._said(entry["said"], when)
        if "fold" in entry:
            events = "".join(
                [
                    f'<li class="event"><span>{escape(event)}</span>{self._why(why)}{self._undo(url)}</li>'
                    for event, url, why in entry["events"]
                ]
            )
            return _FOLD.format(when, marks.icon("right", "s"), escape(entry["fold"]), events)
        if "handover" in entry:
            handover = entry["handover"]
            return _HANDOVER.format(
                when,
                marks.icon("escalate", "s"),
                escape(handover["title"]),
                self._undo(entry["undo"]),
                handover["text"],
            )
        return _EVENT.format(
            when,
            marks.icon(entry["icon"] or "right", "s"),
            escape(entry["event"]),
            self._why(entry["why"]) + self._undo(entry["undo"]),
        )

    def _why(self, url: str) -> str:
        return _WHY.format(escape(url), self.why) if url else ""

    def _undo(self, url: str) -> str:
        return _UNDO.format(url, self.undo) if url else ""

    def _readers(self, said: Part) -> str:
        """Who reads it, when not everybody does."""
        if said["as_"] != "note":
            return ""
        return self.partner if said["is_partners"] else self.private

    def _said(self, said: Part, when: str) -> str:
        return _SAID.format(
            id=said["id"], when=when, as_=_manner(said), who=marks.who(said["name"], said["kind"], mute=True),
            name=escape(said["name"]), via=_via(said), private=self._readers(said),
            address=f'<span class="via"><bdi>{escape(said["address"])}</bdi></span>' if said["address"] else "",
            menu=_MENU.format(url=said["menu_url"], label=self.more, icon=marks.icon("more", "s")),
            notice=_notice(said["notice"]), images=_images(said),
            body=f'<div class="said__text" dir="auto" hx-ignore>{said["body"]}</div>' if said["body"] else "",
            machine=self._machine(said),
            quoted=_QUOTED.format(marks.icon("more", "s"), self.earlier, said["quoted"]) if said["quoted"] else "",
            files=_files(said["attachments"]),
            state=f'<p class="quoted">{escape(said["state"])}</p>' if said.get("state") else "",
        )  # fmt: skip

    def _machine(self, said: Part) -> str:
        """The offer to translate it, which the translation will take the place of."""
        if not (url := said["translation_url"]):
            return ""
        return _MACHINE.format(id=said["id"], url=url, icon=marks.icon("globe", "s"), label=self.translate)


def _manner(said: Part) -> str:
    """How it is drawn: what is between the desk and a partner is told apart from what is among agents."""
    return f"{said['as_']} said--partner" if said["is_partners"] else str(said["as_"])


def _via(said: Part) -> str:
    if not said["via"]:
        return ""
    channel = marks.channel(said["channel"], True) if said["channel"] else ""
    return f'<span class="via">{channel}{escape(said["via"])}</span>'


def _notice(notice: Part | None) -> str:
    if notice is None:
        return ""
    tone = f" banner--{notice['tone']}" if notice["tone"] else ""
    return _NOTICE.format(tone, marks.icon(notice["icon"]), escape(notice["title"]), escape(notice.get("text", "")))


def _images(said: Part) -> str:
    if not said["images_blocked"]:
        return ""
    words = ngettext(
        "%(n)d picture from elsewhere is not loaded: it would tell the sender that you read this.",
        "%(n)d pictures from elsewhere are not loaded: they would tell the sender that you read this.",
        said["images_blocked"],
    ) % {"n": said["images_blocked"]}
    return _IMAGES.format(marks.icon("image", "s"), escape(words), said["images_url"], escape(_("Load pictures")))


def _files(files: list[Part]) -> str:
    if not files:
        return ""
    shown = [
        _FILE.format(
            escape(file["url"]), marks.icon("image" if file["is_image"] else "file", "s"), escape(file["name"]),
            escape(spoken.size(file["size"])),
        )
        for file in files
    ]  # fmt: skip
    return f'<div class="attached">{"".join(shown)}</div>'
