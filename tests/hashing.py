"""Passwords of the cast in a millisecond: the product's own algorithm, which any Olmo can check, with one round."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """One iteration instead of a million."""

    iterations = 1
