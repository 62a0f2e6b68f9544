"""Reads of troubleshooters and their runs, each from the viewer."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient

from .models import Guide, Picture, Run, Version

LEFT_AFTER = timedelta(hours=1)  # without a further answer somebody has left
MOST_COUNTED = 5000


def visible_to(viewer: Person) -> QuerySet[Guide]:
    """Everybody's, and those of the viewer's organisations; requesters only what is published for them."""
    of = clients_of(viewer)
    rows = (
        Guide.objects.all()
        if isinstance(of, EveryClient)
        else Guide.objects.filter(Q(client=None) | Q(client__in=list(of)))
    )
    return rows if viewer.is_agent else rows.filter(shown__isnull=False, is_active=True, is_for_requesters=True)


def usable(viewer: Person) -> QuerySet[Guide]:
    """Those that can be run; their trees stay where they are, since this is asked while somebody types."""
    return visible_to(viewer).filter(shown__isnull=False, is_active=True).defer("draft")


def listed(viewer: Person) -> QuerySet[Guide]:
    """All, for whoever builds them; without their trees."""
    return visible_to(viewer).select_related("shown", "client").defer("draft", "shown__tree")


def by_id(viewer: Person, pk: int) -> Guide:
    """One of them. Raises NotFound."""
    found = visible_to(viewer).filter(pk=pk).select_related("shown", "client").first()
    if found is None:
        raise NotFound
    return found


def naming(viewer: Person, words: str, limit: int) -> list[Guide]:
    """Those whose name or words begin like one of these words."""
    typed = [word for word in words.casefold().split() if len(word) >= 4]
    found = []
    for guide in usable(viewer):
        known = " ".join([*guide.names.values(), *guide.words.values()]).casefold().replace(",", " ").split()
        score = sum(any(one.startswith(word[:6]) for one in known) for word in typed)
        if score:
            found.append((-score, guide.pk, guide))
    return [guide for _score, _pk, guide in sorted(found, key=lambda one: one[:2])[:limit]]


def own_run(person: Person, pk: int) -> Run:
    """A run of this person. Raises NotFound."""
    found = Run.objects.filter(pk=pk, person=person).select_related("version__guide", "ticket").first()
    if found is None:
        raise NotFound
    return found


def picture(viewer: Person, pk: int) -> Picture:
    """A picture of a troubleshooter that the viewer may know. Raises NotFound."""
    found = Picture.objects.filter(pk=pk, guide__in=visible_to(viewer)).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Passed:
    """How often a step was reached, and how often somebody left there without an outcome."""

    reached: int
    left: int


def passing(version: Version) -> dict[str, Passed]:
    """Each step of a version, over its last runs."""
    reached, left = Counter[str](), Counter[str]()
    edge = clock.now() - LEFT_AFTER
    for run in Run.objects.filter(version=version).order_by("-began_at")[:MOST_COUNTED]:
        run.version = version
        for step in range(len(run.path) + 1):
            reached[run.at_step(step)] += 1
        if not run.outcome and run.changed_at < edge:
            left[run.here] += 1
    return {key: Passed(reached[key], left[key]) for key in version.tree["nodes"]}


def outcomes(guide: Guide) -> dict[str, int]:
    """How many runs there were (""), and how they ended."""
    runs = Run.objects.filter(version__guide=guide).values_list("outcome", flat=True)[:MOST_COUNTED]
    return dict(Counter(runs))
