"""Search: rows as in the list, the words marked, and a query that is not understood explained where it was typed."""

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.tickets import finding, queries
from olmo.tickets import search as language

from ..shell import DeskRequest, agents, is_part, page
from .rows import Highlighter, listed

SHOWN = finding.PAGE
# Accents as the index folds them, so that "perche" marks "perché". One letter for one letter: places stay the same.
_FOLD = str.maketrans("àáâãäåèéêëìíîïòóôõöùúûüçñýÿ", "aaaaaaeeeeiiiiooooouuuucnyy")


@require_safe
@agents
def search(request: DeskRequest) -> HttpResponse:
    """Tickets that match `q`, best first. 422 with the typed words kept when one of them is not understood."""
    typed = clean_line(request.GET.get("q", ""), language.MAX_QUERY)
    context: dict[str, Any] = {"typed": typed, "keys": KEYS}
    try:
        context |= _found(request, typed) if typed else {}
    except Invalid as refusal:
        return page(request, "desk/search.html", {**context, "wrong": refusal.message}, status=422)
    if is_part(request):
        return render(request, "desk/search.html#list", context)
    return page(request, "desk/search.html", context)


KEYS = (
    "status:open",
    "team:network",
    "assignee:me",
    "from:rossi@",
    "client:acme",
    "tag:vpn",
    "priority:1",
    "before:2026-03-01",
)


def _found(request: DeskRequest, typed: str) -> dict[str, Any]:
    rows = finding.search(request.person, typed, limit=SHOWN)
    unread = queries.unread(request.person, rows)
    query = language.parse(typed, request.person)
    highlight = highlighter([*query.words, *query.phrases])
    return {
        "rows": listed(rows, unread, highlight=highlight), "count": len(rows), "is_full": len(rows) == SHOWN,
        "export_url": f"{reverse('desk:exports')}?{urlencode({'q': typed})}" if rows else "",
    }  # fmt: skip


def highlighter(words: list[str]) -> Highlighter:
    """A function that escapes a text and marks the words in it that begin with one of these."""
    bare = [re.escape(_folded(word)) for word in sorted(words, key=len, reverse=True) if word.strip()]
    if not bare:
        return escape
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(bare)})\w*")

    def mark(text: str) -> str:
        folded, parts, at = _folded(text), [], 0
        if len(folded) != len(text):
            return escape(text)
        for match in pattern.finditer(folded):
            parts += [escape(text[at : match.start()]), f"<mark>{escape(text[match.start() : match.end()])}</mark>"]
            at = match.end()
        return "".join([*parts, escape(text[at:])])

    return mark


def _folded(text: str) -> str:
    return text.lower().translate(_FOLD)
