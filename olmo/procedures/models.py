"""Tables of procedures. A procedure is seen as its article is; runs and what was recorded are their ticket's client's."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.knowledge.models import Article, Version
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Ticket


class Procedure(models.Model):
    """An article that is a procedure. category: of the tickets beside which it is suggested."""

    article = models.OneToOneField(Article, models.PROTECT, related_name="procedure")
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.article.key


class State(models.TextChoices):
    """Where a run is. It is over once it is done, failed (to be escalated) or stopped."""

    RUNNING = "running", _("Under way")
    PAUSED = "paused", _("Interrupted")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not as expected: escalate")
    STOPPED = "stopped", _("Stopped")


UNDER_WAY = (State.RUNNING, State.PAUSED)


class Run(models.Model):
    """A procedure at work on a ticket.

    current: the step it is at (1, 2, ...); since: from when that step is timed; spent: seconds of it before an interruption.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="procedure_runs")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="runs", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    current = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    spent = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "procedure"], condition=Q(state__in=UNDER_WAY), name="one_run_of_a_procedure_at_once"
            )
        ]
        indexes = [models.Index(fields=["procedure", "-id"], name="runs_of_procedure")]

    def __str__(self) -> str:
        return f"{self.procedure} on {self.ticket_id}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class Entry(models.Model):
    """One step that was done. value: what was recorded; it may be personal."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="entries")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    step = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    is_ok = models.BooleanField(default=True)
    value = models.CharField(max_length=2000, blank=True)
    note = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.step} {self.title}"
