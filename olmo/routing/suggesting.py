"""Suggestions: made when a ticket comes in, taken by an agent's press or by triage alone, counted by what became of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotFound
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.changes import Opened, Redacted, of_event
from olmo.tickets.log import because
from olmo.tickets.models import Channel, Event, Message, MessageKind, Ticket

from .models import Outcome, Suggestion, Target, Triage
from .queries import promise
from .targets import AIMS

if TYPE_CHECKING:
    from .triage.learning import Guess, Model

CHANNELS = (Channel.MAIL, Channel.PORTAL, Channel.API)  # an agent at the phone or the counter judges for themselves
SHOWN = 3
ASKED = 12  # guesses of the model, of which those are shown that are allowed here
ROWS = (
    Target.CATEGORY,
    Target.TEAM,
)  # targets whose labels are ids; _UNDECIDED brings the names of those still allowed
_UNDECIDED = """
select target, guesses::text, (case target
    when 'category' then (
        select jsonb_object_agg(c.id, coalesce(c.names ->> %s, c.name)) from tickets_category c
        where c.is_active and (c.client_id is null or c.client_id = s.client_id)
        and c.id in (select (guess ->> 0)::bigint from jsonb_array_elements(s.guesses) guess))
    when 'team' then (
        select jsonb_object_agg(m.id, m.name) from people_team m
        where m.is_active and m.id in (select (guess ->> 0)::bigint from jsonb_array_elements(s.guesses) guess))
    end)::text
from routing_suggestion s where ticket_id = %s and outcome = 'open'
"""


@dataclass(frozen=True)
class Offer:
    """One guess as an agent sees it: what a press gives, its name, and how sure triage is (per cent)."""

    target: str
    label: str
    name: str
    percent: int


def follow(event: Event, *, decided: frozenset[str] = frozenset()) -> None:
    """Suggest for a new ticket; see what became of suggestions; move or erase them with the ticket. decided: by rules."""
    change = of_event(event.kind, event.data)
    if isinstance(change, Opened):
        if change.channel in CHANNELS:
            suggest(event, decided)
        return
    if isinstance(change, Redacted):
        _erase(event.ticket_id, change.message)
    elif client_id := change.moves_to():
        Suggestion.objects.filter(ticket=event.ticket_id).update(client=client_id)
    if touched := change.fields_touched():
        _settle(event.ticket_id, touched)


def suggest(event: Event, decided: frozenset[str] = frozenset()) -> None:
    """Suggest what nobody set and no rule has spoken for. Does it once.

    Where an administrator lets it, and it is sure enough, triage sets it itself.
    """
    rows = {row.target: row for row in Triage.objects.defer("archive").filter(is_on=True).exclude(learnt_at=None)}
    ticket = Ticket.objects.select_related("client").get(pk=event.ticket_id)
    if not rows or ticket.is_done:
        return
    text = _words(ticket)
    known = set(Suggestion.objects.filter(ticket=ticket).values_list("target", flat=True))
    for target, aim in AIMS.items():
        row = rows.get(target)
        if row is not None and target not in known and not aim.touches & decided and aim.is_open(ticket):
            _suggest(ticket, row, text)


def offers(ticket: Ticket) -> dict[str, list[Offer]]:
    """What triage offers for a ticket, by target: what is not decided, is allowed, and would change something."""
    if ticket.channel not in CHANNELS or ticket.is_done:
        return {}
    found = {target: _offered(target, guesses, rows) for target, guesses, rows in _undecided(ticket)}
    return {target: found[target] for target in AIMS if found.get(target)}


def take(ticket: Ticket, *, by: Person, target: str, label: str) -> Event | None:
    """Take one of the guesses by the ordinary verb. Raises NotFound, NotAllowed, Conflict (it is decided already)."""
    policy.require_work(by, ticket)
    one = Suggestion.objects.filter(ticket=ticket, target=target).first()
    if one is None or label not in {guess for guess, _sure in one.guesses}:
        raise NotFound
    if label not in {offer.label for offer in offers(ticket).get(target, ())}:
        raise Conflict(_("Somebody has decided this in the meantime."))
    return AIMS[target].give(ticket, by, label)


def _undecided(ticket: Ticket) -> Iterator[tuple[str, list[Any], dict[str, str]]]:
    """(target, guesses, names of the rows among them) where the ticket is as it came and the likeliest guess is something else.

    The row is asked too, not only the outcome: the job that settles it may not have run yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNDECIDED, [(get_language() or "en")[:2], ticket.pk])
        for target, guesses, names in cursor.fetchall():
            if AIMS[target].label(ticket) == AIMS[target].unset != json.loads(guesses)[0][0]:
                yield target, json.loads(guesses), json.loads(names) if names else {}


