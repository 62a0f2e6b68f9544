"""How addresses and numbers are written down before they are compared."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line

_NOT_DIGITS = re.compile(r"[^\d+]")


def normal_address(address: str) -> str:
    """An e-mail address in lower case without spaces around it. Raises Invalid when it is none (RFC 5321, 4.1.2)."""
    value = clean_line(address, 320).lower()
    try:
        validate_email(value)
    except ValidationError as error:
        raise Invalid("email", _("“%(address)s” is not an e-mail address.") % {"address": value}) from error
    return value


def normal_number(number: str) -> str:
    """A phone number with digits only and a leading + where given. Raises Invalid under 3 digits."""
    value = _NOT_DIGITS.sub("", clean_line(number, 40))
    if len(value) < 3:
        raise Invalid("phone", _("“%(number)s” is not a phone number.") % {"number": number})
    return "+" + value[2:] if value.startswith("00") else value
