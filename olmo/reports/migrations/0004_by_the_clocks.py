"""Punctuality is judged by the clocks: what was counted before is counted anew, as when the desk changes its time zone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_usual_time"), ("service_levels", "0005_feeds")]
    operations = [migrations.RunSQL("update reports_progress set zone = ''", migrations.RunSQL.noop)]
