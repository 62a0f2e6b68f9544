"""How what is told looks on a page: the words and the colour of its badge."""

from typing import Any

from .models import MENDED, Happening, Kind, Level
from .queries import Trouble

BADGES = {Level.INFO: "badge--slate", Level.WARNING: "badge--ochre", Level.FAULT: "badge--brick"}


def standing(row: Happening, last: str = "") -> tuple[str, str]:
    """What its badge says, and how it looks: once it is over, how it ended. last: the state of its last words."""
    if (end := row.over(last)) is not None:
        return str(end.label), "badge--elm" if end in MENDED else "badge--slate"
    words = Kind.PLANNED.label if row.kind == Kind.PLANNED else Level(row.level).label
    return str(words), BADGES[Level(row.level)]


def trouble(found: Trouble | None) -> dict[str, Any] | None:
    """What is the matter with a service of the catalogue, as its templates print it."""
    if found is None:
        return None
    words, badge = standing(found.happening)
    return {
        "words": f"{found.component} · {words}",
        "badge": badge,
        "pk": found.happening.pk,
        "title": found.happening.title,
    }
