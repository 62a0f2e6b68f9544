"""What every page knows: who looks, and how they like it."""

from typing import Any

from django.http import HttpRequest


def person(request: HttpRequest) -> dict[str, Any]:
    """`person` (None when signed out) and `theme` ("light", "dark" or "" for the system's)."""
    viewer = getattr(request, "person", None)
    return {"person": viewer, "theme": viewer.theme if viewer else request.COOKIES.get("olmo_theme", "")}
