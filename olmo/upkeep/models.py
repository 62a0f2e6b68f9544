"""Test questions, what is to be mended, and the kinds of request."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from olmo.knowledge.models import Article
from olmo.people.models import Person


class Question(models.Model):
    """Words by which readers must find an article among the first three. rank: where it was at the last check; none: not."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="questions")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    words = models.CharField(_("question"), max_length=300)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    rank = models.PositiveSmallIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["language", "id"]
        constraints = [models.UniqueConstraint(fields=["article", "language", "words"], name="questions_once")]

    def __str__(self) -> str:
        return self.words


class Fault(models.Model):
    """What the last night found wrong with an article. data: what the sentence about it names."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Not found")
        LINK = "link", _("Dead link")
        REVIEW = "review", _("Review overdue")
        EXPIRED = "expired", _("Expired")
        REOPENED = "reopened", _("Did not last")
        UNUSED = "unused", _("Solved without it")

    article = models.ForeignKey(Article, models.CASCADE, related_name="faults")
    kind = models.CharField(max_length=8, choices=Kind)
    data: Any = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-article__uses", "article", "kind", "id"]

    def __str__(self) -> str:
        return self.kind


class Link(models.Model):
    """A web address that a published article names. misses: rounds running without it; why: what the last one met."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=2048)
    misses = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "article"], name="links_once")]
        indexes = [models.Index(fields=["article"], name="links_of_article")]

    def __str__(self) -> str:
        return self.address


class Topic(models.Model):
    """A kind of request. ticket_ids: of the last weeks; weeks: how many a week, the oldest first; figures: see topics.py."""

    words = ArrayField(models.CharField(max_length=80), default=list)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text="Given by somebody; stays.")
    ticket_ids = ArrayField(models.BigIntegerField(), default=list)
    weeks = ArrayField(models.PositiveIntegerField(), default=list)
    figures: Any = models.JSONField(default=dict)
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+", db_index=False)
    first_at = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or ", ".join(self.words)
