"""Taking back: the toast that offers it after a change, and the address that does it."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from olmo.kernel.errors import Conflict, NotFound, Words
from olmo.people import signin
from olmo.tickets import undo

from .shell import DeskRequest, SeeOther, agents


def say(request: DeskRequest, text: Words, token: str = "") -> None:
    """A toast about what was just done, with Undo as long as there is a token for it."""
    tags = f"undo:{reverse('desk:undo', args=[token])}" if token else ""
    messages.success(request, str(text), extra_tags=tags)


@require_POST
@agents
def take_back(request: DeskRequest, token: str) -> HttpResponse:
    """Undo, and back to the page where it was pressed. A refusal says what was changed since, and by whom."""
    try:
        result = undo.undo(token, by=request.person)
    except (Conflict, NotFound) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _words(result))
    return SeeOther(_back(request))


def _words(result: undo.Result) -> str:
    words = _("Undone: everything is as it was.")
    if result.left:
        return ngettext(
            "Undone. One message had been sent already: it stays, and the requester knows of it.",
            "Undone. %(n)d messages had been sent already: they stay, and the requesters know of them.",
            result.left,
        ) % {"n": result.left}
    return words


def _back(request: DeskRequest) -> str:
    return signin.local(request.POST.get("next", "")) or reverse("desk:list")
