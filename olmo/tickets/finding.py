"""Finding tickets by words and conditions: what the query holds is in `search`, who sees what in `queries`."""

from typing import Any

from django.db.models import QuerySet

from olmo.people.models import Person

from . import search as words
from .models import Ticket
from .queries import rows, visible_to

# Candidates of a search are ranked up to 200, and looking for them ends at 25 (see search.candidates).
PAGE, MAX_CANDIDATES = 25, 200
# How many tickets that hold the words are read to find those that meet the conditions as well, and the reverse.
FEW_FILTERED, MAX_FILTERED = 1000, 5000


def search(viewer: Person, text: str, *, limit: int = PAGE) -> list[dict[str, Any]]:
    """Tickets that match `text`, best first, at most `limit`. Raises Invalid("q") naming a word that is not understood."""
    return rows(search_ids(viewer, text, limit=limit), public_only=viewer.is_requester)


def search_ids(viewer: Person, text: str, *, limit: int = PAGE) -> list[int]:
    """Ids of the tickets that `search` finds."""
    query = words.parse(text, viewer)
    tickets = visible_to(viewer).filter(query.conditions)
    ids = _with_words(viewer, tickets, query, limit)[:limit] if query.has_words else _newest(tickets, limit)
    return _numbered(viewer, query, ids)[:limit]


def _with_words(viewer: Person, tickets: QuerySet[Ticket], query: words.Query, limit: int) -> list[int]:
    """Ids in the order of the index. A requester's own tickets are few: they are searched by their ids."""
    among = None
    if viewer.is_requester:
        among = _newest(tickets, MAX_FILTERED)
    elif query.conditions:
        among = _meeting_both(tickets, query, limit)
    most = MAX_CANDIDATES if limit <= PAGE else max(limit, MAX_CANDIDATES + 1)
    ids = words.candidates(query, limit=most, public_only=viewer.is_requester, tickets=among)
    theirs = set(tickets.filter(pk__in=ids).values_list("id", flat=True))
    return [pk for pk in ids if pk in theirs]


def _meeting_both(tickets: QuerySet[Ticket], query: words.Query, limit: int) -> list[int]:
    """Tickets worth ranking: those that hold the words and meet the conditions.

    Whichever of the two is rarer is read whole; where both are common, the newest of each fill the answer.
    """
    both, is_whole = _holding_and_meeting(tickets, query, FEW_FILTERED)
    if is_whole or len(both) >= limit:
        return both[: max(limit, MAX_CANDIDATES)]
    some = list(tickets.order_by().values_list("id", flat=True)[:MAX_FILTERED])
    if len(some) < MAX_FILTERED:
        return some
    both, is_whole = _holding_and_meeting(tickets, query, MAX_FILTERED)
    if is_whole or len(both) >= limit:
        return both[: max(limit, MAX_CANDIDATES)]
    return both + _newest(tickets, MAX_FILTERED)


def _holding_and_meeting(tickets: QuerySet[Ticket], query: words.Query, most: int) -> tuple[list[int], bool]:
    """Which of the newest `most` tickets that hold the words meet the conditions, and whether these are all that hold them."""
    holding = words.candidates(query, limit=most, public_only=False)
    both = tickets.filter(pk__in=holding).order_by("-id").values_list("id", flat=True)
    return list(both), len(holding) < most


def _numbered(viewer: Person, query: words.Query, ids: list[int]) -> list[int]:
    """The ticket whose number was typed comes first."""
    if query.number is None:
        return ids
    exact = list(visible_to(viewer).filter(number=query.number).values_list("id", flat=True))
    return exact + [pk for pk in ids if pk not in exact]


def _newest(tickets: QuerySet[Ticket], limit: int) -> list[int]:
    return list(tickets.order_by("-opened_at", "-id").values_list("id", flat=True)[:limit])
