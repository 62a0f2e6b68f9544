"""Where a ready answer was used is read by the newest use, which may be of a ticket in which it was used before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Uses of an answer by their time."""

    dependencies = [("writing", "0007_places_of_answers")]

    operations = [
        migrations.RemoveIndex("answeruse", "uses_of_answer"),
        migrations.AddIndex("answeruse", models.Index(fields=["answer", "-at", "-id"], name="uses_by_time")),
    ]
