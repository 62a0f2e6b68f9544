"""Tables of requests. Orders, their answers and approvals belong to their ticket's client."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from olmo.catalogue.models import FormVersion, Item
from olmo.fulfilment.models import Plan
from olmo.guides.models import Run
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Impact, Message, Ticket, Urgency


class Handling(models.Model):
    """What becomes of the orders of an item: the ticket they make, how long approvals may take (days), whose tasks follow.

    amount_of: what thresholds of approval are compared with (see `amounts`); asks_again: also when an agent changes the answers.
    """

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="handling")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.LOW)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.MEDIUM)
    remind_after_days = models.PositiveSmallIntegerField(default=2)
    expire_after_days = models.PositiveSmallIntegerField(default=14)
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, blank=True, related_name="handlings")
    amount_of = models.CharField(max_length=80, blank=True)
    asks_again = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"handling of {self.item_id}"


class ApproverKind(models.TextChoices):
    """Who is asked."""

    MANAGER = "manager", _("The manager of the person it is for")
    COST_CENTRE = "cost_centre", _("The owner of their cost centre")
    OWNER = "owner", _("The owner of the service")
    PEOPLE = "people", _("Named people")


class ApprovalStep(models.Model):
    """Somebody must approve before an order is worked on. Those of a stage are asked together; quorum 0: all of them.

    above: only orders of more than this amount; None: all.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="approval_steps")
    stage = models.PositiveSmallIntegerField(_("stage"), default=1)
    kind = models.CharField(_("who"), max_length=11, choices=ApproverKind)
    people: "models.ManyToManyField[Person, Any]" = models.ManyToManyField(Person, blank=True, related_name="+")
    quorum = models.PositiveSmallIntegerField(_("how many must say yes"), default=0)
    above = models.DecimalField(_("only above"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["stage", "id"]

    def __str__(self) -> str:
        return f"{self.stage} {self.kind}"


class OrderState(models.TextChoices):
    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Not approved")
    EXPIRED = "expired", _("Not decided in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Order(models.Model):
    """What was ordered. recipient: whom it is for; by: who filled in the form; round: how often approval was asked for anew.

    author: who wrote the answers as they are now; None where that is `by`. price, currency: of the item when approval was asked
    (priced_at; None: not kept). mark: of the form from which it was sent, so that two presses are one order (see `once`).
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="order")
    item = models.ForeignKey(Item, models.PROTECT, related_name="placed")
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=OrderState, default=OrderState.APPROVED)
    round = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    priced_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "mark"], name="order_sent_once", condition=~Q(mark=""))]
        indexes = [models.Index(fields=["ticket"], name="order_pending", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return f"order {self.pk}"


class Answers(models.Model):
    """What was filled in, revision by revision. message: carries their words; with it they are erased."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="answers", db_index=False)
    revision = models.PositiveSmallIntegerField()
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", db_index=False)
    content: Any = models.JSONField(default=dict)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-revision"]
        verbose_name_plural = "answers"
        constraints = [models.UniqueConstraint(fields=["order", "revision"], name="answers_in_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.revision}"


class Decision(models.TextChoices):
    YES = "yes", _("Approved")
    NO = "no", _("Not approved")


class Approval(models.Model):
    """One person who is asked, in one step of one round. dropped_at: their word is not needed any more."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=11, choices=ApproverKind)
    quorum = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=3, choices=Decision, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True, max_length=2000)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["round", "stage", "step", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "round", "step", "approver"], name="approval_asked_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="approval_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["approver", "asked_at"], name="approval_open_of", condition=Q(decision="", dropped_at=None)
            ),
            models.Index(fields=["approver"], name="approval_of", condition=Q(dropped_at=None)),
            models.Index(fields=["decided_by", "-decided_at"], name="approval_decided"),
            models.Index(fields=["expires_at"], name="approval_to_expire", condition=Q(decision="", dropped_at=None)),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"

    @property
    def is_open(self) -> bool:
        return not self.decision and self.dropped_at is None


class Link(models.Model):
    """An address that was mailed to one person: the approver, or who stands in for them."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    approval = models.ForeignKey(Approval, models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "person"], name="one_link_each")]

    def __str__(self) -> str:
        return f"link {self.pk}"


class Substitute(models.Model):
    """Who decides for a requester while they are away, from one day to another. Agents have absences with deputies."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="substitutes")
    deputy = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("substitute"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="substitute_ends_after_start"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="substitute_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_on}"


class Draft(models.Model):
    """A form that somebody has put beside others to send them as one request.

    run: of a troubleshooter that led there; mark: of the page and answers that put it there (see `once`).
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    answers: Any = models.JSONField(default=dict)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    mark = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["person"], name="draft_of_person")]
        constraints = [
            models.UniqueConstraint(fields=["person", "mark"], condition=~models.Q(mark=""), name="draft_once_a_page")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
