"""What all tests share: the database plumbing of `olmo.ops.testbed`, which `addopts` loads as a plugin."""

from django.conf import settings

from olmo.ops.testbed import django_db_setup

__all__ = ["django_db_setup"]


def pytest_configure() -> None:
    """Passwords are made and checked with one round, so that a cast of seven costs nothing."""
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
