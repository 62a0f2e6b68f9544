"""Visits, their searches and what was read. They are erasable, and swept after a year."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from olmo.knowledge.models import Article
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Ticket

MOST_HELD = 50


class HoldOut(models.Model):
    """How many visits of a hundred see no suggestions: one row."""

    percent = models.PositiveSmallIntegerField(_("visits without suggestions, of a hundred"), default=0)
    salt = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="holdout_is_one_row"),
            models.CheckConstraint(condition=models.Q(percent__lte=MOST_HELD), name="holdout_leaves_half"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"


class Visit(models.Model):
    """Somebody's searches of one day (UTC). is_measured: a hold-out was on when it began."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    began_at = models.DateTimeField()
    is_measured = models.BooleanField(default=False)
    is_held_out = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_visit_a_day")]
        indexes = [models.Index(fields=["began_at"], name="visit_began")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class Search(models.Model):
    """Words that were looked for, as far as they were typed. found: how many articles and forms likely answer them."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="searches")
    words = models.CharField(max_length=300)
    found = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.words


class Read(models.Model):
    """An article that was opened in a visit. ticket: what was reported after it all the same."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="reads", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_solved = models.BooleanField(default=False)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "article"], name="read_once_a_visit")]

    def __str__(self) -> str:
        return f"{self.article_id}"


class Widget(models.Model):
    """The help of an organisation on its own intranet. origins: pages of exactly these may show it; key: names it in the tag."""

    client = models.OneToOneField(Client, models.CASCADE, primary_key=True, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    origins = ArrayField(models.CharField(max_length=270), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    def __str__(self) -> str:
        return f"{self.client_id}"
