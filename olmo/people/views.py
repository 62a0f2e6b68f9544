"""Signing in and out, and one's own account."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel import placeholders
from olmo.kernel.errors import Invalid
from olmo.tenancy import branding
from olmo.tenancy.queries import provider

from . import signin, throttle
from .answers import onward, unlogged
from .forms import AgainForm, NewPasswordForm, ProfileForm, SignInForm
from .gate import home_of, signed_in
from .models import Person
from .whence import place_of

YEAR = 365 * 86400
LANGUAGES_BY_THEMSELVES = (("en", "English"), ("it", "Italiano"))


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in: an address with a password, or with the wish for a link."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if request.method != "POST":
        if person is not None:
            return onward(signin.local(request.GET.get("next", "")) or home_of(person))
        return _sign_in_page(request, SignInForm(initial={"next": signin.local(request.GET.get("next", ""))}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, 422)
    try:
        return _mail_link(request, form) if "link" in request.POST else _sign_in(request, form)
    except throttle.TooOften as error:
        form.add_error(None, str(error))
        return _sign_in_page(request, form, 429)
    except Invalid as error:
        form.add_error("password" if error.field == "password" else "address", str(error))
        return _sign_in_page(request, form, 422)


@sensitive_post_parameters("password")
@never_cache
def stale(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form that is not of this session any more (or was never ours): somebody signed in or out in another window meanwhile.

    At the sign-in that is no fault: whoever is signed in already goes on, others get the form again with what they typed. A form
    without any token was not ours.
    """
    if request.path != reverse("people:sign_in") or "csrfmiddlewaretoken" not in request.POST:
        return csrf_failure(request, reason)
    person: Person | None = getattr(request, "person", None)
    next_url = signin.local(request.POST.get("next", ""))
    if person is not None:
        return onward(next_url or home_of(person))
    typed = {"address": request.POST.get("address", "")[:254], "next": next_url}
    notice = _("This page had grown old: you signed in or out in another window meanwhile. Please sign in once more.")
    return _sign_in_page(request, SignInForm(initial=typed), 403, notice=notice)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """A mailed link. Opening it only shows a button: scanners of mail open links too, and would use it up."""
    next_url = signin.local(request.GET.get("next", ""))
    is_open = request.method != "POST" and signin.is_open(token)
    if request.method != "POST":
        return _link_page(request, is_open=is_open)
    try:
        person = signin.with_link(request, token=token, place=place_of(request))
    except signin.LinkSpent:
        return _link_page(request)
    except throttle.TooOften as error:
        return _link_page(request, error=str(error), status=429)
    return onward(next_url or home_of(person))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End this session, and its live streams."""
    signin.end_session(request)
    answer = onward(reverse("people:sign_in"))
    answer.headers["Clear-Site-Data"] = (
        '"storage"'  # drafts of answers, in browsers that run no script of ours any more
    )
    return answer


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """One's own name, language, time zone, colours."""
    person: Person = request.person  # type: ignore[attr-defined]
    if request.method != "POST":
        return _account_page(request)
    form = ProfileForm(request.POST, instance=Person.objects.get(pk=person.pk))
    if not form.is_valid():
        return _account_page(request, profile=form, status=422)
    form.save()
    with translation.override(form.instance.language):
        messages.success(request, _("Your account was changed."))
    return onward(reverse("people:account"))


@sensitive_post_parameters()
@signed_in
@require_POST
def password(request: HttpRequest) -> HttpResponseBase:
    """A new password. Every other session of this person ends with it."""
    person: Person = request.person  # type: ignore[attr-defined]
    form = _form_of(request, NewPasswordForm, request.POST)
    if status := _refusal(person, form):
        return _account_page(request, new_password=form, status=status)
    signin.change_password(request, person, form.cleaned_data["new"])
    messages.success(request, _("Your password was changed. You are signed out everywhere else."))
    return onward(reverse("people:account"))


