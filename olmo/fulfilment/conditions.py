"""When a task is needed at all: conditions on the ticket's properties and on what was answered when its plan began.

    {"what": "priority", "is": "any", "values": ["1", "2"]}      {"what": "answer:laptop", "is": "none", "values": ["no"]}

All conditions of a task must hold. They are asked when the task could be begun. Categories and organisations are named by id.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.catalogue.definition import Field, Form
from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import clean_line
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Channel, CustomField, Priority, Ticket, TicketKind
from olmo.tickets.queries import branch

type Condition = Mapping[str, Any]

ANY, NONE = "any", "none"
ANSWER, FIELD = "answer:", "field:"
PROPERTIES: Mapping[str, Words] = {
    "category": gettext_lazy("the category"), "kind": gettext_lazy("the kind"), "priority": gettext_lazy("the priority"),
    "client": gettext_lazy("the organisation"), "tag": gettext_lazy("a tag"), "channel": gettext_lazy("the channel"),
    "language": gettext_lazy("the language"), "vip": gettext_lazy("a VIP asks"),
}  # fmt: skip
MOST_VALUES = 30


def unmet(conditions: Sequence[Condition], ticket: Ticket, answers: Mapping[str, Any]) -> Condition | None:
    """The first condition that does not hold; None when all do."""
    return next((one for one in conditions if not _holds(one, ticket, answers)), None)


def ask_for_answers(conditions: Sequence[Condition]) -> bool:
    """Whether one of them hangs on what was answered."""
    return any(one["what"].startswith(ANSWER) for one in conditions)


def _holds(condition: Condition, ticket: Ticket, answers: Mapping[str, Any]) -> bool:
    found = {value.lower() for value in _found(condition["what"], ticket, answers)}
    is_met = bool(found.intersection(str(value).lower() for value in condition["values"]))
    return is_met if condition["is"] == ANY else not is_met


def _found(what: str, ticket: Ticket, answers: Mapping[str, Any]) -> list[str]:
    """What is there now, as text."""
    if what.startswith(ANSWER):
        return _as_text(answers.get(what.removeprefix(ANSWER)))
    if what.startswith(FIELD):
        return _as_text(ticket.fields.get(what.removeprefix(FIELD)))
    values: Mapping[str, Callable[[], Any]] = {
        "category": lambda: branch(ticket.category_id), "kind": lambda: ticket.kind, "priority": lambda: ticket.priority,
        "client": lambda: ticket.client_id, "tag": lambda: ticket.tags, "channel": lambda: ticket.channel,
        "language": lambda: ticket.language, "vip": lambda: ticket.requester.is_vip,
    }  # fmt: skip
    return _as_text(values[what]())


def _as_text(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple | set) else [str(value)]


def checked(what: str, how: str, values: Sequence[str], field: str = "conditions") -> dict[str, Any]:
    """A condition as it is kept. values: as somebody types them, by name. Raises Invalid, naming the value that is none."""
    if how not in (ANY, NONE):
        raise Invalid(field, _("Choose “is” or “is not”."))
    is_named = what.startswith((ANSWER, FIELD)) and len(what.split(":", 1)[1]) > 0
    if what not in PROPERTIES and not is_named:
        raise Invalid(field, _("“%(what)s” is not something that can be asked for.") % {"what": what[:60]})
    words = [word for value in values[:MOST_VALUES] if (word := clean_line(value, 120))]
    if not words:
        raise Invalid(field, _("Name at least one value."))
    return {"what": what, "is": how, "values": [_value(what, word, field) for word in words]}


def _value(what: str, word: str, field: str) -> str:
    """A value as it is kept: an id, the program's own word, or the word itself."""
    known = _known(what)
    if known is None:
        return word.lower()
    found = next((kept for kept, names in known if word.lower() in {name.lower() for name in names}), None)
    if found is None:
        raise Invalid(field, _("“%(value)s” is not one of %(what)s.") % {"value": word, "what": in_words_of(what)})
    return found


def _known(what: str) -> list[tuple[str, set[str]]] | None:
    """What can be named, as (as it is kept, its names); None where any word will do."""
    if what == "category":
        return [(str(c.pk), {c.name, str(c), *c.names.values(), str(c.pk)}) for c in Category.objects.all()]
    if what == "client":
        return [(str(pk), {name, str(pk)}) for pk, name in Client.objects.values_list("pk", "name")]
    choices: Mapping[str, Any] = {
        "kind": TicketKind.choices, "priority": Priority.choices, "channel": Channel.choices, "language": settings.LANGUAGES,
        "vip": [("yes", _("yes")), ("no", _("no"))],
    }  # fmt: skip
    if what not in choices:
        return None
    return [(str(kept), {str(kept), str(label)}) for kept, label in choices[what]]


def in_words_of(what: str, form: Form | None = None) -> str:
    """What is asked, in words. form: of the order, for the words of its questions; else an answer is called by its key."""
    if what.startswith(ANSWER):
        return _("the answer “%(key)s”") % {"key": _question(what, form) or what.removeprefix(ANSWER)}
    if what.startswith(FIELD):
        key = what.removeprefix(FIELD)
        return str(CustomField.objects.filter(key=key).first() or key)
    return str(PROPERTIES[what])


def _question(what: str, form: Form | None) -> Field | None:
    return form.field(what.removeprefix(ANSWER)) if form and what.startswith(ANSWER) else None


def names_of(condition: Condition, form: Form | None = None) -> list[str]:
    """The values as they are called."""
    if question := _question(condition["what"], form):
        called = {choice.key.lower(): str(choice) for choice in question.choices}
        return [called.get(str(value).lower(), value) for value in condition["values"]]
    known = dict(_known(condition["what"]) or ())
    return [_called(condition["what"], value, known.get(value)) for value in condition["values"]]


def _called(what: str, value: str, names: set[str] | None) -> str:
    if what == "category":
        return str(Category.objects.filter(pk=value).first() or value)
    return next((name for name in sorted(names) if name != value), value) if names else value


def in_words(condition: Condition, form: Form | None = None) -> str:
    """The whole condition: "the priority is Urgent or High"."""
    words = {"what": in_words_of(condition["what"], form), "values": _(" or ").join(names_of(condition, form))}
    return (_("%(what)s is %(values)s") if condition["is"] == ANY else _("%(what)s is not %(values)s")) % words


def not_needed(failed: Condition, form: Form | None = None) -> str:
    """Why a task is skipped whose condition does not hold."""
    return _("Not needed: only if %(condition)s.") % {"condition": in_words(failed, form)}
