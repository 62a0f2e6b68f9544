"""The worker takes up what a dead one left, and never loses a finished job's result."""

import contextlib
from typing import Any
from unittest import mock

import procrastinate
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition

from olmo.kernel.testing import CommittingTest
from olmo.ops import worker

NAME = "olmo.ops.tests.a_job"


class TakingUpJobs(CommittingTest):
    def defer(self, **options: Any) -> int:
        return app.configure_task(NAME, allow_unknown=True, **options).defer()

    def given_to_a_worker(self, job: int, *, silent_seconds: int) -> None:
        """Mark the job as being done by a worker that has been silent for so long."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [silent_seconds],
            )
            (number,) = cursor.fetchone()
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [number, job]
            )

    def status(self, job: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
            return str(cursor.fetchone()[0])

    def rescue(self) -> int:
        async def run() -> int:
            with worker._own_connections() as own:
                async with own.open_async():
                    return await worker.rescue(own)

        return async_to_sync(run)()

    def test_a_job_of_a_dead_worker_is_queued_again(self) -> None:
        job = self.defer()
        self.given_to_a_worker(job, silent_seconds=300)
        self.assertEqual(1, self.rescue())
        self.assertEqual("todo", self.status(job))

    def test_a_job_of_a_living_worker_is_left_to_it(self) -> None:
        job = self.defer()
        self.given_to_a_worker(job, silent_seconds=1)
        self.assertEqual(0, self.rescue())
        self.assertEqual("doing", self.status(job))

    def test_a_job_whose_twin_waits_already_is_finished_instead(self) -> None:
        first = self.defer(queueing_lock="sweep")
        self.given_to_a_worker(first, silent_seconds=300)
        twin = self.defer(queueing_lock="sweep")
        self.assertEqual(1, self.rescue())
        self.assertEqual(("failed", "todo"), (self.status(first), self.status(twin)))
        self.assertEqual(0, self.rescue(), "and it blocks nobody any more")

    def test_a_result_that_cannot_be_written_at_once_is_written_later(self) -> None:
        done: list[int] = []
        lost = iter([ConnectorException("gone"), ConnectorException("gone")])
        finish = procrastinate.manager.JobManager.finish_job

        async def finish_job(manager: Any, *args: Any, **kwargs: Any) -> None:
            if error := next(lost, None):
                raise error
            await finish(manager, *args, **kwargs)

        async def run() -> None:
            with worker._own_connections() as own:
                async with own.open_async():
                    steady = worker.SteadyWorker(own, wait=False, delete_jobs=DeleteJobCondition.NEVER)
                    await steady.run()  # type: ignore[no-untyped-call]

        app.task(name=NAME)(lambda: done.append(1))
        self.addCleanup(app.tasks.pop, NAME)
        job = self.defer()
        with (
            mock.patch.object(procrastinate.manager.JobManager, "finish_job", finish_job),
            mock.patch.object(worker, "PAUSES_SECONDS", (0.0, 0.0)),
        ):
            async_to_sync(run)()
        self.assertEqual([1], done)
        self.assertEqual("succeeded", self.status(job))

    def test_who_is_asked_to_stop_waits_for_no_database_that_is_gone(self) -> None:
        tries: list[int] = []
        steady: Any = None

        async def finish_job(*_args: Any, **_kwargs: Any) -> None:
            tries.append(1)
            steady.stop()
            raise ConnectorException("gone")

        async def run() -> None:
            nonlocal steady
            with worker._own_connections() as own:
                async with own.open_async():
                    steady = worker.SteadyWorker(own, wait=False, delete_jobs=DeleteJobCondition.NEVER)
                    await steady.run()

        app.task(name=NAME)(lambda: None)
        self.addCleanup(app.tasks.pop, NAME)
        job = self.defer()
        with (
            mock.patch.object(procrastinate.manager.JobManager, "finish_job", finish_job),
            mock.patch.object(worker, "PAUSES_SECONDS", (600.0,)),
            contextlib.suppress(ConnectorException),
        ):
            async_to_sync(run)()
        self.assertEqual([1], tries)
        self.assertEqual("doing", self.status(job), "and another worker finds it silent")


class DoingJobs(CommittingTest):
    def work(self, task: Any, *, times: int = 1) -> None:
        """Let a worker do everything that is queued, the task among it so many times."""

        async def run() -> None:
            with worker._own_connections() as own:
                async with own.open_async():
                    steady = worker.SteadyWorker(own, wait=False, delete_jobs=DeleteJobCondition.NEVER)
                    await steady.run()  # type: ignore[no-untyped-call]

        app.task(name=NAME)(task)
        self.addCleanup(app.tasks.pop, NAME)
        for _ in range(times):
            app.configure_task(NAME).defer()
        async_to_sync(run)()

    def test_a_job_queued_inside_commits_with_the_transaction_that_asks_for_it(self) -> None:
        seen: list[int] = []

        def outer() -> None:
            with contextlib.suppress(LookupError), transaction.atomic():
                app.configure_task("olmo.tests.inner", allow_unknown=True).defer()
                raise LookupError
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'olmo.tests.inner'")
                seen.append(cursor.fetchone()[0])

        self.work(outer)
        self.assertEqual(seen, [0])

    def test_a_connection_lost_in_one_job_is_not_the_next_ones(self) -> None:
        ended: list[int] = []

        def lose_it() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ended.append(cursor.fetchone()[0])
            connection.connection.close()  # what a server that goes away leaves behind

        self.work(lose_it, times=2)
        self.assertEqual(2, len(set(ended)))
