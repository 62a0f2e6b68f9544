"""Minutes that are typed beside a message: they are entered when it is sent, in the same transaction, and belong to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets.models import Message, Ticket

from . import actions, queries
from .models import DAY_MINUTES, Activity, Entry

BILLING = {"yes": True, "no": False}  # anything else: as the activity is


def with_message(ticket: Ticket, typed: Mapping[str, Any], *, by: Person, at: datetime) -> Entry | None:
    """Enter what was typed (minutes, activity, billing) with the message that `by` has just sent; None where no minutes were.

    at: when it was written; that is the day of the work, whenever it leaves (`wiring.SENT`). An activity that went out of use
    meanwhile is left out: no message stays for it. Raises NotFound, NotAllowed, Invalid (minutes).
    """
    minutes = _minutes(str(typed.get("minutes", "")).strip())
    if not minutes:
        return None
    today = actions.today(by)
    day = max(at.astimezone(ZoneInfo(by.time_zone)).date(), today - timedelta(days=actions.MOST_PAST_DAYS))
    work = actions.Work(
        minutes=minutes, day=min(day, today), activity=_activity(str(typed.get("activity", ""))),
        is_billable=BILLING.get(str(typed.get("billing", ""))),
        message=Message.objects.filter(ticket=ticket, author=by).order_by("-pk").first(),
    )  # fmt: skip
    return actions.log_work(ticket, work, by=by)


def _minutes(text: str) -> int:
    """Whole minutes; 0 for none. Raises Invalid."""
    minutes = whole_number(text or "0")
    if minutes is None or minutes > DAY_MINUTES:
        words = _("Minutes go from 1 to %(most)d; longer work is entered for each day.")
        raise Invalid("minutes", words % {"most": DAY_MINUTES})
    return minutes


def _activity(text: str) -> Activity | None:
    pk = whole_number(text)
    return None if pk is None else queries.activities().filter(pk=pk).first()
