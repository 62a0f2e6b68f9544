"""Services for some organisations are seen within their scope. A published form is never changed: it only ends."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_parent, of_some

GUARD = """
create function olmo_catalogue_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (new.item_id, new.number, new.content, new.by_id, new.published_at)
        is distinct from (old.item_id, old.number, old.content, old.by_id, old.published_at) then
        raise exception 'a published form is never changed: use a verb of catalogue.actions';
    end if;
    return new;
end $$;
create trigger published before update or delete on catalogue_formversion
    for each row execute function olmo_catalogue_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        of_some("catalogue_service", "client_ids", when="audience = 'clients'"),
        of_parent("catalogue_item", "catalogue_service", "service_id"),
        of_parent("catalogue_formversion", "catalogue_item", "item_id"),
        migrations.RunSQL(
            GUARD, "drop trigger published on catalogue_formversion; drop function olmo_catalogue_guard();"
        ),
    ]
