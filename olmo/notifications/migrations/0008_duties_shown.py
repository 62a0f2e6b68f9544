"""Notices in the pages are of on-call duties too: those are about agents, whom every agent may know."""

import django.db.models.deletion
from django.db import migrations, models

SEEN = (
    "ticket_id is null or exists (select 1 from tickets_ticket parent where parent.id = notifications_alert.ticket_id)"
)
BEFORE = "exists (select 1 from tickets_ticket parent where parent.id = notifications_alert.ticket_id)"
POLICY = "alter policy clients on notifications_alert using ({0}) with check ({0})"


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_duties"), ("staffing", "0002_row_security")]

    operations = [
        migrations.AlterField(
            "alert",
            "event",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.event"
            ),
        ),
        migrations.AlterField(
            "alert",
            "ticket",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            "alert",
            "schedule",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staffing.schedule"
            ),
        ),
        migrations.AddField("alert", "shifts", models.JSONField(null=True)),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(
                condition=models.Q(
                    ("event__isnull", False), ("schedule", None), ("shifts", None), ("ticket__isnull", False)
                )
                | models.Q(("event", None), ("schedule__isnull", False), ("shifts__isnull", False), ("ticket", None)),
                name="alert_of_one_thing",
            ),
        ),
        migrations.RunSQL(POLICY.format(SEEN), POLICY.format(BEFORE)),
    ]
