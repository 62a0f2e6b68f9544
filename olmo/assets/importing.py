"""Assets from a file: read whole, checked line by line, shown, and then written in one go or not at all.

The first line names the columns, in English or Italian or as the export does; the tag says which asset a line is about. A column
that is not there changes nothing; an empty cell empties the field.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Identity, Kind, Person
from olmo.tenancy.models import Client

from . import actions, policy, words
from .actions import AssetSettings
from .models import Asset, AssetKind, Load, State

MOST_LINES, MOST_BYTES = 5000, 2 * 1024 * 1024
MOST_SHOWN = 100
LIFE_HOURS = 24
COLUMNS: Mapping[str, Words] = {
    "tag": gettext_lazy("Tag"), "name": gettext_lazy("Name"), "kind": gettext_lazy("Kind"), "maker": gettext_lazy("Maker"),
    "model": gettext_lazy("Model"), "serial": gettext_lazy("Serial number"), "person": gettext_lazy("Used by"),
    "place": gettext_lazy("Place"), "state": gettext_lazy("State"), "bought_on": gettext_lazy("Bought on"),
    "warranty_until": gettext_lazy("Warranty until"), "note": gettext_lazy("Note"),
}  # fmt: skip
_GUARDED = ("'=", "'+", "'-", "'@")  # how an export writes what a spreadsheet would take for a formula


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line. field: the column as its header says it."""

    line: int
    field: str
    reason: str


