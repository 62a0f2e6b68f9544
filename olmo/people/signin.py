"""Verbs of signing in: by password, and by a link that is mailed.

A link works once, for an hour, for the address it was sent to; only its digest is stored. Whoever asks for one learns nothing:
the answer, and the work done before it, are the same for known and unknown addresses, since a job looks the address up.
"""

import logging
from datetime import timedelta
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from olmo.kernel import clock, live
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.tokens import new_token, token_digest
from olmo.outbox import actions as outbox
from olmo.tenancy import queries as tenancy
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import throttle
from .identities import normal_address
from .models import Identity, Person, SignInLink
from .queries import address_for, by_address

log = logging.getLogger("olmo.people.signin")

LINK_LIFE = timedelta(hours=1)
BACKEND = "olmo.people.backends.IdentityBackend"
# Other machines must not answer (RFC 3834, section 5).
NOBODY_ANSWERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
BY_LINK = "signed_in_by_link_at"


class LinkSpent(Conflict):
    """The link was used, is too old, or never was one; which of these is not said."""

    def __init__(self) -> None:
        super().__init__(_("This link does not work any more. Links work once, for an hour."))


def with_password(request: HttpRequest, *, address: str, password: str, place: str) -> Person:
    """Sign in whom `address` names, when the password is theirs. place: where the try comes from.

    Raises TooOften, Invalid("password").
    """
    throttle.require_room(throttle.PASSWORD_FROM_PLACE, place)
    throttle.require_room(throttle.PASSWORD_OF_ADDRESS, address)
    person = authenticate(request, email=clean_line(address, 320), password=password)
    if not isinstance(person, Person):
        throttle.note(throttle.PASSWORD_FROM_PLACE, place)
        throttle.note(throttle.PASSWORD_OF_ADDRESS, address)
        log.warning("A password was refused, from %s", place)
        raise Invalid("password", _("That password does not fit this address."))
    throttle.forget(throttle.PASSWORD_OF_ADDRESS, address)
    log.info("Person %d signed in by password, from %s", person.pk, place)
    start_session(request, person)
    return person


def with_link(request: HttpRequest, *, token: str, place: str) -> Person:
    """Sign in whom the link was mailed to, and end their other links. Raises TooOften, LinkSpent."""
    throttle.require_room(throttle.TOKEN_FROM_PLACE, place)
    with scope(EVERY_CLIENT):
        link = _link(token, lock=True)
        if link is None:
            throttle.note(throttle.TOKEN_FROM_PLACE, place)
            log.warning("A link was refused, from %s", place)
            raise LinkSpent
        SignInLink.objects.filter(person=link.person, used_at=None).update(used_at=clock.now())
        log.info("Person %d signed in by link, from %s", link.person.pk, place)
        start_session(request, link.person)
    request.session[BY_LINK] = clock.now().timestamp()
    return link.person


def is_open(token: str) -> bool:
    """Whether a link would sign somebody in now."""
    with scope(EVERY_CLIENT):
        return _link(token) is not None


def start_session(request: HttpRequest, person: Person) -> None:
    """Begin a session under a new key (an old one may have been planted)."""
    with scope(EVERY_CLIENT):
        login(request, person, backend=BACKEND)


def end_session(request: HttpRequest) -> None:
    """Sign out, and end the live streams of this session."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is not None:
        live.tell(person=person.pk)
        for react in getattr(import_module(settings.OLMO_WIRING), "SIGNED_OUT", []):
            react(person, request.session.session_key or "")
        log.info("Person %d signed out", person.pk)
    logout(request)


def end_other_sessions(request: HttpRequest, person: Person, present: str | None) -> None:
    """Sign out everywhere else. present: the present password, checked; None for a person who has none.

    The same password under a new salt changes what every other session is compared with.
    """
    change_password(request, person, present)


def change_password(request: HttpRequest, person: Person, new: str | None) -> None:
    """Set a checked password (None: none at all). It ends the person's other sessions, all their streams and their open links."""
    with transaction.atomic():
        person.set_password(new)
        person.save(update_fields=["password"])
        SignInLink.objects.filter(person=person, used_at=None).update(used_at=clock.now())
        update_session_auth_hash(request, person)
        live.tell(person=person.pk)
    log.info("Person %d ended their other sessions", person.pk)


