"""What agents should know of a person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from olmo.tenancy.rowsecurity import of_parent


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        of_parent("people_personnote", "people_person", "person_id"),
    ]
