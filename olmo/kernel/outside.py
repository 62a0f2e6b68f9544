"""Speaking to an address that somebody typed or a browser sent: only https, only public machines, one answer, bounded.

What is checked is what is spoken to: the name is looked up once, every address that it has must be public, and the connection
goes to one of these addresses, whatever the name says a moment later. Redirects are not followed. The time is bounded as a whole
(a peer that sends a byte now and then does not hold us), and of the answer only its beginning is read.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from .errors import Invalid

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 64 * 1024
LONGEST = 2048

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_PRINTED = re.compile(r"[!-~]+")  # no space, no control character, nothing outside ASCII

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses that carry an IPv4 address inside: that one is what a packet may reach.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")


class Unreachable(OSError):
    """The other side could not be spoken to, or not within the time."""


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, header fields in lower case, and the beginning of its words."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def checked(url: str, field: str = "url") -> str:
    """An address that may be kept to be spoken to later. Raises Invalid: not https, a user name, no public host.

    A name is not looked up here; `post` does that each time.
    """
    _parts(url, field)
    return url


def post(
    url: str, content: bytes, headers: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS, most: int = MOST_BYTES
) -> Answer:
    """Send `content` there, once. timeout: seconds for everything; most: bytes of the answer that are read.

    Raises Invalid (an address that is not to be spoken to), Unreachable.
    """
    return _asked("POST", url, content, headers, timeout=timeout, most=most)


def get(url: str, headers: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS, most: int = MOST_BYTES) -> Answer:
    """Fetch what is there, once. Raises as `post` does."""
    return _asked("GET", url, None, headers, timeout=timeout, most=most)


def post_as_set(
    url: str, content: bytes, headers: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS, most: int = MOST_BYTES
) -> Answer:
    """Send `content` to an address that is a setting of the operator's: plain http and private machines are theirs to choose.

    All other bounds hold. Never for an address that somebody typed into a page. Raises Unreachable.
    """
    parts = urlsplit(url)
    return _exchanged("POST", parts, parts.hostname or "", content, headers, timeout=timeout, most=most)


def _asked(
    method: str, url: str, content: bytes | None, headers: Mapping[str, str], *, timeout: float, most: int
) -> Answer:
    parts = _parts(url, "url")
    place = _place(parts.hostname or "", _port(parts))
    return _exchanged(method, parts, str(place), content, headers, timeout=timeout, most=most)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _exchanged(
    method: str, parts: SplitResult, place: str, content: bytes | None, headers: Mapping[str, str], *, timeout: float,
    most: int,
) -> Answer:  # fmt: skip
    """Ask once at `place`, within the time, and read the beginning of the answer."""
    connection = _Pinned(parts, _port(parts), place, timeout)
    alarm = threading.Timer(timeout, connection.cut)
    alarm.daemon = True
    alarm.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, content, dict(headers))
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        content = answer.read(most)
        if connection.is_cut:  # what came until then would pass for the whole
            raise TimeoutError("too slow")
        return Answer(answer.status, fields, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        alarm.cancel()
        connection.close()


def _parts(url: str, field: str) -> SplitResult:
    """The parts of an address, or a refusal that says what is wrong."""
    if len(url) > LONGEST or not _PRINTED.fullmatch(url) or "\\" in url:
        raise Invalid(field, _("This is not a web address."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(field, _("This is not a web address.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and _may_be_here(parts.hostname or "")):
        raise Invalid(field, _("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise Invalid(field, _("The address must name no user, no password and no part of a page."))
    _require_host(parts.hostname or "", field)
    return parts


def _require_host(host: str, field: str) -> None:
    """A host name, or an address in its one usual spelling; numbers in other spellings are refused unread."""
    literal = _literal(host)
    if literal is not None:
        if not _is_allowed(literal):
            raise Invalid(field, _("The address leads into a private network."))
        return
    last = host.rstrip(".").rpartition(".")[2]
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(last) or ("." not in host.rstrip(".") and not _may_be_here(host)):
        raise Invalid(field, _("The address must name a public machine."))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _place(host: str, port: int) -> Address:
    """The address to connect to. All that the name has must be public, so that no answer of a name server picks for us."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: {error}") from error
    places = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if not places or not all(_is_allowed(place) for place in places):
        raise Invalid("url", _("The address leads into a private network."))
    return places[0]


def _is_allowed(place: Address) -> bool:
    if settings.OLMO_LOOPBACK_TARGETS and place.is_loopback:
        return True
    return all(_is_public(each) for each in (place, *_inside(place)))


def _is_public(place: Address) -> bool:
    is_site = isinstance(place, ipaddress.IPv6Address) and place.is_site_local  # long gone, but still routed somewhere
    return place.is_global and not (place.is_multicast or place.is_reserved or is_site)


def _inside(place: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 address carries: mapped, 6to4, Teredo, NAT64."""
    if isinstance(place, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [place.ipv4_mapped, place.sixtofour, *(place.teredo or ())]
    if place in _COMPATIBLE or any(place in network for network in _NAT64):
        found.append(ipaddress.IPv4Address(int(place) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _may_be_here(host: str) -> bool:
    """Whether it is this machine by name or number, and the settings allow to speak to it (tests do)."""
    literal = _literal(host)
    return bool(settings.OLMO_LOOPBACK_TARGETS) and (
        host == "localhost" or (literal is not None and literal.is_loopback)
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its name means by now; the certificate must be the name's."""

    def __init__(self, parts: SplitResult, port: int, place: str, timeout: float) -> None:
        super().__init__(parts.hostname or "", port, timeout=timeout)
        self._place, self._is_tls, self.is_cut = place, parts.scheme == "https", False
        self._raw: socket.socket | None = None
        self.default_port = 443 if self._is_tls else 80

    def connect(self) -> None:
        self._raw = socket.create_connection((self._place, self.port), self.timeout)
        self.sock = self._raw
        if self.is_cut:
            raise TimeoutError("too slow")
        if self._is_tls:
            context = ssl.create_default_context()
            # The handshake comes after the socket is ours to cut.
            tls = context.wrap_socket(self._raw, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self._raw = tls
            tls.do_handshake()

    def cut(self) -> None:
        """End it from another thread: whoever reads or writes gets an error."""
        self.is_cut = True
        if self._raw is not None:
            with contextlib.suppress(OSError):
                # The plain socket below: a TLS goodbye would wait for the other side.
                socket.socket.shutdown(self._raw, socket.SHUT_RDWR)
