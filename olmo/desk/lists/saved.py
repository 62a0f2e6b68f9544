"""Saved views: a list with a name. Private ones are their owner's; a team's members share and edit theirs; the whole desk sees
those that are for all, which their owner and administrators edit."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from olmo.kernel import prepared
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.kernel.prepared import Part
from olmo.kernel.text import clean_line
from olmo.people import audit
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient
from olmo.tickets import queries

from ..models import SavedView, Sharing
from . import taste
from .filters import Filters

MOST = 200  # views that one person may own


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name and readers of a view."""

    class Meta:
        model = SavedView
        fields = ("name", "sharing", "team")

    instance: SavedView

    def __init__(self, data: Any = None, *, by: Person, **more: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="view-%s", **more)
        self.by = by
        own = Q(pk__in=team_ids(by)) | Q(pk=self.instance.team_id)
        self.fields["team"].queryset = Team.objects.filter(own)  # type: ignore[attr-defined]
        self.fields["team"].required = False
        self.fields["team"].empty_label = _("No team")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return str(clean_line(self.cleaned_data["name"], 60))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("sharing") != Sharing.TEAM:
            data["team"] = None
        elif not data.get("team") and "team" not in self.errors:
            self.add_error("team", _("Say which team sees the view."))
        return data


def visible_to(viewer: Person) -> QuerySet[SavedView]:
    """The views that a person sees, those that name an organisation of others not among them."""
    shared = Q(sharing=Sharing.TEAM, team_id__in=team_ids(viewer)) | Q(sharing=Sharing.DESK)
    return SavedView.objects.filter(Q(owner=viewer) | shared)


def expression(viewer: Person) -> Part:
    """The views of a person as one expression of a statement (see queries.counts): a page reads them with its counts."""
    return _expression(queries.Reader.of(viewer))


@lru_cache(maxsize=512)
def _expression(reader: queries.Reader) -> Part:
    text, values = prepared.part(visible_to(reader.viewer).order_by().values("id", "name", "query"))
    return prepared.settled((f"(select coalesce(json_agg(v), '[]') from ({text}) v)", values))  # noqa: S608  (the ORM's own text)


def arranged(viewer: Person, found: Iterable[Mapping[str, Any]]) -> list[SavedView]:
    """What `expression` answered, as views in the person's own order."""
    return _in_order(viewer, [SavedView(**row) for row in found])


def shown_to(viewer: Person) -> list[SavedView]:
    """The views of the navigation, in the person's own order."""
    return _in_order(viewer, list(visible_to(viewer).select_related("team")))


def _in_order(viewer: Person, views: list[SavedView]) -> list[SavedView]:
    places = {pk: place for place, pk in enumerate(taste.Taste.of(viewer).views)}
    found = [view for view in views if _is_for(viewer, view)]
    return sorted(found, key=lambda view: (places.get(view.pk, len(places)), view.name.lower(), view.pk))


def by_id(viewer: Person, pk: int) -> SavedView:
    """One view. Raises NotFound."""
    found = visible_to(viewer).filter(pk=pk).first()
    if found is None or not _is_for(viewer, found):
        raise NotFound
    return found


def filters_of(view: SavedView) -> Filters:
    """What a view shows. A word that is not understood any more leaves the words that are."""
    words = QueryDict(view.query)
    try:
        return Filters.read(_with(words, view))
    except Invalid as refusal:
        known = words.copy()
        known.pop(refusal.field or "", None)
        return Filters.read(_with(known, view)) if refusal.field in words else Filters(view=str(view.pk))


def may_edit(by: Person, view: SavedView) -> bool:
    """Whether somebody may rename, share, change or delete a view."""
    if view.owner_id == by.pk:
        return True
    if view.sharing == Sharing.TEAM:
        return view.team_id in team_ids(by) or by.is_administrator
    return view.sharing == Sharing.DESK and by.is_administrator


def create(form: ViewForm, filters: Filters) -> SavedView:
    """Keep a list under a name, drawn as its maker draws lists. Raises Invalid (too many)."""
    if SavedView.objects.filter(owner=form.by).count() >= MOST:
        raise Invalid("name", _("You have %(count)d views already; delete one first.") % {"count": MOST})
    look = taste.Taste.of(form.by)
    view: SavedView = form.save(commit=False)
    view.owner, view.query = form.by, filters.query()
    view.columns, view.density = list(look.columns), look.density
    view.save()
    return view


def edit(form: ViewForm) -> SavedView:
    """Rename or share a view. Raises NotAllowed."""
    before = SavedView.objects.get(pk=form.instance.pk)
    require_edit(form.by, before)
    with transaction.atomic():
        view: SavedView = form.save()
        _note(form.by, view, before)
    return view


def refill(view: SavedView, filters: Filters, *, by: Person) -> None:
    """Let a view show what is shown now. Raises NotAllowed."""
    require_edit(by, view)
    look = taste.Taste.of(by)
    before = SavedView.objects.get(pk=view.pk)
    view.query, view.columns, view.density = filters.query(), list(look.columns), look.density
    with transaction.atomic():
        view.save(update_fields=["query", "columns", "density"])
        _note(by, view, before)


def delete(view: SavedView, *, by: Person) -> None:
    """Forget a view; its tickets stay where they are. Raises NotAllowed."""
    require_edit(by, view)
    with transaction.atomic():
        if view.owner_id != by.pk and by.is_administrator:
            audit.record(by, f"view: {view.name}", {"deleted": [view.query, None]})
        view.delete()


def move(view: SavedView, *, by: Person, step: int) -> None:
    """Put a view one place up (-1) or down (1) in this person's own navigation."""
    order = [one.pk for one in shown_to(by)]
    at = order.index(view.pk)
    order.insert(max(0, at + step), order.pop(at))
    taste.keep(by, views=tuple(order))


def follow_tag(old: str, new: str, *, by: Person) -> int:
    """Saved views that are narrowed by a tag are so by its new name. Returns how many were."""
    rows = []
    for row in SavedView.objects.select_for_update(of=("self",)).filter(query__contains="tag=").order_by("pk"):
        words = QueryDict(row.query, mutable=True)
        if words.get("tag") == old:
            words["tag"] = new
            row.query = words.urlencode()
            rows.append(row)
    return SavedView.objects.bulk_update(rows, ["query"])


def require_edit(by: Person, view: SavedView) -> None:
    """Raises NotAllowed."""
    if not may_edit(by, view):
        raise NotAllowed


def _with(words: QueryDict, view: SavedView) -> QueryDict:
    found = words.copy()
    found["view"] = str(view.pk)
    return found


def _is_for(viewer: Person, view: SavedView) -> bool:
    of = clients_of(viewer)
    client = QueryDict(view.query).get("client", "")
    return isinstance(of, EveryClient) or not client or client in {str(pk) for pk in _ids(of)}


def _ids(of: Iterable[int]) -> list[int]:
    return list(of)


def _note(by: Person, view: SavedView, before: SavedView) -> None:
    """What an administrator changes in the view of somebody else stands in the change log."""
    if view.owner_id == by.pk or not by.is_administrator:
        return
    names = ("name", "sharing", "team_id", "query")
    changed = audit.difference(*({name: getattr(one, name) for name in names} for one in (before, view)))
    if changed:
        audit.record(by, f"view: {view.name}", changed)
