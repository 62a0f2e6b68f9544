"""Why a ticket has its values is read from few events, however long its talk."""

from django.db import migrations, models

KINDS = (
    "opened", "assigned", "escalated", "handed_over", "categorised", "classified", "prioritised", "working_state_set", "tagged",
    "watched", "undone",
)  # fmt: skip


class Migration(migrations.Migration):
    """An index of those events."""

    dependencies = [("tickets", "0016_rare_owners")]

    operations = [
        migrations.AddIndex(
            "event", models.Index(fields=["ticket", "seq"], name="event_of_values", condition=models.Q(kind__in=KINDS))
        )
    ]
