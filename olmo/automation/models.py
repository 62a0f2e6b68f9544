"""Tables of the automation room."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Ticket, TicketKind, Undoable


class Run(models.Model):
    """Steps on many tickets, and how far they are. `tickets`: [id, version shown]; `results`: [number, id, state, words].

    is_trial: each ticket is tried and taken back at once, for a preview of more tickets than a page can wait for.
    """

    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    label = models.CharField(max_length=200)
    is_trial = models.BooleanField(default=False)
    steps: Any = models.JSONField()
    tickets: Any = models.JSONField()
    results: Any = models.JSONField(default=list)
    made_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    undoable = models.ForeignKey(Undoable, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.label}: {len(self.results)} of {len(self.tickets)}"

    def count(self, state: str) -> int:
        """How many tickets ended so ("done", "same", "refused")."""
        return sum(result[2] == state for result in self.results)


class Macro(models.Model):
    """Steps with a name: everybody's, a team's or one person's, offered on the tickets that meet its conditions."""

    name = models.CharField(_("name"), max_length=80)
    names: Any = models.JSONField(_("name in other languages"), default=dict, blank=True)
    steps: Any = models.JSONField(default=dict)
    goes_on = models.BooleanField(_("go on to the next ticket"), default=False)
    owner = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=TicketKind, blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class MacroUse(models.Model):
    """A ticket in which a macro was used, by whom first, and when last."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    macro = models.ForeignKey(Macro, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["macro", "ticket"], name="macro_once_a_ticket")]
        indexes = [models.Index(fields=["macro", "-at", "-id"], name="macro_uses_by_time")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.macro_id}"
