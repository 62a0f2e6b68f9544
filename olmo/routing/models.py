"""Tables of routing: what triage learnt for the whole desk, and what it suggests for one ticket."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket

from .rules.models import DryRun, Rule, RuleVersion

__all__ = ["DryRun", "Rule", "RuleVersion"]  # what has a file of its own


class Target(models.TextChoices):
    """What triage can say of a new ticket."""

    KIND = "kind", _("Kind")
    CATEGORY = "category", _("Category")
    TEAM = "team", _("Team")
    JUDGEMENT = "judgement", _("Priority")


class Triage(models.Model):
    """One target: whether it is suggested, whether it acts alone, and what was learnt last.

    archive: the bytes of a learnt model, empty while nothing is learnt; figures: what was measured on examples it had not seen;
    found, labels: how many finished tickets, with how many different answers, there were when it was learnt (or was not).
    """

    target = models.CharField(max_length=10, choices=Target, primary_key=True)
    is_on = models.BooleanField(_("suggest"), default=True)
    acts_alone = models.BooleanField(_("act alone"), default=False)
    precision = models.FloatField(
        _("precision"), default=0.95, validators=[MinValueValidator(0.5), MaxValueValidator(0.99)]
    )
    tried_at = models.DateTimeField(null=True)
    learnt_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    found = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    figures: Any = models.JSONField(default=dict)
    archive = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(precision__gte=0.5, precision__lte=0.99), name="triage_precision_in_bounds"
            )
        ]

    def __str__(self) -> str:
        return str(Target(self.target).label)


class Outcome(models.TextChoices):
    """What became of a suggestion."""

    OPEN = "open", _("Not decided yet")
    TAKEN = "taken", _("Taken")
    OTHER = "other", _("Something else chosen")
    ALONE = "alone", _("Acted alone")
    CHANGED = "changed", _("Acted alone, changed later")


class Suggestion(models.Model):
    """What triage says of one ticket: guesses = [[label, confidence], ...], likeliest first, three at most. It holds no words."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    target = models.CharField(max_length=10, choices=Target)
    guesses: Any = models.JSONField()
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.OPEN)
    is_alone = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "target"], name="suggestion_once")]
        indexes = [models.Index(fields=["target", "-id"], name="suggestion_newest")]

    def __str__(self) -> str:
        return f"{self.target} of ticket {self.ticket_id}"
