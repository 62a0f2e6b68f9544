"""One asset: what it is, its tickets, who had it; taken in, changed, retired."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.assets import actions, queries
from olmo.assets.importing import COLUMNS
from olmo.assets.models import Asset, AssetKind, State, Step
from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.knowledge import queries as knowledge
from olmo.people import queries as people
from olmo.people.models import Person
from olmo.selfservice.queries import title_of
from olmo.tickets import concerns
from olmo.tickets import queries as tickets

from ..lists.filters import clients
from ..lists.rows import listed
from ..shell import DeskRequest, SeeOther, agents, page
from .forms import AssetForm
from .listing import TONES, is_id

TICKETS, ARTICLES = 25, 5
LABELS = {**COLUMNS, "client": gettext_lazy("Organisation")}


@require_safe
@agents
def asset(request: DeskRequest, pk: int) -> HttpResponse:
    """The page of an asset."""
    found = queries.by_id(request.person, pk)
    steps = queries.trail(found)
    about = tickets.page(tickets.visible_to(request.person).filter(concerns.about(pk)), size=TICKETS)
    context = {
        "rows": listed(about.rows, tickets.unread(request.person, about.rows)), "is_empty": not about.rows,
        "all_url": f"{reverse('desk:list')}?box=all&asset={pk}" if about.after else "",
        "one": found, "facts": _facts(found), "state": State(found.state).label, "tone": TONES[State(found.state)],
        "holders": queries.holders(steps), "steps": _said(request.person, steps),
        "articles": about_it(request.person, [found]),
    }  # fmt: skip
    return page(request, "desk/assets/asset.html", context)


def about_it(viewer: Person, things: Sequence[Asset]) -> list[dict[str, Any]]:
    """Articles about one of these, or about their model or kind: number, address, title."""
    rows = knowledge.about(viewer, [name for one in things for name in queries.names_of(one)])
    return [
        {"pk": one.pk, "url": reverse("desk:article", args=[one.pk]), "title": title_of(one), "kind": one.kind}
        for one in rows[:ARTICLES]
    ]


def _facts(one: Asset) -> list[dict[str, Any]]:
    """Label and value of what is known."""
    ended = one.warranty_until is not None and one.warranty_until < timezone.localdate(clock.now())
    of_client = f"{reverse('desk:asset_list')}?client={one.client_id}"
    facts: list[dict[str, Any]] = [
        {"label": _("Kind"), "value": str(one.kind), "icon": one.kind.icon},
        {"label": _("Organisation"), "value": one.client.name, "url": of_client},
        *(
            [{"label": _("Used by"), "value": one.person.name, "url": reverse("desk:person", args=[one.person.pk])}]
            if one.person
            else []
        ),
        {"label": _("Place"), "value": one.place},
        {"label": _("Maker and model"), "value": " ".join(word for word in (one.maker, one.model) if word)},
        {"label": _("Serial number"), "value": one.serial},
        {"label": _("Bought on"), "value": _day(one.bought_on)},
        {
            "label": _("Warranty until"), "value": _day(one.warranty_until),
            "note": _("ended") if ended else "",
        },
        {"label": _("Note"), "value": one.note},
    ]  # fmt: skip
    return [fact for fact in facts if fact.get("value")]


def _day(day: date | None) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day else ""


def _said(viewer: Person, steps: list[Step]) -> list[dict[str, Any]]:
    """The trail in words."""
    told = said(viewer, [step.change for step in steps])
    return [{"by": step.by, "at": step.at, "changes": changes} for step, changes in zip(steps, told, strict=True)]


def said(viewer: Person, pairs: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """Changes in words: what changed, from what to what. An organisation that the reader does not know has no name."""
    known = people.by_ids([pk for change in pairs for pk in change.get("person", ())])
    kinds = AssetKind.objects.in_bulk({pk for change in pairs for pk in change.get("kind", ()) if pk})
    houses = clients(viewer).in_bulk({pk for change in pairs for pk in change.get("client", ())})

    def word(name: str, value: Any) -> str:
        if name == "person":
            return known[value].name if value in known else ""
        if name in ("kind", "client"):
            return str((kinds if name == "kind" else houses).get(value, ""))
        if name == "state":
            return str(State(value).label) if value else ""
        if name == "note":
            return _("written") if value else ""
        if name in ("bought_on", "warranty_until"):
            return _day(date.fromisoformat(value)) if value else ""
        return str(value or "")

    def line(name: str, before: Any, after: Any) -> dict[str, Any]:
        return {"label": LABELS[name], "before": word(name, before), "after": word(name, after)}

    return [[line(name, *pair) for name, pair in change.items()] for change in pairs]


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """Take in an asset; `client` and `person` of the address fill it in."""
    own = list(clients(request.person)[:2])
    typed = request.POST.get("client") or request.GET.get("client", "")
    given = clients(request.person).filter(pk=typed).first() if is_id(typed) else None
    house = given or (own[0] if len(own) == 1 else None)
    form = AssetForm(request.POST or None, by=request.person, house=house, client=house.pk if house else None)
    return _settle(request, form, _("New asset"), _("%(name)s was taken in."), reverse("desk:asset_list"), _("Assets"))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change an asset."""
    found = queries.by_id(request.person, pk)
    form = AssetForm(
        request.POST or None, thing=found, state=actions.state_of(found), by=request.person, house=found.client
    )
    back = reverse("desk:asset", args=[pk])
    return _settle(request, form, str(found), _("%(name)s was saved."), back, str(found))


def _settle(request: DeskRequest, form: AssetForm, title: str, said: str, back: str, words: str) -> HttpResponse:
    if request.method == "POST" and form.is_done(request.person):
        messages.success(request, said % {"name": form.saved})
        saved: Any = form.saved
        return SeeOther(reverse("desk:asset", args=[saved.pk]))
    context = {"form": form, "title": title, "back_url": back, "back_words": words}
    return page(request, "desk/assets/form.html", context, status=form.status)


@require_POST
@agents
def retire(request: DeskRequest, pk: int) -> HttpResponse:
    """Take it out of use."""
    found = queries.by_id(request.person, pk)
    return _one_press(request, found, actions.retire, _("%(name)s is retired; nobody has it any more."))


@require_POST
@agents
def restore(request: DeskRequest, pk: int) -> HttpResponse:
    """Bring it back into the stock."""
    found = queries.by_id(request.person, pk)
    return _one_press(request, found, actions.restore, _("%(name)s is in stock again."))


def _one_press(request: DeskRequest, found: Asset, verb: Any, said: str) -> HttpResponse:
    try:
        verb(found, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, said % {"name": found})
    return SeeOther(reverse("desk:asset", args=[found.pk]))
