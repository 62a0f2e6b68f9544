"""What all tests share: the database plumbing of `olmo.ops.testbed`, which `addopts` loads as a plugin."""

import gc
from typing import Any

import pytest
from django.conf import settings
from django.template.base import PartialTemplate, Template

from olmo.ops.testbed import django_db_setup

__all__ = ["django_db_setup"]
_TEMPLATES: tuple[Any, ...] = (Template, PartialTemplate)
_RENDERS = [kind._render for kind in _TEMPLATES]


def pytest_configure() -> None:
    """Passwords are made and checked with one round, so that a cast of seven costs nothing."""
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


@pytest.fixture(autouse=True, scope="session")
def _templates_as_in_life(django_test_environment: None) -> None:
    """Django's tests copy the context of each template, down to each option of a menu, and nobody here asks for one."""
    for kind, render in zip(_TEMPLATES, _RENDERS, strict=True):
        kind._render = render


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking for garbage in it, again and again, took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that no worker is alone with it at the end (files are handed out in this order)."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
