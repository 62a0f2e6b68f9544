"""Notices in the pages are of what readers say of articles too: seen by whoever sees the suggestion."""

import django.db.models.deletion
from django.db import migrations, models

SEEN = (
    "(ticket_id is null or exists (select 1 from tickets_ticket parent where parent.id = notifications_alert.ticket_id)) "
    "and (suggestion_id is null or exists "
    "(select 1 from knowledge_suggestion parent where parent.id = notifications_alert.suggestion_id))"
)
BEFORE = (
    "ticket_id is null or exists (select 1 from tickets_ticket parent where parent.id = notifications_alert.ticket_id)"
)
POLICY = "alter policy clients on notifications_alert using ({0}) with check ({0})"


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0004_feedback"), ("notifications", "0008_duties_shown")]

    operations = [
        migrations.RemoveConstraint("alert", "alert_of_one_thing"),
        migrations.AddField(
            "alert",
            "suggestion",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.suggestion"
            ),
        ),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(
                condition=models.Q(
                    ("event__isnull", False),
                    ("schedule", None),
                    ("shifts", None),
                    ("suggestion", None),
                    ("ticket__isnull", False),
                )
                | models.Q(
                    ("event", None),
                    ("schedule__isnull", False),
                    ("shifts__isnull", False),
                    ("suggestion", None),
                    ("ticket", None),
                )
                | models.Q(
                    ("event", None),
                    ("schedule", None),
                    ("shifts", None),
                    ("suggestion__isnull", False),
                    ("ticket", None),
                ),
                name="alert_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            "alert",
            models.UniqueConstraint(fields=("person", "suggestion"), name="alerted_of_suggestion"),
        ),
        migrations.RunSQL(POLICY.format(SEEN), POLICY.format(BEFORE)),
    ]
