"""What is said of a major incident is kept once, with all else that is told of the services. Older incidents move there with their words."""

from django.db import migrations

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_HAPPENINGS = """
insert into status_happening (kind, level, title_en, title_it, clients, components, in_portal, in_desk, is_banner, begins_at,
    ends_at, ended_at, ticket_id, by_id, created_at)
select 'incident', 'fault', 'A disturbance that concerns many', 'Un disservizio che riguarda molti', clients, '{}', true, false,
    true, began_at, case when until > began_at then until end, ended_at, ticket_id, by_id, began_at
from escalation_major m where not exists (select from status_happening h where h.ticket_id = m.ticket_id);
"""
_UPDATES = """
insert into status_update (happening_id, state, text_en, text_it, by_id, at)
select h.id, case when a.kind in ('resolved', 'stood_down') then 'resolved' else 'looking' end,
    case when a.kind = 'stood_down' then 'It was no major incident.' else a.text_en end,
    case when a.kind = 'stood_down' then 'Non era un disservizio grave.' else a.text_it end, a.by_id, a.at
from escalation_announcement a join status_happening h on h.ticket_id = a.ticket_id
where not exists (select from status_update u where u.happening_id = h.id) order by a.at, a.id;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("escalation", "0005_announcements"), ("status", "0003_subscriber_person")]

    operations = [
        migrations.RunSQL(_ALL_CLIENTS + _HAPPENINGS + _UPDATES, migrations.RunSQL.noop),
        migrations.DeleteModel("Announcement"),
        migrations.RemoveIndex("major", "major_open"),
        migrations.RemoveField("major", "text_en"),
        migrations.RemoveField("major", "text_it"),
        migrations.RemoveField("major", "until"),
        migrations.RemoveField("major", "said_at"),
    ]
