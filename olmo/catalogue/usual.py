"""The usual services, ready in English and Italian: added by one press, each once, and the desk's own from then on."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction

from olmo.people.models import Person

from . import actions, bilingual
from .definition import Choice, Condition, Field, Form
from .models import Item, Service


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "usual.toml").read_text(encoding="utf-8"))


def keys() -> list[str]:
    """The keys of the usual items, in order."""
    return [row["key"] for row in _content()["items"]]


def left() -> list[str]:
    """The names of those that the desk does not have."""
    there = set(Item.objects.filter(key__in=keys()).values_list("key", flat=True))
    return [bilingual.said(_texts(row, "name")) for row in _content()["items"] if row["key"] not in there]


@transaction.atomic
def add(*, by: Person) -> list[Item]:
    """Add what is missing, with its form in force; `by` owns the services. What is there stays as it is. Raises NotAllowed."""
    content = _content()
    made: list[Item] = []
    there = {item.key for item in Item.objects.filter(key__in=keys()).select_for_update()}
    for row in content["items"]:
        if row["key"] not in there:
            made.append(_item(row, _service(content, row["service"], by), by, len(made)))
    return made


def _service(content: dict[str, Any], key: str, by: Person) -> Service:
    found = Service.objects.filter(key=key).first()
    if found is not None:
        return found
    row = content["services"][key]
    wanted = actions.ServiceSettings(
        key=key, names=_texts(row, "name"), descriptions=_texts(row, "text"), owner=by, position=row["position"],
        offer=actions.Offer(delivery=_texts(row, "delivery"), minutes=row["hours"] * 60),
    )  # fmt: skip
    return actions.save_service(None, wanted, by=by)


def _item(row: dict[str, Any], service: Service, by: Person, position: int) -> Item:
    offer = actions.Offer()
    if "hours" in row:
        offer = actions.Offer(delivery=_texts(row, "delivery"), minutes=row["hours"] * 60)
    wanted = actions.ItemSettings(
        key=row["key"], names=_texts(row, "name"), summaries=_texts(row, "text"), service=service, offer=offer,
        position=position,
    )  # fmt: skip
    item = actions.save_item(None, wanted, by=by)
    for one in form_of(row["fields"]):
        actions.put_field(item, one, by=by)
    actions.publish(item, by=by)
    return item


def form_of(rows: list[dict[str, Any]]) -> Form:
    """The fields of an item as the file says them, in short."""
    return Form(tuple(_field(row) for row in rows))


_PLAIN = ("is_required", "source", "least", "most", "not_before", "not_past")


def _field(row: dict[str, Any]) -> Field:
    plain = {name: row[name] for name in _PLAIN if name in row}
    when = None
    if "when" in row:
        field, *values = row["when"]
        test = "set" if not values else "is" if len(values) == 1 else "in"
        when = Condition(field, test, tuple(values))
    return Field(
        key=row["key"], kind=row["kind"], labels={"en": row["en"], "it": row["it"]}, hints=_texts(row, "hint"),
        choices=tuple(Choice(key, {"en": en, "it": it}) for key, en, it in row.get("choices", ())),
        columns=tuple(_field(one) for one in row.get("columns", ())), when=when, **plain,
    )  # fmt: skip


def _texts(row: dict[str, Any], name: str) -> dict[str, str]:
    return {code: row[f"{name}_{code}"] for code in bilingual.CODES if row.get(f"{name}_{code}")}
