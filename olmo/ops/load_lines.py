"""Reading the lines of a file of tickets: typed, checked, every complaint with its line and field."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from olmo.kernel.text import clean, clean_line

# A number in "queue" stands for one of these, a text for itself.
QUEUES = ("Service Desk", "Network", "Workplace", "Applications", "Security", "Accounts")
STATUSES = ("new", "open", "pending", "resolved", "closed")
MAX_AGENT = 999


class BadLine(Exception):
    """A line that cannot be loaded: its number and the reason."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number}: {why}")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: the new words, and the quoted ones below them."""

    at: datetime
    is_agent: bool
    is_public: bool
    text: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket of the file. agent: the index of its assignee; author: of whoever wrote the desk's answers."""

    subject: str
    language: str
    queue: str
    priority: int
    status: str
    name: str
    email: str
    agent: int | None
    author: int | None
    said: tuple[Said, ...]


def lines_of(numbered: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """The tickets of numbered lines; empty lines are passed over. Raises BadLine."""
    for number, text in numbered:
        if text.strip():
            yield _line(number, text)


def _line(number: int, text: str) -> Line:
    try:
        return _ticket(json.loads(text))
    except json.JSONDecodeError as error:
        raise BadLine(number, f"this is not JSON ({error.msg} at character {error.pos + 1})") from error
    except KeyError as error:
        raise BadLine(number, f"the field {error} is missing") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadLine(number, str(error)) from error


def _ticket(data: Any) -> Line:
    said = tuple(_said(message) for message in _typed(data, "messages", list))
    if not said or said[0].is_agent:
        raise ValueError("messages: the first one must be the requester's")
    agent, requester = data["agent"], _typed(data, "requester", dict)
    if agent is not None and not (isinstance(agent, int) and 0 <= agent <= MAX_AGENT):
        raise ValueError(f"agent: expected a number from 0 to {MAX_AGENT}, or null")
    answers = agent if agent is not None else (_typed(data, "n", int) % 12 if any(s.is_agent for s in said) else None)
    return Line(
        subject=_one_line(data, "subject"), language=_one_of(data, "lang", ("en", "it")), queue=_queue(data["queue"]),
        priority=_one_of(data, "priority", (1, 2, 3, 4)), status=_one_of(data, "status", STATUSES),
        name=_one_line(requester, "name"), email=_one_line(requester, "email").lower(),
        agent=agent, author=answers, said=said,
    )  # fmt: skip


def _said(data: Any) -> Said:
    text, quoted = _without_history(clean(_typed(data, "body", str)).strip())
    return Said(
        at=datetime.fromtimestamp(_typed(data, "at", int | float), UTC),
        is_agent=_one_of(data, "by", ("requester", "agent")) == "agent",
        is_public=_typed(data, "public", bool), text=text, quoted=quoted,
    )  # fmt: skip


def _without_history(body: str) -> tuple[str, str]:
    """The new words, and the lines that begin with ">" at the end."""
    lines = body.split("\n")
    end = len(lines)
    while end and (lines[end - 1].startswith(">") or not lines[end - 1].strip()):
        end -= 1
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip()


def _typed(data: Any, name: str, kind: Any) -> Any:
    if not isinstance(data, dict):
        raise TypeError("expected an object")
    if not isinstance(data[name], kind):
        raise TypeError(f"{name}: {json.dumps(data[name])[:40]} is of the wrong type")
    return data[name]


def _one_line(data: dict[str, Any], name: str) -> str:
    line = clean_line(_typed(data, name, str))
    if not line:
        raise ValueError(f"{name} is empty")
    return line


def _one_of(data: dict[str, Any], name: str, allowed: tuple[Any, ...]) -> Any:
    value = data[name]
    if value not in allowed:
        raise ValueError(f"{name}: {json.dumps(value)[:40]} is none of {', '.join(map(str, allowed))}")
    return value


def _queue(value: Any) -> str:
    if isinstance(value, int) and 0 <= value < len(QUEUES):
        return QUEUES[value]
    name = clean_line(value, 80) if isinstance(value, str) else ""
    if not name:
        raise ValueError(f"queue: expected a name, or a number from 0 to {len(QUEUES) - 1}")
    return name
