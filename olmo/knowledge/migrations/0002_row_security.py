"""Articles of an organisation are seen within its scope. Texts and the trail are only added to."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

GUARD = """
create function olmo_knowledge_guard() returns trigger language plpgsql as $$
begin
    raise exception 'texts and steps of articles are only added to: use a verb of knowledge.actions';
end $$;
create trigger append_only before update or delete on knowledge_version
    for each row execute function olmo_knowledge_guard();
create trigger append_only before update or delete on knowledge_step
    for each row execute function olmo_knowledge_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]
    operations = [
        of_clients("knowledge_article", shared_when_null=True),
        of_parent("knowledge_translation", "knowledge_article", "article_id"),
        of_parent("knowledge_version", "knowledge_translation", "translation_id"),
        of_parent("knowledge_step", "knowledge_article", "article_id"),
        migrations.RunSQL(
            GUARD,
            "drop trigger append_only on knowledge_version; drop trigger append_only on knowledge_step;"
            "drop function olmo_knowledge_guard();",
        ),
    ]
