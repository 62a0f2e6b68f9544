"""Suggestions are seen within the scope of their client; what was learnt is the whole desk's."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_triage")]
    operations = [of_clients("routing_suggestion")]
