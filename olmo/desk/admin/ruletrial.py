"""What a dry run of rules found, in words and figures: how far it is, and what would have changed by which rule."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import NotFound
from olmo.people.models import Person
from olmo.routing.rules import trying, wording
from olmo.routing.rules.known import Known
from olmo.routing.rules.models import DryRun
from olmo.tickets.models import Ticket

from .. import places
from ..shell import DeskRequest, SeeOther, is_part
from .pages import administrators, list_of, show

TYPED = ("csrfmiddlewaretoken", "do", "insists")  # not kept with a draft


@require_POST
@administrators
def begin(request: DeskRequest) -> HttpResponse:
    """Try the rules as they are."""
    run = trying.begin(request.person)
    return SeeOther(reverse("desk:admin_rule_trial", args=[run.pk]))


@require_safe
@administrators
def trial(request: DeskRequest, pk: int) -> HttpResponse:
    """A dry run: a part for scripts, which ask again until it is through, or a page of its own."""
    context = told(own(request.person, pk))
    if is_part(request):
        return render(request, "desk/admin/rule_trial.html#trial", context)
    return show(request, "rules", "rule_trial", context, way=[list_of("rules")])


def own(person: Person, pk: int) -> DryRun:
    """A dry run of somebody. Raises NotFound."""
    found = DryRun.objects.filter(pk=pk, by=person).first()
    if found is None:
        raise NotFound
    return found


def kept(data: QueryDict) -> dict[str, Any]:
    """What was typed, to be kept with a dry run."""
    return {name: values for name, values in data.lists() if name not in TYPED}


def again(run: DryRun) -> QueryDict:
    """What was typed, as the form reads it."""
    data = QueryDict(mutable=True)
    for name, values in run.draft.items():
        data.setlist(name, values)
    return data


def told(run: DryRun) -> dict[str, Any]:
    """What the templates show."""
    known, total = Known(), run.total or 0
    rows = [_row(run, row, known) for row in run.rules]
    _name_tickets(rows)
    changed = run.found.get("changed", 0)
    return {
        "run": run, "rows": rows, "changed": changed, "share": _share(changed, run.done), "days": trying.DAYS,
        "is_cut": total >= trying.MOST, "trial_url": reverse("desk:admin_rule_trial", args=[run.pk]),
    }  # fmt: skip


def _row(run: DryRun, row: list[Any], known: Known) -> dict[str, Any]:
    number, name, _version, content = row
    found = run.found.get("rules", {}).get(str(number), {"met": 0, "changed": 0, "kept": 0, "examples": []})
    examples = [_example(one, known) for one in found["examples"]]
    return {
        **found, "name": name, "is_edited": number == run.edited, "share": _share(found["changed"], run.done),
        "same": _share(found["kept"], found["changed"]), "examples": examples, "is_tried": content.get("on_open", True),
    }  # fmt: skip


def _example(one: list[Any], known: Known) -> dict[str, Any]:
    number, pk, sets = one
    changes = [_change(name, before, after, known) for name, before, after in sets]
    return {"number": number, "pk": pk, "url": places.ticket(number), "changes": changes}


def _change(name: str, before: Any, after: Any, known: Known) -> dict[str, Any]:
    words = [
        _("nothing") if value in (None, [], "") else wording.value(name, value, known) for value in (before, after)
    ]
    return {"label": wording.OUTCOMES[name], "before": words[0], "after": words[1], "adds": isinstance(after, list)}


def _name_tickets(rows: list[dict[str, Any]]) -> None:
    """The subjects of the examples, read together."""
    examples = [example for row in rows for example in row["examples"]]
    subjects = dict(Ticket.objects.filter(pk__in={one["pk"] for one in examples}).values_list("pk", "subject"))
    for one in examples:
        one["subject"] = subjects.get(one["pk"], "")


def _share(part: int, whole: int) -> str:
    """Per cent, in words that do not lie about the little: "< 1" for what is not nothing."""
    if not whole or not part:
        return "0"
    percent = 100 * part / whole
    return "< 1" if percent < 1 else str(round(percent))
