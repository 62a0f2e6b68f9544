"""Addresses as the wire takes them."""

import re

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line

# No white space, no brackets, no second at sign unless quoted: nothing that could end a command or a header.
_ADDRESS = re.compile(
    r"""(?:"[^"\\<>]{1,64}"|[^\s"<>()@,;:\\\[\]]{1,64})@(?:[^\s"<>()@,;:\\\[\]]{1,255}|\[[0-9A-Fa-f.:]+\])"""
)


def checked_address(address: str, field: str = "to") -> str:
    """An address that may stand in an SMTP command. Raises Invalid (RFC 5321, section 4.1.2; at most 320 characters)."""
    if not _ADDRESS.fullmatch(address) or clean_line(address, 320) != address:
        raise Invalid(field, _("“%(address)s” is not an e-mail address.") % {"address": clean_line(address, 320)})
    return address


def on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891). Raises UnicodeError for a domain that is none."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
