"""Suppliers: third parties with a name for whom a ticket may wait, and how administrators keep them."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid
from olmo.kernel.prepared import Part
from olmo.kernel.text import clean_line
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people.models import Person

MOST_COUNTED = 1000  # counted one further, to tell "1000" from "more"
_USES = (
    "select s.id, (select count(*) from (select from tickets_ticket t where t.supplier_id = s.id limit %s) used)"
    " from tickets_supplier s"
)


class Supplier(models.Model):
    """A third party that work is handed to: a maker, a carrier, a partner's desk."""

    name = models.CharField(gettext_lazy("name"), max_length=120, unique=True)
    email = models.EmailField(gettext_lazy("mail address"), blank=True)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class SupplierSettings:
    """A supplier. email: where its desk is written to, "" for none."""

    name: str
    email: str = ""
    is_active: bool = True


def offered(present: int | None = None) -> list[Supplier]:
    """The suppliers that a ticket may wait for; the present one stays among them when it is switched off."""
    return [one for one in Supplier.objects.all() if one.is_active or one.pk == present]


def checked(supplier: Supplier | None) -> int | None:
    """The id of a supplier that may be waited for; it stays what it is until the transaction ends.

    Raises Invalid("supplier"): switched off, or no longer there.
    """
    if supplier is None:
        return None
    found = next(
        iter(Supplier.objects.raw("select * from tickets_supplier where id = %s for share", [supplier.pk])), None
    )
    if found is None:
        raise Invalid("supplier", _("What was chosen is no longer there."))
    if not found.is_active:
        raise Invalid("supplier", _("“%(name)s” is no longer in use.") % {"name": found})
    return found.pk


@transaction.atomic
def save(supplier: Supplier | None, settings: SupplierSettings, *, by: Person, seen: str = "") -> Supplier:
    """Change a supplier, or make one. Raises NotAllowed, Conflict (changed meanwhile), Invalid: no name, one that is taken."""
    people.require_administrator(by)
    supplier = Supplier.objects.select_for_update().get(pk=supplier.pk) if supplier else Supplier()
    before = state_of(supplier)
    people.require_unchanged(before, seen)
    supplier.name, supplier.is_active = clean_line(settings.name, 120), settings.is_active
    supplier.email = clean_line(settings.email, 254).lower()
    if Supplier.objects.filter(name__iexact=supplier.name).exclude(pk=supplier.pk).exists():
        raise Invalid("name", _("Another supplier has this name."))
    require_valid(supplier)
    supplier.save()
    people.record(by, f"supplier: {supplier.name}", before, state_of(supplier))
    return supplier


def named(supplier: int) -> Part:
    """The name of a supplier, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select name from tickets_supplier where id = %s)", [supplier]


def uses() -> dict[int, int]:
    """How many tickets wait for each supplier, counted up to 1,001: {id: count}."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, [MOST_COUNTED + 1])
        return dict(cursor.fetchall())


def state_of(supplier: Supplier) -> dict[str, Any]:
    """What is set, for the change log; nothing for one that is not there yet."""
    return {name: getattr(supplier, name) for name in ("name", "email", "is_active")} if supplier.pk else {}
