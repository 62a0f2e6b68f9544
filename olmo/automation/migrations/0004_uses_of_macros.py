"""In which tickets a macro was used, seen as the ticket is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from olmo.tenancy.rowsecurity import of_parent


class Migration(migrations.Migration):
    """Uses of macros, each ticket once."""

    dependencies = [
        ("automation", "0003_trials"),
        ("tickets", "0024_newest_of_template"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MacroUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "macro",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="automation.macro",
                    ),
                ),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["macro", "-at", "-id"], name="macro_uses_by_time")],
                "constraints": [models.UniqueConstraint(fields=("macro", "ticket"), name="macro_once_a_ticket")],
            },
        ),
        of_parent("automation_macrouse", "tickets_ticket", "ticket_id"),
    ]
