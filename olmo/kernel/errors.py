"""What can go wrong, in words that a person can act on.

Every refusal is one of these. Shells translate them once: NotFound 404, NotAllowed 403, Invalid 422, Conflict 409.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class OlmoError(Exception):
    """A refusal with a sentence for the person who asked. `message` is translated when it is shown."""

    def __init__(self, message: Words) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


class NotFound(OlmoError):
    """The thing does not exist, or may not be known to exist by this person."""

    def __init__(self, message: Words = _("There is no such thing here.")) -> None:
        super().__init__(message)


class NotAllowed(OlmoError):
    """The person may see the thing, but not do this to it."""

    def __init__(self, message: Words = _("You may not do this.")) -> None:
        super().__init__(message)


class Invalid(OlmoError):
    """A value that cannot be accepted. `field` names the form field, `message` gives the reason."""

    def __init__(self, field: str, message: Words) -> None:
        self.field = field
        super().__init__(message)


class Conflict(OlmoError):
    """The state has moved on, or does not allow the verb now; nothing was changed."""
