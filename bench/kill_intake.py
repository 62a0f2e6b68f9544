"""kill -9 of the intake at random moments of its work, again and again: is anything lost, does anything act twice?

    bench/run kill_intake [--kills 100]

Two senders send distinct messages, each again and again until it hears 250. The intake is killed in mid-work and started anew.
Then a worker makes tickets of what was kept; it is killed too, every two seconds. Prints what was accepted, lost and doubled.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from typing import Any

from bench import mail


def main() -> int:
    """Run it; the exit code is 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    with mail.service() as config:
        from olmo.channels.mail.tests.killing import kill_often

        start = time.monotonic()
        accepted = kill_often(options.kills)
        print(f"{options.kills} kills in {time.monotonic() - start:.0f} s, {len(accepted)} messages accepted")
        deaths = _process_all(config)
        found = Counter(_texts(config))
    lost, doubled = set(accepted) - set(found), [mark for mark, count in found.items() if count > 1]
    print(f"the worker was killed {deaths} times; {sum(found.values())} messages on tickets")
    print(f"lost: {len(lost)}   doubled: {len(doubled)}   never accepted: {len(set(found) - set(accepted))}")
    return 1 if lost or doubled else 0


def _process_all(config: Any) -> int:
    """Let workers work, and die, until nothing waits."""
    deaths = 0
    while _waiting(config):
        with mail.process("worker") as worker:
            for _turn in range(20 if deaths < 5 else 3000):
                time.sleep(0.1)
                if not _waiting(config):
                    return deaths
            worker.send_signal(signal.SIGKILL)
            deaths += 1
    return deaths


def _waiting(config: Any) -> int:
    return int(_rows(config, "select count(*) from channels_rawmessage where state in ('received', 'parked')")[0][0])


def _texts(config: Any) -> list[str]:
    return [row[0].strip() for row in _rows(config, "select text from tickets_message where kind = 'public'")]


def _rows(config: Any, query: str) -> list[Any]:
    from olmo.channels.mail.connecting import EVERY_CLIENT, connect

    with connect(config) as connection, connection.transaction():
        connection.execute(EVERY_CLIENT)
        return connection.execute(query.encode()).fetchall()


if __name__ == "__main__":
    sys.exit(main())
