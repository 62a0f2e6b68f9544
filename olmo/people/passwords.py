"""What a password may not be, beyond what Django's validators (settings) say: no word that everybody here would guess first."""

from collections.abc import Iterator

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from olmo.tenancy.queries import provider

from .models import Person

# OWASP ASVS 5.0, 6.1.2 and 6.2.11: the words of this place. Names of the provider, the organisation and the person join them.
WORDS = ("olmo", "helpdesk", "servicedesk", "support", "assistenza", "ticket")
SHORTEST_REST = 6  # letters that must be left when the guessable words are taken out


def check(password: str, person: Person) -> None:
    """Raise ValidationError, with the reason, unless `person` may have this password."""
    validate_password(password, person)
    rest = _letters(password)
    for word in sorted(_guessable(person), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest.strip("0123456789")) < SHORTEST_REST:
        raise ValidationError(
            _("This password is made of words that others here would guess: names, or what this place does.")
        )


def _guessable(person: Person) -> Iterator[str]:
    host = provider()
    names = [person.name, host.name if host else "", person.client.name if person.client else "", person.email or ""]
    yield from WORDS
    yield from (
        word
        for name in names
        for part in name.replace("@", " ").replace(".", " ").split()
        if len(word := _letters(part)) > 2
    )


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
