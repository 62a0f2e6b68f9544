"""Finding and reading articles: the list, an article with its languages side by side, its versions and what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.assets import queries as assets
from olmo.kernel.errors import NotFound, Words
from olmo.kernel.text import clean_line
from olmo.knowledge import feedback, pending, policy, queries, search, showing
from olmo.knowledge.models import Article, Audience, Kind, State, Step, Translation, Version
from olmo.notifications import actions as notifications
from olmo.people.models import Person
from olmo.tickets.models import Status, Ticket
from olmo.upkeep import topics
from olmo.writing import waiting

from .. import places
from ..lists import belonging
from ..lists.files import Columns, Table, listing, page_or_file
from ..lists.filters import Filters
from ..shell import DeskRequest, agents, is_ahead, is_part, page
from .uploads import listed

PAGE, FOUND, SHOWN_STEPS, THINGS = 50, 20, 30, 6
SHOWS: dict[str, Words] = {
    "": gettext_lazy("All articles"),
    "published": gettext_lazy("Published"),
    "work": gettext_lazy("Drafts and reviews"),
    "review": gettext_lazy("To be reviewed by me"),
    "overdue": gettext_lazy("Review overdue"),
    "tasks": gettext_lazy("Suggestions"),
    "retired": gettext_lazy("Retired"),
}
BADGES = {
    State.DRAFT: "", State.IN_REVIEW: "badge--ochre", State.APPROVED: "badge--slate", State.PUBLISHED: "badge--elm",
    State.RETIRED: "",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address of the list says."""

    words: str
    show: str
    audience: str
    topic: str

    @classmethod
    def of(cls, request: DeskRequest) -> "Asked":
        """Read it; what is not known counts as not said."""
        get = request.GET.get
        show, audience = get("show", ""), get("audience", "")
        return cls(
            clean_line(get("q", ""), search.LONGEST), show if show in SHOWS else "",
            audience if audience in Audience.values else "", clean_line(get("topic", ""), 80),
        )  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """Articles by key, or the best for `q`; narrowed by what is shown, audience and subject area."""
    asked = Asked.of(request)
    context: dict[str, Any] = {"asked": asked, "audiences": Audience.choices, "topics": queries.topics(request.person)}
    context["is_lead"] = topics.may_see(request.person)
    if asked.show == "tasks":
        context["tasks"] = list(feedback.tasks(request.person)[:PAGE])
    else:
        context["rows"] = _rows(request.person, asked)
    context["shows"] = [(name, label, name == asked.show) for name, label in SHOWS.items()]
    if is_part(request):
        return page(request, "desk/knowledge/list.html#found", context)
    return page_or_file(
        request, "desk/knowledge/list.html", context, _table(request.person, asked, context.get("rows", ()))
    )


def _table(viewer: Person, asked: Asked, shown: Sequence[Mapping[str, Any]]) -> Table:
    """The whole list as a file; for words those that are found."""
    if asked.show == "tasks":
        return Table(gettext_lazy("Suggestions"), _SUGGESTIONS, feedback.tasks(viewer))
    found = [row["article"] for row in shown] if asked.words else _with_texts(_narrowed(viewer, asked))
    return Table(gettext_lazy("Articles"), _COLUMNS, found)


def _rows(viewer: Person, asked: Asked) -> list[dict[str, Any]]:
    articles = _narrowed(viewer, asked)
    if asked.words:
        found = search.find(viewer, asked.words, among=articles, limit=FOUND, is_typing=True)
        by_id = {row.pk: row for row in _with_texts(articles.filter(pk__in=[one.article_id for one in found]))}
        drafts = _with_texts(articles.filter(published_at=None, translations__newest__title__icontains=asked.words))
        ranked = [by_id[one.article_id] for one in found if one.article_id in by_id]
        return [_row(row) for row in [*ranked, *(row for row in drafts[:FOUND] if row.pk not in by_id)]]
    return [_row(row) for row in _with_texts(articles)[:PAGE]]


