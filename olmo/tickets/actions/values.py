"""Values that verbs accept: each check raises Invalid with the field and the reason."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from ..models import Category, CustomField, Impact

MAX_TEXT = 200_000
# Asked twice for every request that comes in by the portal: plain SQL, for the ORM takes longer than the database.
_FIELDS = """
select * from tickets_customfield
where (client_id is null or client_id = %s) and (category_id is null or category_id = %s) order by position, id
"""
_TAG = re.compile(r"[^\w.+-]+")


def checked_level(name: str, value: int) -> int:
    """Impact or urgency: 1, 2 or 3."""
    if value not in Impact.values:
        raise Invalid(name, _("Choose high, medium or low."))
    return value


def checked_team(team: Team) -> Team:
    """A team that still takes tickets."""
    if not team.is_active:
        raise Invalid("team", _("The team %(team)s takes no tickets any more.") % {"team": team.name})
    return team


def checked_tags(tags: list[str]) -> list[str]:
    """Tags in lower case, words joined by hyphens, at most 40 characters each; empty ones dropped."""
    made = {_TAG.sub("-", clean_line(tag, 60).lower()).strip("-")[:40] for tag in tags}
    return sorted(made - {""})


def checked_text(text: str, name: str = "text", limit: int = MAX_TEXT) -> str:
    """Words of a message: 1 to `limit` characters."""
    words = clean(text).strip()
    if not words:
        raise Invalid(name, _("Write something first."))
    if len(words) > limit:
        raise Invalid(
            name, _("This is too long: %(length)d characters of at most %(limit)d. Nothing was sent; please attach it as a file.")
            % {"length": len(words), "limit": limit},
        )  # fmt: skip
    return words


def checked_future(name: str, moment: datetime | None) -> datetime | None:
    """A moment that has not passed."""
    if moment is not None and moment <= clock.now():
        raise Invalid(name, _("Choose a moment in the future."))
    return moment


def fields_for(client: Client | int, category: Category | int | None) -> list[CustomField]:
    """The custom fields that tickets of this client and category have."""
    client_id = client if isinstance(client, int) else client.pk
    category_id = category if isinstance(category, int) or category is None else category.pk
    return list(CustomField.objects.raw(_FIELDS, [client_id, category_id]))


def checked_fields(
    values: dict[str, Any], client: Client | int, category: Category | int | None, by: Person, *, complete: bool
) -> dict[str, Any]:
    """Custom field values in their stored form. complete: a required field that is missing is refused too."""
    known = {f.key: f for f in fields_for(client, category) if f.is_for_requesters or not by.is_requester}
    unknown = next((key for key in values if key not in known), None)
    if unknown is not None:
        raise Invalid(unknown, _("There is no field “%(key)s” here.") % {"key": unknown})
    stored = {key: _stored(known[key], value) for key, value in values.items()}
    for key, definition in known.items():
        if complete and definition.is_required and stored.get(key) is None:
            raise Invalid(key, _("“%(field)s” is needed.") % {"field": definition})
    return stored


def _stored(definition: CustomField, value: Any) -> Any:
    if value in (None, ""):
        return None
    try:
        return _READERS[definition.kind](definition, value)
    except ValueError as error:
        raise Invalid(
            definition.key, _("“%(value)s” does not fit the field “%(field)s”.") % {"value": value, "field": definition}
        ) from error


def _text(_definition: CustomField, value: Any) -> str:
    return clean(str(value), 5000)


def _number(_definition: CustomField, value: Any) -> float | int:
    number = float(str(value).replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(value)
    return int(number) if number.is_integer() else number


def _date(_definition: CustomField, value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def _choice(definition: CustomField, value: Any) -> str:
    if value not in definition.choices:
        raise ValueError(value)
    return str(value)


def _boolean(_definition: CustomField, value: Any) -> bool:
    words = {"true": True, "on": True, "1": True, "yes": True, "false": False, "off": False, "0": False, "no": False}
    try:
        return words[str(value).lower()]
    except KeyError as error:
        raise ValueError(value) from error


_READERS: dict[str, Callable[[CustomField, Any], Any]] = {
    CustomField.Kind.TEXT: _text, CustomField.Kind.NUMBER: _number, CustomField.Kind.DATE: _date,
    CustomField.Kind.CHOICE: _choice, CustomField.Kind.BOOLEAN: _boolean,
}  # fmt: skip
