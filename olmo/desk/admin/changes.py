"""The change log of administration, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import clean_line
from olmo.people import audit
from olmo.people.models import AuditLine, Person
from olmo.reports.exports.sheets import Csv
from olmo.reports.exports.streaming import AT_A_TIME, in_own_scope
from olmo.reports.exports.values import Style

from ..lists.exporting import download
from ..shell import DeskRequest
from .pages import PAGE, administrators, show

# what a subject begins with -> how a reader calls it
KINDS: Mapping[str, Words] = {
    "provider": gettext_lazy("Provider"),
    "organisation": gettext_lazy("Organisation"),
    "agent": gettext_lazy("Agent"),
    "requester": gettext_lazy("Requester"),
    "team": gettext_lazy("Team"),
    "tier": gettext_lazy("Tier"),
    "category": gettext_lazy("Category"),
    "working state": gettext_lazy("Working state"),
    "macro": gettext_lazy("Macro"),
    "field": gettext_lazy("Custom field"),
    "mailbox": gettext_lazy("Mailbox"),
    "raw message": gettext_lazy("Incoming mail"),
    "outgoing mail": gettext_lazy("Outgoing mail"),
    "export": gettext_lazy("Export"),
    "tag": gettext_lazy("Tag"),
    "ready answer": gettext_lazy("Ready answer"),
    "template": gettext_lazy("Template"),
    "activity": gettext_lazy("Activity"),
    "agreement": gettext_lazy("Agreement"),
    "terms": gettext_lazy("Terms of an agreement"),
    "calendar": gettext_lazy("Calendar"),
    "triage": gettext_lazy("Triage"),
    "view": gettext_lazy("View"),
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
    "signature_en": gettext_lazy("Signature in English"),
    "signature_it": gettext_lazy("Signature in Italian"),
    "folder": gettext_lazy("Folder"),
    "tags": gettext_lazy("Tags"),
    "text_en": gettext_lazy("In English"),
    "text_it": gettext_lazy("In Italian"),
    "removed": gettext_lazy("Removed"),
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
    "tickets": gettext_lazy("Tickets"),
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
    "status": gettext_lazy("Status"),
    "imap_host": gettext_lazy("IMAP server"),
    "imap_port": gettext_lazy("IMAP port"),
    "imap_security": gettext_lazy("IMAP encryption"),
    "imap_user": gettext_lazy("IMAP user"),
    "imap_folder": gettext_lazy("Folder to read"),
    "imap_done_folder": gettext_lazy("Folder for taken messages"),
    "secret": gettext_lazy("Password"),
    "steps": gettext_lazy("Changes"),
    "goes_on": gettext_lazy("Go on to the next ticket afterwards"),
    "owner": gettext_lazy("Owner"),
    "subject": gettext_lazy("Subject"),
    "text": gettext_lazy("Text"),
    "fields": gettext_lazy("Custom fields"),
    "impact": gettext_lazy("Impact"),
    "urgency": gettext_lazy("Urgency"),
    "checklist": gettext_lazy("Checklist"),
    "needs_checklist": gettext_lazy("All must be done before resolving"),
    "is_billable": gettext_lazy("Billable"),
    "reason": gettext_lazy("Reason"),
    "valid_from": gettext_lazy("Valid from"),
    "content": gettext_lazy("Hours and days"),
    "deleted": gettext_lazy("Deleted"),
    "takes_plus": gettext_lazy("Answers at address+token"),
    "trusted_server": gettext_lazy("Server whose verdicts count"),
}


@dataclass(frozen=True)
class Wanted:
    """Which lines: of one subject, by one person, between two days, whose name holds what was typed. It lives in the address."""

    kind: str = ""
    by: int | None = None
    first: date | None = None
    last: date | None = None
    typed: str = ""

    @classmethod
    def read(cls, data: QueryDict) -> "Wanted":
        """From an address. Raises Invalid naming the word that is not understood."""
        by, kind = data.get("by", ""), data.get("kind", "")
        if by and not (by.isascii() and by.isdecimal() and len(by) < 19):
            raise Invalid("by", _("“%(value)s” is nobody.") % {"value": by[:40]})
        return cls(
            kind=kind if kind in KINDS else "", by=int(by) if by else None, first=_day("first", data), last=_day("last", data),
            typed=clean_line(data.get("q", ""), 100),
        )  # fmt: skip

    def lines(self) -> QuerySet[AuditLine]:
        """These lines, newest first."""
        found = AuditLine.objects.select_related("by").order_by("-pk")
        if self.kind:
            found = found.filter(subject__startswith=f"{self.kind}")
        if self.by:
            found = found.filter(by=self.by)
        if self.typed:
            found = found.filter(subject__icontains=self.typed)
        if self.first:
            found = found.filter(at__gte=_midnight(self.first))
        return found.filter(at__lt=_midnight(self.last + timedelta(days=1))) if self.last else found


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def changes(request: DeskRequest) -> HttpResponse:
    """Who changed what, newest first; narrowed by subject, person, days and name. POST: these lines as a file."""
    wanted, before = Wanted.read(request.GET), request.GET.get("before", "")
    if request.method == "POST":
        return _export(request, wanted)
    lines = wanted.lines()
    if before.isascii() and before.isdecimal() and len(before) < 19:
        lines = lines.filter(pk__lt=int(before))
    found = list(lines[: PAGE + 1])
    kept = request.GET.copy()
    kept["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    authors = Person.objects.filter(pk__in=AuditLine.objects.values("by")).order_by("name")
    context = {
        "lines": [_line(line) for line in found[:PAGE]], "typed": wanted.typed, "kinds": KINDS.items(), "wanted": wanted,
        "kind": wanted.kind, "authors": authors, "older_url": f"?{kept.urlencode()}" if kept["before"] else "",
    }  # fmt: skip
    return show(request, "changes", "changes", context)


def _export(request: DeskRequest, wanted: Wanted) -> HttpResponse:
    """The lines as CSV, and one more line: that they were taken out."""
    count = wanted.lines().count()
    audit.exported(request.person, _("Change log"), {"rows": [None, count], "format": [None, "csv"]})
    pieces = _as_csv(
        request.person, wanted.lines(), translation.get_language() or "en", timezone.get_current_timezone()
    )
    return download(request, pieces, "text/csv; charset=utf-8", "changes.csv")


def _as_csv(viewer: Person, lines: QuerySet[AuditLine], language: str, zone: tzinfo) -> Iterator[bytes]:
    """Some hundred lines at a time, each piece with a connection of its own."""
    sheet, last = Csv(Style(dates="iso", zone=zone)), None
    with translation.override(language):
        yield sheet.begin([], [_("When"), _("Who"), _("Subject"), _("Name"), _("Change")])
    while True:
        with in_own_scope(viewer, language, zone):
            found = list((lines.filter(pk__lt=last) if last else lines)[:AT_A_TIME])
            piece = sheet.add([_row(line) for line in found])
        if not found:
            return
        last = found[-1].pk
        yield piece


def _row(line: AuditLine) -> list[Any]:
    said = _line(line)
    changed = [f"{one['label']}: {one['before']} → {one['after']}" for one in said["fields"]]
    return [line.at, said["by"], str(said["kind"]), said["name"], "; ".join(changed)]


def _day(name: str, data: QueryDict) -> date | None:
    text = str(data.get(name, ""))
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(name, _("“%(value)s” is not a day.") % {"value": text[:40]}) from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


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
