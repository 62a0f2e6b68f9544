"""What the database itself enforces: the log is complete and append-only; rows are seen by their clients only."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

VERSION_RISES = """
create function olmo_ticket_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'tickets are never deleted: close them, or erase words with tickets.actions.redact()';
    end if;
    if new.version <= old.version then
        raise exception 'ticket % changed without an event: change it inside tickets.log.changing()', old.number;
    end if;
    return new;
end $$;
create trigger version_rises before update or delete on tickets_ticket
    for each row execute function olmo_ticket_guard();
"""

EVENT_FOR_VERSION = """
alter table tickets_ticket add constraint version_has_its_event foreign key (id, version)
    references tickets_event (ticket_id, seq) deferrable initially deferred;
"""

APPEND_ONLY = """
create function olmo_event_guard() returns trigger language plpgsql as $$
begin
    raise exception 'events are append-only: record another one inside tickets.log.changing()';
end $$;
create trigger append_only before update or delete on tickets_event
    for each row execute function olmo_event_guard();
"""

# A reader that pages the log outside a transaction bounds it by pg_snapshot_xmin(pg_current_snapshot()).
TRANSACTION_OF_EVENT = "alter table tickets_event add column xact xid8 not null default pg_current_xact_id();"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_tables"), ("people", "0002_row_security")]
    operations = [
        migrations.RunSQL(
            VERSION_RISES,
            "drop trigger version_rises on tickets_ticket; drop function olmo_ticket_guard();",
        ),
        migrations.RunSQL(EVENT_FOR_VERSION, "alter table tickets_ticket drop constraint version_has_its_event"),
        migrations.RunSQL(APPEND_ONLY, "drop trigger append_only on tickets_event; drop function olmo_event_guard();"),
        migrations.RunSQL(TRANSACTION_OF_EVENT, "alter table tickets_event drop column xact"),
        of_clients("tickets_ticket"),
        of_clients("tickets_message"),
        of_clients("tickets_attachment"),
        of_clients("tickets_category", shared_when_null=True),
        of_clients("tickets_customfield", shared_when_null=True),
        of_parent("tickets_event", "tickets_ticket", "ticket_id"),
        of_parent("tickets_readmark", "tickets_ticket", "ticket_id"),
    ]
