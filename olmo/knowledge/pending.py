"""What was changed in an article since readers were last shown it, and by whom: what a second person has to see."""

from django.db.models import QuerySet

from .models import Article, Step, Translation, Version

FILES = "files"  # the step of files that were added or taken off
_SHOWN = ("published", "imported")


def versions(article: Article) -> list[Version]:
    """The texts that were written since."""
    found = []
    for translation in Translation.objects.filter(article=article).select_related("shown"):
        since = translation.shown.number if translation.shown else 0
        found += list(translation.versions.filter(number__gt=since))
    return found


def is_any(article: Article) -> bool:
    """Whether there is anything to review."""
    return bool(versions(article)) or _files(article).exists()


def authors(article: Article) -> set[int]:
    """Who wrote the texts, added the files or took some off."""
    return {version.author_id for version in versions(article)} | set(_files(article).values_list("by_id", flat=True))


def _files(article: Article) -> QuerySet[Step]:
    last = Step.objects.filter(article=article, kind__in=_SHOWN).values_list("pk", flat=True).first() or 0
    return Step.objects.filter(article=article, kind=FILES, pk__gt=last).order_by("pk")
