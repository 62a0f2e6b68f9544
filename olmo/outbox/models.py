"""Envelopes: what leaves, to whom, and how far it got."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.tenancy.models import Client


class State(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be delivered")
    HELD = "held", _("Held back")
    DROPPED = "dropped", _("Not to be sent any more")


PENDING = (State.QUEUED, State.SENDING)
MAIL, PUSH = "mail", "push"  # the ways on which envelopes leave; `wiring.CARRIERS` names who carries what is not mail


class Envelope(models.Model):
    """One message to one recipient. `reference` says what it carries ("message:123"), `channel` the way that it takes."""

    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, default=MAIL)
    purpose = models.CharField(max_length=16)
    reference = models.CharField(max_length=64, blank=True)
    to = models.CharField(max_length=320)
    to_name = models.CharField(max_length=120, blank=True)
    target = models.CharField(max_length=64, blank=True, help_text=_("What its carrier sends it to, when not mail."))
    sender = models.CharField(max_length=320)
    sender_name = models.CharField(max_length=120, blank=True)
    return_path = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=400)
    message_id = models.CharField(max_length=255)
    headers = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    is_automatic = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_in_doubt = models.BooleanField(default=False, help_text=_("Handed over, and the answer was never heard."))
    doubts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="envelope_due", condition=Q(state__in=PENDING)),
            models.Index(fields=["message_id"], name="envelope_message_id"),
            models.Index(fields=["reference"], name="envelope_reference", condition=~Q(reference="")),
            models.Index(fields=["to", "created_at"], name="envelope_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.to}: {self.state}"
