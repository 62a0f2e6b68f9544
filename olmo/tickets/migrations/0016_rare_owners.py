"""Lists of a team, an agent or a reason with few tickets among many find them by an index instead of walking all tickets.

And few open tickets have no owner, while hardly any other has none: the planner has to know the two columns together. Without that
it takes the list of what nobody has taken for sixteen times shorter than it is, and sorts all of it instead of walking the index
of urgency.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three indexes, and statistics over status and owner together."""

    dependencies = [("tickets", "0015_suppliers")]

    operations = [
        migrations.AddIndex("ticket", models.Index(fields=["team"], name="ticket_of_team")),
        migrations.AddIndex("ticket", models.Index(fields=["assignee"], name="ticket_of_assignee")),
        migrations.AddIndex("standing", models.Index(fields=["reason"], name="standing_reason")),
        migrations.RunSQL(
            "create statistics ticket_taken (mcv) on status, assignee_id from tickets_ticket; analyze tickets_ticket;",
            "drop statistics ticket_taken",
        ),
    ]
