"""What all tests share: the database plumbing of `olmo.ops.testbed`, which `addopts` loads as a plugin."""

import pytest
from _pytest.runner import runtestprotocol
from django.conf import settings

from olmo.ops.testbed import django_db_setup

__all__ = ["django_db_setup"]


def pytest_configure() -> None:
    """Passwords are made and checked with one round, so that a cast of seven costs nothing."""
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that no worker is alone with it at the end (files are handed out in this order)."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A journey in a browser that fails is walked once more, and named among the warnings: what fails twice is broken."""
    if "journeys" not in item.path.parts:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports):
        said = "; ".join(str(report.longrepr).strip().splitlines()[-1] for report in reports if report.failed)
        item.warn(pytest.PytestWarning(f"walked once more: {said}"))
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001  (as pytest does between two runs)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
