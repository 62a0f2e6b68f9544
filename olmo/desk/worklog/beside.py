"""Time beside a ticket: the timer, what the ticket has taken so far, and a line to enter minutes."""

from html import escape
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from olmo.kernel import marks, spoken
from olmo.kernel.errors import Conflict, Invalid
from olmo.people import signin
from olmo.people.models import Person
from olmo.tickets import queries as tickets
from olmo.tickets.conversation import Around
from olmo.tickets.models import Ticket
from olmo.worklog import actions, queries
from olmo.worklog.models import Timer

from .. import places
from ..shell import DeskRequest, SeeOther, agents
from .ticking import clocked

_FORM = '<form method="post" action="{url}" class="timer">{token}{inner}</form>'
_BUTTON = '<button class="button button--small{css}" name="timer" value="{value}"{command}>{icon}{label}</button>'
_TICKING = (
    '<span class="ticking" role="timer" data-ticking="{since}" data-ticked="{before}">{icon}<span>{words}</span></span>'
)
_WARNING = '<p class="timer__idle">{icon}<span>{words}</span></p>'


def section(viewer: Person, ticket: Ticket, around: Around, token: str) -> dict[str, Any]:
    """The section of the panel. token: the hidden field of its form."""
    timer = queries.timer_of(viewer) if around.also["timer"] else None
    totals = queries.Totals.read(around.also["totals"])
    facts: list[dict[str, Any]] = [
        {
            "label": _("Enter"),
            "noun": "work",
            "value": _("Minutes by hand"),
            "url": places.ticket(ticket.number, "work"),
        }
    ]
    if totals.entries:
        facts.insert(0, {"label": _("So far"), "value": _totals(totals)})
    return {
        "title": _("Time"), "html": _timer(timer, ticket, token), "facts": facts,
        "link": {"url": places.ticket(ticket.number, "entries"), "label": _("All entries")},
    }  # fmt: skip


def _totals(totals: queries.Totals) -> str:
    words = spoken.minutes(totals.minutes)
    parts = [_("%(time)s billable") % {"time": spoken.minutes(totals.billable)}]
    if totals.own != totals.minutes:
        parts.append(_("%(time)s mine") % {"time": spoken.minutes(totals.own)})
    return f"{words} ({', '.join(parts)})"


def _timer(timer: Timer | None, ticket: Ticket, token: str) -> SafeString:
    url = places.ticket(ticket.number, "timer")
    if timer is None or timer.ticket_id != ticket.pk:
        inner = _button("start", _("Start the timer"), "play", command="timer")
        if timer is not None:
            words = _("It runs on %(number)s; starting here stops it there.") % {"number": timer.ticket.number}
            inner += f'<small class="muted">{escape(words)}</small>'
        return SafeString(_FORM.format(url=url, token=token, inner=inner))
    seconds = queries.seconds_of(timer)
    ticking = _TICKING.format(
        since=timer.started_at.isoformat() if timer.started_at else "", before=timer.seconds, icon=marks.icon("waiting", "s"),
        words=clocked(seconds),
    )  # fmt: skip
    step = _button("pause", _("Pause"), "pause") if timer.started_at else _button("resume", _("Go on"), "play")
    stop = _button("stop", _("Stop and enter"), "check", command="timer")
    inner = ticking + step + stop + _button("discard", _("Discard"), "x", css=" button--bare")
    return SafeString(_FORM.format(url=url, token=token, inner=inner) + _idle(timer))


def _idle(timer: Timer) -> str:
    """A timer that runs for so long that it may have been forgotten."""
    if not queries.is_idle(timer):
        return ""
    words = _("It has run for %(time)s. Is that so? You can enter fewer minutes by hand and discard it.")
    time = spoken.minutes(queries.seconds_of(timer) // 60)
    return _WARNING.format(icon=marks.icon("alert", "s"), words=escape(words % {"time": time}))


def _button(value: str, label: str, icon: str, *, css: str = "", command: str = "") -> str:
    return _BUTTON.format(
        css=css, value=value, icon=marks.icon(icon, "s"), label=escape(label),
        command=f' data-command="{command}"' if command else "",
    )  # fmt: skip


@require_POST
@agents
def timer(request: DeskRequest, number: int) -> HttpResponse:
    """Start, pause, resume, stop or discard (`timer`) the agent's timer on this ticket."""
    ticket = tickets.by_number(request.person, number)
    try:
        _worked(request, ticket, request.POST.get("timer", ""))
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(_back(request, number))


def _worked(request: DeskRequest, ticket: Ticket, verb: str) -> None:
    by = request.person
    if verb == "start":
        actions.start_timer(ticket, by=by)
    elif verb in _VERBS:
        _require_here(by, ticket)
        _VERBS[verb](request, by)
    else:
        raise Invalid("timer", _("“%(value)s” is not one of the choices.") % {"value": verb[:20]})


def _require_here(by: Person, ticket: Ticket) -> None:
    running = queries.timer_of(by)
    if running is None or running.ticket_id != ticket.pk:
        raise Conflict(_("The timer does not run on this ticket any more."))


def _stop(request: DeskRequest, by: Person) -> None:
    entry = actions.stop_timer(by=by)
    if entry is None:
        messages.success(request, _("Stopped at once: nothing was entered."))
        return
    words = ngettext("%(n)d minute entered, rounded up.", "%(n)d minutes entered, rounded up.", entry.minutes)
    messages.success(request, words % {"n": entry.minutes})


_VERBS: dict[str, Any] = {
    "pause": lambda _request, by: actions.pause_timer(by=by),
    "resume": lambda _request, by: actions.resume_timer(by=by),
    "stop": _stop,
    "discard": lambda _request, by: actions.discard_timer(by=by),
}


def _back(request: DeskRequest, number: int) -> str:
    """The page from which it was pressed: any of the desk's (the bar stands above all of them), or the ticket."""
    url = request.POST.get("next", "")
    if url == "week":
        return reverse("desk:week")
    return (signin.local(url) if url.startswith(reverse("desk:list")) else "") or places.ticket(number)
