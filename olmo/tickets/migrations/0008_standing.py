"""Where every ticket stands, made from the rows and logs that are there.

What this statement says in SQL, once, is what `standing.of` says ever after; `bin/olmo doctor` compares.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.deletion import CASCADE, PROTECT

from olmo.tenancy.rowsecurity import of_clients

FILL = """
select set_config('olmo.clients', array(select id from tenancy_client)::text, true);
with said as (
    select ticket_id,
        max(seq) filter (where kind in ('replied', 'resolved')) as answered,
        max(seq) filter (where kind = 'resolved' or kind = 'assigned' and data ->> 'assignee' is not null) as taken,
        max(at) filter (where kind in ('opened', 'replied', 'received', 'noted', 'put_on_hold', 'resumed', 'resolved',
            'reopened', 'closed', 'assigned', 'escalated', 'merged', 'unmerged')) as moved_at
    from tickets_event group by ticket_id
), talk as (
    select s.ticket_id, s.moved_at,
        min(e.at) filter (where e.seq > coalesce(s.answered, 0) and (e.kind = 'received'
            or e.kind = 'opened' and e.data ->> 'message' is not null and e.data ->> 'channel' not in ('phone', 'counter')))
            as asked_at,
        max(e.at) filter (where e.seq > coalesce(s.taken, 0) and e.kind = 'escalated') as handed_at
    from said s join tickets_event e on e.ticket_id = s.ticket_id group by s.ticket_id, s.moved_at
), placed as (
    select t.id, t.client_id, t.priority, t.due_at, t.wake_at, t.opened_at, k.asked_at, k.handed_at, k.moved_at,
        case when t.merged_into_id is not null then 'merged'
            when t.status in ('resolved', 'closed') then t.status
            when t.status = 'waiting' then coalesce(nullif(t.hold_reason, ''), 'date')
            when k.handed_at is not null and t.assignee_id is null then 'escalated'
            when k.asked_at is not null and t.answered_at is null then 'first_response'
            when k.asked_at is not null then 'next_response'
            when t.assignee_id is not null then 'in_progress'
            else 'untaken' end as reason
    from tickets_ticket t join talk k on k.ticket_id = t.id
), dated as (
    select p.*,
        case when reason in ('merged', 'resolved', 'closed') then 'done'
            when reason in ('requester', 'third_party', 'date') then 'waiting' else 'todo' end as bucket,
        coalesce(case when reason in ('first_response', 'next_response') then asked_at
            when reason = 'escalated' then handed_at else moved_at end, opened_at) as since
    from placed p
)
insert into tickets_standing
    (ticket_id, client_id, bucket, reason, since, act_by, asked_at, handed_at, moved_at, promised_at)
select id, client_id, bucket, reason, since,
    case when bucket = 'done' then null
        when bucket = 'waiting' or due_at is not null or wake_at is not null then least(due_at, wake_at)
        when reason in ('first_response', 'next_response', 'escalated') then since
            + case priority when 1 then interval '1 hour' when 2 then interval '4 hours' when 3 then interval '24 hours'
                else interval '72 hours' end
        else since + case priority when 1 then interval '4 hours' when 2 then interval '24 hours'
            when 3 then interval '72 hours' else interval '168 hours' end end,
    asked_at, handed_at, moved_at, null
from dated;
set constraints all immediate;
"""


BUCKETS = [("todo", "To do"), ("waiting", "Waiting"), ("done", "Done")]
REASONS = [
    ("first_response", "Needs first response"),
    ("next_response", "Needs next response"),
    ("escalated", "Escalated, not yet taken"),
    ("untaken", "Nobody has taken it"),
    ("in_progress", "In progress"),
    ("requester", "Waiting for the requester"),
    ("third_party", "Waiting for a third party"),
    ("date", "Waiting until a date"),
    ("resolved", "Resolved, to be confirmed"),
    ("closed", "Closed"),
    ("merged", "Merged"),
]


def moment(*, null: bool = True) -> models.DateTimeField:
    return models.DateTimeField(null=null)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_search_of_new_tickets")]
    operations = [
        migrations.CreateModel(
            "Standing",
            [
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="tenancy.client"),
                ),
                ("bucket", models.CharField(max_length=8, choices=BUCKETS)),
                ("reason", models.CharField(max_length=16, choices=REASONS)),
                ("since", moment(null=False)),
                ("act_by", moment()),
                ("asked_at", moment()),
                ("handed_at", moment()),
                ("moved_at", moment()),
                ("promised_at", moment()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "standing", models.Index(fields=["act_by", "ticket"], name="standing_todo", condition=Q(bucket="todo"))
        ),
        migrations.AddIndex(
            "standing",
            models.Index(
                fields=["act_by", "ticket"], name="standing_act_by", condition=Q(bucket__in=["todo", "waiting"])
            ),
        ),
        migrations.AddIndex(
            "standing",
            models.Index(fields=["act_by", "ticket"], name="standing_escalated", condition=Q(reason="escalated")),
        ),
        of_clients("tickets_standing"),
    ]
