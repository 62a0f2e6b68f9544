"""The tests' database: a pytest plugin.

One throw-away server serves all test processes of a checkout (and several runs at once); it starts with the first
test that needs a database and stops with the last process. In it one template database per fingerprint of the
migrations is built once and cloned for each process, and for each test that commits.

A database is 1,400 files. Where files were deleted a moment ago, a disk's file system may search long for a free place
(ext4: half a millisecond for each new file, a second for a clone), so the server lives in memory where there is enough.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from olmo.kernel import testing
from olmo.kernel.config import CHECKOUT, OWNER_ROLE, Config, load
from olmo.ops import postgres, processes, roles, schema

CACHE = CHECKOUT / ".cache" / "olmo-test"
MEMORY = Path("/dev/shm")  # noqa: S108  (only tests use it)
LEAST_MEMORY = 2 * 2**30  # free; a server takes 200 MB
CHECKOUT_NOTE = "checkout"  # the file in a server's folder that says whose it is
KEPT_VARIABLES = ("OLMO_SHARED", "OLMO_PYTHON", "OLMO_TEST_")
OLD_TEMPLATES_KEPT = 3
DATABASE = f"test_{os.getpid()}"


@functools.cache
def _server_config() -> Config:
    mark = hashlib.sha256(f"{CHECKOUT} {os.getuid()}".encode()).hexdigest()[:12]
    folder = MEMORY / f"olmo-test-{mark}"
    if not folder.exists() and not (MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > LEAST_MEMORY):
        folder = CACHE / "server"
    return load({"OLMO_DATA": str(folder)})


def _forget_lost_checkouts() -> None:
    """Free the memory that servers of checkouts hold that are no more."""
    for note in MEMORY.glob(f"olmo-test-*/{CHECKOUT_NOTE}"):
        with contextlib.suppress(OSError):  # of somebody else
            if not Path(note.read_text()).exists():
                shutil.rmtree(note.parent)


def _url(config: Config, database: str) -> str:
    host, password = quote(str(config.socket_dir), safe=""), quote(config.login().password)
    return f"postgresql://{OWNER_ROLE}:{password}@/{database}?host={host}"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Point the settings at this process's test database before Django reads them.

    Whatever the caller's environment says, no test ever sees another database or data folder.
    """
    for name in [name for name in os.environ if name.startswith("OLMO_")]:
        if not name.startswith(KEPT_VARIABLES):
            del os.environ[name]
    os.environ.update(
        OLMO_DATA=tempfile.mkdtemp(prefix="olmo-test-"),
        OLMO_SECRET_KEY="only-for-tests-" + "x" * 32,
        OLMO_DATABASE_URL=_url(_server_config(), DATABASE),
        OLMO_DATABASE_POOL="0",
    )
    load().prepare_data_folder()  # before a test puts a file there, or the folder would look like somebody else's


def pytest_unconfigure() -> None:
    """Remove this process's data folder."""
    shutil.rmtree(os.environ["OLMO_DATA"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true, fail what would be skipped because a program is "not installed": there it must be."""
    report = yield
    if report.skipped and os.environ.get("CI") and "not installed" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"Skipped in continuous integration: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """Stand in for pytest-django's: this process's database is a clone, made when the first test needs it."""
    with _running_server() as server:
        template = _template(server)
        _clone(server, template)
        testing.renew_with(lambda: _clone(server, template))
        yield
        from django.db import connections

        connections.close_all()
        with _superuser(server) as superuser:
            _drop(superuser, DATABASE)


@contextlib.contextmanager
def _running_server() -> Iterator[postgres.Postgres]:
    """The throw-away server, kept as long as any test process of this checkout needs it."""
    config = _server_config()
    config.prepare_data_folder()
    CACHE.mkdir(parents=True, exist_ok=True)
    server = postgres.server(config)
    server.extra = {**postgres.THROWAWAY, "max_connections": "200", "max_wal_size": "128MB"}
    with (CACHE / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with _alone():
            (config.data / CHECKOUT_NOTE).write_text(str(CHECKOUT))
            _forget_lost_checkouts()
            server.start(die_with_parent=False)
            with _superuser(server) as superuser:
                roles.make_roles(superuser, config.login().password)
                _sweep(superuser)
        yield server
        with _alone(), contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            server.stop("immediate")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    with (CACHE / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _superuser(server: postgres.Postgres) -> roles.Connection:
    return psycopg.connect(server.dsn, autocommit=True)


def _sweep(superuser: roles.Connection) -> None:
    """Drop the databases of test processes that were killed."""
    for (name,) in superuser.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+$'").fetchall():
        if not processes.is_alive(int(str(name).removeprefix("test_"))):
            _drop(superuser, str(name))


def _drop(superuser: roles.Connection, database: str) -> None:
    superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _clone(server: postgres.Postgres, template: str) -> None:
    """Make this process's database a fresh copy of the template."""
    with _superuser(server) as superuser:
        _drop(superuser, DATABASE)
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE), sql.Identifier(template)
            )
        )


def _template(server: postgres.Postgres) -> str:
    """The name of the template database for today's migrations, built when it is not there yet."""
    name = f"template_{schema.fingerprint()[:16]}"
    with _alone(), _superuser(server) as superuser:
        query = "SELECT datname FROM pg_database WHERE datname ~ '^template_' ORDER BY oid DESC"
        known = [str(row[0]) for row in superuser.execute(query).fetchall()]
        if name not in known:
            _build(server, superuser, f"{name}_draft")
            superuser.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(f"{name}_draft"), sql.Identifier(name))
            )
            for old in known[OLD_TEMPLATES_KEPT:]:
                _drop(superuser, old)
    return name


def _build(server: postgres.Postgres, superuser: roles.Connection, name: str) -> None:
    _drop(superuser, name)
    roles.make_database(superuser, name)
    roles.make_vectors(server.dsn, name)
    result = subprocess.run(
        [sys.executable, "-m", "olmo.ops.schema"],
        env={**os.environ, "OLMO_DATABASE_URL": _url(_server_config(), name)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        pytest.exit(f"The test database could not be migrated:\n{result.stdout}{result.stderr}", returncode=3)
