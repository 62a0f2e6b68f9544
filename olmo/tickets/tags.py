"""Tables of tags: which tickets have one, and a tag that is being changed on all of them (`tagging` has the verbs)."""

from django.db import models
from django.db.models import Q

from olmo.people.models import Person
from olmo.tenancy.models import Client


class Tagging(models.Model):
    """Which tickets have a tag: `Ticket.tags` to be looked up from the tag's side. Kept by the same trigger."""

    tag = models.CharField(max_length=40)
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "ticket"], name="tagging_once")]


class Retagging(models.Model):
    """A tag being renamed, merged or removed (`into` empty) on all tickets, and how far that is."""

    tag = models.CharField(max_length=40)
    into = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stopped = models.CharField(max_length=300, blank=True, help_text="Why it does not go on by itself.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag"], condition=Q(ended_at=None), name="one_retagging_of_a_tag")
        ]

    def __str__(self) -> str:
        return f"{self.tag} -> {self.into or 'nothing'}: {self.done} of {self.total}"
