"""`bin/olmo mail deliver` and `bin/olmo mail parse`.

`deliver` is for a mail server's pipe or alias: its exit codes are those of sysexits.h, so that a server keeps the message and
tries again (75) unless trying again is useless.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import BinaryIO

import psycopg

from olmo.kernel.config import Config, ConfigError, current

from . import addresses, store
from .connecting import connect, media_folder

EX_OK, EX_USAGE, EX_DATAERR, EX_NOUSER, EX_TEMPFAIL = 0, 64, 65, 67, 75


def main(argv: Sequence[str] | None = None) -> int:
    """`mail deliver|parse ...`; argv without the program's name. Returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["parse"]:
        from .parsing import cli

        return cli.main(words[1:])
    parser = argparse.ArgumentParser(prog="olmo mail", description="Deliver a message, or show how one is read.")
    commands = parser.add_subparsers(dest="command", required=True)
    deliver_words = commands.add_parser("deliver", help="take one message from standard input")
    deliver_words.add_argument("--mailbox", metavar="ADDRESS", help="the address of the desk that it was sent to")
    deliver_words.add_argument("--from", dest="sender", metavar="ADDRESS", default="", help="the envelope's sender")
    commands.add_parser("parse", help="print what a message says as JSON (mail parse --help tells more)")
    options = parser.parse_args(words)
    return deliver(sys.stdin.buffer, options.mailbox or "", options.sender)


def deliver(message: BinaryIO, mailbox: str, sender: str) -> int:
    """Keep one message, byte for byte, and queue its processing. Returns the exit code; says on standard error what is wrong."""
    try:
        config = current()
        raw = message.read(config.max_message_bytes + 1)
        if len(raw) > config.max_message_bytes:
            return _told(f"the message is larger than {config.max_message_bytes} bytes", EX_DATAERR)
        if not raw.strip():
            return _told("there is no message on standard input", EX_USAGE)
        return _kept(config, raw, mailbox, sender)
    except (psycopg.Error, OSError, ConfigError) as error:
        return _told(f"not now: {' '.join(str(error).split())}", EX_TEMPFAIL)


def _kept(config: Config, raw: bytes, mailbox: str, sender: str) -> int:
    with connect(config) as connection:
        if mailbox and not addresses.load(connection).takes(mailbox):
            return _told(f"{mailbox} is no mailbox of this desk", EX_NOUSER)
        arrival = store.Arrival(raw, "pipe", sender, (mailbox,) if mailbox else ())
        store.keep(connection, [arrival], media_folder(config))
    return EX_OK


def _told(words: str, code: int) -> int:
    sys.stderr.write(f"olmo: mail deliver: {words}\n")
    return code
