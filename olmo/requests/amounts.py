"""What an order costs, for steps of approval that are asked above an amount alone."""

from decimal import Decimal

from olmo.catalogue import definition
from olmo.catalogue.definition import FieldKind
from olmo.catalogue.models import Item
from olmo.kernel import clock

from .models import Order
from .queries import answers, handling

ANSWER, TIMES = "answer", "times"  # of `Handling.amount_of`, before the key of a question


def of(order: Order) -> Decimal | None:
    """The amount of an order in the currency of its item's price; None where nothing says it, or what is said is no amount."""
    source, _colon, key = handling(order.item).amount_of.partition(":")
    price, _currency = price_of(order)
    if not source:
        return price
    given = answers(order).content.get(key)
    if not isinstance(given, int | float) or isinstance(given, bool):
        return None
    number = Decimal(str(given))
    if number <= 0:
        return None
    if source == ANSWER:
        return number
    return None if price is None else price * number


def price_of(order: Order) -> tuple[Decimal | None, str]:
    """The price of one, with its currency: as it was when approval was asked, else what the catalogue says now."""
    if order.priced_at is not None:
        return order.price, order.currency
    priced = order.item.priced
    return (priced.price_amount, priced.price_currency) if priced else (None, "")


def keep(order: Order) -> None:
    """Approval is asked about the price of now; later prices of the catalogue leave it as it is. The caller saves."""
    order.priced_at = None
    order.price, order.currency = price_of(order)
    order.priced_at = clock.now()


def sources(item: Item) -> list[tuple[str, definition.Field]]:
    """What can be the amount beside the price: (value, question), an answer or so many times the price."""
    numbers = [one for one in definition.read(item.draft).questions if one.kind == FieldKind.NUMBER]
    return [(f"{source}:{one.key}", one) for source in (ANSWER, TIMES) for one in numbers]
