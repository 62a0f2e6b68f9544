"""Open tickets of nobody in the order of their last change: an index on (assignee, ...) is not read in order for IS NULL."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_lookup")]
    operations = [
        migrations.AddIndex(
            "ticket",
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_unassigned",
                condition=Q(status__in=("new", "open", "waiting"), assignee=None),
            ),
        ),
    ]
