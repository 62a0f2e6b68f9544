"""The doctor sees what is wrong, says what to do, and finds nothing in a healthy desk."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

from django.db import connection

from olmo.channels.models import RawMessage
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.files import path_of
from olmo.kernel.testing import CommittingTest
from olmo.ops import doctor, roles
from olmo.ops.doctor_checks import CHECKS, State
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Attachment
from tests.cast import Cast, DeskTest, assemble

# Nobody runs a worker or a relay in a test.
NOT_RUNNING = {"worker", "mail out"}


def run(*options: str) -> tuple[int, dict[str, dict[str, str]]]:
    said = io.StringIO()
    with redirect_stdout(said):
        code = doctor.main(["--json", *options])
    return code, {found["check"]: found for found in map(json.loads, said.getvalue().splitlines())}


class Examining(DeskTest):
    def seen(self, check: str) -> tuple[State, str]:
        state, said, advice = CHECKS[check]()
        self.assertEqual(bool(advice), state is not State.OK)
        return state, said

    def test_a_healthy_desk_is_well(self) -> None:
        ticket = self.report("Printer")
        actions.reply(ticket, by=self.alma, message=self.say("New toner."))
        code, found = run("--all")
        self.assertEqual({name for name, one in found.items() if one["state"] != "ok"}, NOT_RUNNING)
        self.assertEqual(code, 0)
        self.assertIn("1 tickets equal", found["log"]["said"])

    def test_it_prints_a_line_for_each_check(self) -> None:
        said = io.StringIO()
        with redirect_stdout(said):
            doctor.main([])
        self.assertEqual([line[9:24].strip() for line in said.getvalue().splitlines()], list(CHECKS))

    def test_the_newest_tickets_are_a_sample(self) -> None:
        for n in range(3):
            self.report(f"T{n}")
        self.assertIn("2 tickets equal", run("--sample", "2")[1]["log"]["said"])

    def test_a_lost_file_is_named(self) -> None:
        ticket = self.report("With a file")
        draft = actions.attach(
            by=self.rui, client_id=self.acme.pk, name="a.txt", media_type="", chunks=[b"lost"], size=4
        )
        actions.receive(ticket, by=self.rui, message=self.say("Here.", uploads=[draft.pk]))
        self.assertEqual(self.seen("files")[0], State.OK)
        path_of(draft.sha256).unlink()
        state, said = self.seen("files")
        self.assertEqual(state, State.WRONG)
        self.assertIn(draft.sha256, said)
        Attachment.objects.filter(pk=draft.pk).update(sha256="0" * 64)
        self.assertEqual(self.seen("files")[0], State.WRONG)

    def test_a_file_that_was_cut_is_named(self) -> None:
        draft = actions.attach(by=self.rui, client_id=self.acme.pk, name="a", media_type="", chunks=[b"whole"], size=5)
        path_of(draft.sha256).write_bytes(b"wh")
        self.assertEqual(self.seen("files")[0], State.WRONG)
        path_of(draft.sha256).unlink()

    def test_parked_and_waiting_mail_is_counted(self) -> None:
        mail = RawMessage.objects.create(way="smtp", sha256="1" * 64, size=1, content=b"x", state="parked")
        self.assertEqual(self.seen("mail in"), (State.WARNING, "1 messages could not be processed"))
        RawMessage.objects.filter(pk=mail.pk).update(state="received", received_at=clock.now())
        self.assertEqual(self.seen("mail in")[0], State.OK)
        with connection.cursor() as cursor:
            cursor.execute("update channels_rawmessage set received_at = now() - interval '1 hour'")
        self.assertEqual(self.seen("mail in"), (State.WRONG, "1 messages wait, the oldest for 60 minutes"))

    def test_jobs_that_failed_or_wait_are_counted(self) -> None:
        add = "insert into procrastinate_jobs (queue_name, task_name, status, scheduled_at) values ('q', 't', %s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(add, ["failed", None])
            self.assertEqual(self.seen("jobs"), (State.WARNING, "1 jobs have failed"))
            cursor.execute(add, ["todo", clock.now()])
            self.assertEqual(self.seen("jobs")[0], State.WARNING)
            cursor.execute(
                "update procrastinate_jobs set scheduled_at = now() - interval '9 minutes' where status = 'todo'"
            )
        self.assertEqual(self.seen("jobs"), (State.WRONG, "a job has waited for 9 minutes"))

    def test_a_silent_worker_is_told(self) -> None:
        self.assertEqual(self.seen("worker"), (State.WARNING, "no worker runs"))
        with connection.cursor() as cursor:
            cursor.execute("insert into procrastinate_workers default values")
        self.assertEqual(self.seen("worker")[0], State.OK)

    def test_keys_that_others_can_read_are_named(self) -> None:
        key: Path = current().secrets_dir / "secret_key"
        key.parent.mkdir(mode=0o700, exist_ok=True)
        key.write_text("a secret")
        key.chmod(0o644)
        self.assertEqual(self.seen("keys"), (State.WARNING, "others may read secret_key"))
        key.chmod(0o600)
        self.assertEqual(self.seen("keys")[0], State.OK)
        key.unlink()


class AfterTampering(CommittingTest):
    """Somebody with the owner's password writes past the program."""

    def setUp(self) -> None:
        super().setUp()
        self.cast = Cast()
        with scope(EVERY_CLIENT):
            assemble(self.cast)
            self.ticket = actions.open_ticket(
                by=self.cast.rui, requester=self.cast.rui, client=self.cast.acme, subject="Printer"
            )

    def as_owner(self, *statements: str) -> None:
        with roles.connect(current().login()) as owner, owner.transaction():
            owner.execute("select set_config('olmo.clients', array(select id from tenancy_client)::text, true)")
            for statement in statements:
                owner.execute(statement.encode())

    def test_a_changed_row_and_the_guard_switched_off_are_found(self) -> None:
        self.as_owner(
            "alter table tickets_ticket disable trigger version_rises", "update tickets_ticket set priority = 1"
        )  # fmt: skip
        self.assertIn(f"1 of 1 tickets differ from their log: #{self.ticket.number}", CHECKS["log"]()[1])
        self.assertIn("version_rises on tickets_ticket", CHECKS["guards"]()[1])

    def test_a_table_without_row_security_is_found(self) -> None:
        self.as_owner("alter table tickets_ticket disable row level security")
        state, said, _advice = CHECKS["row security"]()
        self.assertEqual(state, State.WRONG)
        self.assertEqual(said, "without protection: tickets_ticket; open without a scope: tickets_ticket")

    def test_a_missing_migration_is_found(self) -> None:
        self.as_owner("delete from django_migrations where app = 'tickets' and name = '0005_lookup'")
        self.assertEqual(CHECKS["migrations"]()[:2], (State.WRONG, "1 migrations are missing"))

    def test_a_ticket_that_cannot_be_found_is_counted(self) -> None:
        self.as_owner("delete from tickets_searchdocument")
        self.assertEqual(CHECKS["search"]()[:2], (State.WARNING, "1 of 1 tickets are not in the search"))
