"""Where a setting is named by others: views, macros, templates, rules, policies, schedules, agreements. What is named, stays.

The rooms below know which tickets use a setting, and refuse to remove it then; who names it is known only here, above them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.automation import macros
from olmo.automation.models import Macro
from olmo.channels.models import Mailbox
from olmo.escalation.models import Policy
from olmo.fulfilment.administration import steps_of
from olmo.fulfilment.models import Plan
from olmo.guides.models import Guide
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, Words
from olmo.knowledge.models import Translation
from olmo.people.models import Person, Team
from olmo.requests.models import Handling
from olmo.routing.rules.models import Rule
from olmo.service_levels.models import Agreement
from olmo.staffing.models import Schedule, Skill
from olmo.status.models import Component
from olmo.surveys.models import Check
from olmo.tenancy.models import Client, Provider
from olmo.tickets.models import Category, CustomField, Template, Ticket

from .. import places
from ..lists import saved
from ..models import SavedView, Sharing

# What is named: "working_state", "category", "tag", "field", "team" or "person"; and by what: the id, the tag itself, the key.
Named = tuple[str, str]
MOST, MOST_SIGNED = 10, 50  # tickets; people, teams and organisations beneath a signature
STAFF = ("team", "person")  # who works: not removed, but switched off; a filter that names them does no harm


@dataclass(frozen=True)
class Use:
    """Something that names a setting. url: where it is changed; "" where the viewer may not."""

    what: Words
    name: str
    url: str = ""


def of(viewer: Person, name: str, value: object) -> list[Use]:
    """Everything that names this setting, as the viewer may know it: what is another agent's own keeps its name to itself."""
    named = (name, str(value))
    return [use for find in _FINDERS for use in find(viewer, named)]


def require_unnamed(viewer: Person, name: str, value: object) -> None:
    """Raises Conflict, naming who names it."""
    if found := of(viewer, name, value):
        raise Conflict(_("It is used, so it stays. %(uses)s.") % {"uses": listed(found)})


def require_unneeded(viewer: Person, team: Team) -> None:
    """Raises Invalid("is_active"), naming what counts on a team that is to be switched off."""
    if found := of(viewer, "team", team.pk):
        words = _("It is needed, so it stays. First change what names it: %(uses)s.")
        raise Invalid("is_active", words % {"uses": listed(found)})


def listed(found: Sequence[Use]) -> str:
    """The first five of them in words, and how many more."""
    uses = ", ".join(f"{use.what}: {use.name}" for use in found[:5])
    return uses + (_(" and %(n)d more") % {"n": len(found) - 5} if len(found) > 5 else "")


def tickets(found: Iterable[Ticket]) -> list[Use]:
    """The very tickets."""
    return [Use(gettext_lazy("Ticket"), f"#{one.number} {one.subject}", places.ticket(one.number)) for one in found]


def signed(whose: Team | Client | Provider) -> list[Use]:
    """Under whose mails a signature stands: of those who have none of their own (see `tickets.signatures`)."""
    if not whose.signatures:
        return []
    without: dict[str, Any] = {"is_active": True, "signatures": {}}
    rows: QuerySet[Any]
    if isinstance(whose, Team):
        rows, what, page = whose.members.filter(**without).order_by("name"), gettext_lazy("Mails by"), "agent"
    elif isinstance(whose, Client):
        rows, what, page = Team.objects.filter(**without), gettext_lazy("Mails of the team"), "team"
    else:
        rows, what, page = Client.objects.filter(**without), gettext_lazy("Mails for"), "organisation"
    found = list(rows[: MOST_SIGNED + 1])
    uses = [Use(what, str(one), reverse(f"desk:admin_{page}", args=[one.pk])) for one in found[:MOST_SIGNED]]
    return uses + ([Use("", _("and others"))] if len(found) > MOST_SIGNED else [])


def _views(viewer: Person, named: Named) -> Iterator[Use]:
    name, value = named
    if name in STAFF:
        return
    for view in SavedView.objects.select_related("owner").order_by("name", "pk"):
        words = QueryDict(view.query)
        if words.get(name) != value and words.get("only") != f"{name}:{value}":
            continue
        is_hidden = view.sharing == Sharing.PRIVATE and view.owner_id != viewer.pk
        url = reverse("desk:view", args=[view.pk]) if saved.may_edit(viewer, view) else ""
        yield Use(gettext_lazy("Saved view"), _own(view.owner) if is_hidden else view.name, "" if is_hidden else url)


