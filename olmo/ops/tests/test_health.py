"""/healthz says that the process answers, /readyz whether Olmo can do its work."""

from django.db import connection
from django.test import TestCase


class AskingForHealth(TestCase):
    def heartbeat(self, seconds_ago: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
                [seconds_ago],
            )

    def test_ready_when_every_part_works(self) -> None:
        self.heartbeat(5)
        answer = self.client.get("/readyz")
        parts = dict.fromkeys(("database", "migrations", "worker", "mail"), "ok")
        self.assertEqual((200, {"ready": True, "parts": parts}), (answer.status_code, answer.json()))
        self.assertIn("no-store", answer["Cache-Control"])

    def test_not_ready_without_a_worker(self) -> None:
        answer = self.client.get("/readyz")
        self.assertEqual((503, "no worker runs"), (answer.status_code, answer.json()["parts"]["worker"]))

    def test_not_ready_with_a_silent_worker(self) -> None:
        self.heartbeat(31)
        answer = self.client.get("/readyz")
        self.assertEqual(503, answer.status_code)
        self.assertIn("silent for 31 s", answer.json()["parts"]["worker"])

    def test_not_ready_with_a_missing_migration(self) -> None:
        self.heartbeat(5)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'tickets'")
        answer = self.client.get("/readyz")
        self.assertEqual(503, answer.status_code)
        self.assertIn("run bin/olmo migrate", answer.json()["parts"]["migrations"])

    def test_only_reading_is_allowed(self) -> None:
        self.assertEqual(
            (405, 405), (self.client.post("/healthz").status_code, self.client.post("/readyz").status_code)
        )
