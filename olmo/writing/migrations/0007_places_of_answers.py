"""In which tickets a ready answer was used, seen as the ticket is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from olmo.tenancy.rowsecurity import of_parent


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0023_orders"),
        ("writing", "0006_to_partners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "answer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="writing.readyanswer",
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
                "indexes": [models.Index(fields=["answer", "-id"], name="uses_of_answer")],
                "constraints": [models.UniqueConstraint(fields=("answer", "ticket"), name="answer_once_a_ticket")],
            },
        ),
        of_parent("writing_answeruse", "tickets_ticket", "ticket_id"),
    ]
