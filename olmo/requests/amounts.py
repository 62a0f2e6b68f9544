"""What an order costs, for steps of approval that are asked above an amount alone."""

from decimal import Decimal

from olmo.catalogue import definition
from olmo.catalogue.definition import FieldKind
from olmo.catalogue.models import Item

from .models import Order
from .queries import answers, handling

ANSWER, TIMES = "answer", "times"  # of `Handling.amount_of`, before the key of a question


def of(order: Order) -> Decimal | None:
    """The amount of an order in the currency of its item's price; None where nothing says it."""
    source, _colon, key = handling(order.item).amount_of.partition(":")
    priced = order.item.priced
    price = priced.price_amount if priced else None
    if not source:
        return price
    given = answers(order).content.get(key)
    if not isinstance(given, int | float) or isinstance(given, bool):
        return None
    number = Decimal(str(given))
    if source == ANSWER:
        return number
    return None if price is None else price * number


def sources(item: Item) -> list[tuple[str, definition.Field]]:
    """What can be the amount beside the price: (value, question), an answer or so many times the price."""
    numbers = [one for one in definition.read(item.draft).questions if one.kind == FieldKind.NUMBER]
    return [(f"{source}:{one.key}", one) for source in (ANSWER, TIMES) for one in numbers]
