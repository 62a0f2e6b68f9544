"""The steps of a plan, as they are typed and as a version keeps them (JSON)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Kind, Person, Team
from olmo.tickets import policy
from olmo.tickets.models import Ticket

from . import order
from .conditions import Condition

MOST_STEPS, MOST_LINES, LONGEST = 40, 30, 10_000
MOST_MINUTES = 60 * 24 * 365
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. key: its name through all versions. needs: keys of steps that must be over before."""

    key: str
    title: str
    titles: Mapping[str, str] = field(default_factory=dict)
    instructions: str = ""
    team: int | None = None
    person: int | None = None
    needs: Sequence[str] = ()
    conditions: Sequence[Condition] = ()
    checklist: Sequence[str] = ()
    due_minutes: int | None = None
    is_internal: bool = False

    def __str__(self) -> str:
        return self.titles.get((get_language() or "en")[:2]) or self.title

    def as_data(self) -> dict[str, Any]:
        """As a version keeps it."""
        return {
            "key": self.key, "title": self.title, "titles": dict(self.titles), "instructions": self.instructions,
            "team": self.team, "person": self.person, "needs": list(self.needs), "conditions": [dict(c) for c in self.conditions],
            "checklist": list(self.checklist), "due_minutes": self.due_minutes, "is_internal": self.is_internal,
        }  # fmt: skip


def kept(steps: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The steps of a version."""
    return [Step(**one) for one in steps]


def checked(steps: Sequence[Step]) -> list[Step]:
    """Steps as they are kept. Raises Invalid ("steps", "steps-<n>-<field>"): none, too many, no title, a team or person who takes
    no tasks, a step that is needed and is not there, a loop (which is named)."""
    if not steps:
        raise Invalid("steps", _("A plan has at least one step."))
    if len(steps) > MOST_STEPS:
        raise Invalid("steps", _("A plan has at most %(most)d steps.") % {"most": MOST_STEPS})
    found = [_checked(n, step) for n, step in enumerate(steps)]
    keys = [step.key for step in found]
    for n, step in enumerate(found):
        if not _KEY.fullmatch(step.key) or keys.index(step.key) != n:
            raise Invalid(f"steps-{n}-title", _("Two steps have the same key “%(key)s”.") % {"key": step.key})
        missing = next((need for need in step.needs if need not in keys), None)
        if missing is not None:
            raise Invalid(f"steps-{n}-needs", _("There is no step “%(key)s” to wait for.") % {"key": missing})
    require_no_loop(found)
    _require_takers(found)
    return found


def require_no_loop(steps: Sequence[Step]) -> None:
    """Raise Invalid, naming the loop, at a step that is in it."""
    circle = order.loop({step.key: step.needs for step in steps})
    if circle:
        places = {step.key: (n, step.title) for n, step in enumerate(steps)}
        named = " → ".join(f"{places[key][0] + 1} “{places[key][1]}”" for key in circle)
        words = _("These steps wait for one another, so none could ever begin: %(loop)s.") % {"loop": named}
        raise Invalid(f"steps-{places[circle[0]][0]}-needs", words)


def _checked(n: int, step: Step) -> Step:
    title = clean_line(step.title, 200)
    if not title:
        raise Invalid(f"steps-{n}-title", _("Say what is to be done."))
    if len(step.instructions) > LONGEST:
        words = _("It is too long: at most %(most)s characters.") % {"most": LONGEST}
        raise Invalid(f"steps-{n}-instructions", words)
    if step.due_minutes is not None and not 0 < step.due_minutes <= MOST_MINUTES:
        raise Invalid(f"steps-{n}-due", _("Give a time between one minute and one year."))
    return Step(
        key=step.key, title=title, titles={code: clean_line(name, 200) for code, name in step.titles.items() if name.strip()},
        instructions=clean(step.instructions).strip(), team=step.team, person=step.person, needs=list(dict.fromkeys(step.needs)),
        conditions=list(step.conditions), checklist=lines(step.checklist), due_minutes=step.due_minutes,
        is_internal=step.is_internal,
    )  # fmt: skip


def lines(texts: Sequence[str]) -> list[str]:
    """The lines of a checklist; empty ones are left out. Raises Invalid (too many)."""
    found = [line for text in texts if (line := clean_line(text, 200))]
    if len(found) > MOST_LINES:
        raise Invalid("checklist", _("A checklist has at most %(most)d items.") % {"most": MOST_LINES})
    return found


def _require_takers(steps: Sequence[Step]) -> None:
    for n, words in wrong(steps):
        raise Invalid(f"steps-{n}-team", words)


def wrong(steps: Sequence[Step], ticket: Ticket | None = None) -> list[tuple[int, str]]:
    """What is wrong with steps that were right once: (place, reason). A team was switched off, somebody has left.

    ticket: where they are to be done; somebody may not work on that one.
    """
    teams = {t.pk: t for t in Team.objects.filter(pk__in=[s.team for s in steps if s.team])}
    people = {p.pk: p for p in Person.objects.filter(pk__in=[s.person for s in steps if s.person])}
    found: list[tuple[int, str]] = []
    for n, step in enumerate(steps):
        team, person = teams.get(step.team or 0), people.get(step.person or 0)
        if step.team and (team is None or not team.is_active):
            found.append((n, no_team(team)))
        if step.person and (person is None or not person.is_active or person.kind != Kind.AGENT):
            found.append((n, no_person(person)))
        elif person and ticket and not policy.may_work(person, ticket):
            found.append((n, no_access(person)))
    return found


def no_team(team: Team | None) -> str:
    """That a team takes no tasks any more."""
    return _("The team %(team)s takes no tasks any more.") % {"team": team.name if team else "?"}


def no_person(person: Person | None) -> str:
    """That somebody takes no tasks any more."""
    return _("%(name)s takes no tasks any more.") % {"name": person.name if person else "?"}


def no_access(person: Person) -> str:
    """That somebody does not see the ticket."""
    return _("%(name)s does not work for this organisation.") % {"name": person.name}
