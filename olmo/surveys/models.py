"""How the desk asks, whom it asked, what they answered, and what is followed up."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.choices import FollowUpOutcome, FollowUpReason, Score
from olmo.tickets.models import Category, Message, Ticket

NOBODY = 0  # a team, agent or category that is not there


class Moment(models.TextChoices):
    """When the requester is asked."""

    SOLUTION = "solution", _("in the mail that tells of the solution")
    LATER = "later", _("in a mail of its own, some hours after the solution")
    CLOSED = "closed", _("in a mail of its own, when the ticket is closed")


class Rules(models.Model):
    """How the desk asks: one row, made on first use. `silent` are the clients whose people are not asked."""

    is_on = models.BooleanField(_("Ask for ratings"), default=False)
    moment = models.CharField(max_length=8, choices=Moment, default=Moment.SOLUTION)
    hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 14)])
    share = models.PositiveSmallIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(100)])
    every_days = models.PositiveSmallIntegerField(default=14, validators=[MaxValueValidator(365)])
    answer_days = models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1), MaxValueValidator(90)])
    change_days = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(90)])
    bad_up_to = models.PositiveSmallIntegerField(choices=[(0, _("none")), *Score.choices[:3]], default=Score.POOR)
    follow_days = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(30)])
    silent = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="survey_rules_is_one_row")]

    def __str__(self) -> str:
        return "survey rules"


class Check(models.Model):
    """Solved tickets of a category are looked at again after some days."""

    category = models.OneToOneField(Category, models.CASCADE, primary_key=True, related_name="+")
    days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(90)])

    def __str__(self) -> str:
        return f"{self.category}: {self.days}"


class State(models.TextChoices):
    PLANNED = "planned", _("to be asked")
    SENT = "sent", _("asked")
    ANSWERED = "answered", _("answered")
    VOID = "void", _("not asked any more")


class Invitation(models.Model):
    """Somebody is asked about one solution (the seq of its event). due_at: when a mail of its own leaves, if one does."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    solution = models.PositiveIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    agent = models.BigIntegerField(default=NOBODY)
    team = models.BigIntegerField(default=NOBODY)
    category = models.BigIntegerField(default=NOBODY)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_day = models.DateField(null=True)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "solution"], name="asked_once")]
        indexes = [
            models.Index(fields=["due_at"], name="survey_due", condition=Q(state="planned", due_at__isnull=False)),
            models.Index(fields=["person", "made_at"], name="survey_of_person"),
            models.Index(fields=["sent_day", "client"], name="survey_sent", condition=Q(sent_day__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.solution} {self.state}"


class Rating(models.Model):
    """An answer. Who and what it concerns stands as it was at that moment (ids; 0: nobody). `comment` is erasable."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ratings", db_index=False)
    solution = models.PositiveIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField(choices=Score)
    comment = models.TextField(blank=True)
    agent = models.BigIntegerField(default=NOBODY)
    team = models.BigIntegerField(default=NOBODY)
    category = models.BigIntegerField(default=NOBODY)
    day = models.DateField()
    at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    by_link = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "solution"], name="rated_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_in_five_steps"),
        ]
        indexes = [
            models.Index(fields=["day", "client"], name="rating_day", include=["team", "agent", "category", "score"]),
            models.Index(F("at").desc(), F("id").desc(), name="rating_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.solution}: {self.score}"


class FollowUp(models.Model):
    """A finished ticket is looked at once more, by due_at. person: whose it is; None: of those who lead the team."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="follow_ups", db_index=False)
    why = models.CharField(max_length=8, choices=FollowUpReason)
    rating = models.ForeignKey(Rating, models.SET_NULL, null=True, related_name="+")
    solution = models.PositiveIntegerField()
    team = models.BigIntegerField(default=NOBODY)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when somebody was told that it is due
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=9, choices=FollowUpOutcome, blank=True)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "solution", "why"], name="followed_up_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="follow_up_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.why} {self.due_at:%Y-%m-%d}"
