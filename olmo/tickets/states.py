"""The states of a ticket: the fixed statuses, on which promises and lists are built, and beneath them the desk's own words."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


ACTIVE = (Status.NEW, Status.OPEN, Status.WAITING)


class WorkingState(models.Model):
    """How work stands, in a desk's own words, beneath one status. A ticket has one only while it has that status."""

    name = models.CharField(_("name"), max_length=60)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "name", "id"]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)
