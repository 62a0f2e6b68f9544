"""The newest runs of a procedure are read in order."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_row_security")]
    operations = [
        migrations.AlterField(
            model_name="run",
            name="procedure",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="procedures.procedure",
            ),
        ),
        migrations.AddIndex(
            model_name="run", index=models.Index(fields=["procedure", "-id"], name="runs_of_procedure")
        ),
    ]
