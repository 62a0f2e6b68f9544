"""Followers and tags, to be looked up from the person's and the tag's side; every sort of every list has its index.

The arrays on the ticket are the truth, which the log proves. `@>` on them is not leakproof, so under a policy it runs after the
policy and no index of theirs is ever used: a trigger keeps two plain tables beside them instead.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from olmo.tenancy.rowsecurity import of_clients

KEEP = """
create function olmo_ticket_lookup() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from tickets_watch where ticket_id = new.id;
        delete from tickets_tagging where ticket_id = new.id;
    end if;
    insert into tickets_watch (person_id, ticket_id, client_id)
        select person, new.id, new.client_id from unnest(new.watcher_ids) person;
    insert into tickets_tagging (tag, ticket_id, client_id)
        select tag, new.id, new.client_id from unnest(new.tags) tag;
    return null;
end $$;
create trigger lookup_new after insert on tickets_ticket for each row
    when (new.watcher_ids <> '{}' or new.tags <> '{}') execute function olmo_ticket_lookup();
create trigger lookup_changed after update of watcher_ids, tags, client_id on tickets_ticket for each row
    when ((new.watcher_ids, new.tags, new.client_id) is distinct from (old.watcher_ids, old.tags, old.client_id))
    execute function olmo_ticket_lookup();

select set_config('olmo.clients', array(select id from tenancy_client)::text, true);
insert into tickets_watch (person_id, ticket_id, client_id)
    select person, id, client_id from tickets_ticket, unnest(watcher_ids) person;
insert into tickets_tagging (tag, ticket_id, client_id)
    select tag, id, client_id from tickets_ticket, unnest(tags) tag;
set constraints all immediate;
"""


def key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def client() -> models.ForeignKey:
    return models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="tenancy.client")


def ticket() -> models.ForeignKey:
    return models.ForeignKey(on_delete=CASCADE, related_name="+", to="tickets.ticket")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_search")]
    operations = [
        migrations.CreateModel(
            "Watch",
            [
                ("id", key()),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("ticket", ticket()),
                ("client", client()),
            ],
        ),
        migrations.CreateModel(
            "Tagging",
            [("id", key()), ("tag", models.CharField(max_length=40)), ("ticket", ticket()), ("client", client())],
        ),
        migrations.AddConstraint("watch", models.UniqueConstraint(fields=("person", "ticket"), name="watch_once")),
        migrations.AddConstraint("tagging", models.UniqueConstraint(fields=("tag", "ticket"), name="tagging_once")),
        migrations.RemoveIndex("ticket", "ticket_watchers"),
        migrations.RemoveIndex("ticket", "ticket_tags"),
        migrations.AddIndex("ticket", models.Index(fields=["priority", "id"], name="ticket_priority")),
        migrations.AddIndex("ticket", models.Index(fields=["due_at", "id"], name="ticket_due")),
        migrations.RunSQL(
            KEEP,
            "drop trigger lookup_new on tickets_ticket; drop trigger lookup_changed on tickets_ticket;"
            "drop function olmo_ticket_lookup();",
        ),
        of_clients("tickets_watch"),
        of_clients("tickets_tagging"),
    ]
