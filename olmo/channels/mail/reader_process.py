"""The child process that parses: one frame in, one frame out. The kernel ends it when a message takes too long or too much.

Frames: 8 bytes of length (big-endian), then the content; in: the raw message; out: a pickled `ParsedMail`, or a pickled str that
says why it could not be read. No Django here: it starts in a fraction of a second and holds some 40 MB.
"""

import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO

from olmo.channels.mail.parsing import ParsedMail, parse

LENGTH = struct.Struct(">Q")


def main() -> None:
    """`reader_process SECONDS MEMORY_BYTES`: read messages from standard input until it ends."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the default ends the process, wherever it loops
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which closes our input
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    serve(sys.stdin.buffer, sys.stdout.buffer, seconds)


def serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer each message."""
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        raw = requests.read(LENGTH.unpack(head)[0])
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = pickle.dumps(read(raw), protocol=pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def read(raw: bytes) -> ParsedMail | str:
    """The parsed message; or the reason, when even our tolerant parser fails."""
    try:
        return parse(raw)
    except MemoryError:
        return "it needs more memory than a message may take"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:400]


if __name__ == "__main__":
    main()
