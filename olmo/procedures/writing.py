"""Writing procedures: each is an article, and goes the way of articles to a second person and to its readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from olmo.knowledge import actions as knowledge
from olmo.knowledge import policy
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import Article, Audience, Version
from olmo.people import audit
from olmo.people.models import Person
from olmo.tickets.models import Category

from . import steps
from .models import Procedure
from .steps import Step


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A procedure in one language as it is typed."""

    title: str
    steps: Sequence[Step]
    summary: str = ""
    reason: str = ""


@transaction.atomic
def create(
    *, key: str, language: str, draft: Draft, by: Person, owner: Person | None = None, category: Category | None = None
) -> Procedure:
    """Begin a procedure for all agents, as a draft. Raises NotAllowed, Invalid ("key", "title", "steps-<n>-<field>")."""
    wanted = Settings(key=key, owner=owner or by, audience=Audience.AGENTS, topic=str(category) if category else "")
    article = knowledge.create(wanted, by=by)
    procedure = Procedure.objects.create(article=article, category=category)
    write(procedure, language, draft, by=by)
    return procedure


@transaction.atomic
def take_in(
    key: str, drafts: Mapping[str, Draft], *, by: Person, owner: Person, category: Category | None = None
) -> Procedure:
    """Bring one in that was approved elsewhere, in its languages, published at once; only for robots.

    The caller has the search read it (`knowledge.indexing`). Raises NotAllowed, Invalid.
    """
    texts = {
        code: Text(title=draft.title, summary=draft.summary, solution=steps.written(steps.checked(draft.steps)))
        for code, draft in drafts.items()
    }
    wanted = Settings(key=key, owner=owner, audience=Audience.AGENTS, topic=str(category) if category else "")
    article, _changed = knowledge.take_in(wanted, texts, by=by, reason="")
    return Procedure.objects.update_or_create(article=article, defaults={"category": category})[0]


def write(procedure: Procedure, language: str, draft: Draft, *, by: Person, seen: int | None = None) -> Version:
    """Write its steps anew: a new version, which a second person reads before anybody runs it. Other parts of the article stay.

    Raises NotFound, NotAllowed, Conflict (changed meanwhile), Invalid ("title", "steps", "steps-<n>-<field>"; nothing changed).
    """
    article = Article.objects.get(pk=procedure.article_id)
    newest = Version.objects.filter(translation__article=article, translation__language=language).first()
    former = knowledge.text_of(newest) if newest else Text(title="")
    told = [steps.preface(former.solution), steps.written(steps.checked(draft.steps))]
    text = replace(former, title=draft.title, summary=draft.summary, solution="\n\n".join(filter(None, told)))
    return knowledge.write(article, language, text, by=by, reason=draft.reason, seen=seen)


@transaction.atomic
def set_category(procedure: Procedure, category: Category | None, *, by: Person) -> None:
    """Choose beside which tickets it is suggested. Raises NotAllowed."""
    policy.require(policy.may_write(by, procedure.article))
    row = Procedure.objects.select_for_update(of=("self",)).select_related("category").get(pk=procedure.pk)
    before, after = ({"category": str(one) if one else ""} for one in (row.category, category))
    procedure.category = category
    procedure.save(update_fields=["category"])
    audit.arranged(by, f"procedure: {procedure.article.key}", audit.difference(before, after))
