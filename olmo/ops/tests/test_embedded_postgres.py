"""The embedded server starts, stops, keeps what was committed, and recovers from every kind of death."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import ClassVar
from unittest import TestCase, mock, skipUnless

import psycopg

from olmo.kernel.config import APP_ROLE, Config, load
from olmo.ops import postgres, processes, roles, unprivileged
from olmo.ops.problems import Problem


class ServerTest(TestCase):
    """A data folder for the class, a server object for each test."""

    config: ClassVar[Config]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.mkdtemp(prefix="olmo-pg-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.config = load({"OLMO_DATA": f"{folder}/data"})
        cls.config.prepare_data_folder()

    def setUp(self) -> None:
        self.server = postgres.server(self.config)
        self.addCleanup(self.server.stop)

    def query(self, query: str) -> object:
        with psycopg.connect(self.server.dsn, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


class RunningIt(ServerTest):
    def test_it_starts_stops_and_starts_again_with_its_data(self) -> None:
        self.server.start()
        with psycopg.connect(self.server.dsn) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS number")
        self.server.stop()
        self.assertIsNone(self.server.pid())
        self.server.start()
        self.assertEqual(42, self.query("SELECT number FROM kept"))

    def test_what_was_committed_survives_a_kill(self) -> None:
        self.server.start()
        with psycopg.connect(self.server.dsn) as connection:
            connection.execute("CREATE TABLE survivor AS SELECT 7 AS number")
        for pid in processes.working_in(self.server.folder, "postgres"):
            processes.send(pid, signal.SIGKILL)
        self.server.start()
        self.assertEqual(7, self.query("SELECT number FROM survivor"))

    def test_helpers_that_outlive_a_killed_server_do_not_stop_the_next(self) -> None:
        self.server.start()
        with psycopg.connect(self.server.dsn) as connection:
            helper = connection.info.backend_pid
            processes.send(helper, signal.SIGSTOP)  # it cannot notice that its server dies
            processes.send(self.server.pid() or 0, signal.SIGKILL)
            self.server.start()
        self.assertFalse(processes.is_alive(helper))
        self.assertEqual(1, self.query("SELECT 1"))

    def test_a_stale_pid_that_is_now_a_strangers_does_not_stop_it(self) -> None:
        self.server.start()
        self.server.stop()
        (self.server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n/somewhere\n0\n5432\n\n\n\nready\n")
        self.assertIsNone(self.server.pid())
        self.server.start()
        self.assertEqual(1, self.query("SELECT 1"))

    def test_starting_a_running_server_changes_nothing(self) -> None:
        self.server.start()
        pid = self.server.pid()
        postgres.server(self.config).start()
        self.assertEqual(pid, self.server.pid())

    def test_it_listens_on_no_port_and_lets_nobody_in_without_a_password(self) -> None:
        self.server.start()
        self.assertEqual("", self.query("SHOW listen_addresses"))
        self.assertEqual("on", self.query("SHOW fsync"))
        with self.assertRaises(psycopg.OperationalError):
            psycopg.connect(host=str(self.server.socket_dir), user="postgres", dbname="postgres", password="guess")
        self.assertEqual(0o700, self.server.folder.stat().st_mode & 0o777)

    @skipUnless(os.geteuid() == 0, "only root hands the server to another account")
    def test_root_never_runs_it(self) -> None:
        self.server.start()
        self.assertNotEqual(0, Path(f"/proc/{self.server.pid()}").stat().st_uid)
        self.assertEqual(0, self.config.data.stat().st_uid)
        self.assertEqual(0o700, self.config.data.stat().st_mode & 0o777, "nor opens the data folder for it")

    def test_another_major_version_is_refused_with_the_way_out(self) -> None:
        self.server.start()
        self.server.stop()
        version = self.server.folder / "PG_VERSION"
        self.addCleanup(version.write_text, version.read_text())
        version.write_text("12\n")
        with self.assertRaisesRegex(Problem, r"was made by PostgreSQL 12 .* backup"):
            self.server.start()

    def test_a_start_that_fails_says_why(self) -> None:
        self.server.extra = {"shared_buffers": "nonsense"}
        with self.assertRaisesRegex(Problem, "shared_buffers"):
            self.server.start()

    def test_one_command_after_another_share_it_and_the_last_one_stops_it(self) -> None:
        with postgres.running(self.config):
            with postgres.running(self.config):
                self.assertEqual(1, self.query("SELECT 1"))
            self.assertIsNotNone(self.server.pid())
        self.assertIsNone(self.server.pid())

    def test_a_command_leaves_a_supervised_server_running(self) -> None:
        with postgres.hold_folder(self.config):
            self.server.start()
            with postgres.running(self.config):
                pass
            self.assertIsNotNone(self.server.pid())

    def test_only_one_olmo_holds_the_folder(self) -> None:
        with (
            postgres.hold_folder(self.config),
            self.assertRaisesRegex(Problem, rf"another Olmo \(process {os.getpid()}\)"),
            postgres.hold_folder(self.config),
        ):
            self.fail("two hold it")


class Roles(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        self.server.start()
        roles.establish(self.config)

    def test_the_program_is_neither_superuser_nor_exempt_from_row_security(self) -> None:
        with psycopg.connect(self.server.dsn) as connection:
            rows = connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname LIKE 'olmo%'"
            ).fetchall()
        self.assertEqual({("olmo_app", False), ("olmo_owner", False)}, set(rows))

    def test_it_may_use_but_not_make_tables(self) -> None:
        with roles.connect(self.config.login()) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
        with roles.connect(self.config.login(), options=f"-c role={APP_ROLE}") as app:
            app.execute("INSERT INTO thing (name) VALUES ('a')")
            self.assertEqual(("a",), app.execute("SELECT name FROM thing LIMIT 1").fetchone())
            for forbidden in ("CREATE TABLE other ()", "TRUNCATE thing", "DROP TABLE thing"):
                with self.assertRaises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden.encode())

    def test_establishing_twice_is_harmless(self) -> None:
        roles.establish(self.config)
        roles.require_app_role(self.config)

    def given(self, user: str, password: str, database: str) -> Config:
        host = str(self.config.socket_dir).replace("/", "%2F")
        return load({"OLMO_DATABASE_URL": f"postgresql://{user}:{password}@/{database}?host={host}"})

    def test_each_mistake_in_a_database_address_is_told_apart(self) -> None:
        password = self.config.login().password
        for config, words in (
            (self.given("olmo_owner", "wrong", "olmo"), "does not let the user olmo_owner in"),
            (self.given("nobody", "x", "olmo"), "does not let the user nobody in"),
            (self.given("olmo_owner", password, "missing"), "has no database missing; create it there with"),
            (load({"OLMO_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x"}), "no PostgreSQL answers at 127.0.0.1:1"),
        ):
            with self.subTest(words), self.assertRaises(Problem) as caught:
                roles.establish(config)
            self.assertIn(words, str(caught.exception))
            self.assertTrue(str(caught.exception).startswith("OLMO_DATABASE_URL"))
            self.assertNotIn("\n", str(caught.exception))

    def test_a_login_that_may_not_become_the_app_gets_the_statements_for_its_administrator(self) -> None:
        with psycopg.connect(self.server.dsn, autocommit=True) as superuser:
            superuser.execute("DROP DATABASE IF EXISTS theirs")
            superuser.execute("DROP ROLE IF EXISTS plain")
            superuser.execute("CREATE ROLE plain LOGIN PASSWORD 'x'")
            superuser.execute("CREATE DATABASE theirs OWNER plain")
        with self.assertRaisesRegex(Problem, 'GRANT olmo_app TO "plain";'):
            roles.establish(self.given("plain", "x", "theirs"))
        with psycopg.connect(self.server.dsn, autocommit=True) as superuser:
            superuser.execute("GRANT olmo_app TO plain")
        roles.establish(self.given("plain", "x", "theirs"))


class ReachingThePrograms(TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_a_folder_only_others_may_enter_is_noticed(self) -> None:
        program = self.folder / "postgres"
        program.touch(mode=0o755)
        stranger = unprivileged.Account(uid=os.geteuid() + 4321, gid=os.getegid() + 4321)
        self.assertFalse(unprivileged._may_run(stranger, program))
        self.folder.chmod(0o755)
        self.assertTrue(unprivileged._may_run(stranger, program))

    @skipUnless(os.geteuid() == 0, "only root runs the server as another account")
    def test_the_account_then_runs_a_copy(self) -> None:
        self.folder.chmod(0o755)
        account = unprivileged.Account(uid=65534, gid=65534)
        with (
            mock.patch.object(unprivileged, "PROGRAM_COPIES", (self.folder / "copies",)),
            mock.patch.object(unprivileged, "_may_run", return_value=False),
        ):
            programs = unprivileged.programs(account)
        with tempfile.TemporaryFile() as said:
            unprivileged.launch([str(programs / "initdb"), "--version"], account, lends=(), output=said).wait()
            said.seek(0)
            self.assertIn(b"initdb (PostgreSQL) 18", said.read())
