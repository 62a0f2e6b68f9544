"""Rules in plain words, in the reader's language: conditions, outcomes, queues."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Words

from .known import DAYS, Known, addresses, queues
from .matching import LEAVE

OUTCOMES: Mapping[str, Words] = {
    "team": gettext_lazy("Team"), "assignee": gettext_lazy("Owner"), "impact": gettext_lazy("Impact"),
    "urgency": gettext_lazy("Urgency"), "category": gettext_lazy("Category"), "kind": gettext_lazy("Kind"),
    "working_state": gettext_lazy("Working state"), "tags": gettext_lazy("Tags"), "followers": gettext_lazy("Followers"),
}  # fmt: skip


def condition(said: Mapping[str, Any], known: Known) -> str:
    """One condition: "Category: is one of Printers, Networks"."""
    found = known.properties.get(said["what"])
    if found is None:
        return _("a custom field that was removed (%(key)s)") % {"key": said["what"].removeprefix("field:")}
    how = str(dict(found.hows).get(said["how"], said["how"]))
    words = {"what": str(found.label), "how": how, "values": ", ".join(values(said, known)) or "…"}
    return (_("%(what)s: %(how)s") if found.shape == "flag" else _("%(what)s: %(how)s %(values)s")) % words


def values(said: Mapping[str, Any], known: Known) -> list[str]:
    """The values of a condition by their names."""
    what = said["what"]
    found = known.properties[what]
    if found.shape == "ticks":
        labels = known.labels(what)
        return [labels.get(value, "").strip(" —") or _gone(value) for value in said["values"]]
    if found.shape == "people":
        return addresses(said["values"]) or [_gone(value) for value in said["values"]]
    if found.shape == "hours":
        return [hours(value) for value in said["values"]]
    return [f"“{value}”" if found.shape == "phrases" else str(value) for value in said["values"]]


def conditions(content: Mapping[str, Any], known: Known) -> list[str]:
    """All conditions of a rule."""
    return [condition(said, known) for said in content.get("conditions", ())]


def outcomes(content: Mapping[str, Any], known: Known) -> list[str]:
    """What a rule sets: "Team: Network"."""
    return [f"{OUTCOMES[name]}: {value}" for name, value in named(content.get("outcome", {}), known)]


def named(outcome: Mapping[str, Any], known: Known) -> Iterable[tuple[str, str]]:
    """(property, value by its name), in the order of the form."""
    for name in OUTCOMES:
        if name in outcome:
            yield name, value(name, outcome[name], known)


def value(name: str, held: Any, known: Known) -> str:
    """A value of a property by its name."""
    if name == "tags":
        return ", ".join(held)
    if name == "followers":
        return ", ".join(known.labels("assignee").get(one, _gone(one)) for one in held)
    if held == LEAVE:
        return _("left to automatic assignment")
    return known.labels(name).get("" if held is None else held, "").strip(" —") or _gone(held)


def hours(said: Mapping[str, Any]) -> str:
    """Days and times: "Monday, Tuesday 08:00–18:00 (Europe/Rome)"."""
    days = _("every day") if len(said["days"]) == 7 else ", ".join(str(DAYS[day]) for day in said["days"])
    return f"{days} {said['from']}–{said['to']} ({said['zone'].replace('_', ' ')})"


def queue(name: str, known: Known) -> str:
    """A queue by its name."""
    return dict(queues(known)).get(name) or _gone(name) if name else _("All tickets")


def told(content: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """A whole rule in words, for pages."""
    said = conditions(content, known)
    joint = _("and") if content.get("all", True) else _("or")
    return {
        "conditions": said, "joint": joint, "when": f" {joint} ".join(said) or _("always"),
        "outcomes": outcomes(content, known), "queue": queue(content.get("queue", ""), known),
    }  # fmt: skip


def _gone(value: Any) -> str:
    return _("something that was removed (%(id)s)") % {"id": value}
