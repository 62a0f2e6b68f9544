"""Who was told of which event."""

from django.db import models

from olmo.outbox.models import Envelope
from olmo.tickets.models import Event


class Notice(models.Model):
    """An address that was told of an event, or was not for a `reason`; the pair is unique, so a job may come twice."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)
    purpose = models.CharField(max_length=16)
    envelope = models.ForeignKey(Envelope, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "address"], name="told_once")]
        indexes = [models.Index(fields=["address", "purpose", "at"], name="notice_of_address")]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.address}"
