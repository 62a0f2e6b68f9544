"""What a filled-in form asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from olmo.catalogue.models import FormVersion
from olmo.people.models import Person


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One filled-in form. values: checked answers; recipient: whom it is for; uploads: draft files that answers name.

    mark: of the page on which it was filled in (see `once`).
    """

    version: FormVersion
    values: Mapping[str, Any]
    recipient: Person
    uploads: Sequence[int] = ()
    mark: str = ""
