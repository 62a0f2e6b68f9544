"""What the desk itself keeps: saved views of the lists."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.people.models import Person, Team


class Sharing(models.TextChoices):
    PRIVATE = "private", _("Only me")
    TEAM = "team", _("A team of mine")
    DESK = "desk", _("The whole desk")


class SavedView(models.Model):
    """A list with a name: filters, order and groups as the words of its address, and how it is drawn."""

    name = models.CharField(pgettext_lazy("of a view", "name"), max_length=60)
    owner = models.ForeignKey(Person, models.CASCADE, related_name="+")
    sharing = models.CharField(_("who sees it"), max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))
    query = models.CharField(max_length=1000)
    columns = ArrayField(models.CharField(max_length=20), default=list)
    density = models.CharField(max_length=12, default="comfortable")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["sharing"], name="view_shared", condition=~models.Q(sharing="private"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sharing="team", team__isnull=False)
                | (~models.Q(sharing="team") & models.Q(team=None)),
                name="team_views_have_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name
