"""The page of a template names the newest tickets that began from it: read in order, of many thousands too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of a template has its tickets by age."""

    dependencies = [("tickets", "0023_orders")]

    operations = [
        migrations.RemoveIndex("ticket", "ticket_of_template"),
        migrations.AddIndex(
            "ticket",
            models.Index(
                condition=models.Q(("template__isnull", False)), fields=["template", "-id"], name="ticket_of_template"
            ),
        ),
    ]
