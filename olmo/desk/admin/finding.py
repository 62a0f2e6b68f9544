"""One search over all settings: sections by their name and purpose, and what is set in them by its name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from olmo.assets.models import AssetKind
from olmo.automation.models import Macro
from olmo.catalogue.models import Item, Service
from olmo.channels.models import Mailbox
from olmo.escalation.models import Policy
from olmo.fulfilment.models import Plan
from olmo.knowledge.models import Synonyms
from olmo.people.models import CostCentre, Kind, Person, Team, Tier
from olmo.routing.models import Rule, Target
from olmo.selfservice.models import Widget
from olmo.service_levels.models import Agreement, Calendar
from olmo.staffing.models import Schedule, Skill
from olmo.status.models import Component
from olmo.surveys.models import Check
from olmo.tenancy.models import Client, Provider
from olmo.tickets import tagging
from olmo.tickets.models import Category, CustomField, Supplier, Template, WorkingState
from olmo.writing.models import ReadyAnswer

from .pages import SECTIONS

MOST = 8  # of one kind

type Found = dict[str, Any]


def find(words: str, purposes: Mapping[str, Any]) -> list[Found]:
    """What holds these words: {label, url, section}. purposes: what each section is for."""
    sought = words.casefold()
    labels = {name: str(label) for _group, items in SECTIONS for name, label in items}
    found: list[Found] = [
        {"label": label, "url": reverse(f"desk:admin_{name}"), "section": str(purposes.get(name, ""))}
        for name, label in labels.items()
        if sought in f"{label} {purposes.get(name, '')}".casefold()
    ]
    for section, seek in FINDERS.items():
        found += [{"label": name, "url": url, "section": labels[section]} for name, url in seek(words)]
    return found


def _named(rows: QuerySet[Any], place: str, *columns: str) -> Callable[[str], Iterable[tuple[str, str]]]:
    def seek(words: str) -> Iterable[tuple[str, str]]:
        condition = Q()
        for column in columns or ("name",):
            condition |= Q(**{f"{column}__icontains": words})
        for row in rows.filter(condition).distinct()[:MOST]:
            yield str(row), reverse(f"desk:admin_{place}", args=[row.pk])

    return seek


def _tags(words: str) -> Iterable[tuple[str, str]]:
    from urllib.parse import urlencode

    for one in tagging.tags(holding=words, limit=MOST):
        yield one.name, f"{reverse('desk:admin_tag')}?{urlencode({'name': one.name})}"


def _macros(words: str) -> Iterable[tuple[str, str]]:
    """Those that administrators look after: of teams and of the whole desk."""
    shared = Macro.objects.filter(Q(name__icontains=words) | Q(names__icontains=words), owner=None)
    for one in shared[:MOST]:
        yield str(one), reverse("desk:macro", args=[one.pk])


def _answers(words: str) -> Iterable[tuple[str, str]]:
    """Shared ones: what somebody keeps for themselves is not looked for."""
    condition = Q(title__icontains=words) | Q(folder__icontains=words) | Q(tags__icontains=words)
    for one in ReadyAnswer.objects.filter(condition, owner=None)[:MOST]:
        yield one.title, reverse("desk:canned_one", args=[one.pk])


def _schedules(words: str) -> Iterable[tuple[str, str]]:
    for one in Schedule.objects.filter(Q(name__icontains=words) | Q(team__name__icontains=words))[:MOST]:
        yield one.name, reverse("desk:oncall_schedule", args=[one.pk])


def _widgets(words: str) -> Iterable[tuple[str, str]]:
    for one in Widget.objects.filter(client__name__icontains=words).select_related("client")[:MOST]:
        yield one.client.name, reverse("desk:admin_widget", args=[one.client_id])


def _targets(words: str) -> Iterable[tuple[str, str]]:
    for target in Target:
        if words.casefold() in str(target.label).casefold():
            yield str(target.label), reverse("desk:admin_triage_target", args=[target.value])


def _checks(words: str) -> Iterable[tuple[str, str]]:
    """Categories that are looked at again after the solution."""
    named = Q(category__name__icontains=words) | Q(category__names__icontains=words)
    for check in Check.objects.filter(named).select_related("category")[:MOST]:
        yield str(check.category), reverse("desk:admin_check", args=[check.pk])


def _provider(words: str) -> Iterable[tuple[str, str]]:
    for one in Provider.objects.filter(Q(name__icontains=words) | Q(signatures__icontains=words)):
        yield one.name, reverse("desk:admin_provider")


# section -> how to look for what is set in it; a new section adds its line
FINDERS: dict[str, Callable[[str], Iterable[tuple[str, str]]]] = {
    "organisations": _named(Client.objects.order_by("name"), "organisation", "name", "domains__name", "signatures"),
    "agents": _named(Person.objects.filter(kind=Kind.AGENT).order_by("name"), "agent", "name", "email", "signatures"),
    "teams": lambda words: [
        *_named(Team.objects.all(), "team", "name", "signatures")(words), *_named(Tier.objects.all(), "tier")(words),
    ],
    "requesters": _named(Person.objects.filter(kind=Kind.REQUESTER).order_by("name"), "requester", "name", "email"),
    "cost_centres": _named(CostCentre.objects.all(), "cost_centre", "code", "name"),
    "assignment": _named(Team.objects.filter(is_active=True), "way"),
    "skills": _named(Skill.objects.all(), "skill", "name", "names"),
    "oncall": _schedules,
    "kinds": _named(AssetKind.objects.all(), "kind", "name", "names"),
    "states": _named(WorkingState.objects.all(), "state", "name", "names"),
    "policies": _named(Policy.objects.order_by("name"), "policy"),
    "macros": _macros,
    "provider": _provider,
    "templates": _named(Template.objects.all(), "template", "name", "names", "subject", "text", "checklist"),
    "categories": _named(Category.objects.all(), "category", "name", "names"),
    "fields": _named(CustomField.objects.all(), "field", "label", "labels", "key"),
    "answers": _answers,
    "tags": _tags,
    "services": _named(Service.objects.all(), "service", "key", "names"),
    "items": _named(Item.objects.all(), "item", "key", "names"),
    "agreements": _named(Agreement.objects.all(), "agreement"),
    "calendars": _named(Calendar.objects.all(), "calendar"),
    "words": _named(Synonyms.objects.order_by("pk"), "word", "words"),
    "suppliers": _named(Supplier.objects.all(), "supplier", "name", "email"),
    "surveys": _checks,
    "brands": _named(Client.objects.filter(brand__isnull=False), "brand", "name", "brand__host", "brand__name"),
    "widgets": _widgets,
    "components": _named(Component.objects.all(), "component", "name", "names"),
    "plans": _named(Plan.objects.all(), "plan", "name", "names"),
    "rules": _named(Rule.objects.all(), "rule"),
    "triage": _targets,
    "mailboxes": _named(Mailbox.objects.order_by("address"), "mailbox", "address"),
}  # fmt: skip
