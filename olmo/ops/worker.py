"""The worker: does queued jobs until it is asked to stop, through database outages and after its own death.

procrastinate alone leaves two holes, both closed here: a job whose worker was killed stays "doing" for ever,
and a job whose result could not be written (the database was just gone) does too.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.worker import Worker

from olmo.kernel.config import Config, current
from olmo.ops import postgres, roles, schema
from olmo.ops.problems import Problem

log = logging.getLogger("olmo.worker")

HEARTBEAT_SECONDS = 5.0
# A worker that is silent for so long is dead, and its jobs are done by another.
SILENT_SECONDS = 20.0
RESCUE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0
# Between tries to write down how a job ended.
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)


def main() -> int:
    """Do queued jobs until SIGTERM or SIGINT; jobs that run then are finished first."""
    argparse.ArgumentParser(prog="olmo worker", description=main.__doc__).parse_args()
    config = current()
    postgres.require_running(config)
    schema.require_current(config)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    import django

    django.setup()
    asyncio.run(_work(config))
    return 0


async def _work(config: Config) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(config.worker_concurrency, "job"))
    stopping = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, stopping.set)
    pause = 0.5
    while not stopping.is_set():
        try:
            await asyncio.to_thread(_require_database, config)
            pause = 0.5
            with _own_connections() as app:
                await work_until(stopping, app, config)
        except (ConnectorException, psycopg.Error, Problem) as error:
            log.warning("No database (%s); next try in %.1f s", " ".join(str(error).split()), pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _require_database(config: Config) -> None:
    """Raise Problem at once when nobody answers: a pool being opened would wait half a minute first."""
    roles.connect(config.login()).close()


@contextlib.contextmanager
def _own_connections() -> Iterator[procrastinate.App]:
    """A second app with the same tasks on a small asynchronous pool of its own.

    Not `app.replace_connector`: the tasks would be bound to that pool too, and a job queued inside a job would be seen by
    other workers before (and even without) the transaction that asks for it.
    """
    from procrastinate.contrib.django import app, connector_params

    connector = procrastinate.PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=4, timeout=3, reconnect_timeout=2
    )
    own = procrastinate.App(connector=connector, import_paths=app.import_paths, worker_defaults=app.worker_defaults)
    own.tasks, own.periodic_registry = app.tasks, app.periodic_registry
    yield own


async def work_until(stopping: asyncio.Event, app: procrastinate.App, config: Config) -> None:
    """Work until asked to stop, or until the database is lost. Raises ConnectorException then."""
    async with app.open_async():
        await rescue(app)
        worker = SteadyWorker(
            app,
            concurrency=config.worker_concurrency,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=SILENT_SECONDS,
            shutdown_graceful_timeout=config.stop_seconds,
        )
        working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        rescuing = asyncio.create_task(_keep_rescuing(app))
        asked = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            await working
        finally:
            for task in (rescuing, asked):
                task.cancel()


class SteadyWorker(Worker):
    """A worker that does not lose the result of a job because the database was away for a moment.

    Once it is asked to stop it waits no longer for that: who finds the job silent does it again.
    Like the app's own workers it closes Django's connections after each job, so none outlives its server.
    """

    is_stopping = False

    def __init__(self, app: procrastinate.App, **options: Any) -> None:
        cleaning = app.worker_defaults.get("task_middleware")
        super().__init__(app, task_middleware=cleaning, install_signal_handlers=False, **options)

    def stop(self) -> None:
        self.is_stopping = True
        super().stop()  # type: ignore[no-untyped-call]

    async def _persist_job_status(self, *args: Any, **kwargs: Any) -> None:
        for pause in PAUSES_SECONDS:
            try:
                await super()._persist_job_status(*args, **kwargs)
                return
            except UniqueViolation:
                raise
            except ConnectorException:
                if self.is_stopping:
                    raise
                await asyncio.sleep(pause)
        await super()._persist_job_status(*args, **kwargs)


async def _keep_rescuing(app: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(RESCUE_SECONDS)
        with contextlib.suppress(ConnectorException):
            await rescue(app)


async def rescue(app: procrastinate.App) -> int:
    """Queue again the jobs whose worker has died; returns how many.

    A job with a queueing lock whose twin waits already is finished as failed instead: the twin does the work,
    and queueing both is what the lock forbids.
    """
    await app.job_manager.prune_stalled_workers(SILENT_SECONDS)
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS))
    for job in stalled:
        await _queue_again(app, job)
    return len(stalled)


async def _queue_again(app: procrastinate.App, job: Job) -> None:
    log.warning("Job %s of a worker that died is queued again", job.call_string)
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
