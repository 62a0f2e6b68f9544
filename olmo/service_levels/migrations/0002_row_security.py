"""Agreements of one client, their terms, clocks and waivers are seen within its scope; those of all clients by all."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("service_levels", "0001_tables")]
    operations = [
        of_clients("service_levels_agreement", shared_when_null=True),
        of_parent("service_levels_terms", "service_levels_agreement", "agreement_id"),
        of_clients("service_levels_clock"),
        of_clients("service_levels_waiver"),
    ]