def _macros(viewer: Person, named: Named) -> Iterator[Use]:
    for macro in Macro.objects.select_related("owner").order_by("name", "pk"):
        if named not in set(_named_by(macro)):
            continue
        is_hidden = macro.owner is not None and macro.owner_id != viewer.pk
        url = reverse("desk:macro", args=[macro.pk]) if macros.may_change(viewer, macro) else ""
        yield Use(gettext_lazy("Macro"), _own(macro.owner) if is_hidden else str(macro), "" if is_hidden else url)


def _named_by(macro: Macro) -> Iterator[Named]:
    """What a macro changes and where it is offered."""
    steps: dict[str, Any] = macro.steps
    yield "category", str(macro.category_id)
    for name in ("working_state", "category", "team", "plan"):
        yield name, str(steps.get(name))
    for name in ("assignee", "follow", "unfollow"):
        yield "person", str(steps.get(name))
    for name in ("tags_add", "tags_remove"):
        yield from (("tag", tag) for tag in steps.get(name, ()))
    yield from (("field", key) for key in steps.get("fields", ()))


def _templates(_viewer: Person, named: Named) -> Iterator[Use]:
    name, value = named
    conditions = {
        "category": Q(category_id=value), "tag": Q(tags__contains=[value]), "field": Q(fields__has_key=value),
        "team": Q(team_id=value),
    }  # fmt: skip
    if name in conditions:
        for template in Template.objects.filter(conditions[name]):
            yield Use(gettext_lazy("Template"), str(template), reverse("desk:admin_template", args=[template.pk]))


def _rules(_viewer: Person, named: Named) -> Iterator[Use]:
    """Rules that ask for it, or set it."""
    name, value = named
    asked = {"tag": ("tags",), "field": (f"field:{value}",), "person": ("assignee", "requester")}.get(name, (name,))
    for rule in Rule.objects.order_by("position", "pk"):
        conditions, outcome = rule.content.get("conditions", ()), rule.content.get("outcome", {})
        asks = any(one["what"] in asked and (name == "field" or value in map(str, one["values"])) for one in conditions)
        if asks or _sets(outcome, name, value) or rule.content.get("queue") == f"{name}-{value}":
            yield Use(gettext_lazy("Rule"), rule.name, reverse("desk:admin_rule", args=[rule.pk]))


