"""The tickets behind a number of a page that is no report: "article.5" are those for which article 5 was used."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from olmo.catalogue import queries as catalogue
from olmo.catalogue.models import Item
from olmo.fulfilment.models import Plan, PlanVersion, Run
from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import whole_number
from olmo.knowledge import queries as knowledge
from olmo.knowledge.models import Translation
from olmo.people.models import Kind, Person, Tier
from olmo.requests.models import Order
from olmo.routing.assignment.gathering import WORKED_ON
from olmo.tickets import family, queries
from olmo.tickets.models import Template
from olmo.upkeep import topics
from olmo.writing.models import Reference


class _Kind(NamedTuple):
    """Which tickets, by the id of the thing; and what the sentence of a list says. Neither tells what the viewer may not know."""

    tickets: Callable[[Person, int], Q]
    words: Callable[[Person, int], str]


def condition(viewer: Person, value: str) -> Q:
    """As a condition on tickets. Raises Invalid."""
    kind, pk = _read(value)
    return kind.tickets(viewer, pk)


def words(viewer: Person, value: str) -> str:
    """As the sentence of a list says it."""
    kind, pk = _read(value)
    return kind.words(viewer, pk)


def check(value: str) -> None:
    """Raise Invalid when there is no such thing to belong to."""
    if value:
        _read(value)


def uses(viewer: Person, articles: Iterable[int]) -> dict[int, int]:
    """For how many tickets that the viewer sees each of these articles was used; one query."""
    seen = Reference.objects.filter(article__in=list(articles), ticket__in=queries.visible_to(viewer))
    return dict(seen.order_by().values_list("article").annotate(n=Count("pk")))


def _read(value: str) -> tuple[_Kind, int]:
    name, _dot, pk = value.partition(".")
    if name not in _KINDS or whole_number(pk) is None:
        raise Invalid("of", _("“%(value)s” is not something that a list can show.") % {"value": value})
    return _KINDS[name], int(pk)


def _of_article(viewer: Person, pk: int) -> Q:
    seen = Reference.objects.filter(article__in=knowledge.visible_to(viewer).filter(pk=pk))
    return Q(pk__in=seen.values("ticket"))


def _article(viewer: Person, pk: int) -> str:
    seen = Translation.objects.filter(article__in=knowledge.visible_to(viewer).filter(pk=pk), shown__isnull=False)
    titles = dict(seen.values_list("language", "shown__title"))
    own = titles.get((get_language() or "en")[:2]) or next(iter(titles.values()), _("something unknown"))
    return _("for which the article “%(title)s” was used") % {"title": own}


def _of_parent(viewer: Person, pk: int) -> Q:
    ticket = queries.visible_to(viewer).filter(pk=pk).first()
    return Q(pk__in=family.children_of(ticket) if ticket else [])


def _parent(viewer: Person, pk: int) -> str:
    number = queries.visible_to(viewer).filter(pk=pk).values_list("number", flat=True).first()
    return _("that follow ticket %(number)s") % {"number": number or "?"}


def _item(viewer: Person, pk: int) -> str:
    found = Item.objects.filter(pk=pk, service__in=catalogue.visible_to(viewer)).first()
    return _("that order “%(item)s”") % {"item": found or _("something unknown")}


def _topic(viewer: Person, pk: int) -> str:
    return _("that ask for “%(kind)s” in four weeks") % {"kind": topics.seen(viewer, pk) or _("something unknown")}


def _topic_used(viewer: Person, pk: int) -> str:
    kind = topics.seen(viewer, pk) or _("something unknown")
    return _("that ask for “%(kind)s” and for which its article was used") % {"kind": kind}


def _of_topic_used(viewer: Person, pk: int) -> Q:
    topic = topics.seen(viewer, pk)
    used = Reference.objects.filter(ticket__in=topic.ticket_ids, article=topic.article_id) if topic else None
    return Q(pk__in=used.values("ticket") if used is not None and topic and topic.article_id else [])


def _for_administrators(model: type[Any], words: Words) -> Callable[[Person, int], str]:
    """What a setting is called, for those who see its page."""

    def said(viewer: Person, pk: int) -> str:
        found = model.objects.filter(pk=pk).first() if viewer.is_administrator else None
        return str(words) % {"name": found or _("something unknown")}

    return said


def _load(viewer: Person, pk: int) -> str:
    found = Person.objects.filter(pk=pk, kind=Kind.AGENT).first()
    return _("that weigh on %(name)s") % {"name": found or _("somebody unknown")}


_KINDS: Mapping[str, _Kind] = {
    "article": _Kind(_of_article, _article),
    "item": _Kind(lambda _viewer, pk: Q(pk__in=Order.objects.filter(item=pk).values("ticket")), _item),
    "load": _Kind(lambda _viewer, pk: Q(assignee=pk, status__in=WORKED_ON), _load),
    "parent": _Kind(_of_parent, _parent),
    "plan": _Kind(
        lambda _viewer, pk: Q(pk__in=Run.objects.filter(version__plan=pk).values("ticket")),
        _for_administrators(Plan, gettext_lazy("with the plan “%(name)s”")),
    ),
    "plan_version": _Kind(
        lambda _viewer, pk: Q(pk__in=Run.objects.filter(version=pk).values("ticket")),
        _for_administrators(PlanVersion, gettext_lazy("with the plan “%(name)s”")),
    ),
    "template": _Kind(
        lambda _viewer, pk: Q(template=pk),
        _for_administrators(Template, gettext_lazy("begun from the template “%(name)s”")),
    ),
    "tier": _Kind(
        lambda _viewer, pk: Q(team__tier=pk), _for_administrators(Tier, gettext_lazy("of the teams of “%(name)s”"))
    ),
    "topic": _Kind(lambda viewer, pk: topics.recent(topics.seen(viewer, pk)), _topic),
    "topic_used": _Kind(_of_topic_used, _topic_used),
}