def came_by_link(request: HttpRequest) -> bool:
    """Whether this session began with a mailed link within the hour: whoever reads the mailbox may set a new password."""
    age = clock.now().timestamp() - request.session.get(BY_LINK, 0)
    return bool(age < LINK_LIFE.total_seconds())


def ask_for_link(*, address: str, next_url: str = "", place: str) -> None:
    """Mail a link to `address` if it is somebody's. Raises Invalid("email"), TooOften."""
    normal = normal_address(address)
    throttle.require_room(throttle.LINK_FROM_PLACE, place)
    throttle.require_room(throttle.LINK_TO_ADDRESS, normal)
    throttle.note(throttle.LINK_FROM_PLACE, place)
    throttle.note(throttle.LINK_TO_ADDRESS, normal)
    app.configure_task("olmo.people.jobs.mail_link").defer(address=normal, next_url=local(next_url))


def mail_link(address: str, next_url: str = "") -> bool:
    """The job behind `ask_for_link`: whether the address was somebody's who may sign in."""
    person = by_address(address)
    if person is None or not person.is_active or person.is_robot:
        return False
    send_link(person, address, next_url=next_url)
    return True


def send_link(person: Person, address: str, *, next_url: str = "", invites: bool = False) -> SignInLink:
    """Mail a new link to an address of `person`. invites: they do not know yet that they have an account here."""
    token = new_token()
    link = SignInLink.objects.create(person=person, digest=token_digest(token), address=address)
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    url = address_for(person) + reverse("people:link", args=[token]) + query
    host = tenancy.provider()
    sender = (person.client.address if person.client else "") or (host.address if host else "")
    with translation.override(person.language):
        subject, text = _mail(person.first_name, host.name if host else "Olmo", url, invites=invites)
    outbox.send(
        to=address, to_name=person.name, sender=sender, sender_name=host.name if host else "", subject=subject, text=text,
        purpose="sign-in", reference=f"sign-in-link:{link.pk}", client_id=person.client_id, is_automatic=True,
        headers=NOBODY_ANSWERS, language=person.language,
    )  # fmt: skip
    return link


def local(url: str) -> str:
    """`url` when it is a path of this site, else nothing: where to go next is never somebody else's site."""
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""


def sweep() -> None:
    """Forget tries and links that are long over."""
    throttle.sweep()
    SignInLink.objects.filter(created_at__lt=clock.now() - timedelta(days=1)).delete()


def _link(token: str, *, lock: bool = False) -> SignInLink | None:
    links = SignInLink.objects.select_related("person").filter(
        digest=token_digest(token), used_at=None, created_at__gt=clock.now() - LINK_LIFE, person__is_active=True
    )
    link = (links.select_for_update(of=("self",)) if lock else links).first()
    if link is None:
        return None
    is_still_theirs = Identity.objects.filter(person=link.person, kind=Identity.Kind.EMAIL, value=link.address).exists()
    return link if is_still_theirs else None


def _mail(name: str, provider: str, url: str, *, invites: bool) -> tuple[str, str]:
    words = {"name": name, "provider": provider, "url": url}
    if invites:
        return (
            _("Your access to the support of %(provider)s") % words,
            _(
                "Hello %(name)s,\n\n%(provider)s has made you an account. This link signs you in, once and within an hour:\n\n"
                "%(url)s\n\nLater? Ask for a new link on the same page with this address."
            )
            % words,
        )
    return (
        _("Your link to sign in at %(provider)s") % words,
        _(
            "Hello %(name)s,\n\nThis link signs you in, once and within an hour:\n\n%(url)s\n\n"
            "You did not ask for it? Then you need do nothing: without this mail nobody gets in."
        )
        % words,
    )
