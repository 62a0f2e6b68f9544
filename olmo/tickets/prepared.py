"""Tables of what is prepared before a ticket comes, and what is ticked off while it lasts: templates, and words of checklists."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Team
from olmo.tenancy.models import Client


class Template(models.Model):
    """What a new ticket begins from. A template without a client is for everybody's callers."""

    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey("tickets.Category", models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, default="incident")
    impact = models.PositiveSmallIntegerField(_("impact"), default=2)
    urgency = models.PositiveSmallIntegerField(_("urgency"), default=2)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), max_length=10_000, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    fields: Any = models.JSONField(_("custom fields"), default=dict, blank=True)
    checklist = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    needs_checklist = models.BooleanField(_("done before resolving"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "name", "id"]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class ChecklistItem(models.Model):
    """The words of one item of a ticket's checklist. Who ticked it and when is in `Ticket.checklist`, which the log proves."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="checklist_items")
    text = models.CharField(_("what is to be done"), max_length=200, blank=True)

    def __str__(self) -> str:
        return self.text
