"""A signature for each language; the one that there was stays under the language of whose it is."""

from django.db import migrations, models

_MOVE = """
update tenancy_provider set signatures = jsonb_build_object(language, signature) where signature <> '';
update tenancy_client set signatures = jsonb_build_object(language, signature) where signature <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        *(
            migrations.AddField(
                name, "signatures", models.JSONField(blank=True, default=dict, verbose_name="signature")
            )
            for name in ("provider", "client")
        ),
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("provider", "signature"),
        migrations.RemoveField("client", "signature"),
    ]
