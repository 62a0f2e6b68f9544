"""A ticket for somebody who calls or stands at the counter: found, shown what is open, opened, continued or solved at once."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError
from olmo.kernel.files import NoSpace
from olmo.kernel.middleware import status_of
from olmo.kernel.text import clean_line, whole_number
from olmo.tickets import actions, preparing
from olmo.tickets import queries as tickets
from olmo.tickets.models import CallDirection, Template, Ticket

from ..assets import calling as assets
from ..forms.opening import Opening
from ..lists.filters import clients
from ..people import find
from ..shell import DeskRequest, SeeOther, agents, page
from ..writing.composer import Typed, uploads
from ..writing.sending import keep_files
from . import callers

# What an address may fill in.
_BEGUN = ("requester", "subject", "phone", "name", "began_at", "asset")
# Buttons that only go on filling in the form.
_STEPS = ("choose", "find", "newcomer", "apply")


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """The form of a new ticket. `requester` chooses the person, `q` finds them without scripts."""
    if request.method != "POST":
        return _shown(request, Opening(by=request.person, initial=_begun(request)), Typed())
    form, draft = Opening(request.POST, by=request.person), Typed.read(request, "reply")
    if any(step in request.POST for step in _STEPS):
        return _step(request, form, draft)
    status = 422
    try:
        keep_files(request, draft, _home(request, form))
        if ticket := _done(request, form, draft):
            return SeeOther(reverse("desk:ticket", args=[ticket.number]))
    except (Invalid, Conflict, NoSpace, NotFound) as refusal:
        status = _refuse(form, refusal)
    return _shown(request, form, draft, status=status)


@require_safe
@agents
def templates(request: DeskRequest) -> HttpResponse:
    """The templates to begin from, those of the chosen category first: a part of the form."""
    form = Opening(by=request.person, initial=request.GET.dict())
    return render(request, "desk/templates.html", {"templates": offered(form), "form": form})


def _done(request: DeskRequest, form: Opening, draft: Typed) -> Ticket | None:
    """Do what the pressed button says; None when the form is not filled in."""
    if "continue" in request.POST:
        return _continued(request, form, draft)
    if not form.is_valid():
        return None
    is_solved = "solved" in request.POST
    with transaction.atomic():
        ticket = form.open(draft.files, is_solved=is_solved)
    said = _("Ticket %(number)s was solved on the spot.") if is_solved else _("Ticket %(number)s is open.")
    messages.success(request, said % {"number": ticket.number})
    return ticket


def _continued(request: DeskRequest, form: Opening, draft: Typed) -> Ticket:
    """The call is about a ticket that is open already: note it there, with its minutes."""
    number = request.POST["continue"]
    if whole_number(number) is None:
        raise NotFound
    ticket, spent = tickets.by_number(request.person, int(number)), form.spent()
    with transaction.atomic():
        actions.log_call(
            ticket, by=request.person, text=request.POST.get("text", ""), direction=CallDirection.IN, minutes=spent,
            uploads=draft.files,
        )  # fmt: skip
        form.enter(ticket, spent)
    messages.success(request, _("The call was noted on ticket %(number)s.") % {"number": ticket.number})
    return ticket


def _step(request: DeskRequest, form: Opening, draft: Typed) -> HttpResponse:
    """Who asks was looked for or chosen, or a template taken: the same form with all that was typed, and nothing judged yet."""
    keep_files(request, draft, _home(request, form))
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in form.fields}
    typed["assets"] = request.POST.getlist("assets")
    if "choose" in request.POST:
        typed["requester"], asset = assets.chosen(request.POST["choose"], typed["requester"])
        typed["assets"] += [asset] if asset else []
    if "newcomer" in request.POST:
        ids = list(clients(request.person).values_list("pk", flat=True))
        found = callers.newcomer(_typed(request), ids, request.person.time_zone)
        typed.update({name: value for name, value in found.items() if not typed[name]})
    if "apply" in request.POST:
        typed.update(_from_template(form, typed, request.POST.get("apply") or request.POST.get("begin_from", "")))
    return _shown(request, Opening(by=request.person, initial=typed), draft, is_new="newcomer" in request.POST)


def _from_template(form: Opening, typed: dict[str, Any], chosen: str) -> dict[str, Any]:
    """What a template fills in. Words that were typed stay: its text goes below them, its subject only where there is none."""
    pk = whole_number(chosen, 9) or 0
    template = preparing.usable(form.by).filter(pk=pk).first()
    if template is None:
        return {}
    caller = form.known()
    text = preparing.filled(template.text, caller=caller, agent=form.by)
    return {
        "template": template.pk,
        "subject": typed["subject"].strip() or preparing.filled(template.subject, caller=caller, agent=form.by),
        "text": typed["text"] if text in typed["text"] else f"{typed['text'].rstrip()}\n\n{text}".strip(),
        "kind": template.kind, "impact": template.impact, "urgency": template.urgency,
        "category": template.category_id or typed["category"], "team": template.team_id or typed["team"],
        "checklist": "\n".join(template.checklist) or typed["checklist"],
        "tags": " ".join(dict.fromkeys([*typed["tags"].replace(",", " ").split(), *template.tags])),
    }  # fmt: skip


def offered(form: Opening) -> list[dict[str, Any]]:
    """The templates for this caller, grouped: those of the chosen category first."""
    caller = form.known()
    rows = list(preparing.usable(form.by, caller.client_id if caller else None))
    category = str(form["category"].value() or "")
    fits = [row for row in rows if category and str(row.category_id) == category]
    rest = [row for row in rows if row not in fits]
    groups: list[tuple[str, list[Template]]] = [
        (_("For this category"), fits),
        (_("All templates"), rest),
    ]
    return [{"title": title, "rows": found} for title, found in groups if found]


def _refuse(form: Opening, refusal: OlmoError) -> int:
    form.is_valid()
    if isinstance(refusal, Invalid) and refusal.field == "text":
        form.errors.clear()  # a call that goes on in another ticket needs its words only
    field = refusal.field if isinstance(refusal, Invalid) and refusal.field in form.fields else None
    form.add_error(field, str(refusal.message))
    return status_of(refusal)


def _begun(request: DeskRequest) -> dict[str, Any]:
    """What an address fills in: who asks, and the subject."""
    given = {name: clean_line(request.GET.get(name, ""), 255) for name in _BEGUN}
    return {name: value for name, value in given.items() if value}


def _home(request: DeskRequest, form: Opening) -> int:
    """The organisation whose drafts the files of this form are."""
    known = form.known()
    if known is not None and known.client_id:
        return known.client_id
    first = clients(request.person).order_by("pk").first()
    if first is None:
        raise Conflict(_("There is no organisation yet."))
    return first.pk


def _shown(
    request: DeskRequest, form: Opening, draft: Typed, *, status: int = 200, is_new: bool = False
) -> HttpResponse:
    known = form.known()
    typed = _typed(request)
    context = {
        "form": form,
        "known": callers.card(request.person, known) if known else None,
        "typed": typed,
        "candidates": find(request.person, typed, whom="callers") if not known else [],
        "is_new": is_new or _is_newcomer(form),
        "templates": offered(form),
        "began_at": form.began(),
        "upload_url": reverse("desk:uploads"),
        "uploads": uploads(request.person, draft.files),
    }
    return page(request, "desk/new.html", context, status=status)


def _typed(request: DeskRequest) -> str:
    return clean_line((request.POST if request.method == "POST" else request.GET).get("q", ""), 100)


def _is_newcomer(form: Opening) -> bool:
    """Whether something was written about a new person already."""
    return bool(form.errors) or any(form[name].value() for name in ("name", "email", "phone"))
