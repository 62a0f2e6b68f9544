"""Sign-in by any address of a person and their password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from olmo.tenancy.scope import EVERY_CLIENT, scope

from .models import Person
from .queries import by_address


class IdentityBackend(BaseBackend):
    """Answers in the same time whether or not the address is known."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        """The active person whom `email` names, when `password` is theirs."""
        email, password = str(credentials.get("email") or ""), str(credentials.get("password") or "")
        with scope(EVERY_CLIENT):
            person = by_address(email)
            if person is None or person.is_robot:
                Person().set_password(password)  # the work of a comparison, so that timing tells nothing
                return None
            return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: int) -> Person | None:
        """The active person of a session."""
        with scope(EVERY_CLIENT):
            return Person.objects.filter(pk=user_id, is_active=True).first()
