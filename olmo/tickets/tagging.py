"""Tags as a whole: which there are, and a tag renamed, merged into another or removed on every ticket that has it.

That is many verbs, so it is a job: each ticket gets its own event, and the page shows how far it is. A new name is followed by
whatever names the tag: templates here, views, macros and rules in the rooms above (`wiring.RETAGGED`), in the job's last step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, OlmoError
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .actions.classifying import tag
from .actions.values import checked_tags
from .models import Retagging, Tagging, Ticket

BATCH = 100  # tickets in one transaction
MOST_COUNTED = 1000  # counted one further, to tell "1000" from "more"
MOST_TAGS = 500
# The index is skipped through from tag to tag: its cost is that of the tags, not of the tickets.
_TAGS = """
with recursive known as (
    (select tag from tickets_tagging where tag ilike %(like)s order by tag limit 1)
    union all
    select (select t.tag from tickets_tagging t where t.tag > known.tag and t.tag ilike %(like)s order by t.tag limit 1)
    from known where known.tag is not null
)
select tag, (select count(*) from (select from tickets_tagging t where t.tag = known.tag limit %(most)s) used)
from known where tag is not null limit %(tags)s
"""


@dataclass(frozen=True)
class Used:
    """A tag, and how many tickets have it (counted up to 1,001)."""

    name: str
    count: int


def tags(*, holding: str = "", limit: int = MOST_TAGS) -> list[Used]:
    """The tags that tickets of the scope have, by name; those whose name holds `holding`."""
    like = "%" + holding.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute(_TAGS, {"like": like, "most": MOST_COUNTED + 1, "tags": limit})
        return [Used(*row) for row in cursor.fetchall()]


@transaction.atomic
def retag(name: str, *, by: Person, into: str = "") -> Retagging:
    """Begin to rename a tag to `into` on all tickets, merge it into one that is there, or ("") remove it.

    Raises NotAllowed, Invalid (into: the same, or no tag), Conflict (no ticket has it; it is being changed already).
    """
    people.require_administrator(by)
    wanted = _checked(name, into)
    total = Tagging.objects.filter(tag=name).count()
    if not total:
        raise Conflict(_("No ticket has this tag."))
    if Retagging.objects.filter(tag__in=[name, wanted], ended_at=None).exists():
        raise Conflict(_("This tag is being changed already. Please wait until that is done."))
    begun = Retagging.objects.create(tag=name, into=wanted, by=by, total=total, began_at=clock.now())
    audit.record(by, f"tag: {name}", {"name": [name, wanted or None], "tickets": [None, total]})
    from .jobs import retag as job

    job.defer(pk=begun.pk)
    return begun


def go_on(pk: int) -> None:
    """Change ticket after ticket until none has the tag. Done anew after a death, it goes on where it stopped.

    A refusal stops it, says why on the page, and an administrator may let it go on (`resume`).
    """
    try:
        while _batch(pk):
            pass
    except OlmoError as refusal:
        Retagging.objects.filter(pk=pk).update(stopped=str(refusal.message)[:300])
    except Exception:
        Retagging.objects.filter(pk=pk).update(stopped=_("It broke off; the log of the server says why."))
        raise


@transaction.atomic
def resume(retagging: Retagging, *, by: Person) -> None:
    """Let a change that stopped go on where it stopped. Raises NotAllowed, Conflict (it has ended, or goes on already)."""
    people.require_administrator(by)
    row = Retagging.objects.select_for_update(of=("self",)).get(pk=retagging.pk)
    if row.ended_at is not None or not row.stopped:
        raise Conflict(_("It has not stopped."))
    row.stopped = ""
    row.save(update_fields=["stopped"])
    from .jobs import retag as job

    job.defer(pk=row.pk)


def renamed(names: Sequence[str], old: str, new: str) -> list[str]:
    """A list of tags with the new name in the place of the old one, each once."""
    return list(dict.fromkeys(new if name == old else name for name in names))


def under_way() -> list[Retagging]:
    """What is being changed, and what was in the last day, newest first."""
    return list(Retagging.objects.order_by("-pk")[:5])


def _batch(pk: int) -> bool:
    with scope(EVERY_CLIENT):
        found = Retagging.objects.select_for_update(of=("self",)).select_related("by").get(pk=pk)
        if found.ended_at is not None:
            return False
        ids = list(
            Tagging.objects.filter(tag=found.tag).order_by("ticket_id").values_list("ticket_id", flat=True)[:BATCH]
        )
        for ticket in Ticket.objects.filter(pk__in=ids).order_by("pk"):
            _change(ticket, found)
        if not ids:
            _follow(found)
        changed = {"done": F("done") + len(ids)} if ids else {"ended_at": clock.now()}
        Retagging.objects.filter(pk=pk).update(**changed)
        return bool(ids)


def _follow(found: Retagging) -> None:
    """What names the tag names the new one from now on; done twice, the second time changes nothing."""
    follow: dict[str, Callable[..., int]] = getattr(import_module(settings.OLMO_WIRING), "RETAGGED", {})
    counts = {what: change(found.tag, found.into, by=found.by) for what, change in follow.items()} if found.into else {}
    if told := {what: [None, count] for what, count in counts.items() if count}:
        audit.arranged(found.by, f"tag: {found.tag}", {"name": [found.tag, found.into], **told})


def _change(ticket: Ticket, found: Retagging) -> None:
    try:
        tag(ticket, by=found.by, add=[found.into] if found.into else None, remove=[found.tag])
    except OlmoError as refusal:
        words = {"number": ticket.number, "why": refusal.message}
        raise Conflict(_("Ticket %(number)s: %(why)s") % words) from refusal


def _checked(name: str, into: str) -> str:
    if not into.strip():
        return ""
    made = checked_tags([into])
    if not made:
        raise Invalid("into", _("A tag has letters or digits."))
    if made[0] == name:
        raise Invalid("into", _("The tag is called so already."))
    return made[0]
