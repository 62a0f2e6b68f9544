"""How long requests usually take, by client and category."""

import django.db.models.deletion
from django.db import migrations, models

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_row_security"), ("tenancy", "0002_signatures")]

    operations = [
        migrations.CreateModel(
            name="UsualTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.BigIntegerField()),
                ("n", models.PositiveIntegerField()),
                ("low_minutes", models.PositiveIntegerField()),
                ("high_minutes", models.PositiveIntegerField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "category"), name="usual_once")],
            },
        ),
        of_clients("reports_usualtime"),
    ]