def _offered(target: str, guesses: list[Any], rows: dict[str, str]) -> list[Offer]:
    """The guesses that are allowed, without what the ticket has already."""
    names = rows if target in ROWS else AIMS[target].named(0, [label for label, _sure in guesses])
    return [
        Offer(target, label, names[label], int(sure * 100))
        for label, sure in guesses
        if label in names and label != AIMS[target].unset
    ]


def _suggest(ticket: Ticket, row: Triage, text: str) -> None:
    aim, model = AIMS[row.target], _model(row.target, row.learnt_at)
    if model is None:
        return
    guesses = model.suggest(text, ASKED)
    allowed = aim.named(ticket.client_id, [guess.label for guess in guesses])
    shown = [guess for guess in guesses if guess.label in allowed][:SHOWN]
    if not shown:
        return
    alone = row.acts_alone and shown[0] is guesses[0] and _is_sure(row, guesses[0])
    one = Suggestion(
        ticket=ticket, client_id=ticket.client_id, target=row.target, made_at=clock.now(), is_alone=alone,
        outcome=Outcome.ALONE if alone else Outcome.OPEN, guesses=[[g.label, round(g.confidence, 4)] for g in shown],
    )  # fmt: skip
    Suggestion.objects.bulk_create([one], ignore_conflicts=True)
    if alone:
        with because(triage=round(shown[0].confidence, 4)):
            aim.give(ticket, robot("Olmo"), shown[0].label)


def _is_sure(row: Triage, guess: "Guess") -> bool:
    measured = promise(row, row.precision)
    return measured is not None and round(guess.confidence, 4) >= measured.confidence  # as it was measured


@lru_cache(maxsize=len(Target.values))
def _model(target: str, _learnt_at: datetime | None) -> "Model | None":
    """What was learnt then, read once by each worker; None when it was forgotten meanwhile."""
    archive = Triage.objects.filter(target=target).values_list("archive", flat=True).first()
    if not archive:
        return None
    from .triage.learning import Model

    return Model.from_bytes(bytes(archive))


def _words(ticket: Ticket) -> str:
    first = Message.objects.filter(
        ticket=ticket, kind=MessageKind.PUBLIC, is_from_desk=False, withdrawn_at=None
    ).order_by("at")
    return f"{ticket.subject}\n{first.values_list('text', flat=True).first() or ''}"


def _settle(ticket_id: int, touched: frozenset[str]) -> None:
    """Say of the suggestions for what was touched whether they were taken, or something else was chosen."""
    ticket = None
    for one in Suggestion.objects.filter(ticket=ticket_id):
        if AIMS[one.target].touches & touched:
            ticket = ticket or Ticket.objects.get(pk=ticket_id)
            became = _outcome(one, ticket)
            Suggestion.objects.filter(pk=one.pk).exclude(outcome=became).update(outcome=became)


def _outcome(one: Suggestion, ticket: Ticket) -> str:
    aim, labels = AIMS[one.target], [guess for guess, _sure in one.guesses]
    label = aim.label(ticket)
    if one.is_alone:
        return Outcome.ALONE if label == labels[0] else Outcome.CHANGED
    if label == aim.unset != labels[0]:
        return Outcome.OPEN  # taken back
    return Outcome.TAKEN if label in labels else Outcome.OTHER


def _erase(ticket_id: int, message_id: int) -> None:
    """The words that a suggestion was made from are erased: so is what was guessed from them."""
    opened = Event.objects.filter(ticket=ticket_id, seq=1).values_list("data", flat=True).first()
    if opened and opened.get("message") == message_id:
        Suggestion.objects.filter(ticket=ticket_id).delete()
