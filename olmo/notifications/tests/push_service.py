"""A push service over real TLS, and a device that reads what it is sent: with its own keys, by the real rules."""

import contextlib
import datetime
import http.server
import ipaddress
import json
import os
import ssl
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from olmo.notifications.devices import as_text


class Phone:
    """What a browser makes when it subscribes: a key pair and a secret, of which the server gets the public parts."""

    def __init__(self) -> None:
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.p256dh, self.auth = as_text(point), as_text(self.secret)

    def read(self, content: bytes) -> Any:
        return json.loads(http_ece.decrypt(content, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))


class Service:
    """Takes pushes; answers with `status`."""

    def __init__(self) -> None:
        self.url, self.status = "", 201
        self.taken: list[tuple[dict[str, str], bytes]] = []


@contextlib.contextmanager
def push_service() -> Iterator[Service]:
    """A service at https://localhost, trusted while the block runs."""
    service = Service()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append(({name.lower(): value for name, value in self.headers.items()}, content))
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    with tempfile.TemporaryDirectory() as folder:
        pem = _certificate(Path(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service.url = f"https://localhost:{server.server_port}"
        with mock.patch.dict(os.environ, {"SSL_CERT_FILE": str(pem)}):
            try:
                yield service
            finally:
                server.shutdown()
                server.server_close()


def _certificate(folder: Path) -> Path:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "service.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
