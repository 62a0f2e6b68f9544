"""Tables of the catalogue. A service for some organisations is seen within their scope; the others are everybody's."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team

from .bilingual import said

currency_code = RegexValidator(r"^[A-Z]{3}$", _("A currency is three capital letters, such as EUR."))


class Audience(models.TextChoices):
    """Who sees a service in the catalogue, and orders from it."""

    PUBLIC = "public", _("Everybody")
    CLIENTS = "clients", _("Some organisations")
    TEAMS = "teams", _("Agents of some teams")


class PriceKind(models.TextChoices):
    """What the amount means."""

    PRICE = "price", _("Price, charged to the organisation")
    COST = "cost", _("Cost, for information")


class Offered(models.Model):
    """What an item says of price and delivery; an item without its own has its service's."""

    price_amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    price_currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    price_kind = models.CharField(_("what it is"), max_length=5, choices=PriceKind, default=PriceKind.PRICE)
    delivery_words = models.JSONField(_("delivery"), default=dict, blank=True)  # language -> text
    delivery_minutes = models.PositiveIntegerField(_("working time"), null=True, blank=True)

    class Meta:
        abstract = True


class Service(Offered):
    """Something that the desk provides. minutes: working time."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    names = models.JSONField(_("name"), default=dict)
    descriptions = models.JSONField(_("description"), default=dict, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("owner"))
    audience = models.CharField(_("audience"), max_length=7, choices=Audience, default=Audience.PUBLIC)
    client_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # row security reads it
    teams: "models.ManyToManyField[Team, Any]" = models.ManyToManyField(Team, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_amount=None, price_currency="") | (Q(price_amount__gte=0) & ~Q(price_currency="")),
                name="service_price_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(audience="clients", client_ids__len__gt=0) | (~Q(audience="clients") & Q(client_ids=[])),
                name="service_clients_are_named",
            ),
        ]

    def __str__(self) -> str:
        return said(self.names) or self.key


class Item(Offered):
    """What one orders of a service. draft: the form as it is being built; readers get the version that was published."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="items")
    key = models.SlugField(_("key"), max_length=60, unique=True)
    names = models.JSONField(_("name"), default=dict)
    summaries = models.JSONField(_("what one gets"), default=dict, blank=True)
    draft: Any = models.JSONField(default=list, blank=True)
    grace_days = models.PositiveSmallIntegerField(_("days in which a former form is still taken"), default=7)
    orders = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_amount=None, price_currency="") | (Q(price_amount__gte=0) & ~Q(price_currency="")),
                name="item_price_has_currency",
            )
        ]

    def __str__(self) -> str:
        return said(self.names) or self.key

    @property
    def priced(self) -> Offered | None:
        """Whose price counts: its own, else its service's; None when neither names one."""
        return next((one for one in (self, self.service) if one.price_amount is not None), None)

    @property
    def delivered(self) -> Offered | None:
        """Whose delivery time counts."""
        return next((one for one in (self, self.service) if one.delivery_words or one.delivery_minutes), None)


class FormVersion(models.Model):
    """A form as it was published. The database refuses DELETE, and UPDATE of anything but when it ended."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content: Any = models.JSONField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="form_versions_in_order"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(superseded_at=None, withdrawn_at=None), name="one_form_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"

    @property
    def is_in_force(self) -> bool:
        return self.superseded_at is None and self.withdrawn_at is None
