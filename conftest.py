"""What all tests share: the database plumbing of `olmo.ops.testbed`, which `addopts` loads as a plugin."""

import pytest
from django.conf import settings

from olmo.ops.testbed import django_db_setup

__all__ = ["django_db_setup"]


def pytest_configure() -> None:
    """Passwords are made and checked with one round, so that a cast of seven costs nothing."""
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that no worker is alone with it at the end (files are handed out in this order)."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
