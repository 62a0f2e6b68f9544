"""Commands about the database: run the embedded server alone, migrate, and Django's own commands."""

import argparse
import contextlib
import os
import signal
import sys

from olmo.kernel.config import current
from olmo.ops import postgres, processes, schema
from olmo.ops.problems import Problem


def main() -> int:
    """Run Olmo's own PostgreSQL until SIGINT or SIGTERM, for processes that run alone beside it."""
    argparse.ArgumentParser(prog="olmo database", description=main.__doc__).parse_args()
    config = current()
    if not config.embedded:
        raise Problem("OLMO_DATABASE_URL is set, so Olmo runs no PostgreSQL of its own")
    config.prepare_data_folder()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with postgres.hold_folder(config):
        server = postgres.ensure_running(config)
        try:
            schema.prepare_elsewhere()
            sys.stdout.write(f"PostgreSQL {postgres.release()} is ready in {config.postgres_dir}\n")
            sys.stdout.flush()
            with contextlib.suppress(KeyboardInterrupt):
                processes.wait_until(lambda: server.pid() is None, float("inf"), every=1)
                raise Problem(f"PostgreSQL stopped by itself; see {server.log}")
        finally:
            server.stop()
    return 0


def migrate() -> int:
    """Bring the database's tables to what this Olmo expects, as their owner."""
    argparse.ArgumentParser(prog="olmo migrate", description=migrate.__doc__).parse_args()
    with postgres.running(current()):
        schema.prepare(thoroughly=True, verbosity=1)
    return 0


def manage() -> int:
    """Django's own commands, with the database running."""
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    with postgres.running(current()):
        execute_from_command_line(sys.argv)
    return 0
