"""What stays with an order: the price at which approval was asked, the mark of its page; with a draft the walk that led there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_row_security"),
        ("guides", "0003_outcome_words"),
        ("requests", "0006_author"),
        ("tenancy", "0004_brand_row_security"),
        ("tickets", "0023_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="guides.run"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="currency",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name="order",
            name="mark",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="order",
            name="price",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="priced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mark", ""), _negated=True), fields=("by", "mark"), name="order_sent_once"
            ),
        ),
    ]
