"""What a reader says of an article (a procedure is one), as its owner is told it: who hears of it, and in what words."""

from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.knowledge import policy
from olmo.knowledge.models import Suggestion
from olmo.people.models import Person
from olmo.selfservice.queries import title_of


def by_id(pk: int) -> Suggestion | None:
    """One suggestion with its article and who made it."""
    return Suggestion.objects.select_related("article__owner", "by").filter(pk=pk).first()


def is_for(person: Person, row: Suggestion) -> bool:
    """Whether it is this person's to answer now: open, of another, about an article of theirs that they may see."""
    is_open = row.state == Suggestion.State.OPEN and row.by_id != person.pk
    return is_open and row.article.owner_id == person.pk and policy.may_keep(person, row.article)


def said(row: Suggestion) -> str:
    """That there is one, in the language that holds."""
    return _("%(by)s suggests a change to “%(title)s”.") % {"by": row.by.name, "title": title_of(row.article)}


def place(row: Suggestion) -> str:
    """Where it is read and answered."""
    return f"{reverse('desk:article', args=[row.article_id])}#suggestions"
