"""A component may name its service of the catalogue."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("status", "0003_subscriber_person"), ("catalogue", "0002_row_security")]
    operations = [
        migrations.AddField(
            "component",
            "service",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.service",
            ),
        )
    ]