@dataclass
class Reading:
    """What a file says. wanted: (the asset that is there or None, what it becomes); it holds only when there are no faults."""

    name: str
    columns: list[str] = field(default_factory=list)
    wanted: list[tuple[Asset | None, AssetSettings]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: int = 0

    @property
    def new(self) -> list[AssetSettings]:
        """What would be taken in."""
        return [settings for asset, settings in self.wanted if asset is None]

    @property
    def changed(self) -> list[tuple[Asset, AssetSettings]]:
        """What would be changed."""
        return [(one, what) for one, what in self.wanted if one is not None and what != actions.settings_of(one)]


def decoded(data: bytes) -> str:
    """A file's text: UTF-8 with or without its mark, else as Windows writes it. Raises Invalid("file")."""
    if len(data) > MOST_BYTES:
        raise Invalid("file", _("The file is too large: at most 2 MB."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


@transaction.atomic
def keep(client: Client, *, by: Person, name: str, text: str) -> Load:
    """Keep a file to be looked at, in place of the author's former one. Raises NotFound, NotAllowed, Invalid("file")."""
    policy.require_keeping(by, client.pk)
    if not text.strip():
        raise Invalid("file", _("Choose a file, or paste its lines."))
    if len(text.encode()) > MOST_BYTES:
        raise Invalid("file", _("The file is too large: at most 2 MB."))
    Load.objects.filter(by=by).delete()
    return Load.objects.create(client=client, by=by, name=clean_line(name, 200), text=clean(text), at=clock.now())


def kept(by: Person, pk: int) -> Load | None:
    """The author's own file, within a day."""
    found = Load.objects.select_related("client").filter(pk=pk, by=by).first()
    return found if found and found.at > _forgotten() else None


def sweep() -> None:
    """Forget files that nobody imported within a day."""
    Load.objects.filter(at__lte=_forgotten()).delete()


def _forgotten() -> datetime:
    return clock.now() - timedelta(hours=LIFE_HOURS)


@transaction.atomic
def run(load: Load, *, by: Person) -> int:
    """Write what a file says, all of it or nothing; the file is forgotten. Returns how many assets were new or differ.

    Raises Invalid when a line is not right (any more), NotFound, NotAllowed.
    """
    found = read(load)
    if found.faults:
        raise Invalid("file", _("Nothing was imported: some lines are not right."))
    count = actions.write_many(load.client, found.wanted, by=by, name=load.name)
    load.delete()
    return count


def read(load: Load) -> Reading:
    """Read and check every line."""
    found, rows = Reading(load.name), _rows(load.text)
    try:
        found.columns = _columns(next(rows, (1, []))[1])
        _lines(found, _Known(load.client), rows)
    except Invalid as refusal:
        found.faults.append(Fault(1, "", str(refusal.message)))
    except _Torn as torn:
        found.faults.append(Fault(torn.line, "", _("A quotation mark in this line opens or closes nothing.")))
    return found


def _lines(found: Reading, known: "_Known", rows: Iterator[tuple[int, list[str]]]) -> None:
    for number, cells in rows:
        found.lines += 1
        if found.lines > MOST_LINES:
            found.faults.append(Fault(number, "", _("At most %(most)d lines at once.") % {"most": MOST_LINES}))
            return
        _line(found, known, number, cells)
    if not found.lines:
        found.faults.append(Fault(1, "", _("There is no line below the first one.")))


class _Torn(Exception):
    """Quotation marks do not match from this line on."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells; empty lines are left out. Raises _Torn: a mark that is never closed would swallow what follows."""
    head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    begun = 0
    try:
        for cells in reader:
            begun = reader.line_num
            if any(cell.strip() for cell in cells):
                yield begun, [_bare(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise _Torn(begun + 1) from error


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARDED) else cell


def _columns(header: list[str]) -> list[str]:
    """The columns that the first line names. Raises Invalid: an unknown one, one named twice, no tag."""
    names: dict[str, str] = {}
    for language in ("en", "it"):
        with override(language):
            names.update({str(label).casefold(): key for key, label in COLUMNS.items()})
    found = [names.get(cell.casefold(), cell.casefold()) for cell in header]
    for key, cell in zip(found, header, strict=True):
        if key not in COLUMNS:
            named = {"name": cell, "known": ", ".join(map(str, COLUMNS.values()))}
            raise Invalid("file", _("There is no column “%(name)s”. The columns are: %(known)s.") % named)
        if found.count(key) > 1:
            raise Invalid("file", _("The column “%(name)s” is there twice.") % {"name": cell})
    if "tag" not in found:
        raise Invalid("file", _("The first line names the columns; one of them must be the tag."))
    return found


def _line(found: Reading, known: "_Known", number: int, cells: list[str]) -> None:
    """Add what a line wants, or everything that is wrong with it."""
    if len(cells) > len(found.columns):
        found.faults.append(Fault(number, "", _("This line has more values than the first line has columns.")))
        return
    given, values = {"tag": "", **dict(zip(found.columns, cells, strict=False))}, {}
    faults = []
    for key, text in given.items():
        try:
            values[key] = _READ.get(key, lambda _known, said: said)(known, text)
        except Invalid as refusal:
            faults.append(Fault(number, str(COLUMNS[key]), str(refusal.message)))
    if not faults:
        try:
            found.wanted.append(known.wanted(values))
        except Invalid as refusal:
            faults.append(Fault(number, str(COLUMNS.get(refusal.field, "")), str(refusal.message)))
    found.faults += faults


class _Known:
    """What an organisation has, read once for all lines."""

    def __init__(self, client: Client) -> None:
        self.client = client
        rows = Asset.objects.filter(client=client).select_related("kind", "person")
        self.assets = {row.tag_key: row for row in rows}
        self.tags: set[str] = set()
        self.kinds = {
            name.casefold(): kind for kind in AssetKind.objects.all() for name in (*kind.names.values(), kind.name)
        }
        self.people = self._people()
        self.states = self._states()

    def wanted(self, values: dict[str, Any]) -> tuple[Asset | None, AssetSettings]:
        """The asset that a line is about, and what it becomes. Raises Invalid."""
        key = words.key(clean_line(values["tag"], 40))
        if key in self.tags:
            raise Invalid("tag", _("This tag is in the file twice."))
        asset = self.assets.get(key)
        if asset is None:
            if "kind" not in values:
                raise Invalid("kind", _("A new asset needs a kind."))
            settings = AssetSettings(**{"name": "", **values})
            if "state" not in values and settings.person:
                settings = replace(settings, state=State.IN_USE)
        else:
            settings = replace(actions.settings_of(asset), **values)
        made = actions.checked(self.client.pk, settings)
        self.tags.add(key)
        return asset, made

    def _people(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in Person.objects.filter(client=self.client, kind=Kind.REQUESTER, is_active=True):
            found.setdefault(person.name.casefold(), []).append(person)
        addresses = Identity.objects.filter(
            kind=Identity.Kind.EMAIL, person__client=self.client, person__is_active=True
        )
        for one in addresses.select_related("person"):
            found.setdefault(one.value.casefold(), []).append(one.person)
        return found

    def _states(self) -> dict[str, str]:
        found = {value: value for value in State.values}
        for language in ("en", "it"):
            with override(language):
                found.update({str(state.label).casefold(): state.value for state in State})
        return found


def _kind(known: _Known, text: str) -> AssetKind:
    found = known.kinds.get(text.casefold())
    if found is None:
        names = ", ".join(str(kind) for kind in dict.fromkeys(known.kinds.values()) if kind.is_active)
        raise Invalid(
            "kind", _("There is no kind “%(name)s”. The kinds are: %(known)s.") % {"name": text, "known": names}
        )
    return found


def _person(known: _Known, text: str) -> Person | None:
    if not text:
        return None
    found = known.people.get(text.casefold(), [])
    if len(found) > 1:
        raise Invalid("person", _("More than one person is called “%(name)s”: write the address.") % {"name": text})
    if not found:
        raise Invalid("person", _("Nobody of this organisation has the name or address “%(name)s”.") % {"name": text})
    return found[0]


def _state(known: _Known, text: str) -> str:
    found = known.states.get(text.casefold()) if text else State.IN_STOCK.value
    if found is None:
        names = ", ".join(str(state.label) for state in State)
        raise Invalid(
            "state", _("There is no state “%(name)s”. The states are: %(known)s.") % {"name": text, "known": names}
        )
    return found


def _day(_known: _Known, text: str) -> date | None:
    if not text:
        return None
    for shape in ("%Y-%m-%d", *formats.get_format("DATE_INPUT_FORMATS")):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise Invalid("", _("“%(value)s” is not a day. Write it as 2026-03-01.") % {"value": text})


_READ: Mapping[str, Any] = {
    "kind": _kind, "person": _person, "state": _state, "bought_on": _day, "warranty_until": _day
}  # fmt: skip
