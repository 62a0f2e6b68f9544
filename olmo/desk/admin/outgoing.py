"""Outgoing mail that did not get through: why, and once more."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, F, QuerySet, When
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from olmo.kernel.text import whole_number
from olmo.outbox import queries as outbox
from olmo.outbox.models import PENDING, Envelope, State
from olmo.people import administration

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .pages import PAGE, administrators, or_404, show

STOPPED = (State.FAILED, State.HELD)


_COLUMNS: Columns = {
    "created_at": gettext_lazy("Written"), "client": gettext_lazy("Organisation"), "to": gettext_lazy("To"),
    "subject": gettext_lazy("Subject"), "words": (gettext_lazy("Reason"), outbox.words),
}  # fmt: skip


@listing
@administrators
def outgoing(request: DeskRequest) -> HttpResponse:
    """What was given up or held back, newest first; then what still waits, the oldest first."""
    mails = Envelope.objects.defer("text", "html", "attachments", "headers").select_related("client")
    before = request.GET.get("before", "")
    stopped = mails.filter(state__in=STOPPED).order_by("-pk")
    if whole_number(before) is not None:
        stopped = stopped.filter(pk__lt=int(before))
    found, waiting = list(stopped[: PAGE + 1]), list(mails.filter(state__in=PENDING).order_by("next_at", "pk")[:PAGE])
    context: dict[str, Any] = {
        "stopped": [_line(envelope) for envelope in found[:PAGE]], "waiting": [_line(envelope) for envelope in waiting],
        "has_relay": outbox.waiting().has_relay, "older_url": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
    }  # fmt: skip
    return show(request, "outgoing", "outgoing", context, columns=_COLUMNS, listed=_in_order(mails))


def _in_order(mails: QuerySet[Envelope]) -> QuerySet[Envelope]:
    """All of both, as the page has them."""
    until = Case(When(state__in=PENDING, then=F("next_at")))
    return mails.filter(state__in=[*STOPPED, *PENDING]).order_by(until.asc(nulls_first=True), "-pk")


@require_POST
@administrators
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Send it again."""
    envelope = or_404(Envelope.objects.all(), pk)
    administration.retry_envelope(envelope, by=request.person)
    messages.success(request, _("The mail to %(to)s is on its way again.") % {"to": envelope.to})
    return SeeOther(reverse("desk:admin_outgoing"))


def _line(envelope: Envelope) -> dict[str, Any]:
    return {"mail": envelope, "words": outbox.words(envelope), "is_held": envelope.state == State.HELD}
