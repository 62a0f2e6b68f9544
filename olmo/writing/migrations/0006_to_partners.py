"""Messages to a partner's desk are drafts like replies and notes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0021_written_meanwhile"),
        ("writing", "0005_waiting"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="attached",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
        ),
        migrations.AddField(
            model_name="draft",
            name="quoted",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
        ),
        migrations.AddField(
            model_name="draft",
            name="reference",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="draft",
            name="supplier",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tickets.supplier"
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="waits",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="draft",
            name="kind",
            field=models.CharField(
                choices=[("reply", "Reply"), ("note", "Internal note"), ("partner", "Message to a partner")],
                default="reply",
                max_length=8,
            ),
        ),
    ]
