"""A backup holds everything, is refused when it is not whole, and comes back into an empty place only."""

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.test import SimpleTestCase

from olmo.kernel.config import OWNER_ROLE, current
from olmo.kernel.files import path_of
from olmo.kernel.testing import CommittingTest
from olmo.ops import backup, backup_archive, roles, tickets
from olmo.ops.problems import Problem
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from tests.cast import Cast, assemble

from .olmo_process import olmo

# What is in a desk, told in its own process: all tickets, one of them whole, and whom a password lets in.
LOOK = """
from django.contrib.auth import authenticate
from olmo.ops import tickets
tickets.main_list(["--json"])
tickets.main_one(["{number}", "--json"])
for password in ("alma's long password", "another"):
    print('"%s"' % authenticate(None, email="alma@desk.example", password=password))
"""


class BackupCase(CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = self.folder / "desk.olmo"
        self.cast = Cast()
        with scope(EVERY_CLIENT):
            assemble(self.cast)
            self.fill()

    def fill(self) -> None:
        cast = self.cast
        draft = actions.attach(
            by=cast.rui, client_id=cast.acme.pk, name="log.txt", media_type="text/plain", chunks=[b"lines"], size=5
        )
        self.ticket = actions.open_ticket(
            by=cast.rui, requester=cast.rui, client=cast.acme, subject="Perché è lenta?", tags=["vpn"],
            message=actions.NewMessage(text="Since today.", uploads=[draft.pk]),
        )  # fmt: skip
        actions.resolve(self.ticket, by=cast.alma, code="fixed", note="Restarted.")
        actions.open_ticket(by=cast.bea, requester=cast.bea, client=cast.bolt, subject="Badge")
        self.attached = path_of(draft.sha256)

    def save(self) -> None:
        with redirect_stdout(io.StringIO()):
            self.assertEqual(backup.main_backup([str(self.file)]), 0)

    def everything(self) -> list[Any]:
        said = io.StringIO()
        with redirect_stdout(said):
            tickets.main_list(["--json"])
            tickets.main_one([str(self.ticket.number), "--json"])
        return [*map(json.loads, said.getvalue().splitlines()), "Alma Ferri", "None"]

    def everything_in(self, data: Path, **settings: str) -> list[Any]:
        look = olmo("manage", "shell", "-v0", "-c", LOOK.format(number=self.ticket.number), data=data, **settings)
        return [json.loads(line) for line in look.stdout.splitlines()]

    def members(self) -> dict[str, bytes]:
        with tarfile.open(self.file) as tar:
            return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]

    def write(self, members: dict[str, bytes]) -> None:
        with tarfile.open(self.file, "w") as tar:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))

    def refused(self, data: Path | None = None) -> str:
        result = olmo("restore", str(self.file), data=data or self.folder / "fresh")
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (1, 1), result.stderr)
        return result.stderr


class SavingAndRestoring(BackupCase):
    def test_a_desk_comes_back_whole_in_an_embedded_database_and_from_there_in_another(self) -> None:
        self.save()
        one, two = self.folder / "one", self.folder / "two"
        restored = olmo("restore", str(self.file), data=one)
        self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
        self.assertIn("ok       log             2 tickets equal the replay", restored.stdout)
        self.assertEqual(self.everything_in(one), self.everything())
        self.assertEqual((one / self.attached.relative_to(current().data)).read_bytes(), b"lines")
        self.assertEqual(olmo("backup", str(self.folder / "again.olmo"), data=one).returncode, 0)
        self.assertEqual(olmo("restore", str(self.folder / "again.olmo"), data=two).returncode, 0)
        self.assertEqual(self.everything_in(two), self.everything())
        self.assertNotEqual(self.password_of(one), self.password_of(two))
        self.assertEqual((one / "secrets/secret_key").read_text(), (two / "secrets/secret_key").read_text())

    def password_of(self, data: Path) -> str:
        return (data / "secrets/database_owner_password").read_text()

    def test_a_desk_comes_back_in_a_database_that_was_given(self) -> None:
        self.save()
        with self.given_database() as url:
            restored = olmo("restore", str(self.file), data=self.folder / "one", OLMO_DATABASE_URL=url)
            self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
            self.assertEqual(self.everything_in(self.folder / "one", OLMO_DATABASE_URL=url), self.everything())
            again = olmo("restore", str(self.file), data=self.folder / "two", OLMO_DATABASE_URL=url)
            self.assertIn("holds tables already", again.stderr)

    def given_database(self) -> Any:
        return _GivenDatabase(f"{current().login().name}_given")

    def test_only_this_account_may_read_it_and_passwords_of_the_database_stay(self) -> None:
        folder = current().secrets_dir
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        for name in ("database_owner_password", "imap_1", "setup_token"):
            (folder / name).write_text(name)
        self.addCleanup(shutil.rmtree, folder)
        self.save()
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual([name for name in self.members() if name.startswith("secrets/")], ["secrets/imap_1"])

    def test_a_file_that_is_there_is_kept_unless_told(self) -> None:
        self.file.write_text("last week's")
        with self.assertRaises(Problem):
            backup.main_backup([str(self.file)])
        self.assertEqual(self.file.read_text(), "last week's")
        with redirect_stdout(io.StringIO()):
            backup.main_backup([str(self.file), "--replace"])
        self.assertEqual([p.name for p in self.folder.iterdir()], ["desk.olmo"])
        self.assertIn("manifest.json", self.members())

    def test_a_place_that_cannot_be_written_is_told(self) -> None:
        with self.assertRaises(Problem) as refused:
            backup.main_backup([str(self.folder / "none" / "desk.olmo")])
        self.assertIn("could not be written", str(refused.exception))


