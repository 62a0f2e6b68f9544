"""A new ticket's search document is written once, with its first message, instead of being begun and then added to."""

from django.db import migrations

OPEN = """
create function olmo_search_open(ticket bigint, client bigint, language text, subject text, message bigint)
returns void language plpgsql as $$
declare
    speaks regconfig := olmo_configuration(language);
    m record;
    names text;
    hidden boolean;
begin
    select kind, text, quoted into m from tickets_message where id = message;
    select string_agg(name || ' ' || regexp_replace(name, '[._-]+', ' ', 'g'), ' ') into names
        from tickets_attachment where message_id = message and not is_inline;
    hidden := m.kind = 'internal';
    insert into tickets_searchdocument (ticket_id, client_id, block, words) values (ticket, client, ticket / 16384,
        setweight(to_tsvector(speaks, left(subject, 100000)), 'A')
        || coalesce(setweight(to_tsvector(speaks, left(m.text || ' ' || left(m.quoted, 20000), 100000)),
                              (case when hidden then 'D' else 'C' end)::"char"), '')
        || coalesce(setweight(to_tsvector(speaks, left(names, 100000)),
                              (case when hidden then 'D' else 'B' end)::"char"), ''));
exception when program_limit_exceeded then
    perform olmo_search_add(ticket, client, language, 'A', subject);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_unassigned")]
    operations = [migrations.RunSQL(OPEN, "drop function olmo_search_open")]
