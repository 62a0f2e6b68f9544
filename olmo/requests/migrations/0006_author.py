"""Who wrote the answers of an order as they are now decides nothing about it."""

import django.db.models.deletion
from django.db import migrations, models

WRITTEN = """
select set_config('olmo.clients', array(select id from tenancy_client)::text, true);
update requests_order set author_id = requests_answers.by_id from requests_answers
where order_id = requests_order.id and requests_answers.revision = requests_order.revision;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0005_amounts_and_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
            ),
        ),
        migrations.RunSQL(WRITTEN, migrations.RunSQL.noop),
    ]
