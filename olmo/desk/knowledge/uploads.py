"""Files of articles at the desk: uploaded one by one while somebody writes, or with the form where there are no scripts."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import OlmoError
from olmo.kernel.middleware import status_of
from olmo.kernel.serving import is_shown
from olmo.kernel.text import whole_numbers
from olmo.knowledge import actions, files
from olmo.knowledge.models import Article, File
from olmo.people.models import Person

from ..shell import DeskRequest, agents


@require_POST
@agents
def upload(request: DeskRequest) -> HttpResponse:
    """Keep one file (`file`) until the text is saved: {"id", "name", "size", "url" of a picture}, or 4xx {"error"}."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        return JsonResponse({"error": _("There was no file.")}, status=422)
    try:
        kept = _keep(request.person, given)
    except OlmoError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=status_of(refusal))
    shown = {"url": files.address(kept)} if is_shown(kept) else {}
    return JsonResponse({"id": kept.pk, "name": kept.name, "size": kept.size, **shown})


def _keep(by: Person, given: "UploadedFile[Any]") -> File:
    with transaction.atomic():
        return files.keep(
            by=by, name=given.name or "", media_type=given.content_type or "", chunks=given.chunks(), size=given.size or 0
        )  # fmt: skip


def take(request: DeskRequest, article: Article, seen: int | None = None) -> bool:
    """Give an article what was uploaded and what came with the form, and take off its list what was ticked for it.

    Returns whether anything was. Raises what `actions.change_files` raises; Invalid (too large), NoSpace.
    """
    came = [_keep(request.person, given).pk for given in request.FILES.getlist("files") if given.name]
    added = [*whole_numbers(request.POST.getlist("upload")), *came]
    return actions.change_files(
        article, added, whole_numbers(request.POST.getlist("unlist")), by=request.person, seen=seen
    )


def field(request: DeskRequest, article: Article | None = None) -> dict[str, Any]:
    """The context of look/uploads.html, and the files that the article has."""
    waiting = files.waiting(request.person, whole_numbers(request.POST.getlist("upload")))
    return {
        "upload_url": reverse("desk:article_uploads"),
        "uploads": [{"id": file.pk, "name": file.name, "size": file.size} for file in waiting],
        "max_size": _("%(n)d MB") % {"n": settings.OLMO_MAX_UPLOAD_BYTES // 2**20},
        "kept_files": listed(article) if article else [],
    }


def listed(article: Article) -> list[dict[str, Any]]:
    """The files on the list of an article: name, size, address, and how a picture stands in Markdown."""
    rows = article.files.filter(is_listed=True)
    return [
        {
            "id": file.pk, "name": file.name, "size": file.size, "url": files.address(file),
            "markdown": f"![{file.name}]({files.address(file)})" if is_shown(file) else f"[{file.name}]({files.address(file)})",
        }
        for file in rows
    ]  # fmt: skip
