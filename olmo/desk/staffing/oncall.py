"""Who is on call: the board of a week or four, overrides put in place, and the schedules with their layers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import clock, spoken
from olmo.kernel.errors import Conflict, NotFound
from olmo.kernel.text import whole_number
from olmo.notifications import actions as notifications
from olmo.people.models import Person, Team
from olmo.staffing import policy, queries, rotation
from olmo.staffing.actions import on_call
from olmo.staffing.models import Layer, Override, Schedule
from olmo.staffing.rotation import Stretch

from ..admin.forms import SettingsForm
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, page
from .oncall_forms import LayerForm, OverrideForm, ScheduleForm
from .weeks import Weeks, read

MORE = timedelta(seconds=1)


_COLUMNS: Columns = {
    "one.team": gettext_lazy("Team"), "one.name": gettext_lazy("Schedule"), "start": gettext_lazy("Beginning"),
    "end": gettext_lazy("End"),
    "name": gettext_lazy("Agent"), "note": gettext_lazy("Note"),
}  # fmt: skip


@listing
@agents
def board(request: DeskRequest) -> HttpResponse:
    """Who is on call when, schedule by schedule. Whoever looks has read what they were told of it."""
    notifications.read(request.person, on_call=True)
    return _board(request)


@require_POST
@agents
def override(request: DeskRequest, pk: int) -> HttpResponse:
    """Put somebody in for a while; a refusal shows the board with what was typed."""
    schedule = _schedule(pk)
    form = OverrideForm(request.POST, schedule=schedule, by=request.person)
    if not form.is_done():
        return _board(request, refused=form, status=form.status)
    messages.success(request, _("%(name)s is put in.") % {"name": form.cleaned_data["person"].name})
    return SeeOther(_board_url(schedule))


@require_POST
@agents
def override_end(request: DeskRequest, pk: int) -> HttpResponse:
    """Take somebody out who was put in."""
    found = Override.objects.select_related("schedule__team", "person").filter(pk=pk).first()
    if found is None:
        raise NotFound
    try:
        on_call.take_out(found, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("%(name)s was taken out; the rotation counts again.") % {"name": found.person.name})
    return SeeOther(_board_url(found.schedule))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def schedule(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One schedule with its layers, or a new one."""
    found = _arranged(request, pk) if pk else None
    if found is None and not policy.led_by(request.person).exists():
        raise NotFound
    form = ScheduleForm(
        request.POST or None, thing=found, state=on_call.state_of(found) if found else {}, teams=policy.led_by(request.person),
        **({} if found else {"zone": request.person.time_zone, "position": 1}),
    )  # fmt: skip
    extra: dict[str, Any] = {}
    if found:
        extra = {
            "schedule": found, "removal_url": reverse("desk:oncall_removal", args=[pk]),
            "layers": found.layers.prefetch_related("turns__person"),
        }  # fmt: skip
    title = found.name if found else _("New on-call schedule")
    return _settle(request, form, title, extra, template="schedule")


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def layer(request: DeskRequest, pk: int = 0, schedule: int = 0) -> HttpResponse:
    """One layer, or a new one of `schedule`."""
    found = Layer.objects.select_related("schedule__team").filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound
    owner = _arranged(request, found.schedule_id if found else schedule)
    first = (
        {}
        if found
        else {"handover": "09:00", "days": 7, "starts_on": timezone.localdate(), "position": owner.layers.count() + 1}
    )
    state = on_call.state_of_layer(found) if found else {}
    form = LayerForm(request.POST or None, thing=found, schedule=owner, state=state, **first)
    extra = {"back_url": reverse("desk:oncall_schedule", args=[owner.pk]), "back_words": owner.name}
    if found:
        extra["removal_url"] = reverse("desk:oncall_layer_removal", args=[pk])
    return _settle(request, form, found.name if found else _("New layer"), extra)


@require_POST
@agents
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a schedule."""
    found = _arranged(request, pk)
    on_call.remove_schedule(found, by=request.person)
    messages.success(request, _("%(name)s was removed.") % {"name": found.name})
    return SeeOther(reverse("desk:oncall"))


@require_POST
@agents
def layer_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a layer."""
    found = Layer.objects.select_related("schedule__team").filter(pk=pk).first()
    if found is None:
        raise NotFound
    _arranged(request, found.schedule_id)
    on_call.remove_layer(found, by=request.person)
    messages.success(request, _("%(name)s was removed.") % {"name": found.name})
    return SeeOther(reverse("desk:oncall_schedule", args=[found.schedule_id]))


def _board(request: DeskRequest, *, refused: OverrideForm | None = None, status: int = 200) -> HttpResponse:
    weeks = read(request)
    team = request.GET.get("team", "")
    rows = queries.with_layers(weeks.start, weeks.end).filter(team__is_active=True)
    if refused is not None:
        rows = rows.filter(pk=refused.schedule.pk)
    elif whole_number(team) is not None:
        rows = rows.filter(team=int(team))
    found = list(rows)
    facts = queries.facts_of(found, min(weeks.start, clock.now()), max(weeks.end, clock.now() + MORE))
    context = {
        "weeks": weeks, "boards": [_drawn(request, row, f, weeks, refused) for row, f in zip(found, facts, strict=True)],
        "teams": Team.objects.filter(is_active=True, schedules__isnull=False).distinct(), "team": team,
        "may_make": policy.led_by(request.person).exists(), "form_is_open": refused is not None,
    }  # fmt: skip
    if refused is not None:
        return page(request, "desk/staffing/oncall.html", context, status=status)
    every = _told(found, facts, weeks) if request.method == "POST" else found
    return page_or_file(
        request, "desk/staffing/oncall.html", context, Table(gettext_lazy("Who is on call"), _COLUMNS, every)
    )


