"""What people were asked and answered is seen by their clients only."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_tables")]
    operations = [of_clients("surveys_invitation"), of_clients("surveys_rating"), of_clients("surveys_followup")]
