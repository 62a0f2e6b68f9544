"""Tables of service levels: calendars, agreements with their terms, and the clocks of tickets."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from olmo.catalogue.models import Service
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Supplier, Ticket, TicketKind


class Calendar(models.Model):
    """When time counts: weekly hours in a zone, holidays, days that are different. `content` has the format of a case."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    content: Any = models.JSONField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarFeed(models.Model):
    """An iCalendar feed that a calendar follows: the last good days, and why the last try failed, if it did."""

    calendar = models.OneToOneField(Calendar, models.CASCADE, related_name="feed")
    url = models.URLField(max_length=2048)
    days: Any = models.JSONField(default=list)  # [[ISO date, name], ...]
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.url


class AgreementKind(models.TextChoices):
    """With whom something is agreed: a client, a team of one's own, a supplier."""

    SERVICE_LEVEL = "sla", _("Service level agreement")
    OPERATIONAL = "ola", _("Operational level agreement")
    UNDERPINNING = "uc", _("Underpinning contract")


class Agreement(models.Model):
    """What was agreed, for some tickets or for all; client null: for every one that has none of its own.

    An operational level agreement is with a team: its clocks run while the ticket is with that team. An underpinning contract is
    with a supplier: its clocks run while the ticket waits for that supplier.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=3, choices=AgreementKind, default=AgreementKind.SERVICE_LEVEL)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    ticket_kind = models.CharField(_("kind of ticket"), max_length=16, choices=TicketKind, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "client", "service", "category", "ticket_kind", "team", "supplier"],
                name="agreement_of_its_tickets",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="sla", team=None, supplier=None)
                | Q(kind="ola", team__isnull=False, supplier=None)
                | Q(kind="uc", team=None, supplier__isnull=False),
                name="agreement_with_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def party(self) -> str:
        """With whom it is, beside the client: a team, a supplier; "" of a service level agreement."""
        return str(self.team or self.supplier or "")

    @property
    def rank(self) -> tuple[bool, bool, bool, bool]:
        """The larger, the more specific: its client goes before its service, that before its category, that before its kind."""
        return (
            self.client_id is not None,
            self.service_id is not None,
            self.category_id is not None,
            bool(self.ticket_kind),
        )


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


# Clocks whose due time asks for somebody; `Clock.is_pending` is the same of a row.
PENDING = Q(is_waived=False, due_at__isnull=False) & ~Q(state="stopped")


class Clock(models.Model):
    """One promise on one ticket, as its log says at `as_of`. Only a copy: `clocks.made` says it anew at any time."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks", db_index=False)
    place = models.PositiveSmallIntegerField()  # among the clocks of its ticket, in order of their start
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=3, choices=AgreementKind, default=AgreementKind.SERVICE_LEVEL)
    metric = models.CharField(max_length=16)
    priority = models.PositiveSmallIntegerField(default=3)
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    state = models.CharField(max_length=8)
    stopped_at = models.DateTimeField(null=True)
    used_seconds = models.PositiveBigIntegerField()
    target_seconds = models.PositiveBigIntegerField(null=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when the sweep must look at it
    settled_at = models.DateTimeField(null=True)  # when it was decided whether the promise was kept
    is_waived = models.BooleanField(default=False)
    as_of = models.DateTimeField()

    class Meta:
        ordering = ["ticket_id", "place"]
        constraints = [models.UniqueConstraint(fields=["ticket", "place"], name="clock_once")]
        # Compliance of a client, or of an agreement, is read from these alone, whatever else the desk has done.
        indexes = [
            models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["client", "kind", "settled_at"],
                include=["metric", "priority", "breached_at", "is_waived"],
                name="clock_settled_of_client",
                condition=Q(settled_at__isnull=False),
            ),
            models.Index(
                fields=["agreement", "settled_at"],
                include=["client", "metric", "priority", "breached_at", "is_waived"],
                name="clock_settled_of_agreement",
                condition=Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric}"

    @property
    def is_pending(self) -> bool:
        """Whether its due time asks for somebody (`PENDING`)."""
        return self.due_at is not None and self.state != "stopped" and not self.is_waived


class Waiver(models.Model):
    """Why a breach does not count. The words are here, erasable; the log names the row."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+")  # null: the service level one
    metric = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "agreement", "metric", "started_at"], name="waived_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric}"
