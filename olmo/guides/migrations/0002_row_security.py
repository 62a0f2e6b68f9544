"""What is of one organisation is seen within its scope; versions are only added to."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

GUARD = """
create function olmo_guides_guard() returns trigger language plpgsql as $$
begin
    raise exception 'published troubleshooters are only added to: use a verb of guides.actions';
end $$;
create trigger append_only before update on guides_version for each row execute function olmo_guides_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("guides", "0001_initial")]
    operations = [
        of_clients("guides_guide", shared_when_null=True),
        of_parent("guides_version", "guides_guide", "guide_id"),
        of_parent("guides_picture", "guides_guide", "guide_id"),
        of_clients("guides_run", shared_when_null=True),
        migrations.RunSQL(GUARD, "drop trigger append_only on guides_version; drop function olmo_guides_guard();"),
    ]
