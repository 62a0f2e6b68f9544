"""Doors of the pages: who must be signed in, and as what."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from olmo.kernel.errors import NotFound

from .answers import onward
from .models import Person

View = Callable[..., HttpResponseBase]


def home_of(person: Person) -> str:
    """Where a person lands: agents at the desk, requesters at the portal."""
    return "/desk/" if person.is_agent else "/"


def signed_in(view: View) -> View:
    """Lead strangers to the sign-in and back again. What they see afterwards is kept by no cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "person", None) is None:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def for_requesters(view: View) -> View:
    """For requesters; agents are led to the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person: Person = request.person  # type: ignore[attr-defined]
        return view(request, *args, **kwargs) if person.is_requester else onward(home_of(person))

    return signed_in(guarded)


def for_agents(view: View) -> View:
    """For agents; to anybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.person.is_agent:  # type: ignore[attr-defined]
            raise NotFound
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in; from a form, back to its page and not to where it posts."""
    here = request.get_full_path() if request.method in ("GET", "HEAD") else _path(request.headers.get("Referer", ""))
    return onward(f"{reverse('people:sign_in')}?{urlencode({'next': here})}")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
