"""When somebody wrote while a third party has the ticket; until now such words ended that hold, so that nothing is to be filled in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0020_put_off_knowingly")]

    operations = [migrations.AddField("standing", "wrote_at", models.DateTimeField(null=True))]
