"""What all tests share: the database plumbing of `olmo.ops.testbed`, which `addopts` loads as a plugin."""

from olmo.ops.testbed import django_db_setup

__all__ = ["django_db_setup"]
