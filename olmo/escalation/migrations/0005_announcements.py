"""What was said of major incidents is kept: of those that there are, their last words."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_CLIENTS = "(select coalesce(nullif(current_setting('olmo.clients', true), ''), '{}'))::bigint[]"
_TEST = f"clients = '{{}}' or clients && {_CLIENTS}"


class Migration(migrations.Migration):
    dependencies = [
        ("escalation", "0004_major_row_security"),
        ("tickets", "0018_partners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("declared", "Declared"),
                            ("updated", "Answered all"),
                            ("resolved", "Resolved"),
                            ("stood_down", "Stood down"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "clients",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
                ),
                ("text_en", models.TextField(blank=True, max_length=1000)),
                ("text_it", models.TextField(blank=True, max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={"ordering": ["at", "id"]},
        ),
        migrations.RunSQL(
            "insert into escalation_announcement (ticket_id, kind, clients, text_en, text_it, by_id, at)"
            " select ticket_id, 'declared', clients, text_en, text_it, by_id, said_at from escalation_major;"
            "set constraints all immediate;",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "alter table escalation_announcement enable row level security;"
            "alter table escalation_announcement force row level security;"
            f"create policy clients on escalation_announcement using ({_TEST}) with check ({_TEST});",
            "drop policy clients on escalation_announcement;"
            "alter table escalation_announcement no force row level security;"
            "alter table escalation_announcement disable row level security;",
        ),
    ]
