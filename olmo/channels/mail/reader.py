"""Parsing in a process that may be killed: a message that loops or eats memory ends its reader, and nothing else."""

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .parsing import ParsedMail
from .reader_process import LENGTH

SECONDS = 15.0
MEMORY_BYTES = 1536 * 2**20
IDLE_SECONDS = 20.0


class Unreadable(Exception):
    """A message that could not be parsed; the text is the reason, for an administrator."""


class Reader:
    """One reading process. `ask` hands a message over, `answer` waits for the result; one question at a time."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(
            [sys.executable, "-m", "olmo.channels.mail.reader_process", str(seconds), str(memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, raw: bytes) -> None:
        """Hand a message over. It takes the child no time to read it, so this does not wait for the parsing."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(raw)) + raw)
            self._process.stdin.flush()
        except OSError:  # the child died; `answer` tells why
            pass

    def answer(self) -> ParsedMail:
        """The message that was asked for last. Raises Unreadable; the reader is of no more use then unless `is_alive`."""
        assert self._process.stdout is not None
        head = self._process.stdout.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise Unreadable(self._end())
        result = pickle.loads(self._process.stdout.read(LENGTH.unpack(head)[0]))  # noqa: S301  (our own child's)
        if isinstance(result, str):
            raise Unreadable(result)
        assert isinstance(result, ParsedMail)
        return result

    @property
    def is_alive(self) -> bool:
        """Whether it can read another message."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _end(self) -> str:
        status = self._process.wait()
        if status == -14:  # SIGALRM
            return f"reading it took longer than {self._seconds:g} s"
        return f"the process that read it ended with status {status} (out of memory?)"


class Readers:
    """A few readers kept for reuse, closed after some idle seconds so that a quiet desk holds no memory for them."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY_BYTES) -> None:
        self.limits = (seconds, memory)
        self._lock = threading.Lock()
        self._idle: list[Reader] = []
        self._timer: threading.Timer | None = None

    def limit(self, seconds: float = SECONDS, memory: int = MEMORY_BYTES) -> None:
        """What one message may take from now on: seconds, and bytes of memory of the process that reads it."""
        self.limits = (seconds, memory)
        self.close_idle()

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """A live reader for this block."""
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        if reader is None or not reader.is_alive:
            reader = Reader(*self.limits)
        try:
            yield reader
        except BaseException:
            reader.close()
            raise
        self._put_back(reader)

    def close_idle(self) -> None:
        """End those that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()

    def _put_back(self, reader: Reader) -> None:
        if not reader.is_alive:
            reader.close()
            return
        with self._lock:
            self._idle.append(reader)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(IDLE_SECONDS, self.close_idle)
            self._timer.daemon = True
            self._timer.start()


readers = Readers()
