"""Who calls, found by what they have: a tag or a serial number in the one field of a new ticket."""

from typing import Any

from olmo.assets import queries
from olmo.assets.models import Asset, State
from olmo.people.models import Kind, Person

MOST = 4


def callers(viewer: Person, text: str) -> list[dict[str, Any]]:
    """Assets with these words as candidates: their holders, or nobody. pk: the ids of person and asset ("12.45", ".45")."""
    words = queries.saying(text)
    if not words:
        return []
    rows = queries.visible_to(viewer).filter(words).exclude(state=State.RETIRED)
    return [_candidate(one) for one in rows.select_related("person", "client").order_by("tag_key", "pk")[:MOST]]


def _candidate(one: Asset) -> dict[str, Any]:
    person = one.person if one.person and one.person.is_active else None
    named = {"name": person.name, "kind": person.kind} if person else {"name": one.name, "kind": Kind.REQUESTER.value}
    return {
        **named, "pk": f"{person.pk if person else ''}.{one.pk}", "note": f"{one} · {one.client}",
        "is_vip": bool(person and person.is_vip),
    }  # fmt: skip


def chosen(value: str, before: str) -> tuple[str, str]:
    """The person and the asset of a pressed candidate, as typed; without a person, who was chosen before stays."""
    person, dot, asset = value.partition(".")
    return (person if person or not dot else before), asset
