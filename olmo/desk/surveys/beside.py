"""Beside a ticket: how its requester rated the help, and what is to be looked at again."""

from html import escape
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel import spoken
from olmo.kernel.errors import NotFound
from olmo.kernel.prepared import as_json
from olmo.people.models import Person
from olmo.surveys import following_up, rating
from olmo.surveys.models import FollowUp, Rating
from olmo.tickets import queries
from olmo.tickets.choices import FollowUpReason, Score
from olmo.tickets.models import Ticket

from .. import places
from ..shell import DeskRequest, SeeOther, agents

_WORDS = '<blockquote class="quote" dir="auto">{}</blockquote>'
_PRESS = (
    '<form method="post" action="{url}">{token}'
    '<button class="button button--bare button--small"{confirm}>{words}</button></form>'
)


def sections(viewer: Person, ticket: Ticket, rated: Any, planned: Any, token: str) -> list[dict[str, Any]]:
    """The section of the panel; none beside a ticket that is open and was never rated. token: the hidden field of its forms.

    rated, planned: what `surveys.queries.last_rating` and `open_follow_ups` answered.
    """
    found, open_ones = as_json(rated), as_json(planned) or []
    if not (found or open_ones or ticket.is_done) or ticket.merged_into_id is not None:
        return []
    facts = [_of_rating(found)] if found else []
    facts += [_of_follow_up(ticket, why, at) for _pk, why, at in open_ones]
    if ticket.is_done and not any(why == FollowUpReason.CHECK for _pk, why, _at in open_ones):
        url = places.ticket(ticket.number, "follow_up")
        facts.append({"label": _("Follow-up"), "noun": "follow_up", "value": _("Plan one"), "url": url})
    html = _WORDS.format(escape(found[2]).replace("\n", "<br>")) if found and found[2] else ""
    if html and viewer.is_administrator:
        html += _press(ticket, "rating_erasure", _("Erase these words"), token, _("Erase them for good?"))
    if any(why == FollowUpReason.CHECK for _pk, why, _at in open_ones):
        html += _press(ticket, "follow_up_end", _("Drop the follow-up"), token)
    return [{"title": _("After the solution"), "facts": facts, "html": html}]


@require_POST
@agents
def drop(request: DeskRequest, number: int) -> HttpResponse:
    """The planned look is no longer needed."""
    ticket = queries.by_number(request.person, number)
    found = (
        FollowUp.objects.filter(ticket=ticket, done_at=None, why=FollowUpReason.CHECK).select_related("ticket").first()
    )
    if found is None:
        raise NotFound
    following_up.drop(found, by=request.person)
    messages.success(request, _("Nobody looks at it again."))
    return SeeOther(places.ticket(number))


@require_POST
@agents
def erase(request: DeskRequest, number: int) -> HttpResponse:
    """Erase the words of the newest rating."""
    ticket = queries.by_number(request.person, number)
    found = Rating.objects.filter(ticket=ticket).select_related("ticket").order_by("-solution").first()
    if found is None:
        raise NotFound
    rating.erase_comment(found, by=request.person)
    messages.success(request, _("The words were erased."))
    return SeeOther(places.ticket(number))


def _of_rating(found: list[Any]) -> dict[str, Any]:
    at = parse_datetime(found[3])
    return {
        "label": _("Rating"),
        "value": f"{Score(found[1]).label} · {spoken.near(at)}" if at else Score(found[1]).label,
    }


def _of_follow_up(ticket: Ticket, why: str, at: str) -> dict[str, Any]:
    label, due = _("Bad rating") if why == FollowUpReason.RATING else _("Follow-up"), parse_datetime(at)
    until = _("until %(when)s") % {"when": spoken.near(due)} if due else ""
    return {"label": label, "noun": "followed_up", "value": until, "url": places.ticket(ticket.number, "followed_up")}


def _press(ticket: Ticket, noun: str, words: str, token: str, confirm: str = "") -> str:
    asked = f' data-confirm="{escape(confirm)}"' if confirm else ""
    return _PRESS.format(url=places.ticket(ticket.number, noun), token=token, words=escape(words), confirm=asked)
