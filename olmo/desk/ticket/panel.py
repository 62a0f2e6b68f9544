"""What stands beside a ticket, printed by Python: as a template its properties cost as much as the whole log.

Each property opens its form, which is fetched when somebody points at it; without scripts it is a link to the same page with the
form open. Swappable as #panel; live. The markup is that of the component `panel` (docs/design.md).
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.kernel import marks

Part = Mapping[str, Any]

_PANEL = '<aside class="panel" id="panel" aria-label="{label}" data-live="{live}">\n{sections}</aside>'
_SECTION = "<section><h2>{title}{link}</h2>\n{person}{facts}{lines}{html}</section>\n"
_OPENS = (
    '<details class="menu-of menu-of--end" data-menu data-from="{url}"{state}><summary class="{css}"{command}>{value}'
    '<span class="visually-hidden">, {change}</span></summary><div class="menu">{menu}</div></details>'
)
_COMMAND = ' data-command="{}"'
_LINK = '<a class="menu__item" href="{}">{}</a>'
_PERSON = "{}<span><b><bdi>{}</bdi></b><br><small>{}</small></span>"
_LINE = '<li><a href="{}"><span dir="auto">{}</span><small><span class="number">{}</span>{}</small></a></li>'
_WHY = '<a class="fact__why" href="{}"><bdi>{}</bdi></a>'
_NOTHING = '<span class="muted">–</span>'


def panel(sections: list[dict[str, Any]], *, live: str, opened: str = "", form: str = "") -> SafeString:
    """The panel. sections: see facts.sections. opened: the noun of the property whose `form` (HTML) stands open."""
    printer = _Printer(opened, form)
    body = "".join([printer.section(section) for section in sections])
    return SafeString(_PANEL.format(label=escape(_("About this ticket")), live=escape(live), sections=body))


class _Printer:
    """The sections of one panel; the words that repeat are looked up once."""

    def __init__(self, opened: str, form: str) -> None:
        self.opened, self.form = opened, form
        self.change = escape(_("change"))

    def section(self, section: Part) -> str:
        link, person, lines = (section.get(name) for name in ("link", "person", "lines"))
        facts = "".join(
            [
                f"<dt>{escape(fact['label'])}</dt><dd>{self._fact(fact)}{_why(fact)}{_leads(fact)}</dd>"
                for fact in section.get("facts", ())
            ]
        )
        return _SECTION.format(
            title=escape(section["title"]),
            link=f' <a href="{escape(link["url"])}">{escape(link["label"])}</a>' if link else "",
            person=self._person(person) if person else "",
            facts=f'<dl class="facts">{facts}</dl>' if facts else "",
            lines=f'<ul class="lines" role="list">{"".join(map(_line, lines))}</ul>' if lines else "",
            html=section.get("html", ""),  # printed by the section itself
        )

    def _person(self, person: Part) -> str:
        mark = marks.who(person["name"], person["kind"], "l", True)
        value = _PERSON.format(mark, escape(person["name"]), escape(person["note"]))
        return self._opens(person, "person", value)

    def _fact(self, fact: Part) -> str:
        if fact.get("url"):
            return self._opens(fact, "fact", _value(fact))
        value, href = escape(fact["value"]), fact.get("href")
        inner = f'<a href="{escape(href)}">{value}</a>' if href else value
        return f'<span class="fact fact--read"><span>{inner}</span></span>'

    def _opens(self, part: Part, css: str, value: str) -> str:
        is_open = bool(self.opened) and part.get("noun") == self.opened
        change = escape(part["act"]) if part.get("act") else self.change
        return _OPENS.format(
            url=part["url"], css=css, value=value, change=change, state=' id="changing" open data-loaded' if is_open else "",
            command=_COMMAND.format(noun) if (noun := part.get("noun")) else "",
            menu=self.form if is_open else _LINK.format(f"{part['url']}#changing", change),
        )  # fmt: skip


def _value(fact: Part) -> str:
    """The value of a property with its marks: who it is, how urgent, its tags."""
    mark = marks.who(fact["who"], "agent", "", True) if fact.get("who") else marks.priority(fact.get("priority"))
    if tags := fact.get("tags"):
        return '<span class="tags">' + "".join([f'<span class="tag">{escape(tag)}</span>' for tag in tags]) + "</span>"
    value = fact.get("value")
    return mark + (f'<span dir="auto">{escape(value)}</span>' if value else _NOTHING)


def _why(fact: Part) -> str:
    why = fact.get("why")
    return _WHY.format(escape(why["url"]), escape(why["label"])) if why else ""


def _leads(fact: Part) -> str:
    """Where the values of a property have pages of their own."""
    return "".join([_WHY.format(escape(one["url"]), escape(one["label"])) for one in fact.get("leads", ())])


def _line(line: Part) -> str:
    return _LINE.format(escape(line["url"]), escape(line["label"]), line["number"], escape(line["note"]))