def _narrowed(viewer: Person, asked: Asked) -> QuerySet[Article]:
    rows = queries.visible_to(viewer)
    if asked.show == "overdue":
        rows = queries.overdue(viewer)
    elif asked.show == "published":
        rows = rows.filter(published_at__isnull=False).exclude(state=State.RETIRED)
    elif asked.show == "work":
        rows = rows.filter(state__in=[State.DRAFT, State.IN_REVIEW, State.APPROVED])
    elif asked.show == "review":
        rows = rows.filter(Q(reviewer=viewer) | Q(reviewer=None), state=State.IN_REVIEW)
    elif asked.show == "retired":
        rows = rows.filter(state=State.RETIRED)
    rows = rows.filter(audience=asked.audience) if asked.audience else rows
    return rows.filter(topic=asked.topic) if asked.topic else rows


def _with_texts(rows: QuerySet[Article]) -> QuerySet[Article]:
    told = rows.select_related("owner", "client", "team")
    return told.prefetch_related("translations__newest", "translations__shown").distinct()


def _row(article: Article) -> dict[str, Any]:
    text = _text(article, get_language() or "en")
    return {
        "url": reverse("desk:article", args=[article.pk]), "article": article, "title": _title(article),
        "summary": text.summary if text else "",
        "languages": [row.language for row in article.translations.all()],
        "state": State(article.state).label, "badge": BADGES[State(article.state)], "readers": readers(article),
    }  # fmt: skip


def readers(article: Article) -> str:
    """Who reads it, in words."""
    if article.client_id and article.client:
        return article.client.name
    return article.team.name if article.team else str(Audience(article.audience).label)


def _text(article: Article, language: str) -> Version | None:
    rows = sorted(article.translations.all(), key=lambda row: row.language != language[:2])
    return next((row.newest for row in rows if row.newest), None)


def _title(article: Article) -> str:
    text = _text(article, get_language() or "en")
    return text.title if text else article.key


_COLUMNS: Columns = {
    "key": gettext_lazy("Key"), "title": (gettext_lazy("Title"), _title),
    "get_kind_display": gettext_lazy("Kind"), "get_state_display": gettext_lazy("State"),
    "readers": (gettext_lazy("Who reads it"), readers), "topic": gettext_lazy("Subject area"),
    "languages": (gettext_lazy("Languages"), lambda row: [text.language for text in row.translations.all()]),
    "owner.name": gettext_lazy("Owner"), "uses": gettext_lazy("Used"), "helped": gettext_lazy("Helped"),
    "published_at": gettext_lazy("Published"), "review_on": gettext_lazy("Review on"),
}  # fmt: skip
_SUGGESTIONS: Columns = {
    "article.key": gettext_lazy("Article"), "by.name": gettext_lazy("Who"), "at": gettext_lazy("When"),
    "words": gettext_lazy("Text"),
}  # fmt: skip


@require_safe
@agents
def article(request: DeskRequest, pk: int) -> HttpResponse:
    """An article as readers see it; `text=newest` shows what is being written, `beside` another language next to it."""
    found = queries.by_id(request.person, pk)
    if found.owner_id == request.person.pk and not is_ahead(request):
        notifications.read(request.person, article=found)
    translations = {row.language: row for row in found.translations.all()}
    chosen = _chosen(translations, request.GET.get("lang", ""))
    may = _may(request.person, found)
    text = request.GET.get("text") or ("newest" if may["approve"] else "")  # who approves sees what is to be approved
    is_newest = text == "newest" or chosen is None or chosen.shown is None
    beside = translations.get(request.GET.get("beside", ""))
    names = dict(settings.LANGUAGES)
    yes, no = feedback.counts(found)
    context = {
        "article": found, "languages": [(code, names[code]) for code in translations], "names": names,
        "chosen": chosen, "shown": _shown(chosen, is_newest), "beside": _shown(beside, is_newest) if beside != chosen else None,
        "others": [(code, names[code]) for code in translations if chosen and code != chosen.language],
        "is_newest": is_newest, "state": State(found.state).label, "badge": BADGES[State(found.state)],
        "readers": readers(found), "may": may, "yes": yes, "no": no,
        "suggestions": _suggestions(request.person, found), "kept_files": listed(found), "questions": list(found.questions.all()),
        "uses": belonging.uses(request.person, [pk]).get(pk, 0), "uses_url": Filters(box="all", of=f"article.{pk}").url(),
        **_waiting(request.person, found), "things": assets.called(request.person, found.products, limit=THINGS + 1),
        "steps": [(step, showing.sentence(step)) for step in _steps(found)],
        "missing": [(code, name) for code, name in settings.LANGUAGES if code not in translations],
        "agents": _reviewers(request.person, found),
    }  # fmt: skip
    return page(request, "desk/knowledge/article.html", context)


