"""`olmo sla load`: an agreement with its calendars and a version of its terms, from a JSON file."""

import argparse
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from olmo.kernel.errors import OlmoError
from olmo.people.models import Identity, Person, Team
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Supplier

from . import actions
from .engine import case
from .engine.working_time import EPOCH
from .models import Agreement, AgreementKind, Terms

FORMAT = """\
{"agreement": "Acme gold", "client": "Acme Industrial", "ticket_kind": "",
 "calendars": {"Office": {"zone": "Europe/Rome", "hours": {"mon": [["08:00", "18:00"]]}}},
 "terms": {"version": "1", "from": "2026-01-01T00:00:00Z", "to": null, "applies": "new", "reason": "Signed", "calendar": "Office",
           "pauses": ["requester"], "targets": {"1": {"first_response": 15, "resolution": 240}}, "warnings": [75, 90]}}
with a team: "kind": "ola", "team": "Network"; with a supplier: "kind": "uc", "supplier": "Fiberlink"; both have no client or one
"""


def main() -> int:
    """Load one file, all of it or nothing."""
    options = argparse.ArgumentParser(
        prog="olmo sla", epilog=FORMAT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("what", choices=["load"])
    options.add_argument("file", type=Path)
    options.add_argument("--by", required=True, metavar="ADDRESS", help="the administrator who agreed")
    given = options.parse_args()
    try:
        with scope(EVERY_CLIENT), transaction.atomic():
            terms = load(json.loads(given.file.read_text()), by=administrator(given.by))
    except (OSError, ValueError, OlmoError) as problem:
        sys.stderr.write(f"olmo: {given.file}: {worded(problem)}\n")
        return 1
    sys.stdout.write(
        f"{terms.agreement.name}: version {terms.version}, in force from {terms.valid_from:%Y-%m-%d %H:%M} UTC\n"
    )
    return 0


def worded(problem: Exception) -> str:
    """What is wrong, with the field when it is known."""
    field = getattr(problem, "field", "")
    return f"{field}: {problem}" if field else str(problem)


def administrator(address: str) -> Person:
    """Who agrees. Raises ValueError."""
    found = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=address.lower()).select_related("person").first()
    if found is None or not found.person.is_administrator:
        raise ValueError(f"--by: {address} is no administrator")
    return found.person


def load(given: dict[str, Any], *, by: Person) -> Terms:
    """Keep the calendars, find or make the agreement, amend its terms. Raises BadCase, Invalid, Conflict."""
    case.mapping(given, "file")
    for name, content in case.mapping(given.get("calendars", {}), "calendars").items():
        actions.set_calendar(name, content, by=by)
    terms = case.mapping(case.needed(given, "terms", ""), "terms")
    start, end = moment(case.needed(terms, "from", "terms"), "terms.from"), terms.get("to")
    applies = case.one_of(terms.get("applies", "new"), ("new", "running"), "terms.applies")
    return actions.amend(
        agreement(given, by), {key: terms[key] for key in ("calendar", "pauses", "targets", "warnings") if key in terms}, by=by,
        version=case.text(case.needed(terms, "version", "terms"), "terms.version"), valid_from=start,
        valid_to=None if end is None else moment(end, "terms.to"), reason=str(terms.get("reason", "")),
        is_for_running=applies == "running",
    )  # fmt: skip


def agreement(given: dict[str, Any], by: Person) -> Agreement:
    """The agreement of this name, made when it is new."""
    name = case.text(case.needed(given, "agreement", ""), "agreement")
    client = None
    if given.get("client") is not None:
        client = Client.objects.filter(name=given["client"]).first()
        if client is None:
            raise ValueError("client: there is no such organisation")
    ticket_kind = case.one_of(given.get("ticket_kind", ""), ("", "incident", "service_request"), "ticket_kind")
    kind = case.one_of(given.get("kind", "sla"), tuple(AgreementKind), "kind")
    found = Agreement.objects.filter(name=name, client=client, kind=kind).first()
    return found or actions.agree(
        name, by=by, client=client, ticket_kind=ticket_kind, kind=kind, team=named(Team, given, "team"),
        supplier=named(Supplier, given, "supplier"),
    )  # fmt: skip


def named(model: type[Any], given: dict[str, Any], key: str) -> Any:
    """The team or the supplier that the file names, if it names one. Raises ValueError."""
    if given.get(key) is None:
        return None
    found = model.objects.filter(name=given[key]).first()
    if found is None:
        raise ValueError(f"{key}: there is none of this name")
    return found


def moment(found: object, at: str) -> datetime:
    """An RFC 3339 instant."""
    return EPOCH + timedelta(seconds=case.instant(found, at))
