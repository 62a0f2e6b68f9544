"""A message that came in belongs to the client of its ticket; until then only a scope of every client shows it."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients

SCOPE = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"
TEST = (
    f"client_id = any({SCOPE}) or (client_id is null and (select count(*) from tenancy_client) = cardinality({SCOPE}))"
)


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial"), ("tenancy", "0001_initial")]
    operations = [
        of_clients("channels_mailbox", shared_when_null=True),
        migrations.RunSQL(
            "alter table channels_rawmessage enable row level security;"
            "alter table channels_rawmessage force row level security;"
            f"create policy clients on channels_rawmessage using ({TEST}) with check ({TEST});"
            # Compressed mail saves little and costs the intake its pace.
            "alter table channels_rawmessage alter column content set storage external;",
            "drop policy clients on channels_rawmessage;"
            "alter table channels_rawmessage no force row level security;"
            "alter table channels_rawmessage disable row level security;",
        ),
    ]
