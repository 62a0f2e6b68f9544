"""What a model or the database refuses, said as `Invalid`: the field and the reason."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from .errors import Invalid, Words


def require_valid(row: models.Model, *, without: Iterable[str] = ()) -> None:
    """Check every field of `row` by its own validators. Raises Invalid for the first that fails."""
    try:
        row.clean_fields(exclude=set(without))
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Invalid(field, reasons[0]) from error


@contextmanager
def refusing(constraints: Mapping[str, tuple[str, Words]]) -> Iterator[None]:
    """Let the database judge what must be unique, also against somebody who saves at the same moment.

    constraints: name of a constraint -> (field, sentence). Raises Invalid; what the block wrote is undone.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
        if name not in constraints:
            raise
        field, words = constraints[name]
        raise Invalid(field, words) from error
