"""A lost database: a plain page, nothing half done, recovery without a restart."""

import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from unittest import TestCase, mock
from urllib.parse import quote

import psycopg
from django.contrib.auth.models import Group
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, SimpleTestCase, override_settings
from django.test import TestCase as DatabaseTestCase
from django.urls import path
from psycopg_pool import PoolTimeout

from olmo.kernel.config import Config, load
from olmo.ops import outage, postgres, roles
from olmo.ops.tests.olmo_process import Olmo


def lost() -> Exception:
    """What Django raises when nobody answers, from a real attempt to connect."""
    settings = {**connections["default"].settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    try:
        ConnectionHandler({"default": settings})["default"].ensure_connection()
    except OperationalError as error:
        return error
    raise AssertionError("somebody answers on port 1")


def raised(state: type[psycopg.Error], kind: type[DatabaseError] = OperationalError) -> Exception:
    """A database error as Django wraps it, with the SQLSTATE of a psycopg class."""
    error = kind("said")
    error.__cause__ = state("said")
    return error


class TellingALostDatabase(SimpleTestCase):
    databases = {"default"}

    def test_what_counts_as_lost(self) -> None:
        errors = psycopg.errors
        for error in (
            lost(),
            PoolTimeout("none free"),
            InterfaceError("connection already closed"),
            raised(errors.AdminShutdown),
            raised(errors.CannotConnectNow),
            raised(errors.TooManyConnections),
            raised(errors.ConnectionFailure),
        ):
            self.assertTrue(outage.is_lost(error), repr(error))

    def test_what_does_not(self) -> None:
        errors = psycopg.errors
        for error in (
            raised(errors.DeadlockDetected),
            raised(errors.LockNotAvailable),
            raised(errors.QueryCanceled),
            raised(errors.UniqueViolation, DatabaseError),
            ValueError("no"),
        ):
            self.assertFalse(outage.is_lost(error), repr(error))

    def test_a_full_disk_is_told_as_such(self) -> None:
        self.assertTrue(outage.is_full(raised(psycopg.errors.DiskFull)))
        request = RequestFactory().get("/")
        answer = outage.OutageMiddleware(mock.Mock()).process_exception(request, raised(psycopg.errors.DiskFull))
        assert answer is not None
        self.assertContains(answer, "No space is left", status_code=503)

    def test_the_page_stands_alone(self) -> None:
        answer = outage.page(RequestFactory().get("/desk/"))
        text = answer.content.decode()
        self.assertEqual(503, answer.status_code)
        self.assertEqual("10", answer["Retry-After"])
        self.assertIn("Nothing was changed", text)
        for reference in ("src=", "href=", "<script", "<style", "style="):
            self.assertNotIn(reference, text)


def fail_after_writing(_request: HttpRequest) -> HttpResponse:
    Group.objects.create(name="half done")
    raise lost()


def fail_otherwise(_request: HttpRequest) -> HttpResponse:
    raise ValueError("a mistake of ours")


class Breaking:
    """A middleware that needs the database and does not get it."""

    def __init__(self, get_response: Any) -> None:
        pass

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise lost()


urlpatterns = [path("fail", fail_after_writing), path("mistake", fail_otherwise)]
handler500 = "olmo.ops.outage.server_error"


@override_settings(ROOT_URLCONF=__name__)
class ALostDatabaseInARequest(DatabaseTestCase):
    def setUp(self) -> None:
        self.client = Client(raise_request_exception=False)

    def test_in_a_view_it_gives_the_page_and_undoes_what_the_view_wrote(self) -> None:
        with transaction.atomic():
            answer = self.client.get("/fail")
        self.assertContains(answer, "The database cannot be reached", status_code=503)
        self.assertFalse(Group.objects.filter(name="half done").exists())

    def test_in_a_middleware_it_gives_the_page_too(self) -> None:
        with override_settings(MIDDLEWARE=["olmo.ops.outage.OutageMiddleware", f"{__name__}.Breaking"]):
            answer = self.client.get("/anything")
        self.assertContains(answer, "The database cannot be reached", status_code=503)

    def test_a_mistake_of_ours_is_a_500(self) -> None:
        self.assertEqual(500, self.client.get("/mistake").status_code)

    def test_healthz_answers_all_the_same(self) -> None:
        with mock.patch.object(connection, "ensure_connection", side_effect=lost()):
            answer = self.client.get("/healthz", headers={"host": "10.9.8.7"})
        self.assertEqual((200, b"ok\n"), (answer.status_code, answer.content))


class RecoveringWithoutARestart(TestCase):
    """A whole Olmo on a PostgreSQL that goes away for a while and comes back."""

    def setUp(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="olmo-outage-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.config: Config = load({"OLMO_DATA": str(folder / "database")})
        self.server = postgres.ensure_running(self.config)
        self.addCleanup(self.server.stop)
        roles.establish(self.config)
        login = self.config.login()
        url = f"postgresql://{login.user}:{quote(login.password)}@/olmo?host={quote(login.host, safe='')}"
        self.running = Olmo(folder / "data", OLMO_DATABASE_URL=url)
        self.addCleanup(self.running.stop)

    def body(self, where: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.running.address + where, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_the_same_processes_answer_again(self) -> None:
        self.running.wait_ready()
        before = self.running.children()
        self.server.stop("immediate")
        status, text = self.body("/")
        self.assertEqual(503, status, text)
        self.assertIn("The database cannot be reached", text)
        self.assertEqual(503, self.body("/readyz")[0])
        self.assertEqual(200, self.body("/healthz")[0])
        self.server.start()
        self.running.wait_ready()
        self.assertLess(self.body("/")[0], 500)
        self.assertEqual(before, self.running.children())
