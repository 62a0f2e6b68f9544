"""Tables of service levels: calendars, agreements with their terms, and the clocks of tickets."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Ticket, TicketKind


class Calendar(models.Model):
    """When time counts: weekly hours in a zone, holidays, days that are different. `content` has the format of a case."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    content: Any = models.JSONField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgreementKind(models.TextChoices):
    """With whom something is agreed."""

    SERVICE_LEVEL = "sla", _("Service level agreement")
    OPERATIONAL = "ola", _("Operational level agreement")
    UNDERPINNING = "uc", _("Underpinning contract")


class Agreement(models.Model):
    """What was agreed with a client (null: with every one that has none), for some tickets or for all."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=3, choices=AgreementKind, default=AgreementKind.SERVICE_LEVEL)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    ticket_kind = models.CharField(_("kind of ticket"), max_length=16, choices=TicketKind, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "client", "category", "ticket_kind"],
                name="agreement_of_its_tickets",
                nulls_distinct=False,
                condition=Q(kind="sla"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The larger, the more specific: its client goes before its category, and that before its kind of ticket."""
        return self.client_id is not None, self.category_id is not None, bool(self.ticket_kind)


class Terms(models.Model):
    """One version of an agreement's terms, in force from `valid_from` until before `valid_to`.

    A row is never rewritten: a correction marks it as superseded and adds what is true instead, so that it can be told what was
    known when. The database refuses versions in force together.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="terms")
    version = models.CharField(_("version"), max_length=40)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True)
    is_for_running = models.BooleanField(_("also for open tickets"), default=False)
    content: Any = models.JSONField()  # calendar, pauses, targets, as in a case; calendars by their name
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["agreement_id", "valid_from", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="terms_end_after_start"
            ),
            ExclusionConstraint(
                name="terms_do_not_overlap",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(superseded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.version}"


class Clock(models.Model):
    """One promise on one ticket, as its log says at `as_of`. Only a copy: `clocks.made` says it anew at any time."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks", db_index=False)
    place = models.PositiveSmallIntegerField()  # among the clocks of its ticket, in order of their start
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    metric = models.CharField(max_length=16)
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    state = models.CharField(max_length=8)
    stopped_at = models.DateTimeField(null=True)
    used_seconds = models.PositiveBigIntegerField()
    target_seconds = models.PositiveBigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when the sweep must look at it
    as_of = models.DateTimeField()

    class Meta:
        ordering = ["ticket_id", "place"]
        constraints = [models.UniqueConstraint(fields=["ticket", "place"], name="clock_once")]
        indexes = [models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric}"


class Waiver(models.Model):
    """Why a breach does not count. The words are here, erasable; the log names the row."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    metric = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "metric", "started_at"], name="waived_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric}"
