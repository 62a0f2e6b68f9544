"""The phone beside a ticket: a call to note, and the call that was promised."""

from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from olmo.kernel import clock, spoken
from olmo.tickets.models import Ticket

from .. import places

_DROP = '<form method="post" action="{url}">{token}<button class="button button--bare button--small">{words}</button></form>'


def section(ticket: Ticket, token: str) -> dict[str, Any]:
    """The section of the panel. token: the hidden field of its form."""
    html = ""
    facts = [
        {"label": _("Call"), "noun": "call", "value": _("Note a call"), "url": places.ticket(ticket.number, "call")}
    ]
    if ticket.callback_at is not None:
        facts += _promised(ticket)
        words = escape(_("Drop the call-back"))
        html = _DROP.format(url=places.ticket(ticket.number, "callback_end"), token=token, words=words)
    elif ticket.is_active:
        url = places.ticket(ticket.number, "callback")
        facts.append({"label": _("Call-back"), "noun": "callback", "value": _("Promise one"), "url": url})
    return {"title": _("Phone"), "facts": facts, "html": html}


def _promised(ticket: Ticket) -> list[dict[str, Any]]:
    """When the call was promised, in the reader's time and in the requester's, and whether it is late."""
    at = ticket.callback_at
    assert at is not None
    when = spoken.near(at)
    words = _("Missed: %(date)s") % {"date": when} if at < clock.now() and ticket.is_active else when
    facts = [
        {"label": _("Call-back"), "noun": "outcome", "value": words, "url": places.ticket(ticket.number, "outcome")},
        {
            "label": _("Move it"),
            "noun": "callback",
            "value": spoken.hours(at),
            "url": places.ticket(ticket.number, "callback"),
        },
    ]
    zone = ZoneInfo(ticket.requester.time_zone)
    if at.astimezone(zone).utcoffset() != timezone.localtime(at).utcoffset():
        with timezone.override(zone):
            there = spoken.near(at)
        facts.append({"label": _("There"), "value": there})
    return facts
