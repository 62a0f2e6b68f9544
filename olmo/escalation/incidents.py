"""Tables of major incidents: one disturbance that many reported, and what was said of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tickets.models import Ticket


class Major(models.Model):
    """A ticket as a major incident, with the words of the portal's banner. clients: whom it concerns; empty: all."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    clients = ArrayField(models.BigIntegerField(), default=list)
    text_en = models.TextField(_("text in English"), max_length=1000, blank=True)
    text_it = models.TextField(_("text in Italian"), max_length=1000, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    until = models.DateTimeField(_("shown until"), null=True)
    said_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["began_at"], name="major_open", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.ticket_id}"

    @property
    def text(self) -> str:
        """The banner in the reader's language, else in the other."""
        return said(self.text_en, self.text_it, get_language() or "en")


class Saying(models.TextChoices):
    DECLARED = "declared", _("Declared")
    UPDATED = "updated", _("Answered all")
    RESOLVED = "resolved", _("Resolved")
    STOOD_DOWN = "stood_down", _("Stood down")


class Announcement(models.Model):
    """What the portal said of a major incident from a moment on, and to whom; kept when the banner has other words."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Saying)
    clients = ArrayField(models.BigIntegerField(), default=list)
    text_en = models.TextField(max_length=1000, blank=True)
    text_it = models.TextField(max_length=1000, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"

    @property
    def text(self) -> str:
        """The words in the reader's language, else in the other."""
        return said(self.text_en, self.text_it, get_language() or "en")


def said(text_en: str, text_it: str, language: str) -> str:
    """Of two texts the one in a language, else the other."""
    first, second = (text_it, text_en) if language.startswith("it") else (text_en, text_it)
    return first or second
