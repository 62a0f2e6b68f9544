"""The first-run page behind the one-time link of the terminal: it sets Olmo up and signs the first administrator in."""

import zoneinfo
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid
from olmo.people import passwords, signin, throttle
from olmo.people.answers import onward, unlogged
from olmo.people.forms import address_field, password_field, time_zones
from olmo.people.models import Person
from olmo.people.whence import place_of

from . import firstrun, founding

ZONE_OF_LANGUAGE = {"it": "Europe/Rome"}


class SetUpForm(forms.Form):
    """What a new desk must know."""

    provider = forms.CharField(
        label=_("Name of your organisation"),
        max_length=120,
        help_text=_("Whoever runs this desk, as requesters know it"),
    )
    address = forms.CharField(
        label=_("E-mail address of the desk"), max_length=254, widget=forms.EmailInput,
        help_text=_("Answers are sent from it, and mail to it becomes tickets"),
    )  # fmt: skip
    client = forms.CharField(
        label=_("First organisation that you help"), max_length=120,
        help_text=_("Your own colleagues, or your first client; more can be added later"),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = address_field(_("Your e-mail address"))
    password = password_field(_("Password"), new=True)
    again = password_field(_("Password, once more"), new=True)
    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password = given.get("password", "")
        if password and "again" in given and given["again"] != password:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            person = Person(name=given.get("name", ""), email=given.get("email", ""))
            try:
                passwords.check(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the page, or set Olmo up with it. A wrong, used or old link is no page at all (404)."""
    _require(request, token)
    if request.method != "POST":
        return render(request, "ops/set_up.html", {"form": SetUpForm(initial=_guesses())})
    form = SetUpForm(request.POST)
    if form.is_valid() and (person := _found(form)) is not None:
        transaction.on_commit(firstrun.burn_token)
        signin.start_session(request, person)
        return onward("/desk/")
    return unlogged(render(request, "ops/set_up.html", {"form": form}, status=422))


def _require(request: HttpRequest, token: str) -> None:
    place = place_of(request)
    try:
        throttle.require_room(throttle.TOKEN_FROM_PLACE, place)
    except throttle.TooOften as error:
        raise Http404 from error
    if not firstrun.check_token(token):
        throttle.note(throttle.TOKEN_FROM_PLACE, place)
        raise Http404


def _found(form: SetUpForm) -> Person | None:
    """The first administrator; None when a field is refused, which the form then says."""
    given = form.cleaned_data
    desk = founding.Desk(**{key: given[key] for key in ("provider", "address", "client", "language", "time_zone")})
    administrator = founding.Administrator(name=given["name"], email=given["email"], password=given["password"])
    try:
        with transaction.atomic():
            return founding.found(desk, administrator)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except Conflict as error:
        form.add_error(None, str(error))
    return None


def _guesses() -> dict[str, str]:
    """The browser's language, and the time zone where it is mostly spoken, or else this machine's."""
    language = (get_language() or "en")[:2]
    zone = ZONE_OF_LANGUAGE.get(language) or _zone_of_machine()
    return {"language": language, "time_zone": zone, "client": str(_("Own staff"))}


def _zone_of_machine() -> str:
    """The time zone that this machine is set to, by its name; UTC when it has none."""
    name = "/".join(Path("/etc/localtime").resolve().parts).rpartition("zoneinfo/")[2]
    return name if name in zoneinfo.available_timezones() else "UTC"
