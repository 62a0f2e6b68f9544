"""Tickets name assets. The array on the ticket is the truth; a trigger keeps a plain table beside it, to look up from the asset."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT
from django.db.models.expressions import RawSQL

from olmo.tenancy.rowsecurity import of_clients

KEEP = """
create function olmo_ticket_concerns() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from tickets_concern where ticket_id = new.id;
    end if;
    insert into tickets_concern (asset_id, ticket_id, client_id)
        select asset, new.id, new.client_id from unnest(new.asset_ids) asset;
    return null;
end $$;
create trigger concerns_new after insert on tickets_ticket for each row
    when (new.asset_ids <> '{}') execute function olmo_ticket_concerns();
create trigger concerns_changed after update of asset_ids, client_id on tickets_ticket for each row
    when ((new.asset_ids, new.client_id) is distinct from (old.asset_ids, old.client_id)
        and (new.asset_ids <> '{}' or old.asset_ids <> '{}'))
    execute function olmo_ticket_concerns();
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_row_security"), ("tickets", "0021_written_meanwhile")]
    operations = [
        migrations.AddField(
            "ticket",
            "asset_ids",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, db_default=RawSQL("'{}'::bigint[]", ()), size=None
            ),
        ),
        migrations.CreateModel(
            "Concern",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "asset",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="assets.asset"),
                ),
                ("ticket", models.ForeignKey(on_delete=CASCADE, related_name="+", to="tickets.ticket")),
                (
                    "client",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="tenancy.client"),
                ),
            ],
        ),
        migrations.AddConstraint("concern", models.UniqueConstraint(fields=("asset", "ticket"), name="concern_once")),
        migrations.RunSQL(
            KEEP,
            "drop trigger concerns_new on tickets_ticket; drop trigger concerns_changed on tickets_ticket;"
            "drop function olmo_ticket_concerns();",
        ),
        of_clients("tickets_concern"),
    ]
