"""The calendar feed: made and revoked by its agent, fetched by their calendar with the secret address alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import clock
from olmo.people import throttle
from olmo.people.answers import unlogged
from olmo.people.whence import place_of
from olmo.staffing import calendar
from olmo.staffing.actions import feeds

from ..shell import DeskRequest, SeeOther, agents

WRONG_FROM_PLACE = throttle.Limit("feed from", 30, 60)
OF_FEED = throttle.Limit("feed", 60, 60)
TOLD_ONCE = "feed_token"


@require_POST
@agents
def make(request: DeskRequest) -> HttpResponse:
    """Make the feed, or a new address for it; the page tells it once."""
    request.session[TOLD_ONCE] = feeds.make_feed(by=request.person)
    messages.success(request, _("The address is below. It is shown this once."))
    return SeeOther(reverse("desk:availability"))


@require_POST
@agents
def revoke(request: DeskRequest) -> HttpResponse:
    """End the feed."""
    feeds.revoke_feed(by=request.person)
    messages.success(request, _("The calendar feed has ended; its address leads nowhere."))
    return SeeOther(reverse("desk:availability"))


@require_safe
def fetch(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever's secret this is. Wrong secrets and too many fetches are held off (429)."""
    place = place_of(request)
    try:
        throttle.require_room(WRONG_FROM_PLACE, place)
        throttle.require_room(OF_FEED, token)
    except throttle.TooOften as often:
        return _refused(429, str(often))
    person = feeds.owner_of(token)
    if person is None:
        throttle.note(WRONG_FROM_PLACE, place)
        return _refused(404, _("There is no such calendar."))
    throttle.note(OF_FEED, token)
    with translation.override(person.language):
        body = calendar.of_agent(person, clock.now(), request.get_host().split(":")[0])
    return unlogged(HttpResponse(body, content_type="text/calendar; charset=utf-8"))


def _refused(status: int, words: str) -> HttpResponse:
    """Plain words, kept (an error would undo that the try was counted)."""
    headers = {"Retry-After": "3600"} if status == 429 else {}
    return unlogged(HttpResponse(words, status=status, content_type="text/plain; charset=utf-8", headers=headers))


def told_once(request: DeskRequest) -> str:
    """The whole address of a feed that was just made; "" ever after."""
    token = request.session.pop(TOLD_ONCE, "")
    return request.build_absolute_uri(reverse("desk:feed", args=[token])) if token else ""
