"""Minutes of work that are typed with a message wait in its draft until it is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("writing", "0008_uses_by_time")]

    operations = [
        migrations.AddField(model_name="draft", name="work", field=models.JSONField(blank=True, default=dict)),
    ]
