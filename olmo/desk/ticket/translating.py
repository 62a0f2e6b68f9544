"""A message of the conversation in the agent's language, as a machine translates it. Asked by POST: words leave the house."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel import translator
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.middleware import status_of
from olmo.tickets import queries
from olmo.writing import translating

from ..shell import DeskRequest, agents, is_part, page
from .page import message_of
from .words import paragraphs


@require_POST
@agents
def translation(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """The translation of a message, or why there is none: below it for scripts, on a page of its own without."""
    if not translator.is_set():
        raise NotFound
    message = message_of(request, number, pk)
    context: dict[str, Any] = {
        "message": message,
        "ticket": queries.by_number(request.person, number),
        "url": reverse("desk:translation", args=[number, pk]),
        "back_url": f"{reverse('desk:ticket', args=[number])}#message-{pk}",
        "title": _("Translation"),
    }
    status = 200
    try:
        found = translating.of_message(message)
        context |= {"origin": translating.origin(found), "text": paragraphs(found.text)}
    except (Conflict, Invalid) as refusal:
        context["error"], status = str(refusal.message), status_of(refusal)
    if is_part(request):
        return render(request, "desk/translation.html#translation", context, status=status)
    context["words"] = paragraphs(message.text)
    return page(request, "desk/translation.html", context, status=status)
