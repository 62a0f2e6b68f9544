"""What concerns everybody is seen by everybody; the rest within the scope of those it concerns. Updates are only added to."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

_SCOPE = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"
_TEST = f"clients = '{{}}' or clients && {_SCOPE}"
GUARD = """
create function olmo_status_guard() returns trigger language plpgsql as $$
begin
    raise exception 'what was told is only added to: use a verb of status.actions';
end $$;
create trigger append_only before update on status_update for each row execute function olmo_status_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "alter table status_happening enable row level security;"
            "alter table status_happening force row level security;"
            f"create policy clients on status_happening using ({_TEST}) with check ({_TEST});",
            "drop policy clients on status_happening;"
            "alter table status_happening no force row level security;"
            "alter table status_happening disable row level security;",
        ),
        of_parent("status_update", "status_happening", "happening_id"),
        of_clients("status_component", shared_when_null=True),
        of_clients("status_page", shared_when_null=True),
        of_clients("status_subscriber", shared_when_null=True),
        migrations.RunSQL(GUARD, "drop trigger append_only on status_update; drop function olmo_status_guard();"),
    ]
