"""A procedure proposed from how the fastest solved tickets of a category went, with the very tickets."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from olmo.kernel import spoken
from olmo.kernel.errors import NotFound
from olmo.kernel.text import whole_number
from olmo.procedures.proposing import DAYS, Proposal, propose
from olmo.procedures.writing import Draft
from olmo.tickets.models import Category

from .. import places
from ..forms.values import categories, tree
from ..shell import DeskRequest, agents, page
from .editing import begun
from .stepform import ProcedureForm


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def proposal(request: DeskRequest) -> HttpResponse:
    """GET `category`: what is proposed. POST: the form of a new procedure, filled with it."""
    text = (request.POST if request.method == "POST" else request.GET).get("category", "")
    category = _category(text)
    found = propose(request.person, category) if category else None
    if request.method == "POST":
        if found is None or found.too_few:
            raise NotFound
        draft = Draft(title=str(found.category), steps=[one.step for one in found.steps])
        return begun(request, ProcedureForm(None, draft=draft, category=category, is_new=True))
    context: dict[str, Any] = {
        "categories": list(tree(categories())), "category": category, "days": DAYS, "found": found,
        **(_shown(found) if found else {}),
    }  # fmt: skip
    return page(request, "desk/procedures/proposal.html", context)


def _category(text: str) -> Category | None:
    if not text:
        return None
    found = categories().filter(pk=whole_number(text) or 0).first()
    if found is None:
        raise NotFound
    return found


def _shown(found: Proposal) -> dict[str, Any]:
    return {
        "fastest": [
            {"number": number, "url": places.ticket(number), "subject": subject, "time": spoken.minutes(minutes)}
            for number, subject, minutes in found.fastest
        ],
        "steps": [
            {"title": one.step.title, "tickets": [(number, places.ticket(number)) for number in one.tickets]}
            for one in found.steps
        ],
    }  # fmt: skip
