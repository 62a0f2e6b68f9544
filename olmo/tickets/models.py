"""Tables of the tickets room. Rows of Ticket change only through `log`; the database refuses anything else."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from olmo.catalogue.models import Service
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from .choices import (
    OTHER_END,
    VALUE_KINDS,
    Bucket,
    CallDirection,
    CallOutcome,
    Channel,
    HoldReason,
    Impact,
    LinkKind,
    MessageKind,
    Priority,
    Reason,
    ResolutionCode,
    TicketKind,
    Urgency,
)
from .concerns import Concern
from .partners import PartnerCase
from .prepared import ChecklistItem, Template
from .states import ACTIVE, Status, WorkingState
from .suppliers import Supplier
from .tags import Retagging, Tagging
from .undoables import Undoable, UndoPiece

__all__ = [  # what has a file of its own
    "ACTIVE",
    "OTHER_END",
    "VALUE_KINDS",
    "Bucket",
    "CallDirection",
    "CallOutcome",
    "Channel",
    "ChecklistItem",
    "Concern",
    "HoldReason",
    "Impact",
    "LinkKind",
    "MessageKind",
    "PartnerCase",
    "Priority",
    "Reason",
    "ResolutionCode",
    "Retagging",
    "Status",
    "Supplier",
    "Tagging",
    "Template",
    "TicketKind",
    "UndoPiece",
    "Undoable",
    "Urgency",
    "WorkingState",
]  # fmt: skip


class Category(models.Model):
    """What a ticket is about: a tree; a category without a client is everybody's."""

    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class CustomField(models.Model):
    """A typed field that an organisation or a category adds to its tickets."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        BOOLEAN = "boolean", _("Yes or no")

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    labels = models.JSONField(_("label in other languages"), default=dict, blank=True)
    kind = models.CharField(_("type"), max_length=8, choices=Kind)
    choices = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    is_required = models.BooleanField(_("required"), default=False)
    is_for_requesters = models.BooleanField(_("shown to requesters"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.labels.get((get_language() or "en")[:2]) or self.label)


def _newest_of(field: str) -> models.Index:
    """The tickets that have a value there, which few have, the newest first."""
    order = (F(field), F("updated_at").desc(), F("id").desc())
    return models.Index(*order, name=f"ticket_of_{field}", condition=Q(**{f"{field}__isnull": False}))


def _active(*columns: Any, name: str) -> models.Index:
    """An index over open work only."""
    return models.Index(
        *(F(c) if isinstance(c, str) else c for c in columns), name=name, condition=Q(status__in=ACTIVE)
    )


class Ticket(models.Model):
    """What the log of one ticket says so far."""

    number = models.BigIntegerField(unique=True, db_default=RawSQL("nextval('ticket_numbers')", ()))
    version = models.PositiveIntegerField(default=0)
    client = models.ForeignKey(Client, models.PROTECT, related_name="tickets", db_index=False)
    kind = models.CharField(max_length=16, choices=TicketKind, default=TicketKind.INCIDENT)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.DESK)
    subject = models.CharField(_("subject"), max_length=255)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    requester = models.ForeignKey(Person, models.PROTECT, related_name="tickets", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="tickets", db_index=False)
    assignee = models.ForeignKey(Person, models.PROTECT, null=True, related_name="assigned", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="tickets", db_index=False)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.MEDIUM)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.MEDIUM)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.NEW)
    hold_reason = models.CharField(max_length=12, choices=HoldReason, blank=True)
    wake_at = models.DateTimeField(_("until"), null=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="tickets", db_index=False)
    working_state = models.ForeignKey(WorkingState, models.PROTECT, null=True, related_name="tickets", db_index=False)
    due_at = models.DateTimeField(_("due"), null=True)
    resolution_code = models.CharField(max_length=16, choices=ResolutionCode, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    watcher_ids = ArrayField(models.BigIntegerField(), default=list)
    asset_ids = ArrayField(models.BigIntegerField(), default=list, db_default=RawSQL("'{}'::bigint[]", ()))
    fields = models.JSONField(default=dict)
    links = models.JSONField(default=list)
    checklist = models.JSONField(default=dict)
    callback_at = models.DateTimeField(_("call-back"), null=True)
    is_first_contact = models.BooleanField(_("solved at the first contact"), default=False)
    template = models.ForeignKey(Template, models.PROTECT, null=True, related_name="tickets", db_index=False)
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="+", db_index=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    absorbed_ids = ArrayField(models.BigIntegerField(), default=list)
    returns = models.PositiveSmallIntegerField(default=0, db_default=0)  # to a team that gave it away
    last_message = models.ForeignKey("Message", models.SET_NULL, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reply_token = models.CharField(max_length=20, unique=True)

    class Meta:
        # Every list is one of these read in order; the partial ones stay as small as the open work, whatever the history.
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="ticket_updated"),
            models.Index(fields=["opened_at", "id"], name="ticket_opened"),
            models.Index(fields=["client", "-updated_at", "-id"], name="ticket_of_client"),
            models.Index(fields=["requester", "-updated_at", "-id"], name="ticket_of_requester"),
            models.Index(fields=["category", "-opened_at"], name="ticket_of_category"),
            models.Index(fields=["team"], name="ticket_of_team"),
            models.Index(fields=["assignee"], name="ticket_of_assignee"),
            _active(F("updated_at").desc(), F("id").desc(), name="ticket_active_updated"),
            _active("opened_at", "id", name="ticket_active_opened"),
            _active("priority", "id", name="ticket_active_priority"),
            _active("due_at", "id", name="ticket_active_due"),
            _active("assignee", F("updated_at").desc(), F("id").desc(), name="ticket_active_assignee"),
            # An index on (assignee, ...) is not read in order for IS NULL.
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                name="ticket_unassigned",
                condition=Q(status__in=ACTIVE, assignee=None),
            ),
            _active("team", F("updated_at").desc(), F("id").desc(), name="ticket_active_team"),
            models.Index(fields=["wake_at"], name="ticket_to_wake", condition=Q(status=Status.WAITING)),
            models.Index(fields=["resolved_at"], name="ticket_to_close", condition=Q(status=Status.RESOLVED)),
            models.Index(fields=["priority", "id"], name="ticket_priority"),
            models.Index(fields=["due_at", "id"], name="ticket_due"),
            models.Index(fields=["callback_at", "id"], name="ticket_callback", condition=Q(callback_at__isnull=False)),
            models.Index(fields=["template", "-id"], name="ticket_of_template", condition=Q(template__isnull=False)),
            _newest_of("working_state"),
            _newest_of("supplier"),
            models.Index(fields=["service"], name="ticket_of_service", condition=Q(service__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_done(self) -> bool:
        return not self.is_active


class Event(models.Model):
    """One change of one ticket. Append-only: the database refuses UPDATE and DELETE."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    caused_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ticket_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq_once")]
        indexes = [models.Index(fields=["ticket", "seq"], name="event_of_values", condition=Q(kind__in=VALUE_KINDS))]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.seq} {self.kind}"


