"""What people were told of on-call schedules. It is about agents, whom every agent may know."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_reasons"), ("staffing", "0002_row_security")]

    operations = [
        migrations.CreateModel(
            name="Duties",
            fields=[
                (
                    "schedule",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="staffing.schedule",
                    ),
                ),
                ("told", models.JSONField(default=list)),
            ],
        ),
    ]
