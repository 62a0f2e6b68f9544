"""Policies with their steps, and what they did on which ticket."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket

from .incidents import Major

__all__ = ["Act", "Firing", "Major", "Metric", "Policy", "State", "Step", "Unit", "Watch"]


class Metric(models.TextChoices):
    """The promises that a policy can watch over."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")
    UPDATE_INTERVAL = "update_interval", _("Regular updates")
    CALLBACK = "callback", _("Promised call")


class Act(models.TextChoices):
    """What a step does."""

    NOTIFY = "notify", _("Tell")
    REASSIGN = "reassign", _("Give to")
    RAISE = "raise", _("Raise the priority")
    PAGE = "page", _("Page the on-call")
    MANAGER = "manager", _("Call the lead")


class Unit(models.TextChoices):
    PERCENT = "percent", _("percent of the time")
    MINUTES = "minutes", _("minutes")


class Policy(models.Model):
    """For which tickets, and which promise. The most specific one wins: organisation, then team, then priorities."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    priorities = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    metric = models.CharField(_("promise"), max_length=16, choices=Metric, default=Metric.RESOLUTION)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/Rome")
    is_active = models.BooleanField(_("active"), default=True)
    since = models.DateTimeField()  # what was due before is not made up for

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The larger, the more specific."""
        return self.client_id is not None, self.team_id is not None, bool(self.priorities)


class Step(models.Model):
    """One step. value: percent of the time promised, or working minutes relative to the due time (negative: before).

    person, team: of whom; neither: the ticket's own team. answer_minutes: how long somebody has to take it before the next in
    line is asked (0: no answer is asked for); rounds: how often the whole line is asked. again_minutes: until somebody takes it
    the line starts over after such a pause (0: it ends with its rounds).
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.PERCENT)
    value = models.IntegerField()
    act = models.CharField(max_length=8, choices=Act)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answer_minutes = models.PositiveSmallIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=1)
    again_minutes = models.PositiveSmallIntegerField(default=0)
    respects_quiet = models.BooleanField(default=False)
    only_untaken = models.BooleanField(default=False)

    class Meta:
        ordering = ["policy_id", "position"]

    def __str__(self) -> str:
        return f"{self.policy_id}/{self.position} {self.act}"


class State(models.TextChoices):
    DONE = "done", _("done")
    SKIPPED = "skipped", _("not needed")
    WAITING = "waiting", _("asked")
    TAKEN = "taken", _("taken")
    UNANSWERED = "unanswered", _("nobody answered")
    ENDED = "ended", _("over")


class Firing(models.Model):
    """A step that was taken for one clock of one ticket (named by its metric and start), and what became of it."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="+")
    policy_name = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=8, choices=Act)
    metric = models.CharField(max_length=16, choices=Metric)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()  # when the step was due
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    line = ArrayField(models.BigIntegerField(), default=list)  # whom to ask, one after the other
    asked = models.PositiveSmallIntegerField(default=0)  # how many were asked; none while a line that starts over rests
    passes = models.PositiveIntegerField(default=0)  # how often the line was gone through
    answer_minutes = models.PositiveSmallIntegerField(default=0)
    answer_until = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "started_at", "step"], name="step_taken_once")
        ]
        indexes = [models.Index(fields=["answer_until"], name="firing_to_answer", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.policy_name}/{self.place} {self.state}"

    @property
    def asks(self) -> int | None:
        """Who is asked now; None while nobody is."""
        return self.line[self.asked - 1] if self.state == State.WAITING and self.asked else None


class Watch(models.Model):
    """When the sweep must look at a ticket: at its next step."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    next_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.next_at}"
