"""Work is seen within the scope of its client; the trail of an entry is append-only; a desk begins with the usual activities."""

from typing import Any

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent

FIRST = (
    ("Phone call", "Telefonata", True), ("Remote support", "Assistenza remota", True), ("On site", "In sede", True),
    ("Research and writing", "Ricerca e scrittura", True), ("Travel", "Viaggio", True), ("Internal", "Interno", False),
)  # fmt: skip


def begin(apps: Any, _schema: Any) -> None:
    activity = apps.get_model("worklog", "Activity")
    rows = [
        activity(name=name, names={"it": italian}, is_billable=billable, position=n)
        for n, (name, italian, billable) in enumerate(FIRST)
    ]
    for row in rows:
        row.save()
    apps.get_model("worklog", "Rules").objects.create(pk=1, call_activity=rows[0])


class Migration(migrations.Migration):
    dependencies = [("worklog", "0001_tables")]
    operations = [
        of_clients("worklog_entry"),
        of_clients("worklog_timer"),
        of_parent("worklog_correction", "worklog_entry", "entry_id"),
        migrations.RunSQL(
            """
            create function olmo_work_guard() returns trigger language plpgsql as $$
            begin
                raise exception 'the trail of an entry is append-only: change the entry by worklog.actions.correct()';
            end $$;
            create trigger append_only before update or delete on worklog_correction
                for each row execute function olmo_work_guard();
            create function olmo_entry_guard() returns trigger language plpgsql as $$
            begin
                raise exception 'an entry is never deleted: take it out by worklog.actions.remove()';
            end $$;
            create trigger never_deleted before delete on worklog_entry
                for each row execute function olmo_entry_guard();
            """,
            "drop trigger never_deleted on worklog_entry; drop function olmo_entry_guard();"
            "drop trigger append_only on worklog_correction; drop function olmo_work_guard();",
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
