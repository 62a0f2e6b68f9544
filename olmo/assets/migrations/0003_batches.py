"""The trail says which assets were changed at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_row_security")]
    operations = [
        migrations.AddField(model_name="step", name="batch", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("batch", None), _negated=True), fields=["batch"], name="steps_of_batch"
            ),
        ),
    ]
