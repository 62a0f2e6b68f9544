"""A brand is read before anybody is known, by the host or the digest in an address; it is written within the scope alone."""

from django.db import migrations

_CLIENTS = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"
_TEST = f"client_id = any({_CLIENTS})"


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_brand")]
    operations = [
        migrations.RunSQL(
            "alter table tenancy_brand enable row level security;"
            "alter table tenancy_brand force row level security;"
            "create policy reading on tenancy_brand for select using (true);"
            f"create policy clients on tenancy_brand using ({_TEST}) with check ({_TEST});",
            "drop policy clients on tenancy_brand;"
            "drop policy reading on tenancy_brand;"
            "alter table tenancy_brand no force row level security;"
            "alter table tenancy_brand disable row level security;",
        )
    ]
