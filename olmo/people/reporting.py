"""Who is above whom in an organisation, and who pays: managers and cost centres."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing
from olmo.tenancy.models import Client

from . import audit
from .models import CostCentre, Person

_ONCE = {"cost_centre_code_once": ("code", gettext_lazy("Another cost centre of this organisation has this code."))}
HIGHEST = 20  # steps from anybody to the top


def manager(address: str, person: Person, client: Client) -> Person | None:
    """The manager by their address. Raises Invalid (nobody of the organisation; themselves; a circle)."""
    wanted = clean_line(address, 320).lower()
    if not wanted:
        return None
    found = Person.objects.filter(identities__value=wanted, client=client, is_active=True).first()
    if found is None:
        raise Invalid("manager", _("Nobody of %(client)s has this address.") % {"client": client.name})
    above: Person | None = found
    for _step in range(HIGHEST):
        if above is None:
            return found
        if above.pk == person.pk:
            raise Invalid("manager", _("%(name)s would be above themselves.") % {"name": person.name or wanted})
        above = above.manager
    raise Invalid("manager", _("There are too many above one another."))


def cost_centre(wanted: CostCentre | None, client: Client) -> CostCentre | None:
    """A cost centre of the organisation. Raises Invalid (another one's)."""
    if wanted is not None and wanted.client_id != client.pk:
        raise Invalid("cost_centre", _("This cost centre is another organisation’s."))
    return wanted


def managers_above(person: Person) -> list[Person]:
    """The manager, the manager of that one, and so on."""
    found, above = list[Person](), person.manager
    while above is not None and above not in found and len(found) < HIGHEST:
        found.append(above)
        above = above.manager
    return found


@transaction.atomic
def save_cost_centre(
    kept: CostCentre | None, *, client: Client, code: str, name: str, owner: str, by: Person, seen: str = ""
) -> CostCentre:
    """Change a cost centre, or make one. owner: an address of the organisation. Raises NotAllowed, Conflict, Invalid."""
    from . import administration

    administration.require_administrator(by)
    row = CostCentre.objects.select_for_update(of=("self",)).get(pk=kept.pk) if kept else CostCentre()
    before = state_of(row)
    administration.require_unchanged(before, seen)
    if row.pk and row.client_id != client.pk and row.people.exists():
        raise Invalid("client", _("People of the other organisation are in it."))
    found = Person.objects.filter(identities__value=owner.strip().lower(), client=client, is_active=True).first()
    if found is None:
        raise Invalid("owner", _("Nobody of %(client)s has this address.") % {"client": client.name})
    row.client, row.code, row.name, row.owner = client, clean_line(code, 40), clean_line(name, 120), found
    if not row.code or not row.name:
        raise Invalid("code", _("It needs a code and a name."))
    with refusing(_ONCE):
        row.save()
    administration.record(by, f"cost centre: {row.code}", before, state_of(row))
    return row


@transaction.atomic
def remove_cost_centre(kept: CostCentre, *, by: Person) -> None:
    """Remove a cost centre that nobody is in. Raises NotAllowed, Conflict."""
    from . import administration

    administration.require_administrator(by)
    if kept.people.exists():
        raise Conflict(_("People are in this cost centre. Give them another one first."))
    audit.record(by, f"cost centre: {kept.code}", {"name": [kept.name, None]})
    kept.delete()


def state_of(row: CostCentre) -> dict[str, Any]:
    """What is set, for the change log."""
    if not row.pk:
        return {}
    return {"client": row.client.name, "code": row.code, "name": row.name, "owner": row.owner.email or row.owner.name}
