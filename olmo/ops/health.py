"""/healthz and /readyz: what load balancers and `bin/olmo up` ask.

/healthz says that the process answers. /readyz says whether Olmo can do its work, part by part; it shows no
names or addresses, so it may be asked by anybody.
"""

from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg_pool import PoolTimeout

from olmo.channels.queries import waiting
from olmo.tenancy.scope import EVERY_CLIENT, scope

WORKER_SILENT_SECONDS = 30
INTAKE_LAG_SECONDS = 120
UNKNOWN = "the database does not answer"


class HealthMiddleware:
    """Answers both before anything else looks at the request.

    So neither a session nor a lost database nor the name in the Host header stands between a load balancer
    and the answer. It goes first in MIDDLEWARE.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer /healthz and /readyz; pass everything else on."""
        if request.path == "/healthz":
            return healthz(request)
        if request.path == "/readyz":
            return readyz(request)
        return self.get_response(request)


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503; the body names the state of each part."""
    parts: dict[str, str] = {}
    for name, check in CHECKS.items():
        is_lost = parts.get("database", "ok") != "ok"  # the others would wait for it one after another
        parts[name] = UNKNOWN if is_lost else _state(check)
    is_ready = all(state == "ok" for state in parts.values())
    response = JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  # an answer, not an error
    return response


def _state(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, PoolTimeout):
        return UNKNOWN


def _database() -> str:
    _one("SELECT 1")
    return "ok"


def _migrations() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = expected_migrations() - set(cursor.fetchall())
    return f"{len(missing)} migrations are missing: run bin/olmo migrate" if missing else "ok"


@cache
def expected_migrations() -> frozenset[tuple[str, str]]:
    """The (app, name) of every migration on disk."""
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations or ())


def _worker() -> str:
    seconds = _one("SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers")
    if seconds is None:
        return "no worker runs"
    return "ok" if seconds < WORKER_SILENT_SECONDS else f"the worker has been silent for {seconds:.0f} s"


def _mail() -> str:
    with scope(EVERY_CLIENT):
        late = waiting().oldest_seconds
    return "ok" if late < INTAKE_LAG_SECONDS else f"a message has waited {late:.0f} s to become a ticket"


def _one(query: str) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
    "mail": _mail,
}
