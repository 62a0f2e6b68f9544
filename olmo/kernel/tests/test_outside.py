"""Addresses that somebody else names: what is refused before anything is sent, and what bounds the rest."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from django.test import SimpleTestCase, override_settings

from olmo.kernel import outside
from olmo.kernel.errors import Invalid

PRIVATE = [
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://0/", "https://0.0.0.0/", "https://[::1]/", "https://[::]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/",
    "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://100.64.0.1/", "https://224.0.0.1/",
    "https://255.255.255.255/", "https://localhost/", "https://intranet/", "https://[fec0::1]/", "https://[2001:0:7f00:1::]/",
    "https://134744072/", "https://8.8.2056/", "https://192.0.2.1/",
]  # fmt: skip
WRONG = [
    "http://push.example.com/", "file:///etc/passwd", "gopher://push.example.com/", "ftp://push.example.com/",
    "//push.example.com/",
    "https://user:pass@push.example.com/", "https://push.example.com@127.0.0.1/", "https://push.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.push.example.com/", "https://push.example.com/\r\nHost: inside", "https://push.example.com/ a", "https://",
    "https://push.example.com:0/", "https://push.example.com:99999/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://push.example.com/#part", "https://[::1", "https://-x.example.com/", "https://" + "a" * 3000 + ".com/", "",
]  # fmt: skip


class AnAddress(SimpleTestCase):
    def test_of_a_private_place_is_refused_in_every_spelling(self) -> None:
        self.assertGreaterEqual(len(PRIVATE), 30)
        for url in PRIVATE:
            with self.subTest(url), self.assertRaises(Invalid):
                outside.checked(url)

    def test_of_another_kind_or_with_more_than_a_place_is_refused(self) -> None:
        for url in WRONG:
            with self.subTest(url), self.assertRaises(Invalid) as caught:
                outside.checked(url, "endpoint")
            self.assertEqual(caught.exception.field, "endpoint")

    def test_of_a_public_place_may_be_kept(self) -> None:
        for url in (
            "https://push.example.com/a?b=c",
            "https://fcm.googleapis.com:443/x",
            "https://8.8.8.8/",
            "https://[2606:4700::1]/",
        ):
            self.assertEqual(outside.checked(url), url)


def _names(*places: str) -> list[object]:
    return [(socket.AF_INET6 if ":" in place else socket.AF_INET, 1, 6, "", (place, 443)) for place in places]


class AName(SimpleTestCase):
    def post(self) -> outside.Answer:
        return outside.post("https://push.example.com/", b"x", {}, timeout=2)

    def test_that_leads_into_a_private_network_is_refused_before_connecting(self) -> None:
        for places in (["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:192.168.0.1"], ["fe80::1%eth0"], []):
            with (
                self.subTest(places), mock.patch("socket.getaddrinfo", return_value=_names(*places)),
                mock.patch("socket.create_connection") as connect, self.assertRaises(Invalid),
            ):  # fmt: skip
                self.post()
            connect.assert_not_called()

    def test_is_looked_up_once_and_what_was_checked_is_what_is_spoken_to(self) -> None:
        answers = iter([_names("93.184.215.14"), _names("127.0.0.1")])
        with (
            mock.patch("socket.getaddrinfo", side_effect=lambda *_a, **_k: next(answers)) as asked,
            mock.patch("socket.create_connection", side_effect=OSError("stop here")) as connect,
            self.assertRaises(outside.Unreachable),
        ):
            self.post()
        self.assertEqual(asked.call_count, 1)
        self.assertEqual(connect.call_args.args[0], ("93.184.215.14", 443))

    def test_that_nobody_knows_is_a_fault_that_passes(self) -> None:
        with (
            mock.patch("socket.getaddrinfo", side_effect=socket.gaierror("no such name")),
            self.assertRaises(outside.Unreachable),
        ):
            self.post()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        getattr(self, self.path.strip("/"))()

    def moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/large")
        self.end_headers()

    def large(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            for _turn in range(1000):
                self.wfile.write(b"x" * 65536)

    def slow(self) -> None:
        with contextlib.suppress(OSError):
            for letter in b"HTTP/1.1 200 OK\r\n" + b"X-Wait: " + b"x" * 1000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.1)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def _server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@override_settings(OLMO_LOOPBACK_TARGETS=True)
class AnAnswer(SimpleTestCase):
    def test_that_leads_elsewhere_is_not_followed(self) -> None:
        with _server() as url:
            self.assertEqual(outside.post(f"{url}/moved", b"x", {}).status, 302)

    def test_is_read_only_at_its_beginning(self) -> None:
        with _server() as url:
            answer = outside.post(f"{url}/large", b"x", {}, most=1000)
        self.assertEqual((answer.status, len(answer.content)), (200, 1000))

    def test_that_drips_is_given_up_in_time(self) -> None:
        begun = time.monotonic()
        with _server() as url, self.assertRaises(outside.Unreachable):
            outside.post(f"{url}/slow", b"x", {}, timeout=1)
        self.assertLess(time.monotonic() - begun, 4)
