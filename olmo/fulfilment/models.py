"""Tables of fulfilment. Tasks and runs belong to their ticket's client; plans are the desk's, or one organisation's."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Ticket


class TaskState(models.TextChoices):
    """Where a task stands. It waits as long as one that it needs is not over."""

    WAITS = "waits", _("Waits for others")
    TODO = "todo", _("To do")
    DOING = "doing", _("Under way")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (TaskState.WAITS, TaskState.TODO, TaskState.DOING)
IN_HAND = (TaskState.TODO, TaskState.DOING)  # somebody can work on it


class Plan(models.Model):
    """A way of working that is known: its newest version is what is started from now on."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="+")
    starts_by_itself = models.BooleanField(_("starts by itself"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    newest = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class PlanVersion(models.Model):
    """The steps of a plan as they were saved (see `steps`). The database refuses to change one."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    steps: Any = models.JSONField(default=list)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_versions_in_order")]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"


class Run(models.Model):
    """A plan at work on a ticket. answers: of a request's form, key -> value; they may be personal."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="plan_runs")
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="runs")
    answers: Any = models.JSONField(default=dict)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version} on {self.ticket_id}"


class Task(models.Model):
    """One piece of work. Without a team or person it is the ticket's own team's.

    needs: ids of tasks that must be over before. due_minutes: working time from when it can be begun; without it
    `due_at` is a date that was agreed. checklist: [{"text", "by", "name", "at"}]. reason: why it was skipped or cancelled.
    remark: what went otherwise than its plan says.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="tasks")
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="tasks")
    key = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("what is to be done"), max_length=200)
    titles = models.JSONField(_("in other languages"), default=dict, blank=True)
    instructions = models.TextField(_("instructions"), blank=True, max_length=10_000)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="tasks")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="tasks")
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.WAITS)
    needs = ArrayField(models.BigIntegerField(), default=list)
    conditions: Any = models.JSONField(default=list)
    checklist: Any = models.JSONField(default=list)
    due_minutes = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    is_overdue = models.BooleanField(default=False)
    is_internal = models.BooleanField(_("only for the desk"), default=False)
    by_condition = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["due_at"], name="task_to_warn", condition=Q(state__in=IN_HAND, is_overdue=False)),
            models.Index(fields=["team", "due_at"], name="task_of_team", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["person", "due_at"], name="task_of_person", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["due_at", "id"], name="task_in_hand", condition=Q(state__in=IN_HAND)),
            # An index on (team, ...) is not read in order for IS NULL.
            models.Index(fields=["due_at", "id"], name="task_of_no_team", condition=Q(state__in=IN_HAND, team=None)),
        ]

    def __str__(self) -> str:
        return str(self.titles.get((get_language() or "en")[:2]) or self.title)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_in_hand(self) -> bool:
        return self.state in IN_HAND
