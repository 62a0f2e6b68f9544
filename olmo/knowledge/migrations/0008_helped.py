"""An article counts whom it helped, so that the start page need not count what every reader said."""

from django.db import migrations, models

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_COUNTED = """
update knowledge_article a set helped = f.n
    from (select article_id, count(*) as n from knowledge_feedback where is_helpful group by article_id) f
    where f.article_id = a.id;
set constraints all immediate;
create function olmo_helped() returns trigger language plpgsql as $$
declare
    more integer := 0;
begin
    if tg_op <> 'DELETE' and new.is_helpful then more := more + 1; end if;
    if tg_op <> 'INSERT' and old.is_helpful then more := more - 1; end if;
    if more <> 0 then
        update knowledge_article set helped = helped + more where id = coalesce(new.article_id, old.article_id);
    end if;
    return null;
end $$;
create trigger helped after insert or update or delete on knowledge_feedback
    for each row execute function olmo_helped();
"""
_NOT_COUNTED = "drop trigger helped on knowledge_feedback; drop function olmo_helped();"


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0007_files_are_published")]

    operations = [
        migrations.AddField("article", "helped", models.PositiveIntegerField(default=0)),
        migrations.AddIndex("article", models.Index(fields=["-helped", "-uses", "key"], name="article_helped")),
        migrations.RunSQL(_ALL_CLIENTS + _COUNTED, _NOT_COUNTED),
    ]
