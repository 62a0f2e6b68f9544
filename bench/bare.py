"""The measure of all pages: Django as `startproject` makes it, one view, 25 rows from one table, one template with a table.

python -m bench.bare PORT      (connection by PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE)
"""

import asyncio
import os
import signal
import sys
from typing import Any

from django.conf import settings

PAGE = """{% extends "base.html" %}{% block body %}<h1>Tickets</h1>
<table><thead><tr><th>Number<th>Subject<th>Status<th>Priority<th>Requester<th>Updated</tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/tickets/{{ row.0 }}">{{ row.0 }}</a><td>{{ row.1 }}<td>{{ row.2 }}<td>{{ row.3 }}
<td>{{ row.4 }}<td>{{ row.5|date:"Y-m-d H:i" }}</tr>
{% endfor %}</tbody></table>{% endblock %}"""
BASE = "<!doctype html><html lang=en><head><title>Bare</title></head><body>{% block body %}{% endblock %}</body></html>"
TABLE = """
create table bare (id int primary key, subject text, status text, priority int, requester text, updated_at timestamptz);
insert into bare select n, 'Printer ' || n || ' on floor ' || n % 7 || ' is very slow', 'open', n % 4 + 1,
    'Requester ' || n % 500, now() - n * interval '7 minutes' from generate_series(1, 100000) n;
create index on bare (updated_at desc, id desc);
analyze bare;
"""
ROWS = (
    "select id, subject, status, priority, requester, updated_at from bare order by updated_at desc, id desc limit 25"
)


def configure() -> None:
    """Settings like those of a fresh project, with the same pool of connections that Olmo uses."""
    settings.configure(
        DEBUG=False, SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [
                ("django.template.loaders.locmem.Loader", {"base.html": BASE, "page.html": PAGE})])]},
        }],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
            "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"], "PASSWORD": os.environ["PGPASSWORD"],
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 10}},
        }},
    )  # fmt: skip


def tickets(request: Any) -> Any:
    """The page."""
    from django.db import connection
    from django.shortcuts import render

    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return render(request, "page.html", {"rows": cursor.fetchall()})


urlpatterns: list[Any] = []  # filled by main(): Django must be set up first


def main() -> None:
    """Serve the page as Olmo is served, until SIGTERM."""
    configure()
    import django
    from django.urls import path

    django.setup()
    urlpatterns.append(path("tickets", tickets))
    asyncio.run(_serve(int(sys.argv[1])))
    os._exit(0)


async def _serve(port: int) -> None:
    from django.core.asgi import get_asgi_application
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    server = Server(
        get_asgi_application(), address="127.0.0.1", port=port, interface=Interfaces.ASGINL, runtime_threads=1,
        runtime_blocking_threads=2, websockets=False, log_level=LogLevels.error,
    )  # fmt: skip
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    await server.serve()


if __name__ == "__main__":
    main()
