"""Facts and sums are seen by their clients only; the log can be read from a transaction on."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("tickets", "0003_guards")]
    operations = [
        migrations.RunSQL("create index event_xact on tickets_event (xact)", "drop index event_xact"),
        of_clients("reports_fact"),
        of_clients("reports_rollup"),
    ]