def _told(rows: list[Schedule], facts: list[rotation.Schedule], weeks: Weeks) -> list[dict[str, Any]]:
    """The stretches of the weeks, one after the other, with who is called and why."""
    told = []
    for row, fact in zip(rows, facts, strict=True):
        stretches = rotation.stretches(fact, weeks.start, weeks.end)
        known = _Known(row, stretches, None)
        told += [{"one": row, "start": one.start, "end": one.end, **known.told(one)} for one in stretches]
    return told


def _drawn(
    request: DeskRequest, row: Schedule, facts: rotation.Schedule, weeks: Weeks, refused: OverrideForm | None
) -> dict[str, Any]:
    stretches = rotation.stretches(facts, weeks.start, weeks.end)
    known = _Known(row, stretches, rotation.on_call(facts, clock.now()))
    form = refused or OverrideForm(None, schedule=row, by=request.person)
    return {
        "one": row, "now": known.now(), "is_meant_now": rotation.is_meant(facts, clock.now()),
        "days": list(_days(stretches, weeks, known)),
        "gaps": [known.told(s) for s in stretches if s.is_gap and s.end > clock.now()],
        "form": form if form.may else None, "may_arrange": policy.leads(request.person, row.team),
        "overrides": [
            {
                "one": o, "words": f"{spoken.moment(o.starts_at)} – {spoken.moment(o.ends_at)}",
                "may_end": o.ends_at > clock.now() and policy.may_put_on_call(request.person, row.team, o.person),
            }
            for o in row.overrides.all()
        ],
    }  # fmt: skip


class _Known:
    """The names that a board mentions, fetched once."""

    def __init__(self, row: Schedule, stretches: list[Stretch], now: rotation.Duty | None) -> None:
        duties = [*(s.duty for s in stretches if s.duty), *([now] if now else [])]
        self.people = Person.objects.in_bulk({pk for d in duties for pk in (d.person, d.instead_of) if pk})
        self.layers = {layer.pk: layer.name for layer in row.layers.all()}
        self._now = now

    def now(self) -> str:
        """Who is called at this moment."""
        return self.people[self._now.person].name if self._now else ""

    def told(self, stretch: Stretch) -> dict[str, Any]:
        """A stretch as the board prints it."""
        duty = stretch.duty
        times = _times(stretch)
        whole = f"{spoken.moment(stretch.start)} – {spoken.moment(stretch.end)}"
        if duty is None:
            note = _("Nobody is on call") if stretch.is_meant else _("not covered")
            return {"times": times, "whole": whole, "name": "", "note": note, "is_gap": stretch.is_gap}
        return {"times": times, "whole": whole, "name": self.people[duty.person].name, "note": self._note(duty)}

    def _note(self, duty: rotation.Duty) -> str:
        by = _("put in") if duty.override else self.layers.get(duty.layer or 0, "")
        if not duty.instead_of:
            return by
        return f"{by} · " + _("for %(name)s, who is absent") % {"name": self.people[duty.instead_of].name}


def _times(stretch: Stretch) -> str:
    start, end = (timezone.localtime(at) for at in (stretch.start, stretch.end))
    if (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        return _("all day")
    return f"{spoken.hours(stretch.start)} – {spoken.hours(stretch.end)}"


def _days(stretches: list[Stretch], weeks: Weeks, known: _Known) -> Iterator[dict[str, Any]]:
    """The stretches cut at the midnights of the reader's zone."""
    today = timezone.localdate()
    for day, start, end in weeks.days():
        parts = [
            replace(s, start=max(s.start, start), end=min(s.end, end))
            for s in stretches
            if s.start < end and s.end > start
        ]
        yield {"day": day, "is_today": day == today, "parts": [known.told(part) for part in parts]}


def _settle(
    request: DeskRequest, form: SettingsForm, title: str, extra: dict[str, Any], template: str = "form"
) -> HttpResponse:
    if request.method == "POST" and form.is_done(request.person):
        saved: Any = form.saved
        messages.success(request, _("%(name)s was saved.") % {"name": saved.name})
        owner = saved.schedule_id if isinstance(saved, Layer) else saved.pk
        return SeeOther(reverse("desk:oncall_schedule", args=[owner]))
    context = {"form": form, "title": title, "back_url": reverse("desk:oncall"), "back_words": _("On call"), **extra}
    return page(request, f"desk/staffing/{template}.html", context, status=form.status)


def _schedule(pk: int) -> Schedule:
    found = Schedule.objects.select_related("team").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _arranged(request: DeskRequest, pk: int) -> Schedule:
    """A schedule that the viewer arranges; to others its pages do not exist."""
    found = _schedule(pk)
    if not policy.leads(request.person, found.team):
        raise NotFound
    return found


def _board_url(schedule: Schedule) -> str:
    return f"{reverse('desk:oncall')}?team={schedule.team_id}"
