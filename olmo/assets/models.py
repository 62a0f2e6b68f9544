"""Tables of assets."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person
from olmo.tenancy.models import Client

ICONS = [
    ("laptop", _("Laptop")), ("monitor", _("Screen")), ("phone", _("Phone")), ("printer", _("Printer")), ("server", _("Server")),
    ("wifi", _("Network")), ("key", _("Key")), ("app", _("Program")),
]  # fmt: skip


class State(models.TextChoices):
    """Where an asset stands in its life."""

    IN_USE = "in_use", pgettext_lazy("asset", "In use")
    IN_STOCK = "in_stock", pgettext_lazy("asset", "In stock")
    IN_REPAIR = "in_repair", pgettext_lazy("asset", "In repair")
    RETIRED = "retired", pgettext_lazy("asset", "Retired")


class AssetKind(models.Model):
    """What sort of thing it is: a laptop, a licence."""

    name = models.CharField(_("name"), max_length=60)
    names: Any = models.JSONField(_("name in other languages"), default=dict, blank=True)
    icon = models.CharField(_("icon"), max_length=12, choices=ICONS, default="laptop")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="asset_kind_once")]

    def __str__(self) -> str:
        return str(self.names.get((get_language() or "en")[:2]) or self.name)


class Asset(models.Model):
    """One thing of one organisation. `tag_key` is the tag as it is compared, kept by the verbs."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="assets", db_index=False)
    tag = models.CharField(_("tag"), max_length=40)
    tag_key = models.CharField(max_length=40, db_collation="C", editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.ForeignKey(AssetKind, models.PROTECT, related_name="assets", db_index=False)
    maker = models.CharField(_("maker"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="assets", db_index=False)
    place = models.CharField(_("place"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.IN_STOCK)
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        # Each list is one of these read in order: all, an organisation's, of a kind, in a state, somebody's.
        constraints = [models.UniqueConstraint(fields=["client", "tag_key"], name="asset_tag_once")]
        indexes = [
            models.Index(fields=["tag_key", "id"], name="asset_by_tag"),
            models.Index(fields=["kind", "tag_key", "id"], name="asset_of_kind"),
            models.Index(fields=["state", "tag_key", "id"], name="asset_in_state"),
            models.Index(fields=["person", "tag_key", "id"], name="asset_of_person", condition=~models.Q(person=None)),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.name}"

    @property
    def is_retired(self) -> bool:
        return self.state == State.RETIRED


class Term(models.Model):
    """A word by which an asset is found, folded. Compared by its beginning as a range, which a policy lets an index answer."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="terms")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    word = models.CharField(max_length=120, db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["word", "asset"], name="asset_by_word")]

    def __str__(self) -> str:
        return self.word


class Step(models.Model):
    """One line of the trail of an asset: who changed what, from what to what. Append-only; a note's words are not kept.

    batch: of many assets that were changed at once.
    """

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="steps", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    change: Any = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["asset", "-id"], name="steps_of_asset"),
            models.Index(fields=["batch"], name="steps_of_batch", condition=~models.Q(batch=None)),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.at:%Y-%m-%d}"


class Load(models.Model):
    """A file that somebody looks at before it is imported: one at a time for each person and organisation."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
