"""Reads about assets, each starting from who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean, clean_line, whole_number
from olmo.people import queries as people
from olmo.people.models import Person
from olmo.tenancy.scope import EveryClient

from . import words
from .models import Asset, AssetKind, State, Step, Term

PAGE = 50
MOST_PEOPLE = 200  # whom a word may name


def visible_to(viewer: Person) -> QuerySet[Asset]:
    """An agent's: those of their organisations. A requester's: what they have."""
    of = people.clients_of(viewer)
    found = Asset.objects.all() if isinstance(of, EveryClient) else Asset.objects.filter(client_id__in=list(of))
    return found.filter(person=viewer).exclude(state=State.RETIRED) if viewer.is_requester else found


def by_id(viewer: Person, pk: int) -> Asset:
    """The asset with this id. Raises NotFound."""
    found = visible_to(viewer).select_related("client", "kind", "person").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def exactly(viewer: Person, text: str) -> QuerySet[Asset]:
    """Assets with this tag, or this serial number, to the letter (capitals do not count)."""
    whole = clean_line(text, 80)
    serials = Term.objects.filter(word=words.fold(whole)).values("asset")
    named = Q(tag_key=words.key(whole)) | Q(pk__in=serials, serial__iexact=whole)
    return visible_to(viewer).filter(named) if whole else Asset.objects.none()


def holding(text: str) -> Q:
    """That an asset has all these words, each at the beginning of one of its own, or that somebody of this name has it."""
    found = saying(text)
    named = Person.objects.filter(name__icontains=clean_line(text, 100)).order_by("pk").values_list("pk", flat=True)
    return found | Q(person__in=list(named[:MOST_PEOPLE])) if found else Q(pk__in=[])


def saying(text: str) -> Q:
    """That an asset has all these words, each at the beginning of one of its own; without any, the empty condition."""
    found = Q()
    for word in words.asked(text):
        found &= Q(pk__in=Term.objects.filter(word__gte=word, word__lt=_after(word)).values("asset"))
    return found


def find(viewer: Person, text: str, *, limit: int, among: Q | None = None) -> list[Asset]:
    """The best for what was typed: the one with exactly this tag or serial number first, then by tag."""
    rows = [exactly(viewer, text), visible_to(viewer).filter(holding(text))]
    found: dict[int, Asset] = {}
    for some in rows:
        wanted = some.filter(among or Q()).select_related("client", "kind", "person").order_by("tag_key", "pk")
        found.update({one.pk: one for one in wanted[:limit] if one.pk not in found})
    return list(found.values())[:limit]


@dataclass(frozen=True)
class Page:
    """Some assets, and from where the next ones are read ("" at the end)."""

    rows: list[Asset]
    after: str


def page(rows: QuerySet[Asset], *, after: str = "", size: int = PAGE) -> Page:
    """One page by tag, by keyset. after: what the former page said. Raises Invalid."""
    if after:
        key, _tilde, pk = clean(after, 80).rpartition("~")
        if whole_number(pk) is None:
            raise Invalid("after", after[:80])
        rows = rows.filter(Q(tag_key__gt=key) | Q(tag_key=key, pk__gt=int(pk)))
    found = list(rows.select_related("client", "kind", "person").order_by("tag_key", "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.tag_key}~{last.pk}" if last else "")


def of_person(viewer: Person, person: Person, *, limit: int = 12) -> list[Asset]:
    """What somebody has, as far as the viewer may know it."""
    rows = visible_to(viewer).filter(person=person).exclude(state=State.RETIRED).select_related("kind")
    return list(rows.order_by("tag_key", "pk")[:limit])


def kinds(present: int | None = None) -> list[AssetKind]:
    """Those that can be chosen; the present one stays among them when it is switched off."""
    return [kind for kind in AssetKind.objects.all() if kind.is_active or kind.pk == present]


def trail(asset: Asset, *, limit: int = 100) -> list[Step]:
    """What happened to an asset, the newest first."""
    return list(asset.steps.select_related("by")[:limit])


def names_of(asset: Asset) -> list[str]:
    """By what names something may be told of it: its tag, its kind, and each run of words of its name, or of maker and model."""
    runs = [run for text in (asset.name, f"{asset.maker} {asset.model}") for run in words.runs(text)]
    named = [asset.tag, asset.serial, asset.kind.name, *asset.kind.names.values(), *runs]
    return list(dict.fromkeys(name for name in named if name))


def called(viewer: Person, names: Sequence[str], *, limit: int) -> list[Asset]:
    """Those of these kinds, or that have all words of one of these names; by tag, and none that is retired."""
    folded = {words.fold(name) for name in names}
    wanted = Q(kind__in=[one.pk for one in AssetKind.objects.all() if folded & words.names(one)])
    for name in names:
        wanted |= said if (said := saying(name)) else Q()
    rows = visible_to(viewer).filter(wanted).exclude(state=State.RETIRED) if names else Asset.objects.none()
    return list(rows.select_related("person").order_by("tag_key", "pk")[:limit])


@dataclass(frozen=True)
class Held:
    """That somebody (None: nobody) had an asset from one moment to another; `until` None: still."""

    person: Person | None
    since: Any
    until: Any


def holders(steps: Iterable[Step]) -> list[Held]:
    """Who had it when, the newest first, as its trail (the newest first) tells."""
    told = [(step.at, step.change["person"][1]) for step in steps if "person" in step.change]
    known = people.by_ids([pk for _at, pk in told])
    ends = [None, *(at for at, _pk in told)]
    return [Held(known.get(pk), at, until) for (at, pk), until in zip(told, ends, strict=False) if pk]


def _after(word: str) -> str:
    """The least text that does not begin with this word any more."""
    return f"{word}\U0010ffff"
