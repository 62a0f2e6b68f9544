"""The timer of an agent, above every page of the desk: where it runs, for how long, and a way to pause or stop it."""

from datetime import datetime
from typing import Any

from olmo.kernel import clock
from olmo.kernel.prepared import as_json

from .. import places


def bar(answer: Any) -> dict[str, Any] | None:
    """The context of look/timer.html, from what `worklog.queries.running` answered; None without a timer."""
    if answer is None:
        return None
    number, subject, before, since = as_json(answer)
    started = datetime.fromisoformat(since) if since else None
    seconds = before + (max(0, int((clock.now() - started).total_seconds())) if started else 0)
    return {
        "number": number, "subject": subject, "url": places.ticket(number), "post_url": places.ticket(number, "timer"),
        "since": since or "", "before": before, "words": clocked(seconds),
    }  # fmt: skip


def clocked(seconds: int) -> str:
    """A running time: "3:07", "1:02:09"."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
