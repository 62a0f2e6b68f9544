"""Tables of assignment: the way of each team, and whose turn it was."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team


class Method(models.TextChoices):
    """How a team's tickets find their agent."""

    MANUAL = "manual", _("By hand: agents take them")
    TURN = "turn", _("In turn")
    LOAD = "load", _("To whoever has the least work")
    SKILL = "skill", _("To whoever knows best")


class TeamWay(models.Model):
    """How tickets that reach a team are given out. turns: how many were given out, which numbers them."""

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="way")
    method = models.CharField(max_length=6, choices=Method, default=Method.MANUAL)
    needs_room = models.BooleanField(default=True)
    needs_skills = models.BooleanField(default=False)
    needs_language = models.BooleanField(default=False)
    sticky_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    turns = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.team_id} {self.method}"


class Given(models.Model):
    """When somebody of a team was last given a ticket, as the number of that turn."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    turn = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="given_once")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.person_id} {self.turn}"
