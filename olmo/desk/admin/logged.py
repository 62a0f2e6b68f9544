"""What stands in the change log, as a reader calls it: subjects, fields and values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import spoken
from olmo.kernel.errors import Words
from olmo.status.models import Kind, Level
from olmo.tickets.models import Status

from ..assets.pages import LABELS as ASSET_FIELDS

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")

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
    "rule": gettext_lazy("Rule"),
    "escalation policy": gettext_lazy("Escalation policy"),
    "supplier": gettext_lazy("Supplier"),
    "assignment": gettext_lazy("Assignment"),
    "skill": gettext_lazy("Skill"),
    "staffing": gettext_lazy("Capacity"),
    "capacity": gettext_lazy("Capacity"),
    "time": gettext_lazy("Time"),
    "shifts": gettext_lazy("Shifts"),
    "absence": gettext_lazy("Absence"),
    "on-call schedule": gettext_lazy("On-call schedule"),
    "calendar feed": gettext_lazy("Calendar feed"),
    "plan": gettext_lazy("Plan"),
    "procedure": gettext_lazy("Procedure"),
    "troubleshooter": gettext_lazy("Troubleshooter"),
    "synonyms": gettext_lazy("Words of the search"),
    "stop words": gettext_lazy("Small words of the search"),
    "kind of request": gettext_lazy("Kind of request"),
    "service": gettext_lazy("Service"),
    "catalogue item": gettext_lazy("Request form"),
    "form": gettext_lazy("Form"),
    "form being built": gettext_lazy("Form being built"),
    "orders of": gettext_lazy("Orders"),
    "cost centre": gettext_lazy("Cost centre"),
    "asset kind": gettext_lazy("Kind of asset"),
    "assets": gettext_lazy("Assets"),
    "surveys": gettext_lazy("Ratings"),
    "follow-up": gettext_lazy("Follow-up"),
    "component": gettext_lazy("Part of the service status"),
    "status page": gettext_lazy("Status page"),
    "status": gettext_lazy("Service status"),
    "brand": gettext_lazy("Brand"),
    "widget": gettext_lazy("Widget"),
    "suggestions of the portal": gettext_lazy("Suggestions of the portal"),
}

FIELDS: Mapping[str, Words] = {
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Name in other languages"),
    "words": gettext_lazy("Words that find it"),
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
    "starts_at": gettext_lazy("Beginning"),
    "ends_at": gettext_lazy("End"),
    "begins_at": gettext_lazy("Beginning"),
    "starts_on": gettext_lazy("First day"),
    "ends_on": gettext_lazy("Last day"),
    "valid_to": gettext_lazy("End"),
    "deputy": gettext_lazy("Deputy"),
    "zone": gettext_lazy("Time zone"),
    "line": gettext_lazy("Line"),
    "override": gettext_lazy("Override"),
    "people": gettext_lazy("People"),
    "handover": gettext_lazy("Handover at"),
    "hours_mon": gettext_lazy("Monday"),
    "hours_tue": gettext_lazy("Tuesday"),
    "hours_wed": gettext_lazy("Wednesday"),
    "hours_thu": gettext_lazy("Thursday"),
    "hours_fri": gettext_lazy("Friday"),
    "hours_sat": gettext_lazy("Saturday"),
    "hours_sun": gettext_lazy("Sunday"),
    "days": gettext_lazy("Days"),
    "colour": gettext_lazy("Colour"),
    "colour_dark": gettext_lazy("Colour in the dark"),
    "host": gettext_lazy("Host name"),
    "hours_en": gettext_lazy("Hours in English"),
    "hours_it": gettext_lazy("Hours in Italian"),
    "legal_en": gettext_lazy("Legal notes in English"),
    "legal_it": gettext_lazy("Legal notes in Italian"),
    "languages": gettext_lazy("Languages"),
    "logo_digest": gettext_lazy("Logo"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "summaries": gettext_lazy("Summary"),
    "descriptions": gettext_lazy("Description"),
    "price": gettext_lazy("Price"),
    "delivery": gettext_lazy("Delivery"),
    "delivery_minutes": gettext_lazy("Delivery in minutes"),
    "grace_days": gettext_lazy("Days of grace"),
    "audience": gettext_lazy("Who sees it"),
    "version": gettext_lazy("Version"),
    "published": gettext_lazy("Version in force"),
    "name_it": gettext_lazy("Name in Italian"),
    "title_en": gettext_lazy("Title in English"),
    "title_it": gettext_lazy("Title in Italian"),
    "in_desk": gettext_lazy("Agents see it"),
    "in_portal": gettext_lazy("Requesters see it"),
    "is_banner": gettext_lazy("At the head of pages"),
    "components": gettext_lazy("Parts of the service"),
    "is_public": gettext_lazy("Anybody may read it"),
    "slug": gettext_lazy("Word in its address"),
    "metric": gettext_lazy("Promise"),
    "priorities": gettext_lazy("Priorities"),
    "quiet": gettext_lazy("Quiet hours"),
    "starts_by_itself": gettext_lazy("Begins by itself"),
    "is_on": gettext_lazy("On"),
    "queue": gettext_lazy("Place in the order"),
    "place": gettext_lazy("Place in the order"),
    "all": gettext_lazy("All conditions must hold"),
    "again": gettext_lazy("Again on every change"),
    "conditions": gettext_lazy("Conditions"),
    "fills": gettext_lazy("Only where nothing is set"),
    "on_open": gettext_lazy("When a ticket is opened"),
    "on_change": gettext_lazy("When it changes"),
    "outcome": gettext_lazy("What happens"),
    "stops": gettext_lazy("Later rules are left out"),
    "percent": gettext_lazy("Percent"),
    "every_days": gettext_lazy("Once in (days)"),
    "origins": gettext_lazy("Web addresses"),
    "renewed": gettext_lazy("Key made anew"),
    "silent": gettext_lazy("Not asked"),
    "code": gettext_lazy("Code"),
    "cost_centre": gettext_lazy("Cost centre"),
    "location": gettext_lazy("Location"),
    "manager": gettext_lazy("Manager"),
    "tried_first": gettext_lazy("Tried first"),
    "capacity": gettext_lazy("Capacity"),
    "weights": gettext_lazy("Weights"),
    "agents": gettext_lazy("Agents"),
    "categories": gettext_lazy("Categories"),
    "call_activity": gettext_lazy("Activity of calls"),
    "idle_minutes": gettext_lazy("Idle after (minutes)"),
    "step_minutes": gettext_lazy("Rounded to (minutes)"),
    "learn": gettext_lazy("Learn"),
    "precision": gettext_lazy("Precision"),
    "acts_alone": gettext_lazy("Acts alone"),
    "imported": gettext_lazy("Rows taken in"),
    "file": gettext_lazy("File"),
    "feed": gettext_lazy("Calendar feed"),
    "minutes": gettext_lazy("Minutes"),
    "day": gettext_lazy("Day"),
    "review_on": gettext_lazy("Review on"),
    "reviewer": gettext_lazy("Reviewer"),
    "activity": gettext_lazy("Activity"),
    "plan": gettext_lazy("Plan"),
    "service": gettext_lazy("Service"),
    "supplier": gettext_lazy("Supplier"),
    "withdrawn": gettext_lazy("Version withdrawn"),
    "icon": gettext_lazy("Icon"),
    "team_id": gettext_lazy("Team"),
    "method": gettext_lazy("Way"),
    "needs_room": gettext_lazy("Only as much as fits"),
    "needs_skills": gettext_lazy("Only who has the skills"),
    "needs_language": gettext_lazy("Only who speaks the ticket’s language"),
    "sticky_days": gettext_lazy("Whoever helped last first (days)"),
    "remind_after_days": gettext_lazy("Remind after days"),
    "expire_after_days": gettext_lazy("Nobody decided: ends after days"),
    "amount_of": gettext_lazy("The amount"),
    "asks_again": gettext_lazy("When an agent changes the answers, approvals are asked for again"),
}

# fields that a subject has in a sense of its own
OWN: Mapping[str, Mapping[str, Words]] = {
    "assets": {"changed": gettext_lazy("Assets changed"), "fields": gettext_lazy("What changed"), **ASSET_FIELDS},
    "status": {"clients": gettext_lazy("Organisations")},
}

# Fields whose values are choices of a model: subject -> field -> what each choice is called.
CHOICES: Mapping[str, Mapping[str, Mapping[str, Words]]] = {
    "status": {"kind": dict(Kind.choices), "level": dict(Level.choices)},
    "working state": {"status": dict(Status.choices)},
}


def kind(subject: str) -> str:
    """What a subject begins with, as KINDS has it ("" of none): "on-call schedule" of "on-call schedule: Nights"."""
    begins = [word for word in KINDS if subject == word or subject.startswith((f"{word}:", f"{word} "))]
    return max(begins, key=len, default="")


def by_name() -> list[tuple[str, str]]:
    """The subjects that one may choose from, by the alphabet of the reader."""
    return sorted(((word, str(name)) for word, name in KINDS.items()), key=lambda pair: pair[1].casefold())


def label(name: str, subject: str = "") -> Words:
    """What a field is called; subject: as KINDS has it."""
    return OWN.get(subject, {}).get(name) or FIELDS.get(name) or name.replace("_", " ")


def fields(change: Mapping[str, Any], subject: str = "") -> Iterator[dict[str, Any]]:
    """What was changed: each field by its name, with what stood there before and after. subject: as KINDS has it."""
    for name, pair in change.items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if before or after or (before is not None and after is not None):
            if (subject, name) == ("assets", "fields"):
                after = [str(label(one, subject)) for one in after.split(", ")]
            names = CHOICES.get(subject, {}).get(name, {})
            before, after = (names.get(one, one) if isinstance(one, str) else one for one in (before, after))
            yield {"label": label(name, subject), "before": _said(before), "after": _said(after)}


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
    return _moment(value) if isinstance(value, str) else str(value)


def _moment(text: str) -> str:
    """A date or moment of the log as one reads it; any other text as it is."""
    if not _ISO.match(text):
        return text
    moment = parse_datetime(text)
    return spoken.moment(moment) if moment and timezone.is_aware(moment) else text
