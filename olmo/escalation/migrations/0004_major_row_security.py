"""A major incident is seen within the scope of an organisation that it concerns; one that concerns all is seen by all."""

from django.db import migrations

_CLIENTS = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"
_TEST = f"clients = '{{}}' or clients && {_CLIENTS}"


class Migration(migrations.Migration):
    dependencies = [("escalation", "0003_major")]
    operations = [
        migrations.RunSQL(
            "alter table escalation_major enable row level security;"
            "alter table escalation_major force row level security;"
            f"create policy clients on escalation_major using ({_TEST}) with check ({_TEST});",
            "drop policy clients on escalation_major;"
            "alter table escalation_major no force row level security;"
            "alter table escalation_major disable row level security;",
        )
    ]
