"""What an event says to a person, in their language; names of people, teams and tickets are looked up together."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import prepared, spoken
from olmo.kernel.errors import Words
from olmo.people.models import Person
from olmo.tenancy.models import Client

from .changes import KINDS
from .choices import FollowUpOutcome, FollowUpReason, Score
from .models import (
    CallDirection,
    CallOutcome,
    Category,
    CustomField,
    Event,
    HoldReason,
    Impact,
    LinkKind,
    Priority,
    ResolutionCode,
    TicketKind,
    Urgency,
    WorkingState,
)
from .reactions import names_of

METRICS = {
    "first_response": gettext_lazy("first response"), "next_response": gettext_lazy("next response"),
    "resolution": gettext_lazy("resolution"), "update_interval": gettext_lazy("regular updates"),
}  # fmt: skip
POLICY_ACTS = {
    "notify": gettext_lazy("told %(target)s"), "reassign": gettext_lazy("gave it to %(target)s"),
    "raise": gettext_lazy("raised the priority"), "page": gettext_lazy("paged %(target)s"),
    "manager": gettext_lazy("called the lead, %(target)s"),
}  # fmt: skip
ORDER_OUTCOMES = {
    "approved": gettext_lazy("approved"), "rejected": gettext_lazy("not approved"),
    "expired": gettext_lazy("nobody decided in time"), "withdrawn": gettext_lazy("withdrawn"),
}  # fmt: skip
_PEOPLE, _TEAMS, _TICKETS = ("assignee", "person", "requester", "next"), ("team", "from_team"), ("other",)
_ASSETS = ("assets_added", "assets_removed")


def describe(viewer: Person, events: list[Event]) -> list[str]:
    """One sentence an event, in order. Few queries, however many events."""
    names = _Names(events, is_desk=not viewer.is_requester)
    return [_sentence(event, names) for event in events]


def planned(events: list[Event]) -> list[str]:
    """The same of events that were only rehearsed: what would be done, and by nobody yet."""
    names = _Names(events)
    return [str(KINDS[event.kind].plan or KINDS[event.kind].words) % _Values(event, names) for event in events]


def _sentence(event: Event, names: "_Names") -> str:
    return str(KINDS[event.kind].words) % _Values(event, names) + _why(event.data)


def _why(data: dict[str, Any]) -> str:
    """Why a robot did it, in brackets: triage with how sure it was, or the routing rule."""
    if data.get("triage") is not None:
        return " " + _("(triage, %(percent)d %% sure)") % {"percent": int(data["triage"] * 100)}
    if isinstance(data.get("why"), dict):
        return f" ({_BY_ITSELF[data['why'].get('by')]})" if data["why"].get("by") in _BY_ITSELF else ""
    return " " + _("(rule “%(rule)s”)") % {"rule": data["rule"]} if data.get("rule") else ""


# Why an assignment went by itself, in a word; the rest is told where it is asked for.
_BY_ITSELF: Mapping[str, Words] = {
    "turn": gettext_lazy("in turn"), "load": gettext_lazy("least work"), "skill": gettext_lazy("knows best"),
    "sticky": gettext_lazy("last solver"), "only": gettext_lazy("the only one free"),
}  # fmt: skip


class _Values(dict[str, str]):
    """The placeholders of a sentence, each worked out when it is asked for."""

    def __init__(self, event: Event, names: "_Names") -> None:
        super().__init__()
        self.event, self.names, self.data = event, names, event.data

    def __missing__(self, key: str) -> str:
        return str(getattr(self, f"_{key}")())

    def _by(self) -> str:
        return self.event.by.name

    def _target(self) -> str:
        found = [
            self.names.people.get(self.data.get("assignee")),
            self.names.teams.get(self.data.get("team")),
        ]
        return " · ".join(name for name in found if name) or _("nobody")

    def _impact(self) -> Any:
        return Impact(self.data["impact"]).label

    def _urgency(self) -> Any:
        return Urgency(self.data["urgency"]).label

    def _priority(self) -> Any:
        return Priority(self.data["priority"]).label

    def _category(self) -> str:
        return self.names.categories.get(self.data.get("category")) or _("none")

    def _working_state(self) -> str:
        pk = self.data.get("working_state")
        return self.names.states.get(pk) or (_("one that is no longer there") if pk else _("none"))

    def _ticket_kind(self) -> Any:
        return TicketKind(self.data["ticket_kind"]).label

    def _fields(self) -> str:
        known = {f.key: str(f) for f in CustomField.objects.filter(key__in=self.data["values"])}
        return ", ".join(known.get(key, key) for key in self.data["values"])

    def _percent(self) -> str:
        return str(self.data["percent"])

    def _metric(self) -> str:
        metric = str(METRICS[self.data["metric"]])
        with_whom = self.names.teams.get(self.data.get("team")) or self.names.suppliers.get(self.data.get("supplier"))
        return f"{metric} ({with_whom})" if with_whom else metric

    def _breached_at(self) -> str:
        return _moment(self.data.get("breached_at"))

    def _verdict(self) -> str:
        at = self.data.get("breached_at")
        return _("broken, it was due %(at)s") % {"at": _moment(at)} if at else _("kept")

    def _due_at(self) -> str:
        return _moment(self.data.get("due_at")) or _("none")

    def _send_at(self) -> str:
        return _moment(self.data.get("send_at"))

    def _language(self) -> str:
        return str(dict(settings.LANGUAGES).get(self.data["language"], self.data["language"]))

    def _in_place(self) -> str:
        """For whom somebody decided, where it was not for themselves."""
        if self.data["person"] == self.event.by_id:
            return ""
        return " " + _("(in place of %(name)s)") % {"name": self._person()}

    def _order_outcome(self) -> str:
        return str(ORDER_OUTCOMES.get(self.data["outcome"], self.data["outcome"]))

    def _hold_reason(self) -> str:
        reason, supplier = (
            str(HoldReason(self.data["reason"]).label),
            self.names.suppliers.get(self.data.get("supplier")),
        )
        reason = _("Waiting for %(name)s") % {"name": supplier} if supplier else reason
        until = _moment(self.data.get("wake_at"))
        return _("%(reason)s, until %(date)s") % {"reason": reason, "date": until} if until else reason

    def _code(self) -> Any:
        return ResolutionCode(self.data["code"]).label

    def _call(self) -> str:
        words = str(CallDirection(self.data["direction"]).label)
        return f"{words}, {spoken.minutes(self.data['minutes'])}" if self.data.get("minutes") else words

    def _outcome(self) -> str:
        words, again = str(CallOutcome(self.data["outcome"]).label), _moment(self.data.get("at"))
        return _("%(outcome)s, next try %(date)s") % {"outcome": words, "date": again} if again else words

    def _callback_at(self) -> str:
        return _moment(self.data["at"])

    def _score(self) -> str:
        words, was = str(Score(self.data["score"]).label), self.data.get("was")
        return _("%(score)s (%(was)s before)") % {"score": words, "was": Score(was).label} if was else words

    def _follow_up(self) -> str:
        words = str(FollowUpReason(self.data["why"]).label)
        outcome = self.data.get("outcome")
        return f"{words}: {FollowUpOutcome(outcome).label}" if outcome else words

    def _item(self) -> str:
        return self.names.items.get(self.data["item"]) or _("an item that was erased")

    def _supplier(self) -> str:
        return self.names.suppliers.get(self.data["supplier"]) or _("a partner")

    def _policy(self) -> str:
        return str(self.data["policy"])

    def _step(self) -> str:
        return str(self.data["step"])

    def _policy_act(self) -> str:
        late = _(", later than planned") if self.data.get("is_late") else ""
        return str(POLICY_ACTS[self.data["act"]]) % {"target": self._stepped()} + late

    def _stepped(self) -> str:
        person, team = self.names.people.get(self.data.get("person")), self.names.teams.get(self.data.get("team"))
        return person or team or _("nobody: there is no one to tell")

    def _unanswered(self) -> str:
        words = {
            "person": self._person(),
            "minutes": self.data["minutes"],
            "next": self.names.people.get(self.data.get("next")),
        }
        if words["next"]:
            return _("no answer from %(person)s in %(minutes)s min, went to %(next)s") % words
        return _("no answer from %(person)s in %(minutes)s min; everybody was asked, nobody took it") % words

    def _count(self) -> str:
        return str(self.data["count"])

    def _ending(self) -> str:
        return _("stood down") if self.data.get("is_stood_down") else _("resolved")

    def _task(self) -> str:
        return self.names.tasks.get(self.data["task"]) or _("one that is no longer there")

    def _whose(self) -> str:
        person, team = self.names.people.get(self.data.get("person")), self.names.teams.get(self.data.get("team"))
        return person or team or _("the ticket’s team")

    def _title(self) -> str:
        return str(self.data["title"])

    def _version(self) -> str:
        return str(self.data["version"])

    def _how(self) -> str:
        return "" if self.data.get("is_ok", True) else _(": not as expected")

    def _outcome_of_run(self) -> str:
        words = {"done": _("done"), "failed": _("not as expected, to be escalated"), "stopped": _("stopped")}
        return words.get(self.data["outcome"], str(self.data["outcome"]))

    def _line(self) -> str:
        return str(self.data["line"])

    def _requester(self) -> str:
        return self.names.people.get(self.data["requester"]) or _("somebody")

    def _client(self) -> str:
        return self.names.clients.get(self.data["client"]) or _("none")

    def _person(self) -> str:
        return self.names.people.get(self.data["person"]) or _("somebody")

    def _tags(self) -> str:
        added, removed = self.data.get("added") or [], self.data.get("removed") or []
        return ", ".join([f"+{tag}" for tag in added] + [f"−{tag}" for tag in removed])

    def _assets(self) -> str:
        signs = (("+", self.data.get("assets_added")), ("−", self.data.get("assets_removed")))
        unknown = _("one that is no longer there")
        return ", ".join(f"{sign}{self.names.assets.get(pk) or unknown}" for sign, ids in signs for pk in ids or [])

    def _undone(self) -> str:
        nouns = dict.fromkeys(str(KINDS[kind].noun) for kind in self.data.get("undone") or [] if kind in KINDS)
        return ", ".join(noun for noun in nouns if noun) or _("changes")

    def _link_kind(self) -> Any:
        return LinkKind(self.data["link_kind"]).label

    def _other(self) -> str:
        return self.names.tickets.get(self.data["other"]) or _("another ticket")


class _Names:
    """Names of everything that some events mention, fetched once. A requester is not told with whom the desk works."""

    def __init__(self, events: Iterable[Event], *, is_desk: bool = True) -> None:
        data = [event.data for event in events]
        wanted = [_ids(data, keys) for keys in (_PEOPLE, _TEAMS, ("item",), _TICKETS, ("supplier",) if is_desk else ())]
        wanted.append(list({pk for d in data for key in _ASSETS for pk in d.get(key) or ()}))
        found: list[dict[int, str]] = [{} for _kind in wanted]
        for kind, pk, name in prepared.rows(_NAMED, wanted) if any(wanted) else ():
            found[kind][pk] = name
        self.people, self.teams, self.items, self.tickets, self.suppliers, self.assets = found
        self.states = _called(WorkingState, data, "working_state")
        self.categories = _called(Category, data, "category")
        tasks = _ids(data, ("task",))
        self.tasks = names_of("task", tasks) if tasks else {}
        self._data = data

    @cached_property
    def clients(self) -> dict[int, str]:
        """Only where a sentence asks for one."""
        return _called(Client, self._data, "client")


_NAMED = """
select 0, id, name from people_person where id = any(%s::bigint[]) union all
select 1, id, name from people_team where id = any(%s::bigint[]) union all
select 2, id, text from tickets_checklistitem where id = any(%s::bigint[]) union all
select 3, id, '#' || number from tickets_ticket where id = any(%s::bigint[]) union all
select 4, id, name from tickets_supplier where id = any(%s::bigint[]) union all
select 5, id, tag from assets_asset where id = any(%s::bigint[])
"""


def _called(model: Any, data: list[dict[str, Any]], key: str) -> dict[Any, str]:
    """Names in the reader's language."""
    ids = {d[key] for d in data if d.get(key)}
    return {row.pk: str(row) for row in model.objects.filter(pk__in=ids)} if ids else {}


def _ids(data: list[dict[str, Any]], keys: tuple[str, ...]) -> list[int]:
    return list({d[key] for d in data for key in keys if isinstance(d.get(key), int)})


def _moment(value: str | None) -> str:
    moment = parse_datetime(value) if value else None
    return spoken.moment(moment) if moment else ""
