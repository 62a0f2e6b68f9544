"""The web server: Granian in this one process, serving `olmo.asgi`."""

import argparse
import asyncio
import logging
import os
import signal
from typing import NoReturn

from olmo.kernel.config import Config, current
from olmo.ops import listening, postgres, schema

# Open event streams count as requests being served: the default (1,024) would shut everybody else out.
OPEN_REQUESTS = 8192


def main() -> NoReturn:
    """Serve the desk and the portal until SIGTERM or SIGINT."""
    argparse.ArgumentParser(prog="olmo web", description=main.__doc__).parse_args()
    config = current()
    postgres.require_running(config)
    schema.require_current(config)
    listening.require_free(config.host, config.port, host_setting="OLMO_HOST", port_setting="OLMO_PORT")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    asyncio.run(serve(config))
    # Granian's threads still hold Python objects now; letting the interpreter tear these down makes them abort.
    logging.shutdown()
    os._exit(0)


async def serve(config: Config) -> None:
    """Run the server in this event loop until a signal asks it to stop."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from olmo.asgi import application
    from olmo.kernel.stream import hub

    server = Server(
        application,
        address=config.host,
        port=config.port,
        interface=Interfaces.ASGINL,
        backlog=OPEN_REQUESTS,
        backpressure=OPEN_REQUESTS,
        runtime_threads=1,
        runtime_blocking_threads=2,
        websockets=False,
        log_enabled=False,  # Django logs what goes wrong in a request
    )

    def stop() -> None:
        hub.stop()  # an open live stream would hold up the end for as long as its page is open
        server.stop()  # type: ignore[no-untyped-call]

    loop = asyncio.get_running_loop()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, stop)
    await server.serve()
