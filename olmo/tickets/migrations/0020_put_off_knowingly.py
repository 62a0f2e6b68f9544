"""What had passed already when a ticket was put off to a date asks for nobody before that date."""

from django.db import migrations

_AGAIN = """
update tickets_standing s set act_by = least(
    t.wake_at,
    case when s.promised_at > s.since then s.promised_at end,
    case when t.due_at > s.since then t.due_at end,
    case when t.callback_at > s.since then t.callback_at end
)
from tickets_ticket t where t.id = s.ticket_id and s.bucket <> 'done' and t.wake_at is not null;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_retagging_stopped")]

    operations = [migrations.RunSQL(_AGAIN, migrations.RunSQL.noop)]
