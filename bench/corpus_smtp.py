"""The whole public mail corpus through the real SMTP port, the worker and the database: what was kept, and how long it took.

bench/run corpus_smtp [--corpus ../shared/mail-corpus/eml]
"""

import argparse
import hashlib
import smtplib
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench import mail
from bench.house import SHARED


def main() -> int:
    """Run it; the exit code is 1 when a message was not kept whole or not processed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=SHARED / "mail-corpus" / "eml")
    contents = [path.read_bytes() for path in sorted(parser.parse_args().corpus.rglob("*.eml"))]
    with mail.service() as config:
        with mail.process("intake"):
            mail.await_port(config.smtp_port)
            start = time.monotonic()
            with smtplib.SMTP("127.0.0.1", config.smtp_port) as smtp:
                for content in contents:
                    smtp.sendmail("sender@corpus.example", ["help@desk.example"], content)
            print(f"sent {len(contents)} messages in {time.monotonic() - start:.1f} s")
        with mail.process("worker"):
            states = _settled(config, len(contents))
        whole = _whole(config, contents)
    print(f"stored whole (sha256): {whole} of {len(contents)};  {dict(states)}")
    return 0 if whole == len(contents) and set(states) <= {"done", "ignored"} else 1


def _settled(config: Any, count: int) -> Counter[str]:
    start = time.monotonic()
    while True:
        states = Counter({str(row[0]): int(row[1]) for row in _rows(config, _STATES)})
        if states["received"] == 0 and states.total() == count:
            print(f"processed in {time.monotonic() - start:.1f} s, start of the worker included")
            return states
        time.sleep(0.2)


_STATES = "select state, count(*) from channels_rawmessage group by state"


def _whole(config: Any, contents: list[bytes]) -> int:
    """How many are kept byte for byte; SMTP can only end a message with a line end."""
    kept = Counter(str(row[0]) for row in _rows(config, "select sha256 from channels_rawmessage"))
    sent = [content if content.endswith(b"\r\n") else content + b"\r\n" for content in contents]
    return (kept & Counter(hashlib.sha256(content).hexdigest() for content in sent)).total()


def _rows(config: Any, query: str) -> list[Any]:
    from olmo.channels.mail.connecting import EVERY_CLIENT, connect

    with connect(config) as connection, connection.transaction():
        connection.execute(EVERY_CLIENT)
        return connection.execute(query.encode()).fetchall()


if __name__ == "__main__":
    sys.exit(main())
