"""Surveys put a list of their own beside those of the tickets room."""

from django.apps import AppConfig
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "olmo.surveys"

    def ready(self) -> None:
        """The box of what is to be followed up: it holds finished tickets too."""
        from olmo.people.models import Person
        from olmo.tickets import boxes

        from .following_up import mine
        from .models import FollowUp

        def condition(viewer: Person) -> Q:
            due = Q(why="rating") | Q(due_at__lte=Now())
            found = FollowUp.objects.filter(mine(viewer), due, done_at=None, ticket=OuterRef("pk"))
            return Q(pk__in=FollowUp.objects.filter(done_at=None).values("ticket")) & Q(Exists(found))

        boxes.add(
            boxes.Box(
                name="followups", label=_("Follow-ups"), icon="check", is_counted=True, is_open=False,
                word=_("Finished tickets to be looked at again"), condition=condition,
            ),
            after="callbacks",
        )  # fmt: skip
