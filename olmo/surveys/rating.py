"""The verbs of a rating: given in the portal or by a link, changed, its words erased."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock, spoken
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean
from olmo.people.models import Person
from olmo.tenancy.queries import desk_zone
from olmo.tickets import policy
from olmo.tickets.changes import CommentErased, Rated
from olmo.tickets.choices import Score
from olmo.tickets.log import changing
from olmo.tickets.models import Event, Ticket

from . import following_up, links
from .asking import NEVER, agent_of, lock
from .models import NOBODY, Invitation, Rating, State
from .queries import changeable_until, rating_of, rules, solution_of

MOST_WORDS = 5000


class NotOpen(Conflict):
    """This survey takes no answer, and why. rating: the one that was given already."""

    def __init__(self, message: str, *, rating: Rating | None = None, ticket: Ticket | None = None) -> None:
        self.rating, self.ticket = rating, ticket
        super().__init__(message)


@dataclass(frozen=True)
class Asked:
    """A link that was opened: which survey, and the answer that it stands for."""

    invitation: Invitation
    score: int


def may_rate(person: Person, ticket: Ticket) -> bool:
    """Whoever asked for help judges it, once it is solved, and nobody for them."""
    is_theirs = person.is_requester and ticket.requester_id == person.pk and policy.may_see(person, ticket)
    return is_theirs and ticket.is_done and ticket.merged_into_id is None and ticket.resolution_code not in NEVER


def rate(ticket: Ticket, *, by: Person, score: int, comment: str = "", by_link: bool = False) -> Rating:
    """Say how the help was: 1 to 5 and, if one likes, why. An answer that is there is changed, while that is still possible.

    Raises NotFound, NotAllowed (not the requester), Invalid (score, comment), NotOpen (open again, too late, merged).
    """
    score, comment = _checked(score, comment)
    with transaction.atomic():
        found = _record(ticket, by, score, comment, by_link=by_link)
        following_up.after_rating(ticket, found)
        return found


def opened(token: str) -> Asked:
    """What a link asks, as long as it can be answered. Records nothing. The scope must show every client.

    Raises NotFound (not ours), NotOpen: answered already, too late, open again, or another's by now.
    """
    signed = links.read(token)
    found = signed and Invitation.objects.select_related("ticket__client", "person").filter(pk=signed[0]).first()
    if not signed or not found:
        raise NotFound
    ticket = found.ticket
    solution = solution_of(ticket)
    answered = Rating.objects.filter(ticket=ticket, solution=found.solution).first()
    if answered is not None:
        raise NotOpen(already(answered), rating=answered, ticket=ticket)
    if ticket.requester_id != found.person_id or not found.person.is_active or not policy.may_see(found.person, ticket):
        raise NotOpen(_("This request is no longer yours, so it is not yours to rate."))
    if ticket.merged_into_id is not None:
        raise NotOpen(_("This request went on together with another one, so it is not rated by itself."))
    if solution is None or solution.seq != found.solution:
        raise NotOpen(_("Your request was opened again since. You are asked anew when it is solved."), ticket=ticket)
    if found.ends_at < clock.now():
        ended = _("This survey ended on %(day)s. Thank you all the same.") % {"day": spoken.day(found.ends_at)}
        raise NotOpen(ended, ticket=ticket)
    return Asked(found, signed[1])


def answer(token: str, *, score: int, comment: str = "") -> Rating:
    """Answer by a link: once. Raises what `opened` and `rate` raise."""
    with transaction.atomic():
        asked = opened(token)
        lock(asked.invitation.ticket_id)
        asked = opened(token)  # two presses at once: the second one finds the first one's answer
        return rate(asked.invitation.ticket, by=asked.invitation.person, score=score, comment=comment, by_link=True)


def erase_comment(rating: Rating, *, by: Person) -> None:
    """Erase the words beside a rating for good; the score stays. Raises NotFound, NotAllowed, Conflict (none are there)."""
    with changing(rating.ticket, by=by) as log:
        policy.require_sight(by, rating.ticket)
        policy.require(policy.may_redact(by, rating.ticket))
        if not Rating.objects.filter(pk=rating.pk).exclude(comment="").update(comment="", erased_at=clock.now()):
            raise Conflict(_("There are no words to erase here."))
        log.record(CommentErased())


def _record(ticket: Ticket, by: Person, score: int, comment: str, *, by_link: bool) -> Rating:
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        if ticket.requester_id != by.pk or not by.is_requester:
            raise NotAllowed(_("Only whoever asked for help can rate it."))
        solution = _judged(ticket)
        found = rating_of(ticket, solution)
        was = found.score if found else None
        if found is None:
            _require_young(ticket)
            found = _new(ticket, solution, by, by_link=by_link)
        else:
            _require_changeable(found)
        if was == score and found.comment == comment:
            return found
        found.score, found.comment, found.erased_at = score, comment, None
        found.save()
        Invitation.objects.filter(ticket=ticket, solution=solution.seq).update(state=State.ANSWERED)
        log.record(Rated(score=score, solution=solution.seq, by_link=by_link, was=was if was != score else None))
        return found


def _checked(score: int, comment: str) -> tuple[int, str]:
    if score not in Score.values:
        raise Invalid("score", _("Choose one of the five answers."))
    text = clean(comment).strip()
    if len(text) > MOST_WORDS:
        raise Invalid("comment", _("At most %(most)d characters, please.") % {"most": MOST_WORDS})
    return score, text


def _judged(ticket: Ticket) -> Event:
    if ticket.merged_into_id is not None:
        raise NotOpen(_("This request went on together with another one, so it is not rated by itself."))
    solution = solution_of(ticket)
    if solution is None:
        raise NotOpen(_("Your request is open again. You can rate it when it is solved."), ticket=ticket)
    if ticket.resolution_code in NEVER:
        raise NotOpen(_("Nothing was solved here, so there is nothing to rate."), ticket=ticket)
    return solution


def _require_young(ticket: Ticket) -> None:
    """A first answer is taken as long as the survey runs; without one, as long as it would."""
    days = rules().answer_days
    ended = max((at for at in (ticket.resolved_at, ticket.closed_at) if at), default=clock.now())
    sent = Invitation.objects.filter(ticket=ticket, ends_at__gt=clock.now()).exists()
    if not sent and clock.now() > ended + timedelta(days=days):
        raise NotOpen(
            _("It is too long ago to rate it: that was possible for %(n)d days.") % {"n": days}, ticket=ticket
        )


def _require_changeable(found: Rating) -> None:
    days = rules().change_days
    if changeable_until(found, days) is None:
        words = {"day": spoken.day(found.at), "n": days}
        raise NotOpen(
            _("You answered on %(day)s. An answer can be changed for %(n)d days, and they are over.") % words,
            rating=found,
        )
    found.changed_at = clock.now()


def already(found: Rating) -> str:
    """That, when and how somebody answered, in the language that is spoken now."""
    words = {"when": spoken.near_inside(found.changed_at or found.at), "score": Score(found.score).label}
    return _("You answered already, %(when)s: %(score)s.") % words


def _new(ticket: Ticket, solution: Event, by: Person, *, by_link: bool) -> Rating:
    now = clock.now()
    return Rating(
        client_id=ticket.client_id, ticket=ticket, solution=solution.seq, person=by, by_link=by_link, at=now,
        day=now.astimezone(desk_zone()).date(), agent=agent_of(ticket, solution), team=ticket.team_id or NOBODY,
        category=ticket.category_id or NOBODY,
    )  # fmt: skip
