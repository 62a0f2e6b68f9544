"""Tables of the writing room. Words are personal text: a draft ends when it is sent or thrown away."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.knowledge.models import Article
from olmo.people.models import Person, Team
from olmo.tickets.models import Supplier, Ticket


class Kind(models.TextChoices):
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")
    PARTNER = "partner", _("Message to a partner")


class Then(models.TextChoices):
    """What else happens when a reply leaves."""

    REPLY = "reply", _("Only send")
    WAIT = "wait", _("Send and wait for the requester")
    RESOLVE = "resolve", _("Send and resolve")


class Draft(models.Model):
    """What an agent wrote and has not sent. `to` and `cc` are kept as they were typed; an empty `to` is the requester.

    Of a message to a partner: supplier, the messages (quoted) and the files of the ticket (attached) that go along, whether the
    ticket waits for them then, and what they call it, if that was typed in.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    author = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.REPLY)
    text = models.TextField(blank=True)
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    uploads = ArrayField(models.BigIntegerField(), default=list)
    revision = models.PositiveIntegerField(default=0)
    writer = models.CharField(max_length=36, blank=True, help_text="The open page that wrote last.")
    updated_at = models.DateTimeField()

    then = models.CharField(max_length=8, choices=Then, default=Then.REPLY)
    code = models.CharField(max_length=16, blank=True)
    send_at = models.DateTimeField(null=True)
    is_scheduled = models.BooleanField(default=False)
    seen = models.PositiveIntegerField(default=0, help_text="The version of the ticket when it was queued.")
    stopped = models.CharField(max_length=300, blank=True)

    is_shared = models.BooleanField(default=False)
    approver = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    remark = models.TextField(blank=True, max_length=2000)

    work: Any = models.JSONField(default=dict, blank=True)  # minutes, activity, billing as they were typed

    supplier = models.ForeignKey(Supplier, models.SET_NULL, null=True, related_name="+")
    quoted = ArrayField(models.BigIntegerField(), default=list)
    attached = ArrayField(models.BigIntegerField(), default=list)
    waits = models.BooleanField(default=True)
    reference = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "author", "kind"], condition=Q(send_at=None, approver=None), name="one_open_draft"
            ),
        ]
        indexes = [
            models.Index(fields=["ticket"], name="draft_of_ticket"),
            models.Index(fields=["author", "-updated_at"], name="draft_of_author"),
            models.Index(fields=["send_at"], name="draft_to_send", condition=~Q(send_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether its author may go on writing it."""
        return self.send_at is None and self.approver_id is None


class ReadyAnswer(models.Model):
    """A text to answer with: of one agent (`owner`), of a team, or of the whole desk. It holds nothing of a client."""

    title = models.CharField(_("title"), max_length=80)
    folder = models.CharField(_("folder"), max_length=80, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    texts = models.JSONField(default=dict)
    owner = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["folder", "title"]

    def __str__(self) -> str:
        return self.title


class AnswerUse(models.Model):
    """A ticket in which a ready answer was used, by whom first, and when last."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    answer = models.ForeignKey(ReadyAnswer, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "ticket"], name="answer_once_a_ticket")]
        indexes = [models.Index(fields=["answer", "-at", "-id"], name="uses_by_time")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.answer_id}"


class Reference(models.Model):
    """An article that was used for a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "article"], name="article_once_a_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.article_id}"


class Waiting(models.Model):
    """A ticket that waits for a known error to be mended; or the one ticket in which it is being mended (`is_problem`)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    is_problem = models.BooleanField(default=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "waiting"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "article"], name="waits_once"),
            models.UniqueConstraint(fields=["article"], condition=models.Q(is_problem=True), name="one_problem_each"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.article_id}"
