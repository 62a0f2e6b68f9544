"""Clocks that are there say when they were settled; those that run are made anew by the next sweep."""

from django.db import migrations

_ALL_CLIENTS = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true);"
_SETTLED = """
update service_levels_clock c set settled_at = least(c.breached_at, c.stopped_at),
    priority = (select priority from tickets_ticket where id = c.ticket_id),
    is_waived = exists (select 1 from service_levels_waiver w
        where w.ticket_id = c.ticket_id and w.metric = c.metric and w.started_at = c.started_at),
    next_at = case when c.state = 'stopped' then c.next_at else least(c.next_at, now()) end;
"""


class Migration(migrations.Migration):
    dependencies = [("service_levels", "0003_beside")]
    operations = [migrations.RunSQL(_ALL_CLIENTS + _SETTLED, migrations.RunSQL.noop)]
