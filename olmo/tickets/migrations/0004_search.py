"""Search documents and the functions that write and read them.

`tsvector @@` is not leakproof, so under a policy it cannot use its index. The table is therefore closed to the program but for
its own rows, and searched by one function of the owner's, which filters by the scope's clients itself.
"""

from django.db import migrations

PRIVATE_TABLE = """
alter table tickets_searchdocument enable row level security;
create policy clients on tickets_searchdocument
    using (client_id = any((select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]));
create index search_words on tickets_searchdocument using gin (block, words) with (gin_pending_list_limit = 256);
"""

CONFIGURATION = """
create function olmo_configuration(language text) returns regconfig language sql immutable as $$
    select case language when 'en' then 'olmo_en' when 'it' then 'olmo_it' else 'olmo_simple' end::regconfig
$$;
"""

# A document holds at most 1 MB; words of a ticket beyond that are not found, and never refuse a message.
ADD = """
create function olmo_search_add(ticket bigint, client bigint, language text, weight text, content text)
returns void language plpgsql as $$
begin
    insert into tickets_searchdocument as d (ticket_id, client_id, block, words)
    values (ticket, client, ticket / 16384,
            setweight(to_tsvector(olmo_configuration(language), left(content, 100000)), weight::"char"))
    on conflict (ticket_id) do update set words = d.words || excluded.words;
exception when program_limit_exceeded then
    null;
end $$;

create function olmo_search_add_message(ticket bigint, client bigint, language text, message bigint)
returns void language plpgsql as $$
declare
    m record;
    names text;
begin
    select kind, text, quoted into m from tickets_message where id = message;
    select string_agg(name || ' ' || regexp_replace(name, '[._-]+', ' ', 'g'), ' ') into names
        from tickets_attachment where message_id = message and not is_inline;
    perform olmo_search_add(ticket, client, language, case when m.kind = 'internal' then 'D' else 'C' end,
                            m.text || ' ' || left(m.quoted, 20000));
    if names is not null then
        perform olmo_search_add(ticket, client, language, case when m.kind = 'internal' then 'D' else 'B' end, names);
    end if;
end $$;
"""

# Every word must occur, in either language, its last letters free; a word that either language does not index
# ("the", "non") is left out unless nothing else is asked. Phrases are matched in order, as a whole.
ASK = """
create function olmo_search_query(words text[], phrases text[], weights text)
returns tsquery language plpgsql stable set client_min_messages = error as $$
declare
    term text;
    suffix text;
    en tsquery;
    it tsquery;
    whole tsquery;
begin
    for term, suffix in
        select w, ':*' || weights from unnest(words) w
        union all
        select p, case when weights = '' then '' else ':' || weights end from unnest(phrases) p
    loop
        term := '''' || replace(replace(term, '\\', ' '), '''', ' ') || '''' || suffix;
        en := to_tsquery('olmo_en', term);
        it := to_tsquery('olmo_it', term);
        if numnode(en) > 0 and numnode(it) > 0 then
            whole := coalesce(whole && (en || it), en || it);
        end if;
    end loop;
    return whole;
end $$;
"""

# The newest two blocks first (32,768 tickets); only when they do not fill the answer, everything. Ranking reads at most
# `most` documents, so neither step grows with the number of tickets that hold a common word.
FIND = """
create function olmo_search_tickets(words text[], phrases text[], weights text, most int, among bigint[])
returns table (ticket_id bigint, rank real)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
declare
    clients bigint[] := coalesce(nullif(current_setting('olmo.clients', true), ''), '{}')::bigint[];
    query tsquery := olmo_search_query(words, phrases, weights);
    newest int;
    found bigint[];
begin
    if query is null then
        return;
    end if;
    if among is not null then
        found := array(select d.ticket_id from tickets_searchdocument d
            where d.ticket_id = any(among) and d.client_id = any(clients) and d.words @@ query
            order by d.ticket_id desc limit most);
    else
        newest := coalesce((select max(d.ticket_id) from tickets_searchdocument d) / 16384, 0);
        found := array(with hit as materialized (
                select d.ticket_id, d.client_id from tickets_searchdocument d
                where d.block = any(array[newest, newest - 1]) and d.words @@ query)
            select h.ticket_id from hit h where h.client_id = any(clients) order by 1 desc limit most);
        if cardinality(found) < most and newest > 1 then
            found := array(with hit as materialized (
                    select d.ticket_id, d.client_id from tickets_searchdocument d where d.words @@ query)
                select h.ticket_id from hit h where h.client_id = any(clients) order by 1 desc limit most);
        end if;
    end if;
    return query select d.ticket_id, ts_rank(d.words, query) from tickets_searchdocument d
        where d.ticket_id = any(found) order by 2 desc, 1 desc;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_guards")]
    operations = [
        migrations.RunSQL(PRIVATE_TABLE, "drop index search_words; drop policy clients on tickets_searchdocument;"),
        migrations.RunSQL(CONFIGURATION, "drop function olmo_configuration"),
        migrations.RunSQL(ADD, "drop function olmo_search_add_message; drop function olmo_search_add;"),
        migrations.RunSQL(ASK, "drop function olmo_search_query"),
        migrations.RunSQL(FIND, "drop function olmo_search_tickets"),
    ]
