"""Tasks are listed in the order of their due times: everybody's, and those that are left to the ticket's own team."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0002_row_security")]
    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state__in", ("todo", "doing"))), fields=["due_at", "id"], name="task_in_hand"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state__in", ("todo", "doing")), ("team", None)),
                fields=["due_at", "id"],
                name="task_of_no_team",
            ),
        ),
    ]
