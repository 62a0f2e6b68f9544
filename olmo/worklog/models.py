"""Tables of the worklog."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Message, Ticket

DAY_MINUTES = 24 * 60


class Rules(models.Model):
    """How minutes are counted: one row, made on first use."""

    step_minutes = models.PositiveSmallIntegerField(
        _("round up to"), default=1, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("ask after"), default=60, validators=[MinValueValidator(5), MaxValueValidator(DAY_MINUTES)]
    )

    call_activity = models.ForeignKey(
        "Activity", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("calls are entered as")
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="worklog_rules_is_one_row")]


class Activity(models.Model):
    """What is done in a stretch of time: phone, on site, travel."""

    name = models.CharField(_("name"), max_length=80)
    names: Any = models.JSONField(_("name in other languages"), default=dict, blank=True)
    is_billable = models.BooleanField(_("billable"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "name", "id"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class Entry(models.Model):
    """Minutes of one agent on one ticket on one day. `note` is erasable."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="work", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="work", db_index=False)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", db_index=False)
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="entries")
    day = models.DateField(_("day"))
    began_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    is_billable = models.BooleanField(_("billable"), default=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "day"], name="work_of_ticket"),
            models.Index(fields=["person", "day"], name="work_of_person"),
            models.Index(fields=["message"], name="work_of_message", condition=Q(message__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=DAY_MINUTES), name="work_fits_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


class Correction(models.Model):
    """One line of an entry's trail: who changed what, from what to what. Append-only; words of notes are not kept."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="corrections")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    change: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]


class Timer(models.Model):
    """The running (or paused) timer of an agent. started_at is None while it is paused; `seconds` are those before."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="timer")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    activity = models.ForeignKey(Activity, models.SET_NULL, null=True, related_name="+", db_index=False)
