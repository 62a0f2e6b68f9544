"""A signature for each language, of agents and of teams; what an agent had stays under their language."""

from django.db import migrations, models

_MOVE = "update people_person set signatures = jsonb_build_object(language, signature) where signature <> ''"


class Migration(migrations.Migration):
    dependencies = [("people", "0009_lists")]

    operations = [
        *(
            migrations.AddField(
                name, "signatures", models.JSONField(blank=True, default=dict, verbose_name="signature")
            )
            for name in ("person", "team")
        ),
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("person", "signature"),
    ]
