"""Pictures and other files of articles: uploaded before or while a text is written, shown in it by their address.

In a text stands `![name](/files/knowledge/12/name.png)`, where the number leads to it whatever it is called since; in a folder of
Markdown (`folder`) the same picture is a file beside it.
"""

import re
from collections.abc import Callable, Iterable

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.kernel import clock, files
from olmo.kernel.errors import NotFound
from olmo.people.models import Person

from . import policy, queries
from .models import PARTS, Article, File, Translation

_ADDRESS = re.compile(r"/files/knowledge/(\d{1,18})/([^)\s\"'<>]*)")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\((/files/knowledge/\d{1,18}/[^)\s]*)\)")


def keep(*, by: Person, name: str, media_type: str, chunks: Iterable[bytes], size: int) -> File:
    """Keep an uploaded file until a text is saved. Raises NotAllowed (no agent), Invalid (too large), NoSpace."""
    policy.require(by.is_agent or by.is_robot)
    files.require_size(name, size)
    stored = files.store(chunks)
    return File.objects.create(
        uploader=by, name=files.safe_name(name), media_type=media_type[:127] or "application/octet-stream", size=stored.size,
        sha256=stored.sha256, created_at=clock.now(),
    )  # fmt: skip


def adopt(article: Article, found: Iterable[File]) -> None:
    """Give an article files that wait, each under a name of its own; the caller has locked the article."""
    taken = set(File.objects.filter(article=article).values_list("name", flat=True))
    for file in found:
        file.article, file.client_id, file.name = article, article.client_id, free_name(file.name, taken)
        taken.add(file.name)
        file.save()


def take_off(found: Iterable[File]) -> None:
    """Take files off the list of their article; texts that show them go on doing so."""
    File.objects.filter(pk__in=[file.pk for file in found]).update(is_listed=False)


def give_up_name(file: File) -> None:
    """Take a file off the list and let another have its name; texts that name it by its number go on showing it."""
    taken = set(File.objects.filter(article=file.article_id).values_list("name", flat=True))
    file.name, file.is_listed = free_name(file.name, taken), False
    file.save(update_fields=["name", "is_listed"])


def follow(article: Article) -> None:
    """Let the files belong to whom the article belongs to: its organisation, or everybody."""
    File.objects.filter(article=article).update(client=article.client)


def publish(article: Article) -> None:
    """Show readers the list as it is now, and remember what the texts show them: mails and bookmarks lead there for good."""
    File.objects.filter(article=article).update(is_published=F("is_listed"))
    File.objects.filter(article=article, pk__in=_in_texts(article.pk)).update(was_shown=True)


def on_list(article: Article, ids: Iterable[int]) -> QuerySet[File]:
    """Those of the files that stand on the list of an article."""
    return File.objects.filter(article=article, pk__in=list(ids), is_listed=True)


def waiting(by: Person, ids: Iterable[int]) -> QuerySet[File]:
    """Files that `by` uploaded and that no article has yet."""
    return File.objects.filter(pk__in=list(ids), article=None, uploader=by).order_by("pk")


def one(viewer: Person, pk: int) -> File:
    """A file that the viewer may open: it waits for their article, or they read its article and it was published with it.

    Agents open also what is not published yet; readers also what a published text showed once. Raises NotFound.
    """
    file = File.objects.filter(pk=pk).first()
    if file is None:
        raise NotFound
    if file.article_id is None:
        is_theirs = file.uploader_id == viewer.pk
    else:
        is_theirs = queries.visible_to(viewer).filter(pk=file.article_id).exists() and (
            viewer.is_agent or viewer.is_robot or file.is_published or file.was_shown
        )
    if not is_theirs:
        raise NotFound
    return file


def is_shown(file: File) -> bool:
    """Whether readers come upon it now: on the list that was published, or in a text."""
    return file.is_published or file.pk in _in_texts(file.article_id)


def _in_texts(article: int | None) -> list[int]:
    """The files that the texts of an article show readers now."""
    shown = Translation.objects.filter(article=article, shown__isnull=False).select_related("shown")
    return ids_in("\n".join(getattr(row.shown, part) for row in shown for part in PARTS))


def address(file: File) -> str:
    """Where it is, as it can stand in Markdown, in which a parenthesis would end it."""
    found = reverse("knowledge:file", args=[file.pk, file.name])
    return found.replace("(", "%28").replace(")", "%29").replace("'", "%27")


def ids_in(text: str) -> list[int]:
    """The files that a text names, each once."""
    return list(dict.fromkeys(int(pk) for pk, _rest in _ADDRESS.findall(text)))


def readdressed(text: str, address_of: Callable[[int], str | None]) -> str:
    """The text with other addresses of its files; those of which nothing is known stay."""
    return _ADDRESS.sub(lambda found: address_of(int(found[1])) or found[0], text)


def as_links(text: str, base: str) -> str:
    """The text with a link in the place of each picture, for a reader who has it by mail and opens Olmo at `base`."""
    unnamed = _("file")
    return _PICTURE.sub(lambda found: f"[{found[1] or unnamed}]({base}{found[2]})", text)


def free_name(name: str, taken: set[str]) -> str:
    """The name, or the same with a number, where another file has it."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f".{ending}") if dot and stem else (name, "")
    tries = (name if n == 1 else f"{stem}-{n}{ending}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in tries if candidate not in taken)
