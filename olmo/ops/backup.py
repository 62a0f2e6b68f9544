"""`olmo backup FILE` and `olmo restore FILE`: everything that cannot be made again, in one file.

The dump is taken first, from one snapshot, under load if need be; the attachments after it. A file is named after its content
and is there before the row that names it, so every file that the dump knows is in the backup, and later ones do no harm.
Passwords of the embedded database stay behind: the restored one has its own.
"""

import argparse
import contextlib
import importlib.metadata
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from olmo.kernel.config import MARKER, Config, current
from olmo.ops import backup_archive, postgres, roles, schema, unprivileged
from olmo.ops.problems import Problem

# Made by each Olmo for itself: the embedded database's passwords, and the link of a first run.
NOT_KEPT = re.compile(r"database_.*|setup_token|\..*")
# Part of every Olmo's database, or the owner's alone to say: made again at the target.
_MADE_THERE = re.compile(r"\d+; \d+ \d+ (DEFAULT ACL|ACL - SCHEMA|COMMENT) ")
# A login that row security binds names every client in the options of its connection, which PostgreSQL limits.
LONGEST_OPTIONS = 8000

Connection = psycopg.Connection[tuple[Any, ...]]


def main_backup(argv: Sequence[str] | None = None) -> int:
    """Save database, attachments and keys into one file, while Olmo runs or not. Raises Problem."""
    parser = argparse.ArgumentParser(prog="olmo backup", description=main_backup.__doc__)
    parser.add_argument(
        "file", type=Path, help="where to write it; it holds secrets, and only this account may read it"
    )
    parser.add_argument("--replace", action="store_true", help="replace a file that is there")
    options = parser.parse_args(argv)
    target: Path = options.file
    if target.exists() and not options.replace:
        raise Problem(f"{target} is there already: choose another name, or say --replace")
    try:
        with _drafts(target) as (draft, dump):
            writer = _save(current(), draft, dump)
            _settle(draft, target)
    except OSError as error:
        raise Problem(f"{target} could not be written ({error.strerror or error}); nothing was saved") from error
    files = sum(member.name.startswith("media/") for member in writer.members)
    size = target.stat().st_size / 2**20
    sys.stdout.write(f"Saved the database and {files} attached files to {target} ({size:.1f} MB).\n")
    return 0


def main_restore(argv: Sequence[str] | None = None) -> int:
    """Bring a backup into an empty data folder and an empty database, then let the doctor look at it. Raises Problem."""
    parser = argparse.ArgumentParser(prog="olmo restore", description=main_restore.__doc__)
    parser.add_argument("file", type=Path)
    path = parser.parse_args(argv).file
    config = current()
    _require_empty(config)
    manifest = backup_archive.checked(path)
    _require_known(manifest)
    with _all_or_nothing(config), postgres.running(config):
        _restore(config, path)
        sys.stdout.write(f"Restored the backup of {manifest['made_at']} into {config.data}. The doctor says:\n")
        sys.stdout.flush()
        doctor = subprocess.run([sys.executable, "-m", "olmo.ops.cli", "doctor", "--all"], check=False)
    sys.stdout.write("Mail that waited when the backup was made is sent once Olmo runs with OLMO_SMTP_URL set.\n")
    return doctor.returncode


@contextlib.contextmanager
def _drafts(target: Path) -> Iterator[tuple[Path, Path]]:
    """Two files beside the target that are gone afterwards, whatever happens: the backup, and the dump on its way."""
    token = secrets.token_hex(4)
    drafts = [target.with_name(f".{target.name}.{token}.{kind}") for kind in ("part", "dump")]
    try:
        for draft in drafts:
            draft.touch(mode=0o600)
        yield drafts[0], drafts[1]
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _save(config: Config, draft: Path, dump: Path) -> backup_archive.Writer:
    writer = backup_archive.Writer(draft)
    about = _dump(config, dump)
    writer.add(backup_archive.DATABASE, dump)
    for path in sorted(config.secrets_dir.iterdir() if config.secrets_dir.exists() else []):
        if path.is_file() and not NOT_KEPT.fullmatch(path.name):
            writer.add(f"secrets/{path.name}", path)
    for path in sorted(config.media_dir.rglob("*")):
        if path.is_file() and not path.name.startswith("in-"):  # a file that is just being written
            with contextlib.suppress(FileNotFoundError):  # discarded meanwhile
                writer.add(path.relative_to(config.data).as_posix(), path)
    version = importlib.metadata.version("olmo")
    writer.finish({"version": version, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), **about})
    return writer


def _settle(draft: Path, target: Path) -> None:
    """Make the draft durable and give it its name."""
    for path, rename in ((draft, True), (target.parent, False)):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if rename:
            draft.replace(target)


