"""Articles that agents put into what they write on a ticket: as a link or as text. Each article counts once for a ticket."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.knowledge import files
from olmo.knowledge import queries as knowledge
from olmo.knowledge.models import PARTS, Article, Audience, Version
from olmo.people.models import Person
from olmo.tenancy import branding
from olmo.tickets import policy
from olmo.tickets.models import Ticket

from . import drafting, queries
from .drafting import Content
from .models import Draft, Kind, Reference


@transaction.atomic
def insert(article: Article, ticket: Ticket, *, by: Person, as_text: bool) -> Draft:
    """Put an article below what `by` is writing: into the reply when the requester may read it, else into the note.

    Counts as a use. Raises NotFound, NotAllowed, Invalid (nothing of it is published).
    """
    policy.require_work(by, ticket)
    whole = knowledge.by_id(by, article.pk)
    translation = knowledge.in_language(whole, ticket.language)
    if translation is None or translation.shown is None:
        raise Invalid("article", _("Nothing of this article is published yet."))
    kind = Kind.REPLY if is_for_requester(whole, ticket) else Kind.NOTE
    base = branding.address_of(ticket.client_id) if kind == Kind.REPLY else settings.BASE_URL
    shown = translation.shown
    words = text_of(shown, base) if as_text else f"[{shown.title}]({base}{place_of(whole, kind)})"
    draft = queries.open_draft(by, ticket, kind, locked=True)
    before = draft.text.rstrip() if draft else ""
    content = Content(
        text="\n\n".join(part for part in (before, words) if part), to=draft.to if draft else "", cc=draft.cc if draft else "",
        code=draft.code if draft else "", uploads=tuple(draft.uploads) if draft else (), revision=draft.revision if draft else 0,
    )  # fmt: skip
    written = drafting.save(ticket, by=by, kind=kind, content=content)
    if written is None:
        raise NotFound
    used(whole, ticket, by=by)
    return written


def used(article: Article, ticket: Ticket, *, by: Person) -> None:
    """Count that an article was used for a ticket, once."""
    _row, is_new = Reference.objects.get_or_create(
        article=article, ticket=ticket, defaults={"by": by, "at": clock.now()}
    )
    if is_new:
        Article.objects.filter(pk=article.pk).update(uses=F("uses") + 1)


def is_for_requester(article: Article, ticket: Ticket) -> bool:
    """Whether those who ask at the ticket's organisation may read it."""
    is_theirs = article.audience == Audience.ORGANISATION and article.client_id == ticket.client_id
    return article.audience == Audience.PUBLIC or is_theirs


def place_of(article: Article, kind: str) -> str:
    """Where its readers find it: requesters in the portal, agents at the desk."""
    return reverse("portal:guide" if kind == Kind.REPLY else "desk:article", args=[article.pk])


def text_of(version: Version, base: str) -> str:
    """What helps: the solution and the text, else all there is. base: where its readers open Olmo."""
    helping = [part for part in (version.workaround, version.solution, version.body) if part]
    words = "\n\n".join(helping or [part for name in PARTS if (part := getattr(version, name))])
    return files.as_links(words, base)


def used_on(tickets: Sequence[int]) -> list[tuple[int, datetime, str]]:
    """(ticket, when, key) of each article that was used for these tickets (`wiring.ARTICLES_USED`)."""
    rows = Reference.objects.filter(ticket__in=list(tickets))
    return list(rows.order_by("ticket", "at", "pk").values_list("ticket", "at", "article__key"))
