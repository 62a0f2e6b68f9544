"""Why somebody was told of an event: what was written down when they were, and the choices that it hangs on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import spoken
from olmo.kernel.errors import NotFound, Words
from olmo.kernel.text import whole_numbers
from olmo.outbox import queries as outbox
from olmo.outbox.models import PUSH, Envelope, State
from olmo.people.models import Identity, Person
from olmo.tickets import policy
from olmo.tickets.models import Event, Message
from olmo.tickets.sentences import describe

from . import kinds, promising
from .answers import why_told
from .channels import push_address
from .devices import listed
from .models import Alert, Notice, Preference
from .rhythm import rhythms

MOST_OTHERS = 100
TO_REQUESTERS = ("ack", "reply", "resolution", "survey")
_REASONS: dict[str, Words] = {
    "silenced": gettext_lazy("Not sent: mail to this address failed again and again."),
    "no longer to be told": gettext_lazy("Not sent: you had read it in Olmo, it was taken back, or it is not yours to see now."),
    "per pair": gettext_lazy("Not sent: enough automatic mail went to this address within an hour."),
    "per address": gettext_lazy("Not sent: enough automatic mail went to this address within an hour."),
}  # fmt: skip
# What one changes besides one's choices, by why one is told.
HOW: dict[str, Words] = {
    "assignee": gettext_lazy("Who has the ticket is told: give it to somebody else, and the news goes to them."),
    "follower": gettext_lazy("Who follows the ticket is told: stop following it, and this stops."),
    "lead": gettext_lazy("Who leads the team is told: an administrator sets who does."),
    "team": gettext_lazy("Who is in the team is told: an administrator sets who is."),
    "policy": gettext_lazy("The steps of the policy say whom it tells: an administrator sets them."),
    "asked": gettext_lazy("The steps of the policy say whom it asks: an administrator sets them."),
}


@dataclass(frozen=True)
class Way:
    """One way by which somebody was told: its name, and how far it got in sentences."""

    label: str
    words: list[str]


@dataclass(frozen=True)
class Told:
    """What one person was told of an event. why: a key of kinds.WHY, None when nothing says it; kind: of the choices, or ""."""

    event: Event
    sentence: str
    why: str | None
    kind: str
    ways: list[Way]

    @property
    def because(self) -> str:
        """The reason in words, "" when none was written down."""
        return "" if self.why is None else str(kinds.WHY[self.why])

    @property
    def how(self) -> str:
        """What else one changes."""
        return str(HOW.get(self.why or "", ""))


def of(viewer: Person, pk: int) -> Told:
    """What the viewer was told of this event. Agents who see the ticket may ask it of any; others only of what they got.

    Raises NotFound.
    """
    event = Event.objects.select_related("ticket", "by").filter(pk=pk).first()
    if event is None or not policy.may_see(viewer, event.ticket):
        raise NotFound
    alert = Alert.objects.filter(person=viewer, event=event).first()
    notices = _notices(viewer, event)
    if not viewer.is_agent and not notices:
        raise NotFound
    ways = [_page(alert)] if alert else []
    ways += [_way(viewer, event, notice) for notice in notices]
    first = next((row for row in (alert, *notices) if row and row.why), None)
    return Told(event, _sentence(viewer, event), _why(viewer, event, first), first.kind if first else "", ways)


def event_of(message: Message) -> Event | None:
    """The event by which a message came into its ticket."""
    return Event.objects.filter(ticket=message.ticket_id, data__message=message.pk).order_by("seq").first()


def others(viewer: Person, event: Event) -> list[tuple[str, list[str]]]:
    """Who else was told of it, and by which ways; for agents, who see the ticket. Waiting and refused ones are left out."""
    found: dict[str, list[str]] = {}
    alerts = Alert.objects.filter(event=event).exclude(person=viewer).select_related("person").order_by("pk")
    for alert in alerts[:MOST_OTHERS]:
        found.setdefault(alert.person.name, []).append(str(kinds.CHANNELS[kinds.PAGE]))
    told = Notice.objects.filter(event=event, reason="", due_at=None).exclude(address__in=_addresses(viewer))
    rows = list(told.order_by("pk")[:MOST_OTHERS])
    names = _names(row.address for row in rows)
    for row in rows:
        channel = kinds.PUSH if row.purpose == kinds.PUSH else kinds.MAIL
        found.setdefault(names.get(row.address, row.address), []).append(str(kinds.CHANNELS[channel]))
    return list(found.items())


def choice(viewer: Person, kind: str) -> str:
    """What the viewer wants of this kind of event as of today, and whether they said so themselves; "" of what always comes."""
    known = kinds.kinds_for(viewer)
    if kind not in known:
        return ""
    on = kinds.channels_for([viewer], kind)[viewer.pk]
    names = [str(words) for name, words in kinds.CHANNELS.items() if name in on and known[kind].offers(name)]
    is_own = Preference.objects.filter(person=viewer, kind=kind).exists()
    words = {"kind": known[kind].words, "ways": ", ".join(names) or _("not at all")}
    if is_own:
        return _("%(kind)s: %(ways)s, as you chose.") % words
    return _("%(kind)s: %(ways)s, as for everybody who chose nothing else.") % words


def rhythm(viewer: Person) -> str:
    """When mail and devices may reach the viewer, as of today."""
    found = rhythms([viewer]).get(viewer.pk)
    if found is None:
        return _("At once, at every hour.")
    times = ", ".join(f"{each:%H:%M}" for each in found.collect_at)
    words = [_("Collected at %(times)s.") % {"times": times} if times else _("At once.")]
    if found.quiet_from and found.quiet_until:
        quiet = {"start": f"{found.quiet_from:%H:%M}", "end": f"{found.quiet_until:%H:%M}"}
        words.append(_("Not from %(start)s until %(end)s.") % quiet)
    return " ".join(words)


def _addresses(person: Person) -> list[str]:
    """Where somebody is told outside the pages, as notices name it."""
    known = person.identities.filter(kind=Identity.Kind.EMAIL).values_list("value", flat=True)
    return list({*known, (person.email or "").lower(), push_address(person)} - {""})


def _notices(viewer: Person, event: Event) -> list[Notice]:
    found = Notice.objects.filter(event=event, address__in=_addresses(viewer))
    if not viewer.is_agent:
        found = found.filter(purpose__in=TO_REQUESTERS)
    return list(found.select_related("envelope").order_by("pk"))


def _sentence(viewer: Person, event: Event) -> str:
    if viewer.pk in event.data.get("mentioned", []):
        return _("%(by)s mentioned you.") % {"by": event.by.name}
    return promising.said(event) or describe(viewer, [event])[0]


def _why(viewer: Person, event: Event, row: Alert | Notice | None) -> str | None:
    """As it was written down; of a mail to somebody outside that is older than this, as it follows from the ticket."""
    if row is not None:
        return row.why if row.why in kinds.WHY else None
    return None if viewer.is_agent else why_told(event.ticket, viewer)


def _page(alert: Alert) -> Way:
    words = [_("Shown on %(at)s.") % {"at": spoken.moment(alert.at)}]
    if alert.read_at:
        words.append(_("Read on %(at)s.") % {"at": spoken.moment(alert.read_at)})
    return Way(str(kinds.CHANNELS[kinds.PAGE]), words)


def _way(viewer: Person, event: Event, notice: Notice) -> Way:
    """How far a mail or a push got; who is outside reads no technical reasons."""
    if notice.purpose == kinds.PUSH:
        return Way(str(kinds.CHANNELS[kinds.PUSH]), _far(viewer, notice, _pushes(viewer, event)))
    label = _("By e-mail to %(address)s") % {"address": notice.address}
    return Way(label, _far(viewer, notice, [notice.envelope] if notice.envelope else []))


def _far(viewer: Person, notice: Notice, envelopes: Iterable[Envelope]) -> list[str]:
    if notice.reason:
        return [str(_REASONS.get(notice.reason, _("Not sent.")))]
    words = [_("Queued on %(at)s.") % {"at": spoken.moment(notice.at)}]
    if notice.due_at:
        words.append(_("Your rhythm holds it back: it leaves on %(at)s, with what else comes.") % {
            "at": spoken.moment(notice.due_at),
        })  # fmt: skip
    return words + [_state(viewer, envelope) for envelope in envelopes]


def _state(viewer: Person, envelope: Envelope) -> str:
    if envelope.state == State.SENT and envelope.sent_at:
        together = envelope.purpose == "digest"
        said = _("Sent on %(at)s, collected with other news.") if together else _("Sent on %(at)s.")
        return said % {"at": spoken.moment(envelope.sent_at)}
    return f"{outbox.words(envelope) if viewer.is_agent else envelope.get_state_display()}."


def _pushes(viewer: Person, event: Event) -> list[Envelope]:
    """The pushes of an event to the devices that the person has now; one that was collected with others is not among them."""
    targets = [f"device:{device.pk}" for device in listed(viewer)]
    found = Envelope.objects.filter(channel=PUSH, reference=f"event:{event.pk}", target__in=targets)
    return list(found.order_by("pk"))


def _names(addresses: Iterable[str]) -> dict[str, str]:
    """Of addresses of notices: whose they are, as far as it is known."""
    wanted = list(addresses)
    devices = whole_numbers(address[5:] for address in wanted if address.startswith("push:"))
    mine = Q(identities__kind=Identity.Kind.EMAIL, identities__value__in=wanted)
    rows = Person.objects.filter(mine | Q(pk__in=devices)).values_list("pk", "name", "identities__value")
    return {key: name for pk, name, value in rows for key in (value, f"push:{pk}") if key}
