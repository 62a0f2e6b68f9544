"""Files of a requester that wait for their message."""

from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import OlmoError
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_numbers
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.tickets import actions
from olmo.tickets.models import Attachment

from .shell import PortalRequest


@for_requesters
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one file (`file`) until a message is sent: {"id", "name", "size"}, or 4xx {"error"}."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return JsonResponse({"error": _("There was no file.")}, status=422)
    try:
        kept = keep(cast(PortalRequest, request).person, file)
    except OlmoError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=status_of(refusal))
    return JsonResponse({"id": kept.pk, "name": kept.name, "size": kept.size})


def keep(by: Person, file: "UploadedFile[Any]") -> Attachment:
    """An uploaded file as a draft of its uploader. Raises Invalid (too large), NoSpace."""
    with transaction.atomic():
        return actions.attach(
            by=by, client_id=by.client_id or 0, name=file.name or "", media_type=file.content_type or "",
            chunks=file.chunks(), size=file.size or 0,
        )  # fmt: skip


def sent_with(request: HttpRequest) -> list[int]:
    """Ids of the files of a form: those uploaded before it, and those that came with it. Raises Invalid, NoSpace."""
    before = whole_numbers(request.POST.getlist("upload"))
    person = cast(PortalRequest, request).person
    return before + [keep(person, file).pk for file in request.FILES.getlist("files") if file.name]


def field(by: Person, ids: list[int] | None = None) -> dict[str, Any]:
    """The context of look/uploads.html: where files go, and which are there already."""
    drafts = Attachment.objects.filter(pk__in=ids, uploader=by, message=None) if ids else ()
    return {
        "upload_url": reverse("portal:uploads"),
        "uploads": [{"id": draft.pk, "name": draft.name, "size": draft.size} for draft in drafts],
        "max_size": _("%(n)d MB") % {"n": settings.OLMO_MAX_UPLOAD_BYTES // 2**20},
    }
