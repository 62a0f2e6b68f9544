"""The list of assets: found by tag, serial number, name or person; narrowed by organisation, kind and state."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from olmo.assets import queries
from olmo.assets.models import Asset, State
from olmo.kernel.text import clean_line, whole_number
from olmo.people.models import Person

from ..lists.filters import clients
from ..shell import DeskRequest, agents, is_part, page

FOUND = 100
TONES = {State.IN_USE: "", State.IN_STOCK: "", State.IN_REPAIR: "badge--ochre", State.RETIRED: ""}
STATES = [("", gettext_lazy("All but retired")), *State.choices]


@dataclass(frozen=True)
class Asked:
    """What the address of the list says; what is not understood counts as not said."""

    q: str = ""
    client: str = ""
    kind: str = ""
    state: str = ""
    person: str = ""

    @classmethod
    def of(cls, request: DeskRequest) -> "Asked":
        """Read it."""
        get = request.GET.get
        ids = {name: text if is_id(text := get(name, "")) else "" for name in ("client", "kind", "person")}
        state = get("state", "")
        return cls(clean_line(get("q", ""), 100), state=state if state in State.values else "", **ids)

    def near(self) -> Q:
        """What narrows the list beside the words."""
        found = Q(state=self.state) if self.state else ~Q(state=State.RETIRED)
        for column, value in (("client", self.client), ("kind", self.kind), ("person", self.person)):
            found &= Q(**{f"{column}_id": value}) if value else Q()
        return found

    def rows(self, viewer: Person) -> QuerySet[Asset]:
        """All assets that it means, by tag."""
        found = queries.visible_to(viewer).filter(self.near())
        return found.filter(queries.holding(self.q)) if self.q else found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What it says, name by name."""
        return [(name, value) for name, value in vars(self).items() if value]

    def query(self, **more: str) -> str:
        """The address's words, and more."""
        return urlencode([*self.pairs, *((name, value) for name, value in more.items() if value)])


@require_safe
@agents
def index(request: DeskRequest) -> HttpResponse:
    """A page of assets by tag; for words the best hundred, an exact tag or serial number first."""
    asked = Asked.of(request)
    context = {**_found(request, asked), **_offered(request.person, asked), "asked": asked}
    if is_part(request):
        return page(request, "desk/assets/list.html#found", context)
    return page(request, "desk/assets/list.html", context)


def _found(request: DeskRequest, asked: Asked) -> dict[str, Any]:
    if asked.q:
        rows = queries.find(request.person, asked.q, limit=FOUND, among=asked.near())
        return {"rows": list(map(row, rows)), "is_cut": len(rows) == FOUND}
    found = queries.page(asked.rows(request.person), after=request.GET.get("after", ""))
    more = f"?{asked.query(after=found.after)}" if found.after else ""
    first = f"?{asked.query()}" if request.GET.get("after") else ""
    return {"rows": list(map(row, found.rows)), "more_url": more, "first_url": first}


def row(asset: Asset) -> dict[str, Any]:
    """An asset as the list prints it."""
    state = State(asset.state)
    return {
        "one": asset, "url": reverse("desk:asset", args=[asset.pk]), "state": state.label,
        "is_usual": state == State.IN_USE, "tone": TONES[state],
        "make": " ".join(word for word in (asset.maker, asset.model) if word), "icon": asset.kind.icon,
    }  # fmt: skip


def _offered(viewer: Person, asked: Asked) -> dict[str, Any]:
    return {
        "clients": [(str(one.pk), one.name) for one in clients(viewer)],
        "kinds": [(str(kind.pk), str(kind)) for kind in queries.kinds(int(asked.kind) if asked.kind else None)],
        "states": STATES,
        "is_narrowed": asked != Asked(),
        "words": asked.query(),
        "holder": Person.objects.filter(pk=asked.person).first() if asked.person else None,
    }


def is_id(text: str) -> bool:
    """Whether a word of an address can be an id."""
    return whole_number(text) is not None
