"""How addresses and numbers are written down before they are compared."""

import re
from functools import lru_cache
from importlib.resources import files

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line

SHORTEST_NUMBER = 4
_NOT_DIGITS = re.compile(r"[^\d+]")


def normal_address(address: str) -> str:
    """An e-mail address in lower case without spaces around it. Raises Invalid when it is none (RFC 5321, 4.1.2)."""
    value = clean_line(address, 320).lower()
    try:
        validate_email(value)
    except ValidationError as error:
        raise Invalid("email", _("“%(address)s” is not an e-mail address.") % {"address": value}) from error
    return value


def normal_number(number: str, time_zone: str = "") -> str:
    """A phone number in E.164 whatever its spelling, where its country can be told: by its prefix, or by `time_zone`.

    Otherwise digits only, with a leading + where given (internal extensions, short codes). Raises Invalid under 3 digits.
    Source: ITU-T E.164.
    """
    value = _NOT_DIGITS.sub("", clean_line(number, 40))
    if len(value) < 3:
        raise Invalid("phone", _("“%(number)s” is not a phone number.") % {"number": number})
    return _international(number, time_zone) or ("+" + value[2:] if value.startswith("00") else value)


def number_keys(text: str, time_zone: str = "") -> list[str]:
    """Digits to look for in stored numbers when somebody types (a part of) a number in any spelling; none for other words."""
    digits = "".join(c for c in text if c.isdecimal())
    if len(digits) < SHORTEST_NUMBER or any(c.isalpha() for c in text):
        return []
    keys = [digits, digits.lstrip("0"), _international(text, time_zone).lstrip("+")]
    return [key for key in dict.fromkeys(keys) if len(key) >= SHORTEST_NUMBER]


def _international(number: str, time_zone: str) -> str:
    """The number in E.164, or "" when it cannot be one there. `00` stands for + in every country that we know by its zone."""
    text = clean_line(number, 40)
    try:
        found = phonenumbers.parse("+" + text[2:] if text.startswith("00") else text, country_of(time_zone))
    except phonenumbers.NumberParseException:
        return ""
    is_one = phonenumbers.is_possible_number(found)
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)) if is_one else ""


def country_of(time_zone: str) -> str | None:
    """The country (ISO 3166, two letters) in which a time zone is, or None."""
    return _countries().get(time_zone)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Zones and their countries, from the list that comes with the time zones: country, place, zone, parted by tabs."""
    text = (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