class Message(models.Model):
    """What somebody wrote. `text` is the new part; `quoted` the history below it; `html` the sanitised original."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages", db_index=False)
    kind = models.CharField(max_length=8, choices=MessageKind, default=MessageKind.PUBLIC)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.DESK)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    is_from_desk = models.BooleanField(default=False)
    is_verified = models.BooleanField(default=True)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    quoted = models.TextField(blank=True)
    html = models.TextField(blank=True)
    is_markdown = models.BooleanField(default=False)
    to = ArrayField(models.CharField(max_length=320), default=list)
    cc = ArrayField(models.CharField(max_length=320), default=list)
    mail_id = models.CharField(max_length=998, blank=True)
    source_id = models.BigIntegerField(null=True)
    redacted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Words with their desk.
    partner = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="+", db_index=False)
    call_direction = models.CharField(max_length=3, choices=CallDirection, blank=True)
    call_minutes = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "at"], name="message_of_ticket"),
            models.Index(fields=["mail_id"], name="message_mail_id", condition=~Q(mail_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_internal(self) -> bool:
        return self.kind == MessageKind.INTERNAL


class Attachment(models.Model):
    """A named file of a message. Its content is kept once per sha256, in `files`. Without a message it is a draft's."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    uploader = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127, default="application/octet-stream")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ReadMark(models.Model):
    """How far a person has read a ticket's log."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "ticket"], name="one_read_mark")]


class Mention(models.Model):
    """Who is mentioned in which note. The words are the message's; this finds them from the person's side."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "message"], name="mention_once")]


class Watch(models.Model):
    """Who follows which ticket: `Ticket.watcher_ids` to be looked up from the person's side.

    Kept by a trigger. An index over the array would not be used: `@>` is not leakproof, so it may not run before the policy.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "ticket"], name="watch_once")]


class Standing(models.Model):
    """Where a ticket stands: made by `standing.of` from its row and log, kept beside it for the lists."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="standing")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    bucket = models.CharField(max_length=8, choices=Bucket)
    reason = models.CharField(max_length=16, choices=Reason)
    since = models.DateTimeField()
    act_by = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    wrote_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["act_by", "ticket"], name="standing_todo", condition=Q(bucket="todo")),
            models.Index(
                fields=["act_by", "ticket"], name="standing_act_by", condition=Q(bucket__in=["todo", "waiting"])
            ),
            models.Index(fields=["act_by", "ticket"], name="standing_escalated", condition=Q(reason="escalated")),
            models.Index(fields=["reason"], name="standing_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.reason}"


class SearchDocument(models.Model):
    """The words of a ticket. `block` groups 16,384 neighbouring tickets, so that a search reads the newest ones first."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="search_document")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    block = models.IntegerField()
    words: Any = SearchVectorField()