def _chosen(translations: dict[str, Translation], language: str) -> Translation | None:
    own = (get_language() or "en")[:2]
    return translations.get(language) or translations.get(own) or next(iter(translations.values()), None)


def _shown(translation: Translation | None, is_newest: bool) -> dict[str, Any] | None:
    if translation is None:
        return None
    version = translation.newest if is_newest else translation.shown or translation.newest
    return {"version": version, "language": translation.language, "parts": showing.parts(version)} if version else None


def _may(viewer: Person, found: Article) -> dict[str, bool]:
    """What the page offers; the verbs decide."""
    writes, keeps = policy.may_write(viewer, found), policy.may_keep(viewer, found)
    return {
        "write": writes and found.state != State.RETIRED,
        "keep": keeps,
        "ask": writes and found.state == State.DRAFT and pending.is_any(found),
        "approve": writes and found.state == State.IN_REVIEW and viewer.pk not in pending.authors(found),
        "publish": writes and found.state == State.APPROVED,
        "retire": keeps and found.state != State.RETIRED,
        "revive": keeps and found.state == State.RETIRED,
        "confirm": keeps and found.state == State.PUBLISHED,
    }


def _waiting(viewer: Person, found: Article) -> dict[str, Any]:
    """For a known error: the ticket in which it is being mended, and those that wait."""
    if found.kind != Kind.KNOWN_ERROR:
        return {}
    problem, waits = waiting.of_article(viewer, found)
    return {"problem": _ticket(problem) if problem else None, "waits": [_ticket(one) for one in waits]}


def _ticket(one: Ticket) -> dict[str, Any]:
    state = Status(one.status).label
    return {"number": one.number, "subject": one.subject, "url": places.ticket(one.number), "state": state}


def _suggestions(viewer: Person, found: Article) -> list[Any]:
    rows = found.suggestions.select_related("by", "answered_by")
    return list(rows[:PAGE]) if viewer.is_agent else []


def _steps(found: Article) -> QuerySet[Step]:
    return found.trail.select_related("by")[:SHOWN_STEPS]


def _reviewers(viewer: Person, found: Article) -> list[Person]:
    people = Person.objects.filter(kind="agent", is_active=True).exclude(pk=viewer.pk).order_by("name")
    return list(people[:200]) if found.state == State.DRAFT else []


@require_safe
@agents
def versions(request: DeskRequest, pk: int, code: str) -> HttpResponse:
    """All texts of an article in one language; `a` and `b` are the numbers of two, shown with what differs."""
    found = queries.by_id(request.person, pk)
    rows = list(queries.versions(found, code)[:200])
    if not rows:
        raise NotFound
    by_number = {str(row.number): row for row in rows}
    newer = by_number.get(request.GET.get("b", ""), rows[0])
    older = by_number.get(request.GET.get("a", "")) or next((row for row in rows if row.number < newer.number), newer)
    translation = next(row for row in found.translations.all() if row.language == code)
    context = {
        "article": found, "rows": rows, "older": older, "newer": newer, "language": code,
        "changes": showing.difference(older, newer), "shown_id": translation.shown_id,
        "may_write": policy.may_write(request.person, found) and found.state != State.RETIRED,
        "title": _("Versions"), "name": dict(settings.LANGUAGES).get(code, code),
    }  # fmt: skip
    return page(request, "desk/knowledge/versions.html", context)
