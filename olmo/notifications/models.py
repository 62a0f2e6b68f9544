"""Who was told of which event, what they read of it, and how they want to be told."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.knowledge.models import Suggestion
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.staffing.models import Schedule
from olmo.tickets.models import Event, Ticket


class Notice(models.Model):
    """An address that was told of an event, or was not for a `reason`; the pair is unique, so a job may come twice."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)
    purpose = models.CharField(max_length=16)
    envelope = models.ForeignKey(Envelope, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    # Why they are told, and of what kind of event: a key of kinds.WHY, and one of the choices.
    why = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=16, blank=True, default="")
    # Of one that waits to be collected with others: whose, and until when.
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "address"], name="told_once")]
        indexes = [
            models.Index(fields=["address", "purpose", "at"], name="notice_of_address"),
            models.Index(fields=["due_at"], name="notice_to_collect", condition=Q(due_at__isnull=False)),
            models.Index(fields=["person"], name="notice_of_person", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.address}"


class Alert(models.Model):
    """A notice in the pages: that something happened, and why the person is told. Its words are made when it is read.

    It is of an event of a ticket, of an on-call schedule (shifts: what changed there, see `shifts`), or of what a reader says of
    an article.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+")
    schedule = models.ForeignKey(Schedule, models.CASCADE, null=True, related_name="+")
    shifts: Any = models.JSONField(null=True)
    suggestion = models.ForeignKey(Suggestion, models.CASCADE, null=True, related_name="+")
    why = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, blank=True, default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "event"], name="alerted_once"),
            models.UniqueConstraint(fields=["person", "suggestion"], name="alerted_of_suggestion"),
            models.CheckConstraint(
                condition=Q(ticket__isnull=False, event__isnull=False, schedule=None, shifts=None, suggestion=None)
                | Q(ticket=None, event=None, schedule__isnull=False, shifts__isnull=False, suggestion=None)
                | Q(ticket=None, event=None, schedule=None, shifts=None, suggestion__isnull=False),
                name="alert_of_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="alert_of_person"),
            models.Index(fields=["person", "ticket"], name="alert_unread", condition=Q(read_at__isnull=True)),
        ]


class Following(models.Model):
    """That an agent wants to hear less of a ticket than usual: see `following`. Nobody else sees it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    level = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "ticket"], name="following_once")]

    def __str__(self) -> str:
        return self.level


class Device(models.Model):
    """A browser that shows a person's notices when no page is open: where its push service takes them, and its keys.

    session, proof: with them it was switched on, and without them it is told nothing.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=2048)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    session = models.CharField(max_length=40)
    proof = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(models.functions.MD5("endpoint"), name="device_once")]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """What a person chose against the default: whether they are told of a kind of event by a channel."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "channel"], name="preference_once")]


class Rhythm(models.Model):
    """When a person wants their mail: at once or collected at some times of the day, and when not at all. Their own zone."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    collect_at = ArrayField(models.TimeField(), default=list, blank=True, verbose_name=_("collected at"))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    urgent_passes = models.BooleanField(_("urgent tickets are told at once"), default=True)


class Duties(models.Model):
    """What people were told of an on-call schedule: [[from, until, person or null], ...], as far as it was told."""

    schedule = models.OneToOneField(Schedule, models.CASCADE, primary_key=True, related_name="+")
    told: Any = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"duties of {self.schedule_id}"
