"""The change log of administration, in words."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line, whole_number
from olmo.people.models import AuditLine, Person
from olmo.reports.exports.streaming import Things

from ..lists import files
from ..shell import DeskRequest
from . import logged
from .pages import PAGE, administrators, show


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
        if by and whole_number(by) is None:
            raise Invalid("by", _("“%(value)s” is nobody.") % {"value": by[:40]})
        return cls(
            kind=kind if kind in logged.KINDS else "", by=int(by) if by else None, first=_day("first", data),
            last=_day("last", data), typed=clean_line(data.get("q", ""), 100),
        )  # fmt: skip

    def lines(self) -> QuerySet[AuditLine]:
        """These lines, newest first."""
        found = AuditLine.objects.select_related("by").order_by("-pk")
        if self.kind:
            found = found.filter(Q(subject__startswith=f"{self.kind}:") | Q(subject=self.kind))
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
    if whole_number(before) is not None:
        lines = lines.filter(pk__lt=int(before))
    found = list(lines[: PAGE + 1])
    kept = request.GET.copy()
    kept["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    authors = Person.objects.filter(pk__in=AuditLine.objects.values("by")).order_by("name")
    context = {
        "lines": [_line(line) for line in found[:PAGE]], "typed": wanted.typed, "kinds": logged.by_name(), "wanted": wanted,
        "kind": wanted.kind, "file_url": f"?{request.GET.urlencode()}",
        "authors": authors, "older_url": f"?{kept.urlencode()}" if kept["before"] else "",
    }  # fmt: skip
    return show(request, "changes", "changes", context)


def _export(request: DeskRequest, wanted: Wanted) -> HttpResponse:
    """The lines as a file, and one more line: that they were taken out."""
    ending = files.asked(request)
    ids = array("q", wanted.lines().values_list("pk", flat=True).iterator(chunk_size=10_000))
    columns = {"at": _("When"), "by": _("Who"), "kind": _("Subject"), "name": _("Name"), "change": _("What changed")}
    what = _("Change log")
    return files.as_file(
        request,
        ids,
        Things(what, columns, _rows),
        ending=ending,
        what=what,
        dates="iso" if ending == "csv" else "local",
    )


def _rows(some: Sequence[int]) -> list[list[Any]]:
    """The cells of some lines, in this order."""
    found = AuditLine.objects.select_related("by").in_bulk(list(some))
    return [_row(found[pk]) for pk in some if pk in found]


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
    kind = logged.kind(line.subject)
    return {
        "at": line.at, "by": line.by.name, "kind": logged.KINDS.get(kind, ""),
        "name": line.subject.removeprefix(kind).lstrip(": "),
        "fields": list(logged.fields(line.change, kind)),
    }  # fmt: skip
