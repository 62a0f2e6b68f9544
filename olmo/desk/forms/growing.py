"""Forms that grow: as many groups of fields as their hidden `rows` says."""

from collections.abc import Mapping

from olmo.kernel.text import whole_number


def row_count(typed: Mapping[str, str] | None, known: int, most: int) -> int:
    """How many groups a form has: as many as were sent, else as the thing has of them, and at least one."""
    sent = whole_number((typed or {}).get("rows", ""), 3)
    return min(max(known, 1) if sent is None else sent, most)