def _dump(config: Config, target: Path) -> dict[str, Any]:
    """Write the dump of one snapshot; returns what the manifest says about it."""
    with psycopg.connect(_dumper(config)) as login:
        login.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = _one(login, "select pg_export_snapshot()")
        more, environ = _past_row_security(login)
        _run(
            "pg_dump", _dumper(config), "--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=60s",
            "--exclude-table=knowledge_vector", "--exclude-table=knowledge_lead", "--exclude-extension=vector",
            f"--file={target}", *more, PGOPTIONS=environ,
        )  # fmt: skip
        applied = login.execute("select app || '.' || name from django_migrations order by id").fetchall()
        return {"postgres": _one(login, "show server_version"), "migrations": [row[0] for row in applied]}


def _past_row_security(login: Connection) -> tuple[list[str], str]:
    """How pg_dump sees every row: as somebody exempt, or with every client named. Returns its options and PGOPTIONS."""
    if _one(login, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"):
        return [], ""
    clients = str(_one(login, "select array(select id from tenancy_client order by id)::text"))
    if len(clients) > LONGEST_OPTIONS:
        user = login.info.user
        raise Problem(
            f"there are too many organisations for {user} to save them under row security; an administrator of the "
            f'database runs: ALTER ROLE "{user}" BYPASSRLS;'
        )
    return ["--enable-row-security"], f"-c olmo.clients={clients}"


def _dumper(config: Config) -> str:
    """As whom the dump is taken: the embedded server's superuser, or the login that was given."""
    if config.embedded:
        return make_conninfo(postgres.server(config).dsn, dbname=config.login().name)
    return _owner(config)


def _owner(config: Config) -> str:
    login = config.login()
    return make_conninfo(
        "", host=login.host, port=login.port, dbname=login.name, user=login.user, password=login.password or None,
        **dict(login.options),
    )  # fmt: skip


def _run(program: str, address: str, *options: str, **environ: str) -> None:
    """Run one of PostgreSQL's programs, on the database at `address` if any. Raises Problem with its first error."""
    parts = conninfo_to_dict(address)
    password = str(parts.pop("password", "") or "")
    where = [f"--dbname={make_conninfo('', **parts)}"] if parts else []
    command = [str(unprivileged.programs() / program), *where, *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = clean | {"PGPASSWORD": password, "LC_ALL": "C"} | {k: v for k, v in environ.items() if v}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = [line for line in result.stderr.splitlines() if "error:" in line] or ["it said nothing"]
        raise Problem(f"{program} failed: {said[0].partition('error: ')[2] or said[0]}")


def _require_empty(config: Config) -> None:
    """Refuse to mix a backup with what is there already."""
    there = [p.name for p in config.data.iterdir()] if config.data.exists() else []
    held = sorted(name for name in there if name not in (MARKER, "lost+found") and not name.startswith("."))
    if held:
        raise Problem(
            f"OLMO_DATA={config.data}: this folder holds something already ({', '.join(held[:3])}); restore into an "
            "empty or new folder"
        )
    if not config.embedded:
        with roles.connect(config.login()) as login:
            if login.execute("select 1 from pg_tables where schemaname = 'public' limit 1").fetchone():
                raise Problem(
                    f"OLMO_DATABASE_URL: the database {config.login().name} holds tables already; restore into an empty one"
                )


def _require_known(manifest: dict[str, Any]) -> None:
    """Refuse a backup of a later Olmo: this program would not understand its tables."""
    for label, _dot, name in (word.partition(".") for word in manifest.get("migrations", [])):
        folder = schema.PACKAGE / label / "migrations"
        if folder.is_dir() and not (folder / f"{name}.py").exists():
            raise Problem(
                f"the backup is newer than this Olmo (it has {label}.{name}): install Olmo {manifest['version']}"
            )


@contextlib.contextmanager
def _all_or_nothing(config: Config) -> Iterator[None]:
    """Empty the data folder again when the restoration fails, so that it can be tried again."""
    try:
        yield
    except BaseException:
        for path in config.data.iterdir() if config.data.exists() else []:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


def _restore(config: Config, path: Path) -> None:
    config.prepare_data_folder()
    dump, contents = config.data / ".restored.dump", config.data / ".restored.list"
    try:
        backup_archive.extract(path, config.data, dump)
        roles.establish(config)
        _run("pg_restore", "", "--list", f"--file={contents}", str(dump))
        listed = contents.read_text().splitlines()
        contents.write_text("\n".join(line for line in listed if not _MADE_THERE.match(line)))
        _run(
            "pg_restore", _owner(config), "--no-owner", "--single-transaction", "--exit-on-error",
            f"--use-list={contents}", str(dump),
        )  # fmt: skip
        schema.prepare_elsewhere()
    finally:
        dump.unlink(missing_ok=True)
        contents.unlink(missing_ok=True)


def _one(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None
