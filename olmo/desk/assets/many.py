"""Many assets at once: choose what is to change, see what would happen to each, do it, and take it back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.assets import many, queries
from olmo.assets.many import Edit, Effect
from olmo.assets.models import Asset, State
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.models import Person
from olmo.tenancy.models import Client

from ..lists.filters import clients
from ..shell import DeskRequest, SeeOther, agents, page
from .forms import holder
from .listing import Asked, is_id
from .pages import said

_AS_IT_IS = ("", pgettext_lazy("bulk edit", "– stays as it is –"))


class ManyForm(forms.Form):
    """What is to be the same for all; what is left empty stays as it is."""

    use_required_attribute = False

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=[_AS_IT_IS, *State.choices], required=False)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    no_place = forms.BooleanField(label=gettext_lazy("Empty the place"), required=False)
    person = forms.CharField(
        label=gettext_lazy("Used by"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("A name or an address of the organisation."),
    )
    no_person = forms.BooleanField(label=gettext_lazy("Nobody uses them any more"), required=False)
    client = forms.ModelChoiceField(
        Client.objects.none(), label=gettext_lazy("Organisation"), required=False, empty_label=_AS_IT_IS[1],
        help_text=gettext_lazy("Nobody has them there before you say who. What tickets name stays where it is."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, by: Person, assets: Sequence[Asset]) -> None:
        super().__init__(data, prefix="to", label_suffix="")
        self.assets = assets
        fields: dict[str, Any] = self.fields
        fields["client"].queryset = clients(by)
        if clients(by)[:2].count() < 2:
            del fields["client"]

    def edit(self) -> Edit:
        """What was chosen. Raises Invalid (a field and why)."""
        given = self.cleaned_data
        client: Client | None = given.get("client")
        values: dict[str, Any] = {"state": given["state"]} if given["state"] else {}
        if given["place"] or given["no_place"]:
            values["place"] = "" if given["no_place"] else given["place"]
        if given["person"].strip() or given["no_person"]:
            values["person"] = None if given["no_person"] else self._holder(client, given["person"])
        if not values and client is None:
            raise Invalid("", _("Choose what is to change."))
        return Edit(values=values, client=client)

    def _holder(self, client: Client | None, typed: str) -> Person | None:
        """Whom it means in the organisation that the assets will be of, or else in one of those that they are of."""
        refusal = Invalid("person", "")
        for one in [client] if client else {asset.client_id: asset.client for asset in self.assets}.values():
            try:
                return holder(one, typed)
            except Invalid as wrong:
                refusal = wrong
        raise refusal


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def change(request: DeskRequest) -> HttpResponse:
    """The steps: the form, its preview, the change."""
    assets, has_more = _chosen(request)
    form = ManyForm(request.POST if request.method == "POST" else None, by=request.person, assets=assets)
    if not form.is_bound or not assets or not form.is_valid():
        return _shown(request, assets, form, has_more=has_more, status=422 if form.is_bound else 200)
    try:
        edit = form.edit()
        if request.POST.get("step") == "apply":
            batch = many.change(_pairs(request), edit, by=request.person, batch=_mark(request.POST.get("batch", "")))
            return SeeOther(f"{reverse('desk:asset_batch', args=[batch])}?{_words(request)}")
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return _shown(request, assets, form, status=422)
    except Conflict as refusal:
        form.add_error(None, str(refusal.message))
        return _shown(request, assets, form, many.preview(assets, edit, by=request.person), status=409)
    return _shown(request, assets, form, many.preview(assets, edit, by=request.person))


def _shown(
    request: DeskRequest, assets: Sequence[Asset], form: ManyForm, effects: Sequence[Effect] = (), *, has_more: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    left_out = set(request.POST.getlist("shown")) - {word.partition(":")[0] for word in request.POST.getlist("kept")}
    told = said(request.person, [effect.change for effect in effects])
    rows = [
        {"effect": effect, "changes": changes, "is_ticked": str(effect.asset.pk) not in left_out}
        for effect, changes in zip(effects, told, strict=True)
    ]
    count = len(assets)
    context = {
        "title": ngettext("Change %(n)d asset", "Change %(n)d assets", count) % {"n": count},
        "form": form, "assets": assets, "rows": rows, "has_more": has_more, "most": many.MOST, "words": _words(request),
        "batch": uuid4(), "can_act": any(effect.change and not effect.refusal for effect in effects), "back_url": _back(request),
    }  # fmt: skip
    return page(request, "desk/assets/many.html", context, status=status)


def _chosen(request: DeskRequest) -> tuple[list[Asset], bool]:
    """The assets that the address or the form names, by tag (`asset`), or all of a list (`all`); whether there are more."""
    rows = queries.visible_to(request.person).select_related("client", "kind", "person").order_by("tag_key", "pk")
    if request.method != "POST" and request.GET.get("all"):
        asked = Asked.of(request)
        found = list(rows.filter(pk__in=asked.rows(request.person).values("pk"))[: many.MOST + 1])
    else:
        data = request.POST if request.method == "POST" else request.GET
        ids = [int(word) for word in data.getlist("asset") if is_id(word)]
        found = list(rows.filter(pk__in=ids[: many.MOST]))
    return found[: many.MOST], len(found) > many.MOST


def _pairs(request: DeskRequest) -> list[tuple[int, str]]:
    pairs = (word.partition(":") for word in request.POST.getlist("kept"))
    return [(int(pk), mark) for pk, _colon, mark in pairs if is_id(pk)]


def _mark(text: str) -> UUID | None:
    """What the page that was shown calls its batch."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _words(request: DeskRequest) -> str:
    """The list from which one came, as its address says it."""
    return Asked.of(request).query()


def _back(request: DeskRequest) -> str:
    return f"{reverse('desk:asset_list')}?{_words(request)}"


@require_safe
@agents
def batch(request: DeskRequest, mark: UUID) -> HttpResponse:
    """What was changed at once, asset by asset, for everybody who may see them; its author may take it back."""
    done = many.steps(request.person, mark)
    count = len(done)
    context = {
        "title": ngettext("%(n)d asset was changed", "%(n)d assets were changed", count) % {"n": count},
        "rows": list(zip(done, said(request.person, [step.change for step in done]), strict=True)), "first": done[0],
        "may_undo": many.may_undo(request.person, done), "back_url": _back(request), "words": _words(request),
        "mark": mark,
    }  # fmt: skip
    return page(request, "desk/assets/batch.html", context)


@require_POST
@agents
def undo(request: DeskRequest, mark: UUID) -> HttpResponse:
    """Take it back, all of it or nothing."""
    try:
        back = many.undo(mark, by=request.person)
    except (Conflict, NotFound) as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(f"{reverse('desk:asset_batch', args=[mark])}?{_words(request)}")
    messages.success(request, _("Undone: everything is as it was."))
    return SeeOther(f"{reverse('desk:asset_batch', args=[back])}?{_words(request)}")
