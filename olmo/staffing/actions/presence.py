"""The verb by which an agent says whether they are there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.people.models import Person

from .. import policy
from ..models import Presence, Profile


@transaction.atomic
def set_presence(presence: str, *, by: Person, until: datetime | None = None) -> Profile:
    """Say that one is active, away or off; with `until`, for so long. "Active until" counts outside one's shifts too.

    Raises NotAllowed (no agent), Invalid (another word; a time that has passed).
    """
    policy.require(by.is_agent and by.is_active)
    if presence not in Presence.values:
        raise Invalid("presence", _("Choose active, away or off."))
    if until is not None and until <= clock.now():
        raise Invalid("until", _("This time has passed already."))
    profile, _new = Profile.objects.update_or_create(
        person=by, defaults={"presence": presence, "presence_until": until}
    )
    return profile
