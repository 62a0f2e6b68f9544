"""The page on which everybody chooses what they are told."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.people.answers import onward
from olmo.people.gate import signed_in
from olmo.people.models import Person

from .forms import Preferences


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
