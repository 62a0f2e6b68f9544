"""Policies of one client are seen within its scope, those of all clients by all; what was done belongs to its ticket's client."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_policies")]
    operations = [
        of_clients("escalation_policy", shared_when_null=True),
        of_parent("escalation_step", "escalation_policy", "policy_id"),
        of_clients("escalation_firing"),
        of_clients("escalation_watch"),
    ]
