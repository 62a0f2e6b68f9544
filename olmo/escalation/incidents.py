"""The table of major incidents: one disturbance that many reported. What is said of it, `status` tells and keeps."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from olmo.people.models import Person
from olmo.tickets.models import Ticket


class Major(models.Model):
    """A ticket as a major incident. clients: whom it concerns; empty: all."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    clients = ArrayField(models.BigIntegerField(), default=list)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.ticket_id}"
