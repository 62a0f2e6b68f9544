"""Breaches that were waived are counted beside the others: what was counted before is counted anew, as when the zone changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_by_the_clocks")]
    operations = [
        migrations.AddField("fact", "is_resolution_waived", models.BooleanField(default=False)),
        migrations.AddField("fact", "is_response_waived", models.BooleanField(default=False)),
        migrations.RunSQL("update reports_progress set zone = ''", migrations.RunSQL.noop),
    ]
