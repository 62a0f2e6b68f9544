"""Provider, client organisations, their mail domains."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

Matrix = list[list[int]]
# Rows: impact high, medium, low; columns: urgency high, medium, low (ITIL 4, incident management practice).
DEFAULT_MATRIX: Matrix = [[1, 2, 3], [2, 3, 4], [3, 4, 4]]


def default_matrix() -> Matrix:
    return [row[:] for row in DEFAULT_MATRIX]


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


def check_matrix(matrix: Any) -> None:
    fits = (
        isinstance(matrix, list)
        and len(matrix) == 3
        and all(isinstance(row, list) and len(row) == 3 for row in matrix)
        and all(cell in (1, 2, 3, 4) for row in matrix for cell in row)
    )
    if not fits:
        raise ValidationError(_("The priority matrix needs 3 rows of 3 priorities from 1 to 4."))


class Located(models.Model):
    """Anything with a language and a time zone of its own."""

    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_time_zone])

    class Meta:
        abstract = True


class Provider(Located):
    """Who runs the desk: one row, made at set-up."""

    name = models.CharField(_("name"), max_length=120)
    address = models.EmailField(_("mail address of the desk"), blank=True)
    signatures = models.JSONField(_("signature"), default=dict, blank=True)  # language -> text: kernel.signatures

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="provider_is_one_row")]

    def __str__(self) -> str:
        return self.name


class Client(Located):
    """An organisation whose people ask for help; the unit of isolation."""

    name = models.CharField(_("name"), max_length=120)
    address = models.EmailField(_("sender address of its mail"), blank=True)
    signatures = models.JSONField(_("signature"), default=dict, blank=True)  # language -> text: kernel.signatures
    matrix = models.JSONField(_("priority matrix"), default=default_matrix, validators=[check_matrix])
    close_after_days = models.PositiveSmallIntegerField(_("close resolved tickets after (days)"), default=5)
    follow_up_days = models.PositiveSmallIntegerField(_("reopen a closed ticket within (days)"), default=14)
    takes_strangers = models.BooleanField(
        _("receives mail of unknown senders"), default=False, help_text=_("At most one organisation does.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="client_name_once"),
            models.UniqueConstraint(
                fields=["takes_strangers"], condition=models.Q(takes_strangers=True), name="client_of_strangers_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def priority_of(self, impact: int, urgency: int) -> int:
        """Priority 1 (critical) to 4 (low) of impact and urgency, each 1 (high) to 3 (low)."""
        return int(self.matrix[impact - 1][urgency - 1])


class Domain(models.Model):
    """A mail domain whose senders belong to a client."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="domains")
    name = models.CharField(_("domain"), max_length=253)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="domain_of_one_client")]

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """How an organisation's portal and mails look. None of it is secret: who finds its host sees it before signing in."""

    client = models.OneToOneField(Client, models.CASCADE, primary_key=True, related_name="brand")
    name = models.CharField(_("name"), max_length=80, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    colour_dark = models.CharField(_("colour in the dark"), max_length=7, blank=True)
    css_digest = models.CharField(max_length=20, blank=True, db_index=True)
    logo = models.BinaryField(default=bytes)
    logo_digest = models.CharField(max_length=20, blank=True, db_index=True)
    host = models.CharField(_("host name"), max_length=253, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    hours_en = models.CharField(_("hours in English"), max_length=120, blank=True)
    hours_it = models.CharField(_("hours in Italian"), max_length=120, blank=True)
    legal_en = models.TextField(_("footer in English"), blank=True)
    legal_it = models.TextField(_("footer in Italian"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host"], condition=~models.Q(host=""), name="brand_host_once")]

    def __str__(self) -> str:
        return self.name

    def legal(self, language: str) -> str:
        """The footer in a language, else in the other."""
        first, second = (self.legal_it, self.legal_en) if language.startswith("it") else (self.legal_en, self.legal_it)
        return first or second
