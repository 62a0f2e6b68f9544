"""Incoming mail that could not become a ticket: its reason, its source, once more or never."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from olmo.channels import actions, queries
from olmo.kernel.text import whole_number

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .pages import PAGE, administrators, show

_COLUMNS: Columns = {
    "received_at": gettext_lazy("Received"), "envelope_from": gettext_lazy("From"), "envelope_to": gettext_lazy("To"),
    "mailbox.address": gettext_lazy("Mailbox"), "reason": gettext_lazy("Reason"), "size": gettext_lazy("Bytes"),
    "get_way_display": gettext_lazy("Way"),
}  # fmt: skip


@listing
@administrators
def incoming(request: DeskRequest) -> HttpResponse:
    """The parked messages, newest first, and how much waits to be processed."""
    rows, before = queries.parked(request.person), request.GET.get("before", "")
    if whole_number(before) is not None:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    older = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    context = {"rows": found[:PAGE], "older_url": older, "waiting": queries.waiting().count}
    return show(request, "incoming", "incoming", context, columns=_COLUMNS, listed=queries.parked(request.person))


@require_safe
@administrators
def source(request: DeskRequest, pk: int) -> HttpResponse:
    """A message as it came, to be saved: never shown by the browser, whatever it holds."""
    answer = HttpResponse(queries.parked_source(request.person, pk), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="message-{pk}.eml.txt"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@administrators
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Try to process it once more."""
    actions.retry(queries.parked_message(request.person, pk), by=request.person)
    messages.success(request, _("The message is tried again. If it fails once more, it comes back here."))
    return SeeOther(reverse("desk:admin_incoming"))


@require_POST
@administrators
def discard(request: DeskRequest, pk: int) -> HttpResponse:
    """Leave it aside for good."""
    actions.discard(queries.parked_message(request.person, pk), by=request.person)
    messages.success(request, _("The message was discarded. Who did it stands in the change log."))
    return SeeOther(reverse("desk:admin_incoming"))
