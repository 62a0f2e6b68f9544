"""What waited for its time: what came together for one person leaves as one mail, and as one push."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from olmo.outbox.actions import send
from olmo.people.models import Person
from olmo.tickets import undo
from olmo.tickets.sentences import describe

from . import kinds, pushing, wording
from .models import Alert, Notice
from .sending import own_headers, pages_of, preferences_url
from .telling import is_silenced, reader_of, suppress

MOST_PEOPLE = 500
MOST_IN_ONE = 200


def send_due(now: datetime) -> int:
    """Send everything that has waited until now, one mail a person; returns how many mails. Nothing is sent twice."""
    waiting = Notice.objects.filter(due_at__lte=now).values_list("person_id", flat=True).distinct()[:MOST_PEOPLE]
    return sum(_send(pk, now) for pk in list(waiting) if pk)


@transaction.atomic
def _send(pk: int, now: datetime) -> bool:
    rows = Notice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event__ticket", "event__by")
    notices = list(rows.filter(person=pk, due_at__lte=now).order_by("pk")[:MOST_IN_ONE])
    person = Person.objects.get(pk=pk)
    events = [notice.event_id for notice in notices]
    read = set(
        Alert.objects.filter(person=pk, event__in=events).exclude(read_at=None).values_list("event_id", flat=True)
    )
    told = [notice for notice in notices if notice.event_id not in read and _is_still_for(person, notice)]
    for notice in notices:
        notice.due_at = None
        if notice not in told:
            suppress(notice, "no longer to be told")
    pushed = [notice for notice in told if notice.purpose == kinds.PUSH]
    mailed = [notice for notice in told if notice.purpose != kinds.PUSH]
    if pushed:
        pushing.queue_collected(person, pushed)
    if mailed and not is_silenced(mailed[0].address):
        _post(person, mailed)
    Notice.objects.bulk_update(notices, ["due_at", "envelope"])
    return bool(mailed)


def _post(person: Person, notices: list[Notice]) -> None:
    mail = _mail(person, notices)
    envelope = send(
        to=notices[0].address, to_name=person.name, subject=mail.subject, text=mail.text, html=mail.html, purpose="digest",
        reference=f"digest:{notices[0].pk}", is_automatic=True,
        headers=own_headers({"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}),
    )  # fmt: skip
    for notice in notices:
        notice.envelope = envelope


def _is_still_for(person: Person, notice: Notice) -> bool:
    """Whether they may still see the ticket, and what happened was not taken back meanwhile."""
    return reader_of(person, notice.event.ticket) is not None and not undo.is_undone(notice.event)


def _mail(person: Person, notices: list[Notice]) -> wording.Mail:
    with override(person.language):
        sentences = describe(person, [notice.event for notice in notices])
        lines = [
            {
                "sentence": sentence, "number": notice.event.ticket.number, "subject": notice.event.ticket.subject,
                "because": str(kinds.WHY[notice.why]), **pages_of(notice.event, person),
            }
            for notice, sentence in zip(notices, sentences, strict=True)
        ]  # fmt: skip
        count = len(lines)
        subject = ngettext("%(n)d piece of news from the desk", "%(n)d pieces of news from the desk", count) % {
            "n": count
        }
        lead = _("What happened since the last time:")
    return wording.written(
        "digest", subject, language=person.language, lines=lines, lead=lead, preferences_url=preferences_url()
    )
