"""A notice is seen by whoever sees its event."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_parent


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("tickets", "0004_search")]
    operations = [of_parent("notifications_notice", "tickets_event", "event_id")]
