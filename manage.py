#!/usr/bin/env python
"""Django's own commands, for Django people: `bin/olmo manage ...` or `.venv/bin/python manage.py ...`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    execute_from_command_line(sys.argv)
