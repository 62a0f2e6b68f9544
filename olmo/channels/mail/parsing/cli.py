"""`mail parse FILE [--serve]`: print what a message says as JSON."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from .export import to_json
from .message import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. argv: the words after the command's name. Returns the exit code."""
    options = _arguments().parse_args(argv)
    if options.serve:
        return serve(sys.stdin.buffer, sys.stdout.buffer)
    if not options.file:
        print("Name a message file, or use --serve.", file=sys.stderr)
        return 2
    try:
        line = answer(Path(options.file))
    except OSError as error:
        print(f"{options.file}: {error.strerror}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(line + b"\n")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="olmo mail parse", description=__doc__)
    parser.add_argument("file", nargs="?", help="a message as it came from the network (.eml)")
    parser.add_argument("--serve", action="store_true", help="read one path per line, answer each with a line of JSON")
    return parser


def answer(path: Path) -> bytes:
    """One line of JSON for the message at `path`. Raises OSError when it cannot be read."""
    raw = path.read_bytes()
    return json.dumps(to_json(parse(raw), raw), ensure_ascii=False).encode("utf-8")


def serve(lines: BinaryIO, out: BinaryIO) -> int:
    """Answer every path in `lines` until they end. A file that cannot be read answers {"crash": reason}."""
    for line in lines:
        path = Path(os.fsdecode(line.rstrip(b"\r\n")))
        try:
            reply = answer(path)
        except OSError as error:
            reply = json.dumps({"crash": f"{path}: {error.strerror}"}).encode()
        out.write(reply + b"\n")
        out.flush()
    return 0
