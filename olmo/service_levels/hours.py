"""Whether time counts in a calendar at an instant: asked by rules about tickets (`wiring.HOURS`)."""

import json
from collections.abc import Callable
from datetime import datetime

from .models import Calendar
from .promises import working_calendar


def counting(pk: int) -> Callable[[datetime], bool] | None:
    """A question to this calendar, or None where it was removed."""
    kept = Calendar.objects.filter(pk=pk).first()
    if kept is None:
        return None
    working = working_calendar(json.dumps(kept.content), kept.name)
    return lambda at: working.counts(int(at.timestamp()))


def choices() -> list[tuple[int, str]]:
    """All calendars by their names."""
    return list(Calendar.objects.values_list("pk", "name"))
