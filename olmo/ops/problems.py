"""What goes wrong for an operator, said in one line."""

from pathlib import Path


class Problem(Exception):
    """Something the operator can put right. The message is one line: what is wrong and what to do."""


def last_words(log: Path, *, lines: int = 40) -> str:
    """The most telling line near the end of a log: the last FATAL, PANIC or ERROR, else the last one."""
    try:
        tail = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return "it left no log"
    grave = [line for line in tail if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:"))]
    return (grave or tail or ["its log is empty"])[-1].strip()
