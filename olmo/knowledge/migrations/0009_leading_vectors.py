"""Vectors by which the search chooses: one for each text, in a table of their own, an eighth of the pages that all of them fill.

All vectors of a text are then read by the text. What there is already is brought in; the function makes both tables from now on.
"""

from django.db import migrations, models

VECTORS = """
create or replace function olmo_knowledge_vectors() returns boolean language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    made text;
begin
    if to_regclass('knowledge_lead') is not null then
        return true;
    end if;
    if not exists (select from pg_extension where extname = 'vector') then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtext('knowledge_vector'));
    execute $q$create table if not exists knowledge_vector (
        passage_id bigint primary key references knowledge_passage on delete cascade, translation_id bigint not null,
        client_id bigint, part varchar(7) not null, vector halfvec(512) not null)$q$;
    execute 'create index if not exists vectors_of_a_text on knowledge_vector (translation_id)';
    execute $q$create table if not exists knowledge_lead (
        passage_id bigint primary key references knowledge_passage on delete cascade, translation_id bigint not null,
        client_id bigint, vector halfvec(512) not null)$q$;
    foreach made in array array['knowledge_vector', 'knowledge_lead'] loop
        execute format('alter table %I enable row level security', made);
        execute format('alter table %I force row level security', made);
        execute format('drop policy if exists clients on %I', made);
        execute format($q$create policy clients on %I using (client_id is null or client_id = any(
            (select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]))$q$, made);
    end loop;
    return true;
exception when undefined_object then  -- a release of pgvector without half-precision vectors
    return false;
end $$;
select set_config('olmo.clients', array(select id from tenancy_client)::text, true);
do $$
begin
    if olmo_knowledge_vectors() then
        execute $q$insert into knowledge_lead select passage_id, translation_id, client_id, vector from knowledge_vector v
            where part = 'both' or part = 'title' and not exists (
                select from knowledge_passage p where p.translation_id = v.translation_id and p.part = 'both')$q$;
    end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0008_helped")]

    operations = [
        migrations.RunSQL(VECTORS, migrations.RunSQL.noop),
        migrations.AddIndex(
            "term",
            models.Index(fields=["lexeme", "language"], include=["translation", "weight", "client"], name="terms_said"),
        ),
        migrations.RemoveIndex("term", "terms_by_lexeme"),
    ]
