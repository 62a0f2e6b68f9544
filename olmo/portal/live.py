"""Where a page asks for the address of its live stream."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from olmo.people.models import Person
from olmo.people.streams import stream_url

from .reading import heard

app_name = "live"


@never_cache
@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """{"url": a stream address, good for a minute}; 403 for whoever is not signed in (any more)."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        return JsonResponse({}, status=403)
    return JsonResponse({"url": stream_url(request, heard(person) if person.is_requester else None)})


urlpatterns = [path("token", token, name="token")]
