"""One message of a ticket: its menu, its original, its source; splitting it off and erasing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_safe

from olmo.channels import queries as channels
from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, NotAllowed
from olmo.notifications import told
from olmo.tickets import actions, policy, queries
from olmo.tickets.models import Message, Ticket

from ..forms import Split
from ..shell import DeskRequest, SeeOther, agents, page
from .changing import attempt
from .page import acts, message_of
from .timeline import file_url
from .words import paragraphs, with_images

# The original of a mail is a page that can do nothing but show: no script, no form, only pictures.
SHOWN_ONLY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "img-src": [CSP.SELF, "data:", "https:", "http:"],
    "style-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@require_safe
@agents
def menu(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """What can be done with a message."""
    message = message_of(request, number, pk)
    ticket = queries.by_number(request.person, number)
    return acts(request, ticket, _("More about this message"), _acts(request, ticket, message))


def _acts(request: DeskRequest, ticket: Ticket, message: Message) -> list[dict[str, Any]]:
    def to(noun: str, label: str, icon: str, **extra: Any) -> dict[str, Any]:
        return {"label": label, "icon": icon, "url": reverse(f"desk:{noun}", args=[ticket.number, message.pk]), **extra}

    found = []
    if message.is_internal and not message.redacted_at:
        url = f"{reverse('desk:ticket', args=[ticket.number])}?note={message.pk}#composer"
        found.append({"label": _("Answer this note"), "icon": "reply", "url": url})
    if not message.is_internal and not message.redacted_at:
        found.append(to("split", _("Make it a ticket of its own…"), "split"))
    if message.html:
        found.append(to("message", _("Show it as it was sent"), "mail", is_new=True))
    if message.partner_id is not None and not message.is_from_desk and not message.redacted_at:
        url = f"{reverse('desk:ticket', args=[ticket.number])}?as=reply&forward={message.pk}#composer"
        found.append({"label": _("Forward to the requester…"), "icon": "send", "url": url})
    if message.source_id:
        found.append(to("source", _("Show the source"), "file", is_new=True))
    if (event := told.event_of(message)) is not None:
        url = reverse("notices:told", args=[event.pk])
        found.append({"label": _("Who was told of it"), "icon": "bell", "url": url})
    if policy.may_redact(request.person, ticket) and not message.redacted_at:
        found.append(to("redaction", _("Erase its content…"), "redact", is_danger=True))
    return found


@csp_override(SHOWN_ONLY)
@require_safe
@agents
def original(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """A mail as it was sent, with its pictures from elsewhere: on a page that nothing in it can leave."""
    message = message_of(request, number, pk)
    pictures = {a.content_id: file_url(a) for a in message.attachments.exclude(content_id="")}
    shown = with_images(message, pictures) if message.html else paragraphs(message.text)
    answer = render(request, "desk/original.html", {"message": message, "body": shown})
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@agents
def source(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """The raw bytes of a message as they came, as plain text."""
    message = message_of(request, number, pk)
    answer = HttpResponse(channels.raw_source(request.person, message.pk), content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def split(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """Make a message the beginning of a ticket of its own."""
    message = message_of(request, number, pk)
    ticket = queries.by_number(request.person, number)
    data = request.POST if request.method == "POST" else None
    form = Split(data, message=message, ticket=ticket, by=request.person)
    if data is not None and (done := attempt(request, form)):
        return done
    context = {
        "form": form, "ticket": ticket, "message": message, "facts": _becomes(ticket, message), "clashes": [],
        "back_url": reverse("desk:ticket", args=[number]), "others": queries.messages(request.person, ticket).count() - 1,
    }  # fmt: skip
    return page(request, "desk/split.html", context, status=form.status if data is not None else 200)


def _becomes(ticket: Ticket, message: Message) -> list[dict[str, str]]:
    """What the new ticket would be, beside its subject (see actions.split)."""
    found = {
        _("Requester"): f"{ticket.requester.name} · {ticket.client.name}",
        _("First message"): f"{message.author.name}, {spoken.moment(message.at)}",
        _("Kind"): str(ticket.get_kind_display()),
        _("Team"): ticket.team.name if ticket.team else _("No team"),
        _("Owner"): _("Nobody yet"),
        _("Category"): str(ticket.category) if ticket.category else _("No category"),
        _("Priority"): str(ticket.get_priority_display()),
    }
    return [{"label": label, "value": value} for label, value in found.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def redaction(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """Erase the content of a message for good, after a page that says what that means. Administrators only."""
    message = message_of(request, number, pk)
    ticket = queries.by_number(request.person, number)
    if not policy.may_redact(request.person, ticket):
        raise NotAllowed(_("Only an administrator may erase a message."))
    back = reverse("desk:ticket", args=[number])
    if request.method != "POST":
        return page(request, "desk/redact.html", {"message": message, "ticket": ticket, "back_url": back})
    if message.redacted_at:
        raise Conflict(_("This message was erased already."))
    actions.redact(message, by=request.person)
    messages.success(request, _("The content of the message is gone for good."))
    return SeeOther(back)