def _sets(outcome: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether the outcome of a rule names it."""
    if name == "tag":
        return value in outcome.get("tags", ())
    if name == "person":
        return value in map(str, [outcome.get("assignee"), *outcome.get("followers", ())])
    return str(outcome.get(name)) == value


def _policies(_viewer: Person, named: Named) -> Iterator[Use]:
    """Escalation policies that watch over the tickets of a team, or one of whose steps names the team or the agent."""
    name, value = named
    if name not in STAFF:
        return
    of_steps = Q(**{f"steps__{name}": value})
    for policy in Policy.objects.filter(of_steps | Q(team=value) if name == "team" else of_steps).distinct():
        yield Use(gettext_lazy("Escalation policy"), policy.name, reverse("desk:admin_policy", args=[policy.pk]))


def _schedules(_viewer: Person, named: Named) -> Iterator[Use]:
    """On-call schedules of a team, or in which an agent takes turns or is put in."""
    name, value = named
    if name not in STAFF:
        return
    coming = Q(overrides__person=value, overrides__ends_at__gt=clock.now())
    found = Q(team=value) if name == "team" else Q(layers__turns__person=value) | coming
    for schedule in Schedule.objects.filter(found).select_related("team").distinct():
        words = f"{schedule.team}, {schedule}"
        yield Use(gettext_lazy("On-call schedule"), words, reverse("desk:oncall_schedule", args=[schedule.pk]))


def _agreed(_viewer: Person, named: Named) -> Iterator[Use]:
    """What was agreed with a team, and the mailboxes whose mail goes to it."""
    if named[0] != "team":
        return
    for agreement in Agreement.objects.filter(team_id=named[1]).order_by("name"):
        yield Use(gettext_lazy("Agreement"), str(agreement), reverse("desk:admin_agreement", args=[agreement.pk]))
    for mailbox in Mailbox.objects.filter(team_id=named[1]).order_by("address"):
        yield Use(gettext_lazy("Mailbox"), mailbox.address, reverse("desk:admin_mailbox", args=[mailbox.pk]))


def _below(_viewer: Person, named: Named) -> Iterator[Use]:
    """What hangs on a service, or on a category: categories below it, fields of its tickets, what was agreed for them."""
    if named[0] == "service":
        for agreement in Agreement.objects.filter(service_id=named[1]).order_by("name"):
            yield Use(gettext_lazy("Agreement"), str(agreement), reverse("desk:admin_agreement", args=[agreement.pk]))
        for part in Component.objects.filter(service_id=named[1]):
            yield Use(gettext_lazy("Service status"), str(part), reverse("desk:admin_component", args=[part.pk]))
    if named[0] != "category":
        return
    for category in Category.objects.filter(parent_id=int(named[1])).order_by("name"):
        yield Use(gettext_lazy("Category below"), str(category), reverse("desk:admin_category", args=[category.pk]))
    for field in CustomField.objects.filter(category_id=named[1]).order_by("label"):
        yield Use(gettext_lazy("Custom field"), str(field), reverse("desk:admin_field", args=[field.pk]))
    for agreement in Agreement.objects.filter(category_id=named[1]).order_by("name"):
        yield Use(gettext_lazy("Agreement"), str(agreement), reverse("desk:admin_agreement", args=[agreement.pk]))
    for check in Check.objects.filter(pk=int(named[1])):
        yield Use(gettext_lazy("Follow-up"), str(check.category), reverse("desk:admin_check", args=[check.pk]))


def _plans(_viewer: Person, named: Named) -> Iterator[Use]:
    """Plans that hang on a category, have a step only for it (or for a tag or a field), or one of a team or a person."""
    name, value = named
    asked = {"tag": "tag", "field": f"field:{value}", "category": "category"}.get(name, "")
    for plan in Plan.objects.all() if asked or name in ("team", "person") else ():
        steps = steps_of(plan)
        conditions = [one for step in steps for one in step["conditions"] if one["what"] == asked]
        is_asked = any(name == "field" or value in one["values"] for one in conditions)
        is_taker = plan.is_active and any(str(step.get(name)) == value for step in steps)
        if is_asked or is_taker or (name == "category" and str(plan.category_id) == value):
            yield Use(gettext_lazy("Plan"), str(plan), reverse("desk:admin_plan", args=[plan.pk]))


def _ordered(_viewer: Person, named: Named) -> Iterator[Use]:
    """Request forms whose orders become tickets of a category, or of a team."""
    if named[0] in ("category", "team"):
        for handling in Handling.objects.filter(**{named[0]: named[1]}).select_related("item").order_by("item_id"):
            url = reverse("desk:admin_item_orders", args=[handling.item_id])
            yield Use(gettext_lazy("Request form"), str(handling.item), url)


def _guiding(_viewer: Person, named: Named) -> Iterator[Use]:
    """What helps with the tickets of a category: skills that they need, procedures, troubleshooters that end with one."""
    name, value = named
    if name != "category":
        return
    for skill in Skill.objects.filter(needs__category=int(value)):
        yield Use(gettext_lazy("Skill"), str(skill), reverse("desk:admin_skill", args=[skill.pk]))
    titles = Translation.objects.filter(article__procedure__category=int(value)).order_by("article__key", "language")
    for one in titles.distinct("article__key").select_related("article__procedure", "newest"):
        url = reverse("desk:procedure", args=[one.article.procedure.pk])
        yield Use(gettext_lazy("Procedure"), f"{one.article.key} {one.newest or ''}", url)
    for guide in Guide.objects.select_related("shown"):
        trees = [guide.draft, *([guide.shown.tree] if guide.shown else [])]
        if any(str(node.get("category", 0)) == value for tree in trees for node in tree["nodes"].values()):
            yield Use(gettext_lazy("Troubleshooter"), str(guide), reverse("desk:troubleshooter", args=[guide.pk]))


_FINDERS: Sequence[Callable[[Person, Named], Iterator[Use]]] = (
    _views, _macros, _templates, _rules, _policies, _schedules, _agreed, _below, _plans, _ordered, _guiding,
)  # fmt: skip


def _own(person: Person | None) -> str:
    return _("one of %(name)s’s own") % {"name": person.name if person else ""}