@sensitive_post_parameters()
@signed_in
@require_POST
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere else: a computer was lost, or left open."""
    person: Person = request.person  # type: ignore[attr-defined]
    form = _form_of(request, AgainForm, request.POST)
    if status := _refusal(person, form):
        return _account_page(request, others=form, status=status)
    signin.end_other_sessions(request, person, form.cleaned_data.get("present"))
    messages.success(request, _("You are signed out everywhere else."))
    return onward(reverse("people:account"))


@require_POST
@signed_in
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Colours and the width of the navigation, as a script or the form of the menu sends them."""
    person: Person = request.person  # type: ignore[attr-defined]
    theme, nav = request.POST.get("theme"), request.POST.get("nav")
    if theme in ("", "light", "dark"):
        person.theme = theme
    if nav in ("narrow", "wide"):
        person.is_nav_narrow = nav == "narrow"
    person.save(update_fields=["theme", "is_nav_narrow"])
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse(status=204)
    answer = onward(_back(request))
    answer.delete_cookie("olmo_theme", samesite="Lax")
    return answer


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponseBase:
    """The language of this browser for pages before the sign-in; it changes nothing but a cookie."""
    answer = onward(signin.local(request.GET.get("next", "")) or "/")
    if code in dict(settings.LANGUAGES):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


def _sign_in(request: HttpRequest, form: SignInForm) -> HttpResponseBase:
    given = form.cleaned_data
    if not given["password"]:
        raise Invalid("password", _("Write your password, or let us send you a link."))
    person = signin.with_password(
        request, address=given["address"], password=given["password"], place=place_of(request)
    )
    return onward(signin.local(given["next"]) or home_of(person))


def _mail_link(request: HttpRequest, form: SignInForm) -> HttpResponseBase:
    given = form.cleaned_data
    signin.ask_for_link(address=given["address"], next_url=given["next"], place=place_of(request))
    return render(request, "people/link_sent.html", {"address": given["address"], "next": signin.local(given["next"])})


def _link_page(request: HttpRequest, *, is_open: bool = False, error: str = "", status: int = 410) -> HttpResponse:
    context = {"is_open": is_open, "error": error}
    return unlogged(render(request, "people/link.html", context, status=200 if is_open else status))


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int = 200, *, notice: str = "") -> HttpResponse:
    host, own = provider(), branding.of_host(request.get_host())
    languages = [
        {"code": code, "label": label, "url": reverse("people:language", args=[code]) + f"?next={request.path}"}
        for code, label in LANGUAGES_BY_THEMSELVES
        if not (own and own.languages) or code in own.languages
    ]
    brand = branding.shown(own, own.client.name) if own else None
    context = {"form": form, "provider": host, "languages": languages, "gate_brand": brand, "notice": notice}
    return render(request, "people/sign_in.html", context, status=status)


def _refusal(person: Person, form: AgainForm) -> int:
    """The status with which a form is refused; 0 when it may go on. Wrong present passwords are counted."""
    try:
        throttle.require_room(throttle.PASSWORD_OF_ACCOUNT, str(person.pk))
    except throttle.TooOften as error:
        form.add_error(None, str(error))
        return 429
    if form.is_valid():
        return 0
    throttle.note(throttle.PASSWORD_OF_ACCOUNT, str(person.pk))
    return 422


def _form_of[Again: AgainForm](request: HttpRequest, kind: type[Again], data: QueryDict | None = None) -> Again:
    """The form; the present password is not asked of somebody who has none, nor for a new one soon after a mailed link."""
    person: Person = request.person  # type: ignore[attr-defined]
    may_skip = kind is NewPasswordForm and signin.came_by_link(request)
    needs_present = person.has_usable_password() and not may_skip
    return kind(data, person=person, needs_present=needs_present, auto_id=f"{kind.__name__}-%s")


def _account_page(
    request: HttpRequest, *, profile: ProfileForm | None = None, new_password: NewPasswordForm | None = None,
    others: AgainForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    person: Person = request.person  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "profile": profile or ProfileForm(instance=person),
        "new_password": new_password or _form_of(request, NewPasswordForm),
        "others": others or _form_of(request, AgainForm),
        "addresses": person.identities.all(),
        "home_url": home_of(person),
        "placeholders": placeholders.offered(),
    }
    return render(request, "people/account.html", context, status=status)


def _back(request: HttpRequest) -> str:
    """The page that the form was on, when it was one of ours."""
    return signin.local(urlsplit(request.headers.get("Referer", "")).path) or "/"
