"""Of what people are told, by which ways, and why: the words of the choices, and the choices that people made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Words
from olmo.people.models import Person

from .models import Preference

PAGE, MAIL, PUSH = "page", "mail", "push"
# The ways to reach somebody. Whatever is added here is offered to everybody (see `channels.WAYS` for what it does).
CHANNELS: dict[str, Words] = {PAGE: _("In Olmo"), MAIL: _("By e-mail"), PUSH: _("On my devices")}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its words, and the channels that are on until somebody says otherwise."""

    words: Words
    channels: frozenset[str] = frozenset({PAGE, MAIL, PUSH})
    offered: frozenset[str] | None = None  # None: every channel

    def offers(self, channel: str) -> bool:
        """Whether one may choose this channel for it."""
        return self.offered is None or channel in self.offered


_BY_MAIL = frozenset({MAIL})
OF_AGENTS: Mapping[str, Kind] = {
    "assigned": Kind(_("A ticket is given to you")),
    "mentioned": Kind(_("You are mentioned in a note")),
    "answered": Kind(_("Somebody outside writes on your ticket or on one that you follow")),
    "replied": Kind(_("A colleague replies on a ticket that you follow"), frozenset({PAGE, MAIL})),
    "noted": Kind(_("A colleague writes a note on your ticket or on one that you follow"), frozenset({PAGE})),
    "escalated": Kind(_("A ticket is escalated to your team, or comes back to it")),
    "handed_over": Kind(_("Tickets are handed over to you")),
    "warning": Kind(_("A promise on your ticket or of your team is in danger")),
    "breach": Kind(_("A promise on your ticket or of your team was broken")),
    "task": Kind(_("A task can be done by you or your team, or is given to you")),
    "task_overdue": Kind(_("A task of yours, or of a team that you lead, is overdue")),
    "policy": Kind(_("A step of an escalation policy tells you of a ticket")),
    "page": Kind(_("An escalation policy asks you to take care of a ticket")),
    "call": Kind(_("A call that was promised is due, or was missed")),
    "rated": Kind(_("Somebody rates the help of your team badly")),
    "follow_up": Kind(_("A solved ticket is to be looked at again today"), frozenset({PAGE, MAIL})),
    "on_call": Kind(_("You are put on call or taken off it, or nobody of a team that you lead is on call")),
    "suggestion": Kind(_("A reader says what is wrong with an article or a procedure of yours")),
    "approval": Kind(_("A colleague asks you to approve a reply")),
    "order": Kind(_("You are asked to approve an order")),
    "given_back": Kind(_("A reply of yours is given back to be changed")),
    "not_sent": Kind(_("A reply of yours that waited was not sent")),
    "failed": Kind(_("A message of yours could not be delivered")),
    "other": Kind(_("Everything else"), frozenset({PAGE, MAIL})),
}
OF_REQUESTERS: Mapping[str, Kind] = {
    "received": Kind(_("Your request has come in"), _BY_MAIL, _BY_MAIL),
    "resolved": Kind(_("Your request is resolved, when nobody wrote words of their own"), _BY_MAIL, _BY_MAIL),
    "survey": Kind(_("How our help was: a question after your request is resolved"), _BY_MAIL, _BY_MAIL),
    "order": Kind(_("You are asked to approve an order"), _BY_MAIL, _BY_MAIL),
    "followed": Kind(_("The desk answers on a request that you follow"), _BY_MAIL, _BY_MAIL),
}
WHY: Mapping[str, Words] = {
    "assignee": _("because the ticket is yours"),
    "mentioned": _("because you were mentioned"),
    "follower": _("because you follow the ticket"),
    "team": _("because you are in the team that it went to"),
    "escalator": _("because you escalated it"),
    "lead": _("because you lead the team of the ticket"),
    "policy": _("because an escalation policy names you or your team"),
    "asked": _("because an escalation policy asks you to take care of it"),
    "author": _("because you wrote the message"),
    "task": _("because the task is yours"),
    "task_team": _("because the task is your team’s"),
    "task_lead": _("because you lead the team of the task"),
    "approver": _("because you were asked to approve it"),
    "drafter": _("because the draft is yours"),
    "receiver": _("because a colleague handed tickets over to you"),
    "requester": _("because it is your request"),
    "copied": _("because the desk put your address on it"),
    "duty": _("because you are in this on-call schedule"),
    "duty_lead": _("because you lead the team"),
    "owner": _("because the article is yours"),
    "": _("because you work on the ticket"),
}


def kinds_for(person: Person) -> Mapping[str, Kind]:
    """The kinds of events of which this person can be told."""
    return OF_AGENTS if person.is_agent else OF_REQUESTERS


def channels_for(people: Iterable[Person], kind: str) -> dict[int, set[str]]:
    """By which channels each of these wants to hear of a kind of event. One query."""
    everybody = {person.pk: person for person in people}
    found = {pk: set(kinds_for(person)[kind].channels) for pk, person in everybody.items()}
    chosen = Preference.objects.filter(person__in=list(everybody), kind=kind)
    for pk, channel, is_on in chosen.values_list("person_id", "channel", "is_on"):
        (found[pk].add if is_on else found[pk].discard)(channel)
    return found


def wants(person: Person | None, kind: str, channel: str = MAIL) -> bool:
    """Whether somebody wants to hear of a kind of event by a channel; strangers have no say."""
    if person is None or kind not in kinds_for(person):
        return True
    return channel in channels_for([person], kind)[person.pk]
