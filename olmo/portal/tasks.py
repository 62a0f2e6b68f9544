"""How far the work on a request is, as its requester may know it: the tasks that are not the desk's alone."""

from typing import Any

from olmo.fulfilment import queries
from olmo.fulfilment.models import TaskState
from olmo.tickets.models import Ticket


def of(ticket: Ticket) -> dict[str, Any]:
    """{"done", "all", "rows": [{"title", "is_"}]}, with `is_` as look/stages.html knows it; empty without tasks."""
    found = queries.shown_to_requester(ticket)
    if not found:
        return {}
    progress = queries.Progress.of(found)
    return {
        "done": progress.done,
        "all": progress.all,
        "rows": [{"title": str(task), "is_": _IS.get(TaskState(task.state), "next")} for task in found],
    }


_IS = {TaskState.DONE: "done", TaskState.DOING: "now", TaskState.TODO: "now"}
