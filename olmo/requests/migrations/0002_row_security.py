"""Orders, their answers and approvals are seen within the scope of their client. An answer once decided is not decided again."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients

TABLES = ("order", "answers", "approval", "link", "substitute", "draft")
GUARD = """
create function olmo_approval_guard() returns trigger language plpgsql as $$
begin
    if old.decision <> '' and (new.decision, new.decided_by_id, new.decided_at) is distinct from
        (old.decision, old.decided_by_id, old.decided_at) then
        raise exception 'an approval is decided once: use a verb of requests.deciding';
    end if;
    return new;
end $$;
create trigger decided_once before update on requests_approval for each row execute function olmo_approval_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("requests", "0001_initial")]
    operations = [
        *[of_clients(f"requests_{table}") for table in TABLES],
        migrations.RunSQL(
            GUARD, "drop trigger decided_once on requests_approval; drop function olmo_approval_guard();"
        ),
    ]
