"""How an organisation's pages and mails look: its name, logo, colours, host and footer."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from olmo.kernel import contrast, pictures
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import refusing

from . import hosts
from .models import Brand, Client

LOGO_SIDE, LONGEST_FOOTER = 400, 600
_is_host = DomainNameValidator()
_ONCE = {"brand_host_once": ("host", gettext_lazy("Another organisation has this host name."))}
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class BrandSettings:
    """All that is set. colour, colour_dark: #rrggbb in the light and the dark theme, or "". logo: the bytes of a new one.

    languages: what strangers are offered, the first one first; host: the name under which only this organisation's portal is
    found; hours, legal: language -> text.
    """

    name: str = ""
    colour: str = ""
    colour_dark: str = ""
    logo: bytes | None = None
    drops_logo: bool = False
    host: str = ""
    languages: Sequence[str] = ()
    phone: str = ""
    hours_en: str = ""
    hours_it: str = ""
    legal_en: str = ""
    legal_it: str = ""


def save(client: Client, given: BrandSettings) -> Brand:
    """Write the brand of an organisation.

    Raises Invalid: a colour that cannot be read (the nearest that can is said), no picture, one that is too large, no host name,
    the host name of another organisation or of the desk (whose it is is said).
    """
    row = Brand.objects.select_for_update(of=("self",)).filter(client=client).first() or Brand(client=client)
    row.name, row.phone = clean_line(given.name, 80), clean_line(given.phone, 40)
    row.colour = _colour("colour", given.colour, "light")
    row.colour_dark = _colour("colour_dark", given.colour_dark, "dark")
    if row.colour_dark and not row.colour:
        raise Invalid("colour", _("Choose the colour of the light theme too."))
    row.languages = [code for code in given.languages if code in dict(settings.LANGUAGES)]
    for name in ("hours_en", "hours_it"):
        setattr(row, name, clean_line(getattr(given, name), 120))
    for name in ("legal_en", "legal_it"):
        setattr(row, name, clean(getattr(given, name), LONGEST_FOOTER).strip())
    row.host = _host(client, given.host)
    if given.logo is not None:
        made = pictures.written_anew(given.logo, "logo", longest_side=LOGO_SIDE)
        row.logo, row.logo_digest = made.data, hashlib.sha256(made.data).hexdigest()[:20]
    elif given.drops_logo:
        row.logo, row.logo_digest = b"", ""
    row.css_digest = hashlib.sha256(stylesheet(row).encode()).hexdigest()[:20] if row.colour else ""
    with refusing(_ONCE):
        row.save()
    hosts.forget()
    return row


def state_of(row: Brand | None) -> dict[str, Any]:
    """What is set, for the change log."""
    names = (
        "name", "colour", "colour_dark", "logo_digest", "host", "languages", "phone", "hours_en", "hours_it",
        "legal_en", "legal_it",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} if row else {}


def stylesheet(row: Brand) -> str:
    """The few lines that give pages its colours. Without a dark colour, the nearest that can be read in the dark is taken."""
    dark = row.colour_dark or contrast.nearest(row.colour, "dark")
    pair = f"light-dark({row.colour}, {dark})"
    inks = f"light-dark({contrast.INKS['light']}, {contrast.INKS['dark']})"
    soft = f"color-mix(in oklab, {pair} 9%, var(--paper))"
    return f":root {{ --brand: {pair}; --brand-fill: {pair}; --on-brand: {inks}; --brand-soft: {soft}; }}\n"


def of_client(client: int | None) -> Brand | None:
    """The brand of an organisation, without its logo's bytes."""
    return Brand.objects.select_related("client").defer("logo").filter(client=client).first() if client else None


def of_person(client: int | None) -> dict[str, Any]:
    """The `brand` of a page for somebody of an organisation, in one query."""
    found = Client.objects.select_related("brand").defer("brand__logo").filter(pk=client).first() if client else None
    return shown(getattr(found, "brand", None), found.name if found else "Olmo")


