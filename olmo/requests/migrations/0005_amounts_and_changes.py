"""Approvals above an amount, and whether an agent’s change of the answers asks for them again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0004_words_of_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="approvalstep",
            name="above",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="only above"
            ),
        ),
        migrations.AddField(
            model_name="handling",
            name="amount_of",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="handling",
            name="asks_again",
            field=models.BooleanField(default=True),
        ),
    ]
