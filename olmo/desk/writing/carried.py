"""The files of a draft: shown to whoever may read it, and moved from the reply to the note, or from elsewhere to the reply."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.markdown import as_html
from olmo.kernel.serving import SHOWN, content
from olmo.people.models import Person
from olmo.tickets.models import Attachment, Ticket
from olmo.writing import drafting, queries
from olmo.writing.models import Draft, Kind

from .composer import Typed


@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """A file of a draft that one shares or is asked to approve; 404 to everybody else, signed in or not."""
    viewer: Person | None = getattr(request, "person", None)
    if viewer is None:
        raise NotFound
    return content(queries.file_of(viewer, pk), name)


def shown(files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """The files as a page prints them."""
    return [
        {
            "name": file.name, "size": file.size, "is_image": file.media_type.lower() in SHOWN,
            "url": reverse("desk:draft_file", args=[file.pk, file.name]),
        }
        for file in files
    ]  # fmt: skip


def body(draft: Draft, files: Sequence[Attachment]) -> SafeString:
    """The words of a draft, with its pictures from where its readers may see them."""
    html = str(as_html(draft.text))
    for file in files:
        html = html.replace(f'"/files/{file.pk}/', f'"{reverse("desk:drafts")}/files/{file.pk}/')
    return SafeString(html)


def move(by: Person, ticket: Ticket, typed: Typed, upload: int) -> str:
    """Move a file to the other text, and with it the picture that stands in the words; both drafts are saved.

    Returns what happened. Raises Invalid (it is not there), Conflict.
    """
    other = Kind.NOTE if typed.kind == Kind.REPLY else Kind.REPLY
    here, there = typed.uploads.setdefault(typed.kind, []), typed.uploads.setdefault(other, [])
    row = Attachment.objects.filter(pk=upload, uploader=by, message=None).first()
    if upload not in here or row is None:
        raise Invalid("files", _("This file is not there any more."))
    here.remove(upload)
    there.append(upload)
    _move_pictures(typed, upload)
    for kind in (typed.kind, other):
        draft = drafting.save(ticket, by=by, kind=kind, content=replace(typed, kind=kind).content(ticket))
        typed.revisions[kind] = draft.revision if draft else 0
    words = {"name": row.name}
    return (
        _("%(name)s goes with the note now.") % words
        if other == Kind.NOTE
        else _("%(name)s goes with the reply now.") % words
    )


def _move_pictures(typed: Typed, upload: int) -> None:
    """The Markdown of a picture goes where its file went."""
    picture = re.compile(rf"!\[[^\]\n]*\]\(/files/{upload}/[^)\s]*\)")
    found = picture.findall(typed.text)
    if not found:
        return
    other = Kind.NOTE if typed.kind == Kind.REPLY else Kind.REPLY
    typed.texts[typed.kind] = picture.sub("", typed.text)
    typed.texts[other] = "\n\n".join(filter(None, [typed.texts.get(other, "").rstrip(), *found]))
