"""Calls and call-backs, templates, checklists, and what was solved at the first contact."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from olmo.tenancy.rowsecurity import of_clients


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_notes"),
        ("tenancy", "0001_initial"),
        ("tickets", "0009_undo"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="call_direction",
            field=models.CharField(
                blank=True, choices=[("in", "Incoming call"), ("out", "Outgoing call")], max_length=3
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="call_minutes",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="callback_at",
            field=models.DateTimeField(null=True, verbose_name="call-back"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="checklist",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="ticket",
            name="is_first_contact",
            field=models.BooleanField(default=False, verbose_name="solved at the first contact"),
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="what is to be done")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checklist_items", to="tickets.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("names", models.JSONField(blank=True, default=dict, verbose_name="name in other languages")),
                ("kind", models.CharField(default="incident", max_length=16, verbose_name="kind")),
                ("impact", models.PositiveSmallIntegerField(default=2, verbose_name="impact")),
                ("urgency", models.PositiveSmallIntegerField(default=2, verbose_name="urgency")),
                ("subject", models.CharField(blank=True, max_length=255, verbose_name="subject")),
                ("text", models.TextField(blank=True, max_length=10000, verbose_name="text")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list
                    ),
                ),
                ("fields", models.JSONField(blank=True, default=dict, verbose_name="custom fields")),
                (
                    "checklist",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list
                    ),
                ),
                ("needs_checklist", models.BooleanField(default=False, verbose_name="done before resolving")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.category",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.team",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "name", "id"],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="template",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="tickets.template",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("callback_at__isnull", False)), fields=["callback_at", "id"], name="ticket_callback"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("template__isnull", False)), fields=["template"], name="ticket_of_template"
            ),
        ),
        of_clients("tickets_checklistitem"),
        of_clients("tickets_template", shared_when_null=True),
    ]
