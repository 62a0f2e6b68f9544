"""The change log of administration, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from olmo.kernel.errors import Words
from olmo.people.models import AuditLine

from ..shell import DeskRequest
from .pages import PAGE, administrators, show, typed

# what a subject begins with -> how a reader calls it
KINDS: Mapping[str, Words] = {
    "provider": gettext_lazy("Provider"),
    "organisation": gettext_lazy("Organisation"),
    "agent": gettext_lazy("Agent"),
    "requester": gettext_lazy("Requester"),
    "team": gettext_lazy("Team"),
    "tier": gettext_lazy("Tier"),
    "category": gettext_lazy("Category"),
    "field": gettext_lazy("Custom field"),
    "mailbox": gettext_lazy("Mailbox"),
    "raw message": gettext_lazy("Incoming mail"),
    "outgoing mail": gettext_lazy("Outgoing mail"),
    "export": gettext_lazy("Export"),
}

FIELDS: Mapping[str, Words] = {
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Name in other languages"),
    "label": gettext_lazy("Label"),
    "labels": gettext_lazy("Label in other languages"),
    "address": gettext_lazy("Mail address"),
    "addresses": gettext_lazy("E-mail addresses"),
    "phones": gettext_lazy("Phone numbers"),
    "title": gettext_lazy("Role or department"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "signature": gettext_lazy("Signature"),
    "domains": gettext_lazy("Mail domains"),
    "matrix": gettext_lazy("Priority matrix"),
    "close_after_days": gettext_lazy("Close after (days)"),
    "follow_up_days": gettext_lazy("Reopen within (days)"),
    "takes_strangers": gettext_lazy("Receives unknown senders"),
    "is_active": gettext_lazy("Active"),
    "is_vip": gettext_lazy("VIP"),
    "is_administrator": gettext_lazy("Administrator"),
    "sees_organisation": gettext_lazy("Sees all tickets of the organisation"),
    "teams": gettext_lazy("Teams"),
    "team": gettext_lazy("Team"),
    "clients": gettext_lazy("Works only for"),
    "client": gettext_lazy("Organisation"),
    "members": gettext_lazy("Members"),
    "leads": gettext_lazy("Leads"),
    "rows": gettext_lazy("Rows"),
    "format": gettext_lazy("File"),
    "columns": gettext_lazy("Columns"),
    "tier": gettext_lazy("Tier"),
    "level": gettext_lazy("Level"),
    "parent": gettext_lazy("Below"),
    "category": gettext_lazy("Category"),
    "key": gettext_lazy("Key"),
    "kind": gettext_lazy("Type"),
    "choices": gettext_lazy("Choices"),
    "is_required": gettext_lazy("Required"),
    "is_for_requesters": gettext_lazy("Shown to requesters"),
    "position": gettext_lazy("Order"),
    "invited": gettext_lazy("Invited"),
    "state": gettext_lazy("State"),
    "imap_host": gettext_lazy("IMAP server"),
    "imap_port": gettext_lazy("IMAP port"),
    "imap_security": gettext_lazy("IMAP encryption"),
    "imap_user": gettext_lazy("IMAP user"),
    "imap_folder": gettext_lazy("Folder to read"),
    "imap_done_folder": gettext_lazy("Folder for taken messages"),
    "secret": gettext_lazy("Password"),
    "takes_plus": gettext_lazy("Answers at address+token"),
    "trusted_server": gettext_lazy("Server whose verdicts count"),
}


@require_safe
@administrators
def changes(request: DeskRequest) -> HttpResponse:
    """Who changed what, newest first; of one subject, or of those whose name holds what was typed."""
    lines, before = _found(request), request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        lines = lines.filter(pk__lt=int(before))
    found = list(lines.select_related("by").order_by("-pk")[: PAGE + 1])
    kept = request.GET.copy()
    kept["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "lines": [_line(line) for line in found[:PAGE]], "typed": typed(request), "kinds": KINDS.items(),
        "kind": request.GET.get("kind", ""), "kind_label": KINDS.get(request.GET.get("kind", "")),
        "older_url": f"?{kept.urlencode()}" if kept["before"] else "",
    }  # fmt: skip
    return show(request, "changes", "changes", context)


def _found(request: DeskRequest) -> QuerySet[AuditLine]:
    lines, kind = AuditLine.objects.all(), request.GET.get("kind", "")
    if kind in KINDS:
        lines = lines.filter(subject__startswith=kind)
    return lines.filter(subject__icontains=typed(request)) if typed(request) else lines


def _line(line: AuditLine) -> dict[str, Any]:
    kind = next((kind for kind in KINDS if line.subject.startswith(kind)), "")
    return {
        "at": line.at, "by": line.by.name, "kind": KINDS.get(kind, ""), "name": line.subject.removeprefix(kind).lstrip(": "),
        "fields": list(_fields(line.change)),
    }  # fmt: skip


def _fields(change: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, pair in change.items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if before or after or (before is not None and after is not None):
            yield {"label": FIELDS.get(name, name), "before": _said(before), "after": _said(after)}


def _said(value: Any) -> str:
    """A value as a person writes it."""
    if value is None or value in ("", "None", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        is_matrix = all(isinstance(row, list) for row in value)
        return " / ".join(" ".join(map(str, row)) for row in value) if is_matrix else ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text}" for key, text in value.items())
    return str(value)
