"""Refusals (kernel.errors) become pages: one place, one look, nothing half done."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .errors import Conflict, Invalid, NotAllowed, NotFound, OlmoError

STATUS: dict[type[OlmoError], int] = {NotFound: 404, NotAllowed: 403, Invalid: 422, Conflict: 409}


class RefusalMiddleware:
    """Answers a refusal that a view did not catch with its status and its sentence, and undoes what the request wrote."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a refusal; other exceptions go on to be reported."""
        if not isinstance(error, OlmoError):
            return None
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        status = status_of(error)
        template = "404.html" if status == 404 else "look/refusal.html"
        return render(request, template, {"status": status, "message": error.message}, status=status)


def status_of(error: OlmoError) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)
