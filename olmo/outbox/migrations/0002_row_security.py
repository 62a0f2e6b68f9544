"""Envelopes of a client are seen within its scope; those of no client (sign-in links, notices) by all."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("tenancy", "0001_initial")]
    operations = [of_clients("outbox_envelope", shared_when_null=True)]
