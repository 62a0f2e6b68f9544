"""What triage suggests, beside a ticket: one press for each guess, gone as soon as the property is set."""

from html import escape
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from olmo.kernel.errors import Conflict, Invalid
from olmo.routing import suggesting
from olmo.routing.models import Target
from olmo.routing.suggesting import Offer
from olmo.tickets import queries, undo
from olmo.tickets.models import Ticket

from .. import places, undoing
from ..shell import DeskRequest, SeeOther, agents

_FORM = (
    '<form method="post" action="{url}" class="triage">{token}<input type="hidden" name="target" value="{target}">'
    '<h3 id="triage-{target}">{title}</h3><ul role="list" aria-labelledby="triage-{target}">{items}</ul></form>'
)
_ITEM = (
    '<li><button class="triage__guess" name="label" value="{label}"><span dir="auto">{name}</span>'
    '<small class="number">{sure}</small></button></li>'
)


def sections(ticket: Ticket, token: str) -> list[dict[str, Any]]:
    """The section of the panel, where there is something to decide. token: the hidden field of its forms."""
    found = suggesting.offers(ticket)
    html = "".join([_form(ticket, target, offers, token) for target, offers in found.items()])
    return [{"title": _("Suggested"), "html": html}] if html else []


def _form(ticket: Ticket, target: str, offers: list[Offer], token: str) -> str:
    return _FORM.format(
        url=places.ticket(ticket.number, "triage"), token=token, target=target, title=escape(str(Target(target).label)),
        items="".join([_item(offer) for offer in offers]),
    )  # fmt: skip


def _item(offer: Offer) -> str:
    sure = pgettext("how sure", "%(percent)d %%") % {"percent": offer.percent}
    return _ITEM.format(label=escape(offer.label), name=escape(offer.name), sure=escape(sure))


@require_POST
@agents
def take(request: DeskRequest, number: int) -> HttpResponse:
    """Take a guess: `target` and `label`."""
    ticket = queries.by_number(request.person, number)
    target, label = request.POST.get("target", "")[:20], request.POST.get("label", "")[:40]
    try:
        with undo.undoable(request.person, _("Suggestion taken")) as made:
            suggesting.take(ticket, by=request.person, target=target, label=label)
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
    else:
        undoing.say(request, _("Suggestion taken"), made.token)
    return SeeOther(places.ticket(number))