def of_host(host: str) -> Brand | None:
    """The brand of the organisation whose host name this is."""
    name = hosts.name_of(host)
    if name not in hosts.known():
        return None
    return Brand.objects.select_related("client").defer("logo").filter(host=name, client__is_active=True).first()


def address_of(client: int | None) -> str:
    """Where the people of an organisation open Olmo, for links in mails: its own host name where it has one that is answered to.

    Scheme and port are the desk's, whose proxy speaks for all hosts.
    """
    own = Brand.objects.filter(client=client, client__is_active=True) if client else Brand.objects.none()
    return _address(own.values_list("host", flat=True).first() or "")


def _address(host: str) -> str:
    base = urlsplit(settings.BASE_URL)
    port = f":{base.port}" if base.port else ""
    return f"{base.scheme}://{host}{port}" if host else settings.BASE_URL


def shown(row: Brand | None, name: str) -> dict[str, Any]:
    """The `brand` of a page. name: what it is called without one of its own."""
    if row is None:
        return {"name": name}
    italian = (get_language() or "en").startswith("it")
    hours = (row.hours_it or row.hours_en) if italian else (row.hours_en or row.hours_it)
    return {
        "name": row.name or name, "logo_url": f"/brand/{row.logo_digest}.png" if row.logo_digest else "",
        "css_url": f"/brand/{row.css_digest}.css" if row.css_digest else "", "hours": hours, "phone": row.phone,
        "legal": row.legal(get_language() or "en"),
    }  # fmt: skip


def dressed(client: int | None, text: str, html: str, sender_name: str, language: str) -> tuple[str, str, str]:
    """A mail to somebody of an organisation with its head and foot, in the reader's language: text, HTML, the sender's name."""
    row = of_client(client)
    if row is None:
        return text, html, sender_name
    legal = row.legal(language)
    if legal:
        text = f"{text.rstrip()}\n\n{legal}\n"
    if html:
        html = _with_frame(row, html, legal)
    return text, html, row.name or sender_name


def _with_frame(row: Brand, html: str, legal: str) -> str:
    name = escape(row.name or row.client.name)
    source = f"{_address(row.host if row.client.is_active else '')}/brand/{row.logo_digest}.png"
    head = (
        f'<p><img src="{source}" alt="{name}" height="32"></p>'
        if row.logo_digest
        else f"<p><strong>{name}</strong></p>"
    )
    foot = f"<hr><p><small>{escape(legal).replace(chr(10), '<br>')}</small></p>" if legal else ""
    opened = _BODY.search(html)
    at = opened.end() if opened else 0
    html = html[:at] + head + html[at:]
    end = html.lower().rfind("</body>")
    return html[:end] + foot + html[end:] if end >= 0 else html + foot


def _colour(field: str, text: str, theme: str) -> str:
    colour = text.strip().lower()
    if not colour:
        return ""
    if not contrast.is_colour(colour):
        raise Invalid(field, _("A colour is # and six digits, such as #2d5f3f."))
    seen = contrast.judged(colour, theme)
    if not seen.passes:
        raise Invalid(
            field,
            _("It cannot be read well: %(have)s to 1, and %(least)s are needed. The nearest that can: %(colour)s")
            % {
                "have": f"{min(seen.on_paper, seen.beneath):.1f}", "least": contrast.TEXT,
                "colour": contrast.nearest(colour, theme),
            },
        )  # fmt: skip
    return colour


def _host(client: Client, text: str) -> str:
    host = clean_line(text, 253).lower().strip(".")
    if not host:
        return ""
    try:
        _is_host(host)
    except ValidationError as error:
        raise Invalid("host", _("“%(host)s” is no host name.") % {"host": host}) from error
    if host in hosts.own():
        raise Invalid("host", _("This is the host name of the desk."))
    other = Brand.objects.filter(host=host).exclude(client=client).select_related("client").first()
    if other is not None:
        raise Invalid("host", _("%(host)s belongs to %(name)s already.") % {"host": host, "name": other.client.name})
    return host
