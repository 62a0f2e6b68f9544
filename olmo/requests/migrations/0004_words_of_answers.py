"""Answers know the message that carries their words; what somebody decided last is found by an index."""

import django.db.models.deletion
from django.db import migrations, models

# The first answers are in the ticket's first message; later ones in what their author wrote at that moment.
_CARRIED = """
select set_config('olmo.clients', array(select id from tenancy_client)::text, true);
update requests_answers a set message_id = (
    select m.id from tickets_message m
    where m.ticket_id = o.ticket_id and (a.revision = 1 or (m.author_id = a.by_id and m.at >= a.at))
    order by m.id limit 1
)
from requests_order o where o.id = a.order_id;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("requests", "0003_plan"), ("tickets", "0023_orders")]

    operations = [
        migrations.AddField(
            model_name="answers",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tickets.message",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["decided_by", "-decided_at"], name="approval_decided"),
        ),
        migrations.RunSQL(_CARRIED, migrations.RunSQL.noop),
    ]
