"""A throw-away Olmo to be measured: its own data folder, its own ports, tickets of the generator."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("OLMO_SHARED", ROOT.parent / "shared"))
LOADED = "bench-tickets"  # the file in the data folder that says how many tickets it holds
LONG, MESSAGES = (
    "A conversation that never ends",
    10_000,
)  # the subject of the long ticket, and how many messages it has
_LOAD = [sys.executable, "-m", "olmo.ops.cli", "load", "-", "--domain", "corp.example"]


@contextmanager
def house(tickets: int, data: Path | None = None) -> Iterator[Path]:
    """A data folder with its database running and so many tickets in it. A folder that is given is kept and used again."""
    folder = data or Path(tempfile.mkdtemp(prefix="olmo-bench-"))
    ports = {name: str(free_port()) for name in ("OLMO_PORT", "OLMO_SMTP_PORT", "OLMO_LMTP_PORT")}
    os.environ.update(
        OLMO_DATA=str(folder), DJANGO_SETTINGS_MODULE="olmo.settings", OLMO_DATABASE_POOL="0", **ports
    )  # fmt: skip
    from olmo.kernel.config import current
    from olmo.ops import postgres, schema

    current.cache_clear()
    try:
        with postgres.running(current()):
            schema.prepare_elsewhere()
            fill(folder, tickets)
            yield folder
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def fill(folder: Path, tickets: int) -> None:
    """Load tickets until the folder holds so many."""
    marker = folder / LOADED
    held = int(marker.read_text()) if marker.exists() else 0
    if held >= tickets:
        return
    began = time.monotonic()
    generator = subprocess.Popen(_generating(held, tickets), stdout=subprocess.PIPE)
    subprocess.run(_LOAD, stdin=generator.stdout, cwd=ROOT, check=True)
    if generator.wait() != 0:
        raise SystemExit("bench: the generator of tickets failed")
    marker.write_text(str(tickets))
    pace = (tickets - held) / (time.monotonic() - began)
    print(f"loaded {tickets - held} tickets, {pace:.0f} a second (start of the command included)")


def _generating(start: int, end: int) -> list[str]:
    tool = SHARED / "tools" / "gen_tickets.py"
    if not tool.exists():
        raise SystemExit(f"bench: {tool} is not there; set OLMO_SHARED to the folder that holds tools/gen_tickets.py")
    lines = "import json, sys; sys.path.insert(0, sys.argv[1]); from gen_tickets import tickets"
    loop = "for t in tickets(int(sys.argv[3]), start=int(sys.argv[2]), total=int(sys.argv[4])): print(json.dumps(t))"
    count, total = str(end - start), str(max(end, 100_000))
    return [sys.executable, "-c", f"{lines}\n{loop}", str(tool.parent), str(start), count, total]


def add_long_ticket() -> None:
    """One more ticket: an open one that holds very many messages, by its requester and an agent in turns."""
    began = int(time.time()) - MESSAGES * 60
    turns = (
        {
            "at": began + 60 * n,
            "by": ("requester", "agent")[n % 2],
            "public": True,
            "body": f"Message {n}: it still happens, since this morning each page takes a minute.",
        }
        for n in range(MESSAGES)
    )
    ticket = {
        "n": 1, "subject": LONG, "lang": "en", "queue": 2, "priority": 3, "status": "open", "agent": 9, "created": began,
        "requester": {"name": "Ivan Chen", "email": "ivan.chen191@corp.example"}, "messages": list(turns),
    }  # fmt: skip
    subprocess.run(_LOAD, input=json.dumps(ticket).encode(), cwd=ROOT, check=True)


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environ: str) -> Iterator[int]:
    """A process that listens on a port of loopback; yields its pid."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OLMO_DATABASE_POOL": "10", **environ})
    try:
        _await_port(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise SystemExit(f"bench: {' '.join(process.args[-2:])} ended with {process.returncode}")  # type: ignore[index, arg-type]
        time.sleep(0.1)
    raise SystemExit(f"bench: nothing listens on port {port}")


@dataclass
class Browser:
    """One kept-open connection with cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, path: str, body: bytes | None = None, expect: int = 200, **headers: str) -> bytes:
        """The body of the answer; an answer of another status ends the bench."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        method = "GET" if body is None else "POST"
        try:
            self.connection.request(method, path, body=body, headers={"Cookie": cookie, **headers})
            answer = self.connection.getresponse()
        except ConnectionError:  # it was kept open for too long while others had their turn
            self.connection.close()
            self.connection.request(method, path, body=body, headers={"Cookie": cookie, **headers})
            answer = self.connection.getresponse()
        text = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        if answer.status != expect:
            raise SystemExit(f"bench: {path} answered {answer.status}: {text[:300]!r}")
        return text


def signed_in(port: int, email: str) -> Browser:
    """A browser with a session of the person with this address."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from olmo.people.queries import by_address
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        person = by_address(email)
        if person is None:
            raise SystemExit(f"bench: nobody has the address {email}")
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "olmo.people.backends.IdentityBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
    return Browser(port, {"olmo_session": str(session.session_key)})
