"""Search documents and the functions that write and read them.

`tsvector @@` is not leakproof, so under a policy it cannot use its index. The table is therefore closed to the program but for
its own rows, and searched by one function of the owner's, which filters by the scope's clients itself.

A word of the index carries the block of 16,384 neighbouring tickets that it stands in ("61/laptop"). A search reads the newest
blocks first and stops when it has enough, so what it costs depends on the answer and not on the years of history: one index
for all would walk every ticket that ever held the word, prefixes worst of all.
"""

from django.db import migrations

PRIVATE_TABLE = """
alter table tickets_searchdocument enable row level security;
create policy clients on tickets_searchdocument
    using (client_id = any((select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]));
"""

# Words over 500 bytes cannot be asked for. The client stands beside the words, so that a small client is found at once
# among a large one's tickets.
INDEX = """
create function olmo_block_words(block int, words tsvector) returns tsvector language sql immutable parallel safe as $$
    select array_to_tsvector(array(
        select block || '/' || word from unnest(tsvector_to_array(words)) word where octet_length(word) <= 500))
$$;
create index search_words on tickets_searchdocument
    using gin (client_id, olmo_block_words(block, words)) with (gin_pending_list_limit = 256);
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
            en := case when en = it then en else en || it end;
            whole := coalesce(whole && en, en);
        end if;
    end loop;
    return whole;
end $$;
"""

# Two blocks first (up to 32,768 tickets), then twice as many until there are enough: 25 for a page (up to 200 asked for, and
# ranked, where they are at hand), else as many as asked for, newest first. Each block is a scan of its own: in one scan for all of them every
# ticket would be held against every block's words. Few clients are looked up in the index, many are filtered afterwards. Words
# and prefixes are decided by the index; a phrase or a weight is checked in the document, newest first.
FIND = """
create function olmo_search_tickets(words text[], phrases text[], weights text, most int, among bigint[])
returns table (ticket_id bigint, rank real)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
declare
    clients bigint[] := coalesce(nullif(current_setting('olmo.clients', true), ''), '{}')::bigint[];
    query tsquery := olmo_search_query(words, phrases, weights);
    is_exact boolean := weights <> '' or cardinality(phrases) > 0;
    marked text;
    high int := -1;
    low int;
    width int := 2;
    enough int := case when most <= 200 then least(most, 25) else most end;
    hits bigint[];
    found bigint[] := '{}';
begin
    if query is null then
        return;
    end if;
    if among is not null then
        with own as materialized (select d.ticket_id as id, d.words as said from tickets_searchdocument d
            where d.ticket_id = any(among) and d.client_id = any(clients))
        select array(select id from own where said @@ query order by id desc limit most) into found;
    else
        -- 'laptop':* & 'access' <-> 'denied' becomes '?/laptop':* & '?/access' & '?/denied', ? standing for the block.
        marked := regexp_replace(olmo_search_query(words, phrases, '')::text, $q$'((?:[^']|'')*)'$q$,
                                 $q$'$q$ || chr(1) || $q$/\\1'$q$, 'g');
        marked := regexp_replace(marked, '<(-|\\d+)>', '&', 'g');
        high := coalesce((select max(d.ticket_id) from tickets_searchdocument d) / 16384, -1);
    end if;
    while high >= 0 and cardinality(found) < enough loop
        low := greatest(high - width + 1, 0);
        if cardinality(clients) <= 4 then
            with hit as materialized (select one.id from generate_series(low, high) b(n) cross join lateral (
                select d.ticket_id as id from tickets_searchdocument d
                where d.client_id = any(clients)
                    and olmo_block_words(d.block, d.words) @@ replace(marked, chr(1), n::text)::tsquery) one)
            select array(select id from hit order by 1 desc) into hits;
        else
            with hit as materialized (select one.* from generate_series(low, high) b(n) cross join lateral (
                select d.ticket_id as id, d.client_id as client from tickets_searchdocument d
                where olmo_block_words(d.block, d.words) @@ replace(marked, chr(1), n::text)::tsquery) one)
            select array(select id from hit where client = any(clients) order by 1 desc) into hits;
        end if;
        if is_exact then
            hits := array(select one.id from unnest(hits) one(id) cross join lateral (
                select from tickets_searchdocument d where d.ticket_id = one.id and d.words @@ query) fits limit most);
        end if;
        found := (found || hits)[:most];
        high := low - 1;
        width := width * 2;
    end loop;
    if cardinality(found) > 200 then
        return query select id, 0::real from unnest(found) id;
        return;
    end if;
    return query select d.ticket_id, ts_rank(d.words, query) from tickets_searchdocument d
        where d.ticket_id = any(found) order by 2 desc, 1 desc;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_guards")]
    operations = [
        migrations.RunSQL(PRIVATE_TABLE, "drop policy clients on tickets_searchdocument;"),
        migrations.RunSQL(INDEX, "drop index search_words; drop function olmo_block_words;"),
        migrations.RunSQL(CONFIGURATION, "drop function olmo_configuration"),
        migrations.RunSQL(ADD, "drop function olmo_search_add_message; drop function olmo_search_add;"),
        migrations.RunSQL(ASK, "drop function olmo_search_query"),
        migrations.RunSQL(FIND, "drop function olmo_search_tickets"),
    ]
