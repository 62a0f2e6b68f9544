"""The widget of an organisation: on whose pages it may stand, and what it finds for whoever looks at them."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.kernel.tokens import new_token
from olmo.knowledge import queries, search
from olmo.knowledge.models import Article
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Kind, Person
from olmo.people.throttle import Limit
from olmo.tenancy.models import Client

from .models import Widget

FROM_PLACE = Limit("widget from", 120, 5)
MOST_ORIGINS, SHOWN = 20, 5
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?")


@transaction.atomic
def save(
    client: Client, *, by: Person, origins: Sequence[str], is_active: bool, renews: bool = False, seen: str = ""
) -> Widget:
    """Say on whose pages the widget of an organisation may stand. renews: it gets a new key, and old tags end.

    Raises NotAllowed, Conflict, Invalid("origins") (no origin, a path, a pattern; which line is said).
    """
    require_administrator(by)
    row = Widget.objects.select_for_update(of=("self",)).filter(client=client).first()
    before = state_of(row)
    require_unchanged(before, seen)
    row = row or Widget(client=client, key=new_token(16))
    row.origins, row.is_active = checked(origins), is_active
    if renews:
        row.key = new_token(16)
    row.save()
    record(by, f"widget: {client.name}", before, {**state_of(row), "renewed": renews})
    return row


def checked(origins: Sequence[str]) -> list[str]:
    """Origins as browsers compare them (RFC 6454): scheme, host, and a port that is not the usual one. Raises Invalid."""
    found = []
    for line in origins:
        text = clean_line(line, 270).lower().rstrip("/")
        parts = urlsplit(text)
        is_bare = parts.scheme in ("https", "http") and text == f"{parts.scheme}://{parts.netloc}"
        if not is_bare or not _HOST.fullmatch(parts.netloc):
            words = _("“%(line)s” is no origin. Write it like https://intranet.acme.example.")
            raise Invalid("origins", words % {"line": line[:80]})
        usual = ":443" if parts.scheme == "https" else ":80"
        found.append(text.removesuffix(usual))
    if len(found) > MOST_ORIGINS:
        raise Invalid("origins", _("At most %(n)d origins.") % {"n": MOST_ORIGINS})
    return list(dict.fromkeys(found))


def state_of(row: Widget | None) -> dict[str, Any]:
    """What is set, for the change log."""
    return {"origins": list(row.origins), "is_active": row.is_active} if row else {}


def by_key(key: str) -> Widget:
    """The widget of a tag. Raises NotFound."""
    found = Widget.objects.filter(key=key, is_active=True, client__is_active=True).select_related("client").first()
    if found is None:
        raise NotFound
    return found


def anybody(language: str) -> Person:
    """Whoever looks at an intranet page: they read what everybody may."""
    return Person(kind=Kind.REQUESTER, name="", language=language)


def answers(words: str, language: str) -> list[search.Found]:
    """The public articles that answer best."""
    return search.find(anybody(language), words, language=language, limit=SHOWN) if words else []


def article(pk: int, language: str) -> Article:
    """A public article. Raises NotFound."""
    return queries.by_id(anybody(language), pk)
