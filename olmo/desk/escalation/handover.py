"""The end of a shift: one's open tickets go to a colleague or to a team, with words for whoever takes them."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people import queries as people
from olmo.people.models import Person, Team
from olmo.tickets import actions, queries
from olmo.tickets.actions.handing import MOST
from olmo.tickets.models import Ticket
from olmo.tickets.undo import undoable

from .. import places
from ..forms.values import active_teams
from ..shell import DeskRequest, SeeOther, agents, page
from ..undoing import say

OWN_TEAM = "teams"


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def handover(request: DeskRequest) -> HttpResponse:
    """Choose and write (GET), look at what would happen (`step` "preview"), and only then do it."""
    mine = list(queries.box(request.person, "mine").order_by("priority", "pk")[:MOST])
    if request.method != "POST":
        return _shown(request, mine)
    try:
        chosen, target, notes = _chosen(request, mine), _target(request), _notes(request, mine)
        _require_notes(request, chosen, notes)
        if request.POST.get("step") == "do":
            return _done(request, chosen, target, notes)
    except (Invalid, Conflict, NotFound) as refusal:
        error = {"field": getattr(refusal, "field", ""), "text": str(refusal.message)}
        return _shown(request, mine, error=error, status=409 if isinstance(refusal, Conflict) else 422)
    preview = {"rows": [_row(request, ticket, mine, notes) for ticket in chosen], "to": _words(target)}
    return _shown(request, mine, preview=preview)


def _done(
    request: DeskRequest, chosen: list[Ticket], target: Person | Team | None, notes: dict[int, str]
) -> HttpResponse:
    to = {"assignee": target} if isinstance(target, Person) else {"team": target}
    said = ngettext("%(n)d ticket handed over", "%(n)d tickets handed over", len(chosen)) % {"n": len(chosen)}
    with undoable(request.person, said) as made:
        actions.hand_over(chosen, by=request.person, note=request.POST.get("note", ""), notes=notes, **to)
    say(request, said, made.token)
    return SeeOther(reverse("desk:list"))


def _chosen(request: DeskRequest, mine: list[Ticket]) -> list[Ticket]:
    wanted = set(request.POST.getlist("ticket"))
    gone = wanted - {str(ticket.number) for ticket in mine}
    if gone:
        raise Conflict(_("Some tickets are not yours any more. They were left out; please look again."))
    found = [ticket for ticket in mine if str(ticket.number) in wanted]
    if not found:
        raise Invalid("ticket", _("Choose at least one ticket."))
    return found


def _target(request: DeskRequest) -> Person | Team | None:
    """A colleague ("p12"), a team ("t3"), or each ticket's own team."""
    kind, text = request.POST.get("to", "")[:1], request.POST.get("to", "")[1:]
    if request.POST.get("to") == OWN_TEAM:
        return None
    pk = whole_number(text) or 0
    found: Person | Team | None = None
    if kind == "p":
        found = people.agents().exclude(pk=request.person.pk).filter(pk=pk).first()
    elif kind == "t":
        found = active_teams().filter(pk=pk).first()
    if found is None:
        raise Invalid("to", _("Choose to whom the tickets go."))
    return found


def _notes(request: DeskRequest, mine: list[Ticket]) -> dict[int, str]:
    return {ticket.number: request.POST.get(f"note-{ticket.number}", "") for ticket in mine}


def _require_notes(request: DeskRequest, chosen: list[Ticket], notes: dict[int, str]) -> None:
    if not request.POST.get("note", "").strip() and not all(notes[ticket.number].strip() for ticket in chosen):
        raise Invalid("note", _("Write a note for all, or one at each ticket: whoever takes them knows nothing yet."))


def _row(request: DeskRequest, ticket: Ticket, mine: list[Ticket], notes: dict[int, str]) -> dict[str, Any]:
    own = notes.get(ticket.number, "")
    return {
        "number": ticket.number, "subject": ticket.subject, "priority": ticket.priority, "url": places.ticket(ticket.number),
        "note": own, "said": own.strip() or request.POST.get("note", "").strip(),
    }  # fmt: skip


def _words(target: Person | Team | None) -> str:
    return target.name if target is not None else _("each ticket’s own team")


def _shown(
    request: DeskRequest, mine: list[Ticket], *, error: dict[str, str] | None = None,
    preview: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    sent = request.POST
    is_first = request.method != "POST"
    notes = _notes(request, mine)
    picked = {str(ticket.number) for ticket in mine} if is_first else set(sent.getlist("ticket"))
    context = {
        "rows": [{**_row(request, t, mine, notes), "is_picked": str(t.number) in picked} for t in mine],
        "agents": [(f"p{person.pk}", person.name) for person in people.agents().exclude(pk=request.person.pk)],
        "teams": [(f"t{team.pk}", team.name) for team in active_teams()],
        "own_team": OWN_TEAM, "to": sent.get("to", ""), "note": sent.get("note", ""), "error": error, "preview": preview,
        "is_full": len(mine) == MOST,
    }  # fmt: skip
    return page(request, "desk/handover.html", context, status=status)
