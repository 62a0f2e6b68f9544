"""Tasks and runs are their ticket's client's; a plan of one organisation is seen within its scope. Versions are never changed."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_clients, of_parent


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0001_initial")]
    operations = [
        of_clients("fulfilment_plan", shared_when_null=True),
        of_parent("fulfilment_planversion", "fulfilment_plan", "plan_id"),
        of_clients("fulfilment_run"),
        of_clients("fulfilment_task"),
        migrations.RunSQL(
            """
            create function olmo_plan_guard() returns trigger language plpgsql as $$
            begin
                raise exception 'a version of a plan is never changed: make a new one by fulfilment.administration.save()';
            end $$;
            create trigger append_only before update on fulfilment_planversion
                for each row execute function olmo_plan_guard();
            """,
            "drop trigger append_only on fulfilment_planversion; drop function olmo_plan_guard();",
        ),
    ]
