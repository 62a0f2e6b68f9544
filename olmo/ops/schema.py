"""Bringing the database's tables to what this program expects, quickly when they are there already.

`python -m olmo.ops.schema` makes roles and grants, then compares the fingerprint of all migrations with the
one recorded at the last migration; only when they differ is Django loaded and `migrate` run, as the owner.
"""

import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from olmo.kernel.config import Config, ConfigError, current
from olmo.ops import roles
from olmo.ops.problems import Problem

PACKAGE = Path(__file__).resolve().parents[1]
# Whatever shapes tables without being a file of ours: the releases of the libraries that bring migrations.
LIBRARIES = ("django", "procrastinate")
ADVISORY_LOCK = 0x6F6C6D6F  # "olmo": one migration at a time, also from two machines


def fingerprint() -> str:
    """A hash that changes whenever a migration, or a module or SQL file that migrations use, changes."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    for path in sorted(set(_sources())):
        digest.update(f"{path.relative_to(PACKAGE)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from PACKAGE.glob("**/*.sql")
    yield PACKAGE / "settings.py"  # the list of installed apps
    for migration in PACKAGE.glob("*/**/migrations/*.py"):
        yield migration
        for module in re.findall(r"^\s*(?:from|import) (olmo[\w.]*)", migration.read_text(), re.MULTILINE):
            used = PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
            if used.exists():
                yield used


def prepare(*, thoroughly: bool = False, verbosity: int = 0) -> None:
    """Make roles, grants and tables what this program needs. Raises Problem.

    thoroughly: ask Django's `migrate` even when the recorded fingerprint says that nothing is to do.
    verbosity: of `migrate`, whose report goes to standard output.
    """
    config = current()
    roles.establish(config)
    with roles.connect(config.login()) as login:
        login.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        wanted = fingerprint()
        if thoroughly or recorded(login) != wanted:
            _migrate(verbosity)
            _record(login, wanted)


def prepare_elsewhere() -> None:
    """`prepare` in a process of its own: it works as the owner and loads Django. Raises Problem."""
    result = subprocess.run([sys.executable, "-m", "olmo.ops.schema"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = result.stderr.strip().splitlines() or ["it said nothing"]
        raise Problem(said[-1].removeprefix("olmo: ") if said[-1].startswith("olmo: ") else _failure(said))


def _failure(said: list[str]) -> str:
    return f"The database could not be migrated: {said[-1]} (run `bin/olmo migrate` for the whole story)"


def require_current(config: Config) -> None:
    """Refuse to work on tables of another Olmo. Raises Problem."""
    with roles.connect(config.login()) as login:
        if recorded(login) != fingerprint():
            raise Problem("The database's tables are not those of this Olmo: run `bin/olmo migrate`")
    roles.require_app_role(config)


def recorded(login: roles.Connection) -> str | None:
    """The fingerprint of the last complete migration of that database, or None."""
    if login.execute("SELECT to_regclass('public.olmo_schema')").fetchone() == (None,):
        return None
    row = login.execute("SELECT fingerprint FROM olmo_schema").fetchone()
    return str(row[0]) if row else None


def _record(login: roles.Connection, value: str) -> None:
    login.execute("CREATE TABLE IF NOT EXISTS olmo_schema (fingerprint text NOT NULL)")
    with login.transaction():
        login.execute("DELETE FROM olmo_schema")
        login.execute("INSERT INTO olmo_schema VALUES (%s)", (value,))


def _migrate(verbosity: int) -> None:
    """Run Django's migrations in this process, which must not have loaded its settings before."""
    os.environ["OLMO_DATABASE_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    # A migration that waits for a lock makes everybody behind it wait too: give up and say so instead.
    os.environ["PGOPTIONS"] = "-c lock_timeout=30s"
    current.cache_clear()
    import django
    from django.core.management import call_command

    django.setup()
    _refuse_newer_schema()
    call_command("migrate", interactive=False, verbosity=verbosity)


def _refuse_newer_schema() -> None:
    """Refuse a database that a later Olmo has migrated: this program would write wrong rows into it."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations or {})
    ahead = sorted(key for key in loader.applied_migrations if key[0] in loader.migrated_apps and key not in known)
    if ahead:
        label, name = ahead[-1]
        raise Problem(
            f"The database is newer than this Olmo (it has {label}.{name}): install the newer Olmo again, or "
            "restore a backup taken with this one"
        )


def main() -> int:
    """Prepare the database; what goes wrong is said in one line on standard error."""
    try:
        prepare()
    except (Problem, ConfigError) as problem:
        sys.stderr.write(f"olmo: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
