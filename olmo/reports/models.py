"""Derived tables: what each ticket's history comes to, and how that adds up by day. They can be made anew at any time."""

from django.db import models
from django.db.models import Q

from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket

ANY_CATEGORY = -1
NOBODY = 0  # a team, agent or category that is not there


class Fact(models.Model):
    """One ticket, as numbers. Days and hours are those of the desk's time zone; 0 stands for nobody and nothing."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    team = models.BigIntegerField(default=NOBODY)
    agent = models.BigIntegerField(default=NOBODY)
    category = models.BigIntegerField(default=NOBODY)
    channel = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField()
    is_open = models.BooleanField()
    opened_day = models.DateField()
    opened_hour = models.PositiveSmallIntegerField()
    answered_day = models.DateField(null=True)
    answerer = models.BigIntegerField(default=NOBODY)
    response_minutes = models.IntegerField(null=True)
    resolved_day = models.DateField(null=True)
    resolver = models.BigIntegerField(default=NOBODY)
    resolution_minutes = models.IntegerField(null=True)
    reopened_day = models.DateField(null=True)
    reopenings = models.PositiveSmallIntegerField(default=0)
    is_first_contact = models.BooleanField(default=False)
    is_response_in_time = models.BooleanField(null=True)
    is_resolution_in_time = models.BooleanField(null=True)
    # That it was not in time, and does not count: the breach was waived.
    is_response_waived = models.BooleanField(default=False)
    is_resolution_waived = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["opened_day", "client"], name="fact_opened"),
            models.Index(fields=["opened_day", "client"], name="fact_open", condition=Q(is_open=True)),
            models.Index(
                fields=["answered_day", "client"],
                include=["team", "answerer", "response_minutes"],
                name="fact_answered",
            ),
            models.Index(
                fields=["resolved_day", "client"],
                include=["team", "resolver", "resolution_minutes"],
                name="fact_resolved",
            ),
            models.Index(
                fields=["reopened_day", "client"], name="fact_reopened", condition=Q(reopened_day__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"fact of ticket {self.ticket_id}"


class Rollup(models.Model):
    """How many facts: of one day, client and team, apart by one more thing (`by` and its `value`; "" is all together)."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    team = models.BigIntegerField()
    measure = models.CharField(max_length=16)
    by = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=20, blank=True)
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "by", "day", "client", "team", "value"], include=["n"], name="rollup_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.by} {self.value}: {self.n}"


class UsualTime(models.Model):
    """How long requests of a client and a category (ANY_CATEGORY: of all) took: most of them between these."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="+", db_index=False)
    category = models.BigIntegerField()
    n = models.PositiveIntegerField()
    low_minutes = models.PositiveIntegerField()
    high_minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "category"], name="usual_once")]

    def __str__(self) -> str:
        return f"{self.low_minutes} to {self.high_minutes} minutes"


class Progress(models.Model):
    """How far the log has been read: events of transactions before `xact` are in the facts. One row."""

    xact = models.BigIntegerField(default=0)
    zone = models.CharField(max_length=64, default="")
    as_of = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"facts as of {self.as_of}"
