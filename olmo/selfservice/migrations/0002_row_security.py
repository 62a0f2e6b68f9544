"""Visits of an organisation are seen within its scope."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("selfservice", "0001_initial")]
    operations = [
        of_clients("selfservice_visit"),
        of_parent("selfservice_search", "selfservice_visit", "visit_id"),
        of_parent("selfservice_read", "selfservice_visit", "visit_id"),
    ]
