"""Tables of troubleshooters. A guide of an organisation is seen within its scope; the others are everybody's."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket

from . import tree


class Guide(models.Model):
    """One troubleshooter. draft: the tree as it is being built; shown: the version that runs begin with. words: what finds it."""

    names: Any = models.JSONField(_("name"), default=dict)
    words: Any = models.JSONField(_("words that find it"), default=dict, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    is_for_requesters = models.BooleanField(_("requesters use it"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    draft: Any = models.JSONField(default=tree.empty)
    has_news = models.BooleanField(default=True)
    shown = models.ForeignKey("Version", models.PROTECT, null=True, related_name="+")
    example = models.CharField(max_length=40, blank=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["example"], condition=~models.Q(example=""), name="example_once")
        ]

    def __str__(self) -> str:
        return tree.said(self.names, (get_language() or "en")[:2])


class Version(models.Model):
    """A tree as it was published. The database refuses UPDATE and DELETE."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    tree: Any = models.JSONField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="guide_versions_in_order")]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.number}"


class Picture(models.Model):
    """A picture of a step, as we wrote it anew ourselves: no more than its pixels."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="pictures")
    data = models.BinaryField()
    media_type = models.CharField(max_length=20)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}"


class Run(models.Model):
    """One way through a version. path: [step, answer] for each answer given; outcome: how it ended, if it did."""

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("Solved")
        NOT_SOLVED = "not_solved", _("Not solved")
        REPORTED = "reported", _("Reported")
        ARTICLE = "article", _("Went on to an article")

    version = models.ForeignKey(Version, models.CASCADE, related_name="runs")
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    path: Any = models.JSONField(default=list)
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def here(self) -> str:
        """The step that it has come to."""
        return self.at_step(len(self.path))

    def at_step(self, step: int) -> str:
        """The step that it had come to after so many answers."""
        if step == 0:
            return str(self.version.tree["start"])
        key, index = self.path[step - 1]
        return str(self.version.tree["nodes"][key]["answers"][index]["to"])
