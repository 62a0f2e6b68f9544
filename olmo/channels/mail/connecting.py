"""A plain connection to the database as the program's own role, for processes that do without Django."""

import os

import psycopg

from olmo.kernel.config import APP_ROLE, Config

Connection = psycopg.Connection[tuple[object, ...]]

# What `tenancy.scope(EVERY_CLIENT)` says: intake is work for the whole desk.
EVERY_CLIENT = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true)"


def connect(config: Config) -> Connection:
    """Raises psycopg.OperationalError when the database does not answer."""
    login = config.login()
    options = {"connect_timeout": "5", "application_name": "olmo-mail-in", **dict(login.options)}
    extra = f"{options.pop('options', '')} -c role={APP_ROLE}".strip()
    return psycopg.connect(
        host=login.host, port=login.port, dbname=login.name, user=login.user, password=login.password or None,
        options=extra, client_encoding="utf8", **options,  # type: ignore[arg-type]  # libpq's options are all text
    )  # fmt: skip


def media_folder(config: Config) -> str:
    """Where large messages are kept, as a path."""
    return os.fspath(config.media_dir)
