"""Why somebody got a ticket, or nobody did, in the reader's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import spoken
from olmo.kernel.errors import Words
from olmo.people.models import Person
from olmo.staffing.models import Level, Skill
from olmo.tickets.models import Event, Ticket

from .gathering import Crew
from .giving import choice
from .models import Method, TeamWay


@dataclass(frozen=True)
class Explanation:
    """sentence: who got it and why; left: who was left out, and why; others: who could have had it as well."""

    sentence: str
    left: list[str]
    others: list[str]


def of_event(event: Event) -> Explanation | None:
    """What an assignment says for itself; None when somebody made it by hand."""
    why = event.data.get("why")
    return _told(why, event.data.get("assignee")) if isinstance(why, dict) else None


def latest(ticket: Ticket) -> Event | None:
    """The newest event of a ticket that gave it to its present owner by itself."""
    if ticket.assignee_id is None:
        return None
    newest = Event.objects.filter(ticket=ticket, data__has_key="assignee").order_by("-seq").first()
    is_own = newest and newest.data.get("assignee") == ticket.assignee_id and "why" in newest.data
    return newest if is_own else None


def waiting(ticket: Ticket) -> Explanation | None:
    """Why nobody has been given a ticket so far, as of now; None when its team gives out by hand."""
    ways = TeamWay.objects.exclude(method=Method.MANUAL).select_related("team")
    way = ways.filter(pk=ticket.team_id).first() if ticket.team_id and not ticket.assignee_id else None
    if way is None:
        return None
    found = choice(ticket, Crew(way))
    return _told(found.why, found.person, is_done=False)


def _told(why: Mapping[str, Any], person: int | None, *, is_done: bool = True) -> Explanation:
    left, others = why.get("left", []), why.get("others", [])
    names = _Names(why, person)
    return Explanation(
        sentence=_sentence(why, names.person(person), is_done),
        left=[f"{names.person(pk)}: {_left(reason, facts, names)}" for pk, reason, facts in left],
        others=[f"{names.person(pk)}: {_facts(facts, names)}" for pk, facts in others],
    )


def _sentence(why: Mapping[str, Any], name: str, is_done: bool) -> str:
    by = str(why.get("by"))
    words = _BY.get(by, _BY["only"]) if is_done or by == "nobody" else _SOON
    given = why.get("given", {})
    return str(words) % {"name": name, "load": given.get("load", 0), "capacity": given.get("capacity", 0)}


_SOON: Words = gettext_lazy("%(name)s can take it; it is given out within a minute.")
_BY: Mapping[str, Words] = {
    "nobody": gettext_lazy("Nobody of the team can take it at the moment. It is given out as soon as somebody can."),
    "only": gettext_lazy("%(name)s was the only one who could take it."),
    "sticky": gettext_lazy("%(name)s solved the requester’s last ticket, and could take this one too."),
    "deputy": gettext_lazy("%(name)s stands in for whoever solved the requester’s last ticket."),
    Method.TURN: gettext_lazy("It was the turn of %(name)s: the others who could take it were given one later."),
    Method.LOAD: gettext_lazy("%(name)s had the least work of those who could take it: %(load)s of %(capacity)s points."),
    Method.SKILL: gettext_lazy("%(name)s knows best what it needs, of those who could take it."),
}  # fmt: skip


class _Names:
    """The people and skills that an explanation mentions, fetched once."""

    def __init__(self, why: Mapping[str, Any], person: int | None) -> None:
        left, others = why.get("left", []), why.get("others", [])
        people = {person, *(pk for pk, *_rest in left), *(pk for pk, *_rest in others)}
        people |= {facts.get("deputy") for _pk, _reason, facts in left}
        self._people = Person.objects.in_bulk([pk for pk in people if pk])
        facts = [why.get("given", {}), *(facts for _pk, facts in others)]
        skills = {int(pk) for each in facts for pk in each.get("skills", {})}
        skills |= {pk for _pk, _reason, facts in left for pk, _level in facts.get("lacks", [])}
        self._skills = Skill.objects.in_bulk(skills)

    def person(self, pk: int | None) -> str:
        return self._people[pk].name if pk in self._people else _("somebody")

    def skill(self, pk: int, level: int) -> str:
        name = str(self._skills[pk]) if pk in self._skills else _("a skill that was removed")
        return f"{name} ({str(Level(level).label).lower()})" if level in Level.values else name


def _left(reason: str, facts: Mapping[str, Any], names: _Names) -> str:
    return _LEFT[reason](facts, names) if reason in _LEFT else reason


def _facts(facts: Mapping[str, Any], names: _Names) -> str:
    points = _points(facts)
    skills = [names.skill(int(pk), level) for pk, level in facts.get("skills", {}).items() if level]
    return ", ".join([points, *skills])


def _points(facts: Mapping[str, Any]) -> str:
    return _("%(load)s of %(capacity)s points") % {"load": facts["load"], "capacity": facts["capacity"]}


def _until(text: Words, later: Words) -> Callable[[Mapping[str, Any], _Names], str]:
    def told(facts: Mapping[str, Any], names: _Names) -> str:
        moment = parse_datetime(facts["until"]) if facts.get("until") else None
        return str(later) % {"at": spoken.moment(moment)} if moment else str(text)

    return told


def _absent(facts: Mapping[str, Any], names: _Names) -> str:
    words = _until(_("absent"), _("absent until %(at)s"))(facts, names)
    if not facts.get("deputy"):
        return words
    return f"{words}, " + _("%(name)s stands in") % {"name": names.person(facts["deputy"])}


def _full(facts: Mapping[str, Any], names: _Names) -> str:
    return _("no room for %(weight)s more, with %(points)s") % {"weight": facts["weight"], "points": _points(facts)}


def _lacks(facts: Mapping[str, Any], names: _Names) -> str:
    return _("lacks %(skills)s") % {"skills": ", ".join(names.skill(pk, level) for pk, level in facts["lacks"])}


def _speechless(facts: Mapping[str, Any], names: _Names) -> str:
    known: Mapping[str, Words] = dict(settings.LANGUAGES)
    return _("does not speak %(language)s") % {"language": str(known.get(facts["language"], facts["language"])).lower()}


_LEFT: Mapping[str, Callable[[Mapping[str, Any], _Names], str]] = {
    "elsewhere": lambda _facts, _names: _("does not work for this organisation"),
    "gave_back": lambda _facts, _names: _("gave this ticket back"),
    "left": lambda _facts, _names: _("is not with the desk any more"),
    "absent": _absent,
    "off": _until(gettext_lazy("off"), gettext_lazy("off until %(at)s")),
    "away": _until(gettext_lazy("away"), gettext_lazy("away until %(at)s")),
    "outside": _until(gettext_lazy("outside any shift"), gettext_lazy("outside any shift, the next one begins %(at)s")),
    "full": _full,
    "skill": _lacks,
    "language": _speechless,
}
