"""`olmo up` with real processes: it starts, restarts what dies, stops, and survives its own death."""

import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import ClassVar
from unittest import TestCase

from olmo.kernel.config import load
from olmo.ops import postgres, processes, roles
from olmo.ops.tests.olmo_process import Olmo, descendants, environment, free_port, olmo


class DataFolderTest(TestCase):
    """One data folder for the class, so that only its first start makes a database."""

    data: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.mkdtemp(prefix="olmo-up-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.data = Path(folder) / "data"

    def up(self, **settings: str) -> Olmo:
        running = Olmo(self.data, **settings)
        self.addCleanup(running.stop)
        return running

    def assertNobodyIsLeft(self, pids: list[int]) -> None:
        processes.wait_until(lambda: not any(processes.is_alive(pid) for pid in pids), 20)
        self.assertEqual([], [pid for pid in pids if processes.is_alive(pid)])


class KeepingOlmoRunning(DataFolderTest):
    def test_it_starts_says_where_things_are_and_stops_without_leaving_anything(self) -> None:
        running = self.up()
        running.wait_ready()
        processes.wait_until(lambda: "Ctrl-C" in running.said, 10)
        for words in (running.address, running.environment["OLMO_SMTP_PORT"], str(self.data), "/set-up/"):
            self.assertIn(words, running.said)
        everybody = descendants(running.process.pid)
        self.assertEqual(0, running.stop())
        self.assertNobodyIsLeft(everybody)
        self.assertNotIn("Traceback", running.said)

    def test_a_child_that_dies_is_started_again(self) -> None:
        running = self.up()
        running.wait_ready()
        before = running.children()
        self.assertEqual({"web", "worker", "mail-in"}, set(before))
        for pid in before.values():
            processes.send(pid, signal.SIGKILL)
        processes.wait_until(
            lambda: len(running.children()) == 3 and not set(running.children().values()) & set(before.values()), 30
        )
        running.wait_ready()
        self.assertFalse(set(running.children().values()) & set(before.values()))
        self.assertIn("web was killed by SIGKILL; starting it again.", running.said)

    def test_a_database_that_dies_is_started_again_and_the_web_server_lives_on(self) -> None:
        running = self.up()
        running.wait_ready()
        server = postgres.server(load({"OLMO_DATA": str(self.data)}))
        first, web = server.pid(), running.children()["web"]
        processes.send(first or 0, signal.SIGKILL)
        processes.wait_until(lambda: server.pid() not in (None, first), 30)
        running.wait_ready()
        self.assertNotEqual(first, server.pid())
        self.assertEqual(web, running.children()["web"])

    def test_after_a_kill_of_everything_the_next_start_works(self) -> None:
        running = self.up()
        running.wait_ready()
        everybody = [running.process.pid, *descendants(running.process.pid)]
        running.kill_everything()
        self.assertNobodyIsLeft(everybody)
        self.up().wait_ready()

    def test_when_only_the_supervisor_is_killed_nothing_of_it_stays(self) -> None:
        running = self.up()
        running.wait_ready()
        below = descendants(running.process.pid)
        processes.send(running.process.pid, signal.SIGKILL)
        running.process.wait(10)
        self.assertNobodyIsLeft(below)
        self.up().wait_ready()

    def test_a_leftover_of_a_killed_supervisor_is_ended_by_the_next(self) -> None:
        running = self.up()
        running.wait_ready()
        stubborn = running.children()["worker"]
        processes.send(stubborn, signal.SIGSTOP)  # it cannot obey when its parent dies
        running.kill_everything(but=stubborn)
        again = self.up(OLMO_STOP_SECONDS="1")
        again.wait_ready()
        self.assertNobodyIsLeft([stubborn])
        self.assertIn("Ended what an earlier Olmo had left running: worker.", again.said)

    def test_a_second_olmo_on_the_folder_is_refused(self) -> None:
        running = self.up()
        running.wait_ready()
        refused = olmo("up", data=self.data)
        self.assertEqual(1, refused.returncode)
        self.assertIn(f"another Olmo (process {running.process.pid}) is running on this data folder", refused.stderr)


class RefusingToStart(DataFolderTest):
    def refusal(self, command: str = "up", /, **settings: str) -> str:
        data = settings.pop("OLMO_DATA", str(self.data))
        result = olmo(command, data=Path(data), **settings)
        self.assertEqual(1, result.returncode, result.stdout + result.stderr)
        lines = result.stderr.strip().splitlines()
        self.assertEqual(1, len(lines), result.stderr)
        self.assertTrue(lines[0].startswith("olmo: "), lines)
        return lines[0]

    def test_a_taken_port_is_named_with_its_setting(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for name in ("OLMO_PORT", "OLMO_SMTP_PORT", "OLMO_LMTP_PORT"):
                line = self.refusal(**{name: port})
                self.assertIn(f"{name}={port}: another program uses port {port} on 127.0.0.1", line)

    def test_an_address_of_another_machine_is_refused(self) -> None:
        self.assertIn("OLMO_HOST=192.0.2.1", self.refusal(OLMO_HOST="192.0.2.1"))

    def test_an_unwritable_data_folder(self) -> None:
        self.assertIn("the data folder cannot be written", self.refusal(OLMO_DATA="/proc/olmo"))

    def test_a_foreign_data_folder(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "letters").mkdir()
            self.assertIn("it is not Olmo's; choose an empty or new folder", self.refusal(OLMO_DATA=folder))

    def test_a_wrong_database_address(self) -> None:
        port = free_port()
        for url, words in (
            ("mysql://a@b/c", "OLMO_DATABASE_URL starts with mysql://; expected postgresql://"),
            (f"postgresql://a:b@127.0.0.1:{port}/c", f"no PostgreSQL answers at 127.0.0.1:{port}"),
        ):
            self.assertIn(words, self.refusal(OLMO_DATABASE_URL=url))

    def test_a_child_alone_needs_the_database_running(self) -> None:
        for name in ("web", "worker", "mail-in"):
            self.assertIn("is not running: start `bin/olmo up`", self.refusal(name))

    def test_a_wrong_setting_stops_every_command(self) -> None:
        self.assertIn("OLMO_PORT=x: expected", self.refusal("migrate", OLMO_PORT="x"))


class ASchemaOfAnotherOlmo(DataFolderTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        result = olmo("migrate", data=cls.data)
        assert result.returncode == 0, result.stderr

    def change(self, *statements: str) -> None:
        config = load({"OLMO_DATA": str(self.data)})
        with postgres.running(config), roles.connect(config.login()) as login:
            for statement in statements:
                login.execute(statement.encode())

    def test_an_older_one_is_migrated_by_up_and_refused_by_a_child_alone(self) -> None:
        self.change("UPDATE olmo_schema SET fingerprint = 'older'")
        config = load({"OLMO_DATA": str(self.data)})
        with postgres.running(config):
            refused = olmo("worker", data=self.data)
        self.assertIn("not those of this Olmo: run `bin/olmo migrate`", refused.stderr)
        running = self.up()
        running.wait_ready()

    def test_a_newer_one_is_left_alone(self) -> None:
        self.change(
            "UPDATE olmo_schema SET fingerprint = 'newer'",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tickets', '9999_from_the_future', now())",
        )
        self.addCleanup(self.change, "DELETE FROM django_migrations WHERE name = '9999_from_the_future'")
        refused = olmo("up", data=self.data)
        self.assertEqual(1, refused.returncode)
        self.assertIn(
            "olmo: The database is newer than this Olmo (it has tickets.9999_from_the_future)", refused.stderr
        )
        self.assertNotIn("Traceback", refused.stderr)


class TheCommand(DataFolderTest):
    def test_help_names_every_command(self) -> None:
        said = olmo("--help", data=self.data).stdout
        for name in ("up", "web", "worker", "mail-in", "migrate", "createadmin", "demo", "backup", "restore", "doctor"):
            self.assertIn(f"\n  {name} ", said)

    def test_an_unknown_command_is_refused(self) -> None:
        result = olmo("dance", data=self.data)
        self.assertEqual(
            (2, "olmo: there is no command dance; see `bin/olmo --help`\n"), (result.returncode, result.stderr)
        )

    def test_help_of_one_command_needs_no_database(self) -> None:
        result = olmo("up", "--help", data=self.data)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("Start Olmo: its database", result.stdout)
        self.assertFalse(self.data.exists())

    def test_the_environment_of_a_test_is_an_operators(self) -> None:
        self.assertEqual(
            {"OLMO_DATA", "OLMO_PORT", "OLMO_SMTP_PORT", "OLMO_LMTP_PORT", "OLMO_STOP_SECONDS"},
            {name for name in environment(self.data) if name.startswith("OLMO_")},
        )
        self.assertIn("OLMO_DATABASE_URL", os.environ)
