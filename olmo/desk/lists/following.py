"""What comes after an action: the ticket itself, the next one of the list that the agent came from, or that list.

The list is remembered in a cookie of its own when it is shown; the place in it is the ticket's own key, so that the next ticket
is the next one even when the ticket has left the list by the action.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from olmo.kernel.errors import Invalid, NotFound
from olmo.tickets import queries
from olmo.tickets.models import Standing, Ticket

from ..shell import DeskRequest
from . import saved
from .filters import Filters
from .taste import Taste

COOKIE = "olmo_list"
LONGEST = 1000


@dataclass(frozen=True)
class Place:
    """Where a ticket stands in the list that its agent came from."""

    filters: Filters
    key: str


def remember(request: HttpRequest, answer: HttpResponse, filters: Filters) -> None:
    """Keep the words of the list that is shown."""
    words = filters.url().partition("?")[2]
    if request.COOKIES.get(COOKIE, "") != words and len(words) <= LONGEST:
        answer.set_cookie(
            COOKIE, words, path=reverse("desk:list"), samesite="Lax", httponly=True, secure=request.is_secure()
        )


def list_of(request: DeskRequest) -> Filters:
    """The list that the agent came from; the inbox when there is none, or its words are not understood any more."""
    try:
        filters = Filters.read(QueryDict(request.COOKIES.get(COOKIE, "")[:LONGEST]))
        if filters.view:
            saved.by_id(request.person, int(filters.view))
    except (Invalid, NotFound):
        return Filters()
    return filters


def place(request: DeskRequest, ticket: Ticket) -> Place | None:
    """The ticket's place before an action, for those who go on to the next ticket."""
    return _place(request, ticket) if Taste.of(request.person).after == "next" else None


def _place(request: DeskRequest, ticket: Ticket) -> Place:
    filters = list_of(request)
    column = queries.SORTS[filters.order][0]
    if column.startswith("standing__"):
        value = Standing.objects.filter(ticket=ticket).values_list(column.removeprefix("standing__"), flat=True).first()
    else:
        value = getattr(ticket, column)
    return Place(filters, queries.key(value, ticket.pk))


def url(request: DeskRequest, ticket: Ticket, before: Place | None) -> str:
    """Where to go after an action on a ticket."""
    after = Taste.of(request.person).after
    if after == "stay":
        return reverse("desk:ticket", args=[ticket.number])
    return (_next(request, ticket, before) if before else None) or list_of(request).url()


def onward(request: DeskRequest, ticket: Ticket) -> str:
    """The next ticket of the list, or the list when there is none."""
    return _next(request, ticket, _place(request, ticket)) or list_of(request).url()


def _next(request: DeskRequest, ticket: Ticket, before: Place) -> str | None:
    for start in (before.key, ""):
        rows = before.filters.page(request.person, start, 2).rows
        number = next((row["number"] for row in rows if row["id"] != ticket.pk), None)
        if number is not None:
            return reverse("desk:ticket", args=[number])
    return None
