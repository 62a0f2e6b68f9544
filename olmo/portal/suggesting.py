"""What answers while somebody types into the one field: outages, articles and forms, each from its own source.

A source takes the person and what is typed and gives a few answers, with one query or two; a room that has something to offer
adds its own to `NEWS` or `FORMS_SOURCES`. The effect of the articles is measured: a visit that is held out does not see them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.guides import queries as troubleshooters
from olmo.knowledge import search, vocabulary
from olmo.people.models import Person
from olmo.selfservice import actions
from olmo.status import queries as status

from . import ordering
from .forms import categories

SHOWN, FORMS = 5, 3
SHORTEST = 3


@dataclass(frozen=True)
class Answer:
    """One line of the answers. note: a few words at its end; is_news: it stands first, whatever was typed."""

    url: str
    icon: str
    title: str
    text: str = ""
    note: str = ""
    is_news: bool = False


@dataclass(frozen=True)
class Typed:
    """What is typed. telling: its words without those that say nothing of what is sought."""

    words: str
    telling: str


def language() -> str:
    """The reader's language as two letters."""
    return (get_language() or "en")[:2]


def answers(person: Person, words: str) -> list[Answer]:
    """What answers these words, and a note of the search."""
    visit = actions.visit(person)
    typed = Typed(words, vocabulary.telling(words))
    found = search.find(person, words, language=language(), limit=SHOWN, is_typing=True)
    forms = _of(FORMS_SOURCES, person, typed)
    actions.searched(visit, words, found=sum(one.is_near for one in found) + len(forms))
    texts = [] if visit.is_held_out else [_article(one, words) for one in found]
    return [*_of(NEWS, person, typed), *texts, *forms]


type Source = Callable[[Person, Typed], list[Answer]]


def outages(person: Person, typed: Typed) -> list[Answer]:
    """What is known to be out of order, and what is planned within a day."""
    known = status.banners(person.client_id) if person.client_id else []
    return [
        Answer(
            reverse("portal:happening", args=[one.pk]), "alert", one.title, one.text,
            _("Planned") if one.is_planned else _("Known, in work"), is_news=True,
        )
        for one in known if one.level != "info" or one.is_planned
    ]  # fmt: skip


def subject_areas(person: Person, typed: Typed) -> list[Answer]:
    """Reports whose subject area is named by one of the words."""
    words = [word for word in typed.telling.casefold().split() if len(word) >= SHORTEST]
    found = [one for one in categories(person) if any(word in str(one).casefold() for word in words)]
    return [
        Answer(
            f"{reverse('portal:new')}?{urlencode({'category': one.pk, 'subject': typed.words})}", "form",
            _("Report a problem: %(name)s") % {"name": one}, str(one.parent) if one.parent else "",
        )
        for one in found[:FORMS]
    ]  # fmt: skip


def walks(person: Person, typed: Typed) -> list[Answer]:
    """Troubleshooters that are named so."""
    note, title = _("Step by step"), "portal:troubleshooter"
    found = troubleshooters.naming(person, typed.telling, FORMS)
    return [Answer(reverse(title, args=[one.pk]), "numbers", str(one), note=note) for one in found]


def orders(person: Person, typed: Typed) -> list[Answer]:
    """Forms of the catalogue that are like the words."""
    found = ordering.like(person, typed.telling, FORMS)
    return [Answer(one["url"], "form", one["name"], one["text"], _("Form")) for one in found]


def _article(one: search.Found, words: str) -> Answer:
    address = f"{reverse('portal:guide', args=[one.article_id])}?{urlencode({'q': words})}"
    return Answer(address, "book", one.title, one.summary)


def _of(sources: tuple[Source, ...], person: Person, typed: Typed) -> list[Answer]:
    return [answer for source in sources for answer in source(person, typed)]


NEWS: tuple[Source, ...] = (outages,)  # what goes on just now, before everything else
FORMS_SOURCES: tuple[Source, ...] = (orders, walks, subject_areas)  # what can be filled in, after the articles