class _GivenDatabase:
    """An empty database of the test server, as an operator would give one."""

    def __init__(self, name: str) -> None:
        self.name = name
        login = current().login()
        self.url = f"postgresql://{OWNER_ROLE}:{quote(login.password)}@/{name}?host={quote(login.host, safe='')}"

    def __enter__(self) -> str:
        self._as_superuser(lambda superuser: roles.make_database(superuser, self.name))
        return self.url

    def __exit__(self, *_error: object) -> None:
        self._as_superuser(lambda superuser: superuser.execute(f"drop database {self.name} with (force)".encode()))

    def _as_superuser(self, do: Any) -> None:
        from olmo.ops import postgres, testbed

        with psycopg.connect(postgres.server(testbed._server_config()).dsn, autocommit=True) as superuser:
            do(superuser)


class Refusing(BackupCase):
    def test_a_folder_that_holds_something_is_left_alone(self) -> None:
        self.save()
        used = self.folder / "used"
        (used / "media").mkdir(parents=True)
        self.assertIn("this folder holds something already (media)", self.refused(used))
        self.assertEqual([p.name for p in used.iterdir()], ["media"])

    def test_a_damaged_file_restores_nothing(self) -> None:
        self.save()
        content = bytearray(self.file.read_bytes())
        content[len(content) // 3] ^= 1
        self.file.write_bytes(content)
        self.assertIn("use another backup", self.refused())
        self.assertFalse((self.folder / "fresh").exists())

    def test_a_file_that_was_cut_off_restores_nothing(self) -> None:
        self.save()
        whole = self.file.read_bytes()
        for end in (len(whole) // 2, 100, 0):
            self.file.write_bytes(whole[:end])
            self.refused()
        self.assertFalse((self.folder / "fresh").exists())

    def test_a_backup_of_a_newer_olmo_is_told(self) -> None:
        self.save()
        members = self.members()
        manifest = json.loads(members["manifest.json"])
        manifest["migrations"].append("tickets.9999_later")
        self.write(members | {"manifest.json": json.dumps(manifest).encode()})
        self.assertIn("newer than this Olmo (it has tickets.9999_later)", self.refused())

    def test_a_restoration_that_fails_leaves_the_folder_empty(self) -> None:
        self.save()
        members = self.members()
        manifest = json.loads(members["manifest.json"])
        members["database.dump"] = b"PGDMP and no more"
        digest = hashlib.sha256(members["database.dump"]).hexdigest()
        manifest["members"]["database.dump"] = {"size": len(members["database.dump"]), "sha256": digest}
        self.write(members | {"manifest.json": json.dumps(manifest).encode()})
        self.assertIn("pg_restore", self.refused())
        self.assertEqual(list((self.folder / "fresh").iterdir()), [])


class ForgedFiles(SimpleTestCase):
    def forged(self, name: str, *, is_link: bool = False) -> Path:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = Path(folder) / "forged.olmo"
        with tarfile.open(path, "w") as tar:
            info = tarfile.TarInfo(name)
            if is_link:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
        return path

    def test_nothing_but_our_own_names_is_taken_out(self) -> None:
        for name in ("../evil", "/etc/cron.d/evil", "media/../../evil", "secrets/.hidden", "media/a\nb", "secrets/a/b"):
            with self.subTest(name), self.assertRaises(Problem) as refused:
                backup_archive.checked(self.forged(name))
            self.assertIn("which no backup of Olmo does", str(refused.exception))

    def test_no_link_is_followed(self) -> None:
        with self.assertRaises(Problem):
            backup_archive.checked(self.forged("media/aa", is_link=True))
