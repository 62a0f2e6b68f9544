"""Tickets that wait for a known error to be mended, and the ticket in which it is."""

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.knowledge import policy as reading
from olmo.knowledge.models import Article, Kind
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import policy, queries
from olmo.tickets.models import Ticket

from . import references
from .models import Waiting

SHOWN = 50


@transaction.atomic
def wait(ticket: Ticket, article: Article, *, by: Person) -> None:
    """Say that a ticket is this known error; counts as a use of the article.

    Raises NotFound, NotAllowed, Invalid (the article is no known error).
    """
    _require(ticket, article, by)
    Waiting.objects.get_or_create(ticket=ticket, article=article, defaults={"by": by, "at": clock.now()})
    references.used(article, ticket, by=by)


@transaction.atomic
def stop(ticket: Ticket, article: Article, *, by: Person) -> None:
    """Say that a ticket is another fault after all, also once the article is no known error. Raises NotFound, NotAllowed."""
    policy.require_work(by, ticket)
    Waiting.objects.filter(ticket=ticket, article=article, is_problem=False).delete()


@transaction.atomic
def name_problem(article: Article, ticket: Ticket | None, *, by: Person) -> None:
    """Say in which ticket the error is being mended; None: in none. The one that was named before waits for it from now on.

    Raises NotFound, NotAllowed, Invalid (no known error; it is being mended in a ticket that `by` may not see).
    """
    locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    reading.require(reading.may_write(by, locked))
    if locked.kind != Kind.KNOWN_ERROR:
        raise Invalid("ticket", _("This article is no known error."))
    if ticket is not None:
        _require(ticket, locked, by)
    Waiting.objects.filter(article=locked, is_problem=True).update(is_problem=False)
    _require_none_hidden(locked)
    if ticket is not None:
        Waiting.objects.update_or_create(
            ticket=ticket, article=locked, defaults={"is_problem": True, "by": by, "at": clock.now()}
        )


def of_article(viewer: Person, article: Article) -> tuple[Ticket | None, list[Ticket]]:
    """The ticket in which it is being mended, and the newest that wait for it; only those that the viewer may see."""
    rows = Waiting.objects.filter(article=article, ticket__in=queries.visible_to(viewer)).select_related("ticket")
    problem = next((row.ticket for row in rows.filter(is_problem=True)), None)
    return problem, [row.ticket for row in rows.filter(is_problem=False).order_by("-at", "-pk")[:SHOWN]]


def of_ticket(ticket: Ticket) -> set[int]:
    """The known errors for which a ticket waits."""
    return set(Waiting.objects.filter(ticket=ticket).values_list("article_id", flat=True))


def _require_none_hidden(article: Article) -> None:
    """Row security left alone the problem of another organisation: only a look at all of them tells."""
    with scope(EVERY_CLIENT):
        is_left = Waiting.objects.filter(article=article, is_problem=True).exists()
    if is_left:
        raise Invalid("ticket", _("It is being mended in a ticket that you cannot see."))


def _require(ticket: Ticket, article: Article, by: Person) -> None:
    policy.require_work(by, ticket)
    if article.kind != Kind.KNOWN_ERROR:
        raise Invalid("article", _("This article is no known error."))
