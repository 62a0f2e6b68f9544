"""Changes of a ticket that are one form or one press each: POST to the noun, and back to the ticket."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid, Words
from olmo.kernel.text import whole_number
from olmo.tickets import actions, queries
from olmo.tickets.models import Ticket
from olmo.tickets.undo import undoable

from .. import people
from ..forms import FORMS, ChangeForm
from ..forms.joining import Merge
from ..lists import following
from ..shell import AnyView, DeskRequest, SeeOther, agents, is_part, page
from ..undoing import say
from . import page as tickets

# Forms with no place on the ticket's page have a page of their own.
_ALONE = frozenset({"follow_up", "followed_up", "merge", "links", "reference", "return", "subject"})
# After these an agent may wish to go on to the next ticket.
_FOLLOWED = frozenset({"assignment", "escalation", "hold", "resolution", "return"})


def change(noun: str) -> AnyView[[int]]:
    """The view of one form: GET shows it, POST makes the change."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @agents
    def view(request: DeskRequest, number: int) -> HttpResponse:
        ticket = queries.by_number(request.person, number)
        if request.method == "POST":
            form = FORMS[noun](request.POST, ticket=ticket, by=request.person)
            return attempt(request, form) or shown(request, form, status=form.status)
        return shown(request, FORMS[noun](ticket=ticket, by=request.person))

    return view


def attempt(request: DeskRequest, form: ChangeForm) -> HttpResponse | None:
    """Make the change and go on to the ticket (or to the one where it goes on), with the offer to undo it. None: refused."""
    before = following.place(request, form.ticket) if form.noun in _FOLLOWED else None
    with undoable(request.person, form.said or form.title) as made:
        is_done = form.is_done()
    if not is_done:
        return None
    if form.said and (made.token or form.is_said_always):
        say(request, form.said, made.token)
    return SeeOther(following.url(request, form.ticket, before) if form.noun in _FOLLOWED else form.answer_url())


def shown(request: DeskRequest, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    """The form: alone for a script that asks for it, else open on the page of its ticket, or on a page of its own."""
    extra = {**tickets.around_form(request, form), **people.around_pick(request, form)}
    if request.method != "POST" and is_part(request):
        return render(request, "desk/form.html", {"form": form, **extra}, status=status)
    if form.noun in _ALONE or not form.visible_fields():
        return alone(request, form, extra, status=status)
    return tickets.whole(request, form.ticket, opened=form, extra=extra, status=status)


def alone(request: DeskRequest, form: ChangeForm, extra: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A form on a page of its own."""
    context = {
        "form": form,
        "ticket": form.ticket,
        "back_url": reverse("desk:ticket", args=[form.ticket.number]),
        **extra,
    }
    return page(request, "desk/change.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def merge(request: DeskRequest, number: int) -> HttpResponse:
    """Merge in two steps: the number of the other ticket, then what would happen, and only then the change."""
    ticket = queries.by_number(request.person, number)
    data = request.POST if request.method == "POST" else request.GET if "number" in request.GET else None
    form = Merge(data, ticket=ticket, by=request.person)
    if request.method == "POST":
        return attempt(request, form) or alone(request, form, {}, status=form.status)
    is_possible = data is not None and form.preview()
    status = 200 if data is None or is_possible else form.status
    into = form.into if is_possible else None
    context = {"form": form, "ticket": ticket, "into": into, "back_url": reverse("desk:ticket", args=[number])}
    if into is not None:
        context |= {
            "both": _side_by_side(request, ticket, into), "into_url": reverse("desk:ticket", args=[into.number]),
            "swap_url": f"{reverse('desk:merge', args=[into.number])}?number={number}",
        }  # fmt: skip
    return page(request, "desk/merge.html", context, status=status)


def _side_by_side(request: DeskRequest, ticket: Ticket, into: Ticket) -> list[dict[str, str]]:
    """What both tickets are, line by line."""
    here, there = (_of_merge(request, queries.by_number(request.person, one.number)) for one in (ticket, into))
    return [{"label": label, "here": value, "there": there[label]} for label, value in here.items()]


def _of_merge(request: DeskRequest, ticket: Ticket) -> dict[str, str]:
    said = queries.messages(request.person, ticket)
    last = said.last()
    return {
        _("Subject"): ticket.subject,
        _("Requester"): f"{ticket.requester.name} · {ticket.client.name}",
        _("State"): str(ticket.get_status_display()),
        _("Owner"): ticket.assignee.name if ticket.assignee else _("Nobody yet"),
        _("Opened"): spoken.moment(ticket.opened_at),
        _("Messages"): str(said.count()),
        _("Last message"): f"{last.author.name}: {last.text[:200]}" if last else "",
    }


def press(verb: Callable[[DeskRequest, Ticket], object], said: Words) -> AnyView[[int]]:
    """The view of a change that needs no words. A refusal comes back as a toast on the ticket."""

    @require_POST
    @agents
    def view(request: DeskRequest, number: int) -> HttpResponse:
        ticket = queries.by_number(request.person, number)
        try:
            with undoable(request.person, said) as made:
                verb(request, ticket)
        except (Conflict, Invalid) as refusal:
            messages.error(request, str(refusal.message))
        else:
            say(request, said, made.token)
        return SeeOther(reverse("desk:ticket", args=[number]))

    return view


def _unlink(request: DeskRequest, ticket: Ticket) -> object:
    number, kind = request.POST.get("number", ""), request.POST.get("kind", "")
    if whole_number(number) is None:
        raise Invalid("number", _("“%(number)s” is not a ticket’s number.") % {"number": number[:30]})
    return actions.unlink(ticket, queries.by_number(request.person, int(number)), by=request.person, kind=kind)


resume = press(lambda request, ticket: actions.resume(ticket, by=request.person), gettext_lazy("Resumed."))
close = press(lambda request, ticket: actions.close(ticket, by=request.person), gettext_lazy("Closed."))
reopen = press(lambda request, ticket: actions.reopen(ticket, by=request.person), gettext_lazy("Reopened."))
unmerge = press(
    lambda request, ticket: actions.unmerge(ticket, by=request.person), gettext_lazy("The tickets are apart again.")
)
unlink = press(_unlink, gettext_lazy("Link removed."))
drop_callback = press(
    lambda request, ticket: actions.drop_callback(ticket, by=request.person), gettext_lazy("The call-back was dropped.")
)
