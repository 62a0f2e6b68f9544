"""The settings of one Olmo, read from `OLMO_*` variables here and nowhere else.

`load()` turns an environment into a frozen `Config`; `current()` is the one of this process. Every
secret may come from a file instead: `OLMO_SMTP_URL_FILE=/run/secrets/smtp` stands for `OLMO_SMTP_URL`.
A wrong value raises `ConfigError`, one line naming the variable, the value and what is allowed.
"""

import functools
import hashlib
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from olmo.kernel.environment import ConfigError, Database, Environment, Relay

__all__ = ["Config", "ConfigError", "Database", "Relay", "current", "load"]

Role = Literal["app", "owner"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CHECKOUT = Path(__file__).resolve().parents[2]
MARKER = "olmo.json"
OWNER_ROLE = "olmo_owner"
APP_ROLE = "olmo_app"
EMBEDDED_PORT = 5432  # only the name of the socket file: the embedded server listens on no TCP port
# A unix socket's address holds 107 bytes: the folder, a slash and the name of the socket.
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{EMBEDDED_PORT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator can set from outside. Sizes in bytes, times in seconds."""

    data: Path
    database: Database | None = field(repr=False)
    database_role: Role
    database_pool: int
    host: str
    port: int
    smtp_host: str
    smtp_port: int
    lmtp_host: str
    lmtp_port: int
    relay: Relay | None = field(repr=False)
    base_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    max_message_bytes: int
    max_upload_bytes: int
    worker_concurrency: int
    stop_seconds: int
    postgres_user: str | None
    debug: bool
    loopback_targets: bool
    link_check: bool
    semantic: bool
    translate_url: str | None
    translate_key: str | None = field(repr=False)
    given_secret_key: str | None = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether this Olmo runs its own PostgreSQL inside the data folder."""
        return self.database is None

    @property
    def postgres_dir(self) -> Path:
        """The embedded server's own folder (a plain PostgreSQL data directory)."""
        return self.data / "postgres"

    @property
    def media_dir(self) -> Path:
        """Where attachments and raw messages that are not rows live."""
        return self.data / "media"

    @property
    def secrets_dir(self) -> Path:
        """Keys and passwords this Olmo made for itself; mode 0700."""
        return self.data / "secrets"

    @property
    def socket_dir(self) -> Path:
        """The folder of the embedded server's socket: its own, or a short one when that path is too long."""
        if len(os.fsencode(self.postgres_dir)) <= LONGEST_SOCKET_FOLDER:
            return self.postgres_dir
        # Not a file with a guessable name but a folder that the server makes 0700 and checks the owner of.
        return Path("/tmp") / f"olmo-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108

    @property
    def secret_key(self) -> str:
        """The key that signs sessions and links; made at first use and kept in the data folder.

        Raises ConfigError when it can be neither read nor written.
        """
        return self.given_secret_key or self.kept_secret("secret_key")

    def kept_secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
        """The secret of that name in `secrets_dir`, made (384 random bits, or by `make`) when it is not there yet.

        Two processes starting at once agree: the first to link its file into place wins.
        Raises ConfigError when the folder cannot be used.
        """
        path = self.secrets_dir / name
        try:
            if not path.exists():
                self._make_secret(path, make())
            return path.read_text().strip()
        except OSError as error:
            raise ConfigError(
                f"OLMO_DATA={self.data}: the secret {path} cannot be read or made ({error.strerror}); "
                "give Olmo a folder that it may write"
            ) from error

    def _make_secret(self, path: Path, text: str) -> None:
        self.prepare_data_folder()
        draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(text.strip() + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def prepare_data_folder(self) -> None:
        """Create the data folder and its marker, or recognise an existing one of ours.

        Raises ConfigError when the folder cannot be written or holds somebody else's files.
        """
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = sorted(p.name for p in self.data.iterdir() if not _is_ignorable(p.name))
            if not (self.data / MARKER).exists():
                if strangers:
                    raise ConfigError(
                        f"OLMO_DATA={self.data}: this folder holds other files ({', '.join(strangers[:3])}) "
                        f"and no {MARKER}, so it is not Olmo's; choose an empty or new folder"
                    )
                (self.data / MARKER).write_text('{"olmo": "data folder", "layout": 1}\n')
            self.secrets_dir.mkdir(mode=0o700, exist_ok=True)
            self._probe_writing()
        except OSError as error:
            raise ConfigError(
                f"OLMO_DATA={self.data}: the data folder cannot be written ({error.strerror}); "
                "give Olmo a folder that it may write"
            ) from error

    def _probe_writing(self) -> None:
        probe = self.data / f".olmo-probe-{os.getpid()}"
        probe.touch()
        probe.unlink()

    def database_settings(self, *, pool: bool = True) -> dict[str, Any]:
        """The `default` entry of Django's DATABASES.

        pool: share up to `database_pool` connections per process; a short command does better without.
        As role "app" every connection becomes `olmo_app`, whom row security binds; as "owner" it stays
        the login role, which owns the tables and may migrate.
        """
        database = self.database or self._embedded_database()
        options: dict[str, Any] = dict(database.options)
        options.setdefault("connect_timeout", 10)
        options.setdefault("application_name", "olmo")
        options.setdefault("prepare_threshold", 5)  # what kernel.prepared runs; all other cursors bind on our side
        if self.database_role == "app":
            # As a start-up option: Django's own `assume_role` asks its pool for a connection while the pool is
            # making one, and waits for ever.
            options["options"] = f"{options.get('options', '')} -c role={APP_ROLE}".strip()
        if pool and self.database_pool:
            # Giving up soon on a lost server is what makes the next request try afresh: left alone, the pool
            # doubles its pauses, and would stay away for half a minute after half a minute's outage.
            options["pool"] = {"min_size": 1, "max_size": self.database_pool, "timeout": 5, "reconnect_timeout": 2}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database.name,
            "USER": database.user,
            "PASSWORD": database.password,
            "HOST": database.host,
            "PORT": str(database.port),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }

    def login(self) -> Database:
        """Where and as whom this Olmo logs in to its database (embedded or given)."""
        return self.database or self._embedded_database()

    def _embedded_database(self) -> Database:
        return Database(
            host=str(self.socket_dir),
            port=EMBEDDED_PORT,
            name="olmo",
            user=OWNER_ROLE,
            password=self.kept_secret("database_owner_password"),
            setting=f"OLMO_DATA={self.data}",
        )


def _is_ignorable(name: str) -> bool:
    """A fresh volume's own entries (`lost+found`, dot files) do not make a folder foreign."""
    return name.startswith(".") or name == "lost+found"


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the `OLMO_*` variables of an environment. Raises ConfigError at the first wrong one."""
    env = Environment(environ)
    host = env.text("OLMO_HOST", "127.0.0.1")
    port = env.port("OLMO_PORT", 8000)
    base_url = env.origin("OLMO_BASE_URL", _default_base_url(host, port))
    config = Config(
        data=env.path("OLMO_DATA", _default_data()),
        database=env.database("OLMO_DATABASE_URL"),
        database_role=env.choice("OLMO_DATABASE_ROLE", "app", ("app", "owner")),
        database_pool=env.integer("OLMO_DATABASE_POOL", 10, 0, 500),
        host=host,
        port=port,
        smtp_host=env.text("OLMO_SMTP_HOST", "127.0.0.1"),
        smtp_port=env.port("OLMO_SMTP_PORT", 2525),
        lmtp_host=env.text("OLMO_LMTP_HOST", "127.0.0.1"),
        lmtp_port=env.port("OLMO_LMTP_PORT", 2424),
        relay=env.relay("OLMO_SMTP_URL"),
        base_url=base_url,
        allowed_hosts=env.hosts("OLMO_ALLOWED_HOSTS", base_url),
        trusted_proxies=env.networks("OLMO_TRUSTED_PROXIES"),
        max_message_bytes=env.size("OLMO_MAX_MESSAGE_BYTES", 25 * 2**20, 2**16, 2**30),
        max_upload_bytes=env.size("OLMO_MAX_UPLOAD_BYTES", 25 * 2**20, 2**16, 2**30),
        worker_concurrency=env.integer("OLMO_WORKER_CONCURRENCY", 4, 1, 64),
        stop_seconds=env.integer("OLMO_STOP_SECONDS", 20, 1, 600),
        postgres_user=env.text("OLMO_POSTGRES_USER", "") or None,
        debug=env.flag("OLMO_DEBUG", default=False),
        loopback_targets=env.flag("OLMO_LOOPBACK_TARGETS", default=False),
        link_check=env.flag("OLMO_LINK_CHECK", default=True),
        semantic=env.flag("OLMO_SEMANTIC", default=True),
        translate_url=env.service("OLMO_TRANSLATE_URL"),
        translate_key=env.secret("OLMO_TRANSLATE_KEY"),
        given_secret_key=env.secret_key("OLMO_SECRET_KEY"),
    )
    env.refuse_misspelled()
    return config


@functools.cache
def current() -> Config:
    """The configuration of this process, read once from its environment."""
    return load()


def _default_data() -> Path:
    """`data` in the checkout; for an installed wheel, `data` in the folder where Olmo was started."""
    checkout = (CHECKOUT / "pyproject.toml").exists()
    return (CHECKOUT if checkout else Path.cwd()) / "data"


def _default_base_url(host: str, port: int) -> str:
    everywhere = ("0.0.0.0", "::")  # noqa: S104  (recognised here, bound nowhere)
    name = "localhost" if host in everywhere else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
