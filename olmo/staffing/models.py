"""Tables of staffing: what agents can, when they work, and who is on call."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.tickets.models import Category

_MOMENTS = Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField())
_DAYS = Func("valid_from", "valid_to", Value("[]"), function="daterange", output_field=DateRangeField())


class Presence(models.TextChoices):
    """What an agent says of themselves."""

    ACTIVE = "active", pgettext_lazy("presence", "Active")
    AWAY = "away", pgettext_lazy("presence", "Away")
    OFF = "off", pgettext_lazy("presence", "Off")


class Level(models.IntegerChoices):
    """How well somebody can do something."""

    BASIC = 1, _("Basic")
    SKILLED = 2, _("Skilled")
    EXPERT = 3, _("Expert")


class AbsenceKind(models.TextChoices):
    """Why somebody is absent; no more is asked."""

    LEAVE = "leave", _("Leave")
    ILLNESS = "illness", _("Illness")
    TRAINING = "training", _("Training")
    OTHER = "other", pgettext_lazy("absence", "Other")


def usual_weights() -> list[int]:
    """What tickets of priority 1 to 4 weigh unless somebody decides."""
    return [4, 2, 1, 1]


class Skill(models.Model):
    """Something that agents can and categories need."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class Ability(models.Model):
    """How well an agent masters a skill."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="abilities", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="abilities")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="ability_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="ability_level_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.skill_id} {self.level}"


class Need(models.Model):
    """How well a skill must be mastered for the tickets of a category."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="needs", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="needs")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "skill"], name="need_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="need_level_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.skill_id} {self.level}"


class Profile(models.Model):
    """What an agent speaks, how much they take, and whether they are there."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="staffing")
    languages = ArrayField(models.CharField(max_length=8, choices=settings.LANGUAGES), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    presence = models.CharField(_("presence"), max_length=6, choices=Presence, default=Presence.ACTIVE)
    presence_until = models.DateTimeField(pgettext_lazy("time", "until"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.presence}"


class CapacityRules(models.Model):
    """How much an agent takes at once by default, and how much a ticket weighs by its priority. One row."""

    capacity = models.PositiveSmallIntegerField(
        _("capacity"), default=20, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    weights = ArrayField(models.PositiveSmallIntegerField(), default=usual_weights)  # of priority 1 to 4

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_row_of_capacity_rules")]

    def __str__(self) -> str:
        return f"{self.capacity} {self.weights}"


class Pattern(models.Model):
    """A week of shifts of one agent. hours: {"mon": [["08:00", "12:30"], ["22:00", "06:00"]], ...}."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="patterns")
    zone = models.CharField(_("time zone"), max_length=40)
    valid_from = models.DateField(pgettext_lazy("time", "from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    hours: Any = models.JSONField()

    class Meta:
        ordering = ["person_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="pattern_ends_after_start"
            ),
            ExclusionConstraint(
                name="patterns_do_not_overlap",
                expressions=[("person", RangeOperators.EQUAL), (_DAYS, RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}"


class Absence(models.Model):
    """A time in which an agent is not there, and who takes over."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    kind = models.CharField(_("kind"), max_length=8, choices=AbsenceKind, default=AbsenceKind.LEAVE)
    starts_at = models.DateTimeField(pgettext_lazy("time", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("time", "until"))
    deputy = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["ends_at"], name="absence_end")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            ExclusionConstraint(
                name="absences_do_not_overlap",
                expressions=[("person", RangeOperators.EQUAL), (_MOMENTS, RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%Y-%m-%d}"


class Schedule(models.Model):
    """Who of a team is called, hour by hour. Several of one team are several lines: the first is called first."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="schedules")
    name = models.CharField(_("name"), max_length=80)
    zone = models.CharField(_("time zone"), max_length=40)
    position = models.PositiveSmallIntegerField(_("line"), default=1)

    class Meta:
        ordering = ["team__name", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="schedule_once")]

    def __str__(self) -> str:
        return self.name


class Layer(models.Model):
    """A rotation of people in a schedule; the first layer that has somebody counts."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="layers")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    days = models.PositiveSmallIntegerField(
        _("days of a turn"), default=7, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    handover = models.CharField(_("handover"), max_length=5, default="09:00")
    starts_on = models.DateField(_("first handover"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    hours: Any = models.JSONField(default=dict, blank=True)  # the only ones in which it counts; empty: always

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="layer_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="layer_turn_has_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """One person's place in a layer."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="turns")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["layer", "position"], name="turn_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.person_id}"


class Override(models.Model):
    """Somebody put on call for a while, before all layers."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="overrides")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(pgettext_lazy("time", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("time", "until"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_start"),
            ExclusionConstraint(
                name="overrides_do_not_overlap",
                expressions=[("schedule", RangeOperators.EQUAL), (_MOMENTS, RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.starts_at:%Y-%m-%d}"


class Feed(models.Model):
    """The secret address of an agent's calendar; only its digest is kept, so it is shown once."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"feed of {self.person_id}"
