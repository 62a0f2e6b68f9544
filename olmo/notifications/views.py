"""The pages on which everybody chooses what they are told, and where, and reads why they were."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel.errors import Invalid, NotFound
from olmo.people.answers import onward
from olmo.people.gate import signed_in
from olmo.people.models import Person

from . import devices as verbs
from . import following, pushing
from . import told as reasons
from .forms import DeviceForm, Preferences
from .sending import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Which events, by which channel; for agents also when."""
    person = cast(Person, request.person)  # type: ignore[attr-defined]
    form = Preferences(request.POST if request.method == "POST" else None, person=person)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved: from now on you are told so."))
        return onward(reverse("notices:preferences"))
    context = {"form": form, "back_url": reverse("people:account")}
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def devices(request: HttpRequest) -> HttpResponseBase:
    """The devices that show one's notices; a post switches this one on, with what its browser made for us."""
    person = _agent(request)
    form = DeviceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = verbs.switch_on(person, session=request.session.session_key or "", **form.cleaned_data)
        except Invalid as error:
            form.add_error("name" if error.field == "name" else None, str(error))
        else:
            messages.success(request, _("Notices are shown on %(name)s from now on.") % {"name": made.name})
            return onward(reverse("notices:devices"))
    context = {
        "form": form, "devices": [device for device in verbs.listed(person) if not verbs.is_over(device)],
        "key": pushing.public_key(), "back_url": reverse("people:account"),
    }  # fmt: skip
    return render(request, "notifications/devices.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def remove_device(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A device shows nothing more."""
    device = verbs.remove(_agent(request), pk)
    messages.success(request, _("%(name)s shows no notices any more.") % {"name": device.name})
    return onward(reverse("notices:devices"))


def _agent(request: HttpRequest) -> Person:
    person = cast(Person, request.person)  # type: ignore[attr-defined]
    if not person.is_agent:
        raise NotFound
    return person


@require_safe
@signed_in
def told(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Why one was told of an event (its id): for whom it was sent to, and for agents who see its ticket."""
    person = cast(Person, request.person)  # type: ignore[attr-defined]
    found = reasons.of(person, pk)
    ticket = found.event.ticket
    context = {
        "told": found, "ticket": ticket, "url": page_of(ticket, person), "choice": reasons.choice(person, found.kind),
        "rhythm": reasons.rhythm(person) if person.is_agent else "",
        "level": following.level_of(person, ticket).label if person.is_agent else "",
        "others": reasons.others(person, found.event) if person.is_agent else [],
    }  # fmt: skip
    return render(request, "notifications/told.html", context)
