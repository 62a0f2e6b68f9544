"""Typed, loud reading of environment variables: the small tools behind `kernel.config`."""

import difflib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Security = Literal["none", "starttls", "tls"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
RELAY_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


class ConfigError(Exception):
    """A setting that Olmo cannot work with. The message is one line for the operator, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where PostgreSQL is and as whom to log in.

    options: libpq's (sslmode, sslrootcert, ...). setting: what to name to an operator when it does not answer.
    """

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    options: tuple[tuple[str, str], ...] = ()
    setting: str = "OLMO_DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The SMTP server that takes our outgoing mail. No user means no log-in."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)


class Environment:
    """Reads typed values out of environment variables and remembers which names exist."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known: set[str] = {"OLMO_PYTHON", "OLMO_SHARED"}  # read by bin/setup and by the tests

    def text(self, name: str, default: str) -> str:
        """The variable's text, without blanks around it; an empty one counts as not set."""
        self._known.add(name)
        return self._environ.get(name, "").strip() or default

    def secret(self, name: str) -> str | None:
        """A secret from the variable, or from the file that `<name>_FILE` names; None when neither is set."""
        value, path = self.text(name, ""), self.text(f"{name}_FILE", "")
        if value and path:
            raise ConfigError(f"{name} and {name}_FILE are both set; keep one of them")
        if not path:
            return value or None
        try:
            value = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise ConfigError(f"{name}_FILE={path}: the file cannot be read ({reason})") from error
        if not value:
            raise ConfigError(f"{name}_FILE={path}: the file is empty")
        return value

    def secret_key(self, name: str) -> str | None:
        """A signing key of at least 32 characters, or None."""
        key = self.secret(name)
        if key is not None and len(key) < 32:
            raise ConfigError(f"{name}: the key has {len(key)} characters; at least 32 random ones are needed")
        return key

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number between low and high, both included."""
        raw = self.text(name, str(default))
        if not (raw.isascii() and raw.isdigit() and low <= int(raw) <= high):
            raise ConfigError(f"{name}={raw}: expected a whole number from {low} to {high}")
        return int(raw)

    def port(self, name: str, default: int) -> int:
        """A TCP port."""
        return self.integer(name, default, 1, 65535)

    def size(self, name: str, default: int, low: int, high: int) -> int:
        """A size in bytes: digits, with K, M or G (powers of 1024) after them if wished."""
        raw = self.text(name, str(default))
        digits, unit = raw.upper().removesuffix("IB").removesuffix("B"), ""
        if digits[-1:] in ("K", "M", "G"):
            digits, unit = digits[:-1].strip(), digits[-1]
        if digits.isascii() and digits.isdigit() and low <= int(digits) * UNITS[unit] <= high:
            return int(digits) * UNITS[unit]
        raise ConfigError(f"{name}={raw}: expected a size such as 25M, from {low >> 10}K to {high >> 20}M")

    def choice[T: str](self, name: str, default: T, allowed: tuple[T, ...]) -> T:
        """One of a few words."""
        raw = self.text(name, default)
        for word in allowed:
            if raw == word:
                return word
        raise ConfigError(f"{name}={raw}: expected one of {', '.join(allowed)}")

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no: true/false, yes/no, on/off, 1/0."""
        raw = self.text(name, "true" if default else "false").lower()
        if raw in ("true", "yes", "on", "1"):
            return True
        if raw in ("false", "no", "off", "0"):
            return False
        raise ConfigError(f"{name}={raw}: expected true or false")

    def path(self, name: str, default: Path) -> Path:
        """A folder or file, made absolute; `~` stands for the home folder."""
        return Path(self.text(name, str(default))).expanduser().absolute()

    def origin(self, name: str, default: str) -> str:
        """Scheme, host and port of a web address: `https://desk.example.org`, no path and no slash."""
        raw = self.text(name, default).rstrip("/")
        url = self._split(name, raw)
        if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query or url.username:
            raise ConfigError(f"{name}={raw}: expected an address such as https://desk.example.org, no path")
        return raw

    def service(self, name: str) -> str | None:
        """The address of another service, `http://translate.lan:5000`, a path allowed; None when unset."""
        raw = self.text(name, "").rstrip("/")
        if not raw:
            return None
        url = self._split(name, raw)
        if url.username is not None or url.password is not None or url.query or url.fragment:
            raise ConfigError(f"{name} must name no user, no password, no query and no part of a page")
        if url.scheme not in ("http", "https") or not url.hostname or not raw.isascii() or " " in raw:
            raise ConfigError(f"{name}={raw}: expected an address such as http://translate.lan:5000")
        return raw

    def hosts(self, name: str, base_url: str) -> tuple[str, ...]:
        """Host names that requests may ask for; the base address and this machine's own names always may."""
        given = [host.strip() for host in self.text(name, "").split(",") if host.strip()]
        if bad := next((host for host in given if "/" in host or " " in host), None):
            raise ConfigError(f"{name}: {bad} is not a host name; expected names with commas between them")
        own = urlsplit(base_url).hostname or "localhost"
        own = f"[{own}]" if ":" in own else own
        return tuple(dict.fromkeys([*given, own, "localhost", "127.0.0.1", "[::1]"]))

    def networks(self, name: str) -> tuple[Network, ...]:
        """Addresses or networks with commas between them: `10.0.0.0/8, 192.0.2.7`."""
        try:
            return tuple(ipaddress.ip_network(word.strip()) for word in self.text(name, "").split(",") if word.strip())
        except ValueError as error:
            raise ConfigError(f"{name}: {error}; expected addresses or networks such as 10.0.0.0/8") from error

    def database(self, name: str) -> Database | None:
        """A PostgreSQL address, `postgresql://user:password@host:port/name?sslmode=require`, or None."""
        raw = self.secret(name)
        if raw is None:
            return None
        url = self._split(name, raw)
        example = "expected postgresql://user:password@host:5432/name"
        if url.scheme not in ("postgres", "postgresql"):
            raise ConfigError(f"{name} starts with {url.scheme or 'no scheme'}://; {example}")
        options = dict(parse_qsl(url.query))
        host = options.pop("host", None) or unquote(url.hostname or "")
        missing = [
            what
            for what, value in {
                "host": host,
                "user": url.username,
                "database name": url.path.strip("/"),
            }.items()
            if not value
        ]
        if missing:
            raise ConfigError(f"{name} names no {' and no '.join(missing)}; {example}")
        return Database(
            host=host,
            port=url.port or 5432,
            name=unquote(url.path.strip("/")),
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            options=tuple(options.items()),
        )

    def relay(self, name: str) -> Relay | None:
        """The relay for outgoing mail, `smtp+starttls://user:password@host:port`; None when unset."""
        raw = self.secret(name)
        if raw is None:
            return None
        url = self._split(name, raw)
        if url.scheme not in RELAY_SCHEMES or not url.hostname or url.path.strip("/"):
            raise ConfigError(
                f"{name} starts with {url.scheme or 'no scheme'}:// or names no host; expected "
                "smtp://host:port, smtps://user:password@host:port or smtp+starttls://user:password@host:port"
            )
        security, port = RELAY_SCHEMES[url.scheme]
        return Relay(
            host=url.hostname,
            port=url.port or port,
            security=security,
            user=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
        )

    def refuse_misspelled(self) -> None:
        """Refuse an `OLMO_*` name that is almost one of ours: a silent typo costs an operator an evening."""
        for name in self._environ:
            if not name.startswith("OLMO_") or name in self._known:
                continue
            if near := difflib.get_close_matches(name, self._known, 1, cutoff=0.85):
                raise ConfigError(f"{name} is not a setting; did you mean {near[0]}?")

    def _split(self, name: str, raw: str) -> SplitResult:
        """The parts of an address; its text may hold a password, so no error repeats it."""
        try:
            url = urlsplit(raw)
            url.port  # noqa: B018  (reading it is what checks it)
        except ValueError as error:
            raise ConfigError(f"{name} is not an address that can be read; check its host and port") from error
        return url
