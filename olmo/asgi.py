"""The web application: Django, and beside it the live stream and presence, which must hold neither a thread nor a
database connection."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")

from django.core.asgi import get_asgi_application

django = get_asgi_application()

from olmo.kernel import beats, listeners, stream  # noqa: E402  (needs the apps, which the line above loads)
from olmo.people import streams  # noqa: E402

stream.hub.guard = streams.guard


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Mapping[str, Any]], Awaitable[None]]
) -> None:
    """Pass a request to the live stream or to Django."""
    if scope["type"] == "http" and scope["path"] == listeners.PATH:
        await stream.serve(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == beats.PATH:
        await beats.hear(scope, receive, send)
    else:
        await django(scope, receive, send)
