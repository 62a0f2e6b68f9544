"""A real IMAP server for tests: Dovecot in a temporary folder, on loopback ports, as an ordinary user where it can."""

import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from imapclient import IMAPClient

from olmo.channels.mail.tests.serving import free_port

PASSWORD = "correct-horse-battery"
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
info_log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
{more}
"""


def is_there() -> bool:
    """Whether this machine has Dovecot."""
    return shutil.which("dovecot") is not None


class Dovecot:
    """One server; `start` and `stop` may be called again and again."""

    def __init__(self, more: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="olmo-dovecot-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        user = "nobody" if os.geteuid() == 0 else getpass.getuser()
        account = pwd.getpwnam(user)
        login = "daemon" if os.geteuid() == 0 else user
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, account.pw_uid, account.pw_gid)
        self.folder.chmod(0o755)
        config = CONFIG.format(
            folder=self.folder, user=user, group=grp.getgrgid(account.pw_gid).gr_name, login=login, port=self.port,
            password=PASSWORD, more=more,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(config)

    def start(self) -> None:
        """Start it and wait until it greets."""
        self._process = subprocess.Popen(["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")])
        for _turn in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                if line.recv(4):
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text() if (self.folder / "log").exists() else "no log")

    def stop(self) -> None:
        """Stop it; its mail stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, user: str = "help") -> IMAPClient:
        """A logged-in client of the test's own."""
        made = IMAPClient("127.0.0.1", self.port, ssl=False)
        made.login(user, PASSWORD)
        return made

    def put(self, *contents: bytes, folder: str = "INBOX", flags: tuple[bytes, ...] = ()) -> None:
        """Deliver messages into a folder."""
        with self.client() as client:
            for content in contents:
                client.append(folder, content, flags=flags)

    def flags(self, folder: str = "INBOX") -> list[bool]:
        """For each message of a folder, whether it is marked as read."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(["ALL"]), ["FLAGS"])
            return [b"\\Seen" in row[b"FLAGS"] for _uid, row in sorted(found.items())]
