"""The builder of a request form: its fields in order, one changed at a time, a preview beside them, and its versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.catalogue import actions, bilingual, definition
from olmo.catalogue.definition import FieldKind, Form
from olmo.catalogue.forms import AnswersForm, answers_of
from olmo.catalogue.models import FormVersion, Item
from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError

from ..admin.pages import Step, administrators, list_of, or_404, settle, show
from ..shell import DeskRequest, SeeOther
from .fieldform import FieldForm, condition_in_words, days_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def builder(request: DeskRequest, pk: int) -> HttpResponse:
    """The fields beside their preview. A POST only looks at the preview with other answers; it changes nothing."""
    item = _item(pk)
    form = definition.read(item.draft)
    language = request.GET.get("lang", "")
    language = language if language in bilingual.CODES else translation.get_language()[:2]
    with translation.override(language):
        preview = AnswersForm(form, answers_of(form, request.POST), follow_url=f"?lang={language}")
        preview_html = {"answers": preview}
    rows = [_row(item, form, n) for n in range(len(form.fields))]
    context = {
        "item": item, "rows": rows, "kinds": FieldKind.choices, "preview": preview_html, "language": language,
        "languages": bilingual.CODES, "versions": item.versions.select_related("by"), "is_changed": _is_changed(item),
    }  # fmt: skip
    return show(request, "items", "desk/catalogue/builder.html", context, way=[list_of("items"), _step(item)])


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def field(request: DeskRequest, pk: int, key: str = "") -> HttpResponse:
    """One field, or a new one of a kind."""
    item = _item(pk)
    form = definition.read(item.draft)
    old = form.field(key) if key else None
    if key and old is None:
        raise NotFound
    kind = old.kind if old else request.GET.get("kind", "")
    if kind not in FieldKind.values:
        raise NotFound
    state = actions.state_of_draft(item)
    settings = FieldForm(request.POST or None, thing=(item, form, old, kind), state=state)
    title = str(old) if old else _("New field: %(kind)s") % {"kind": FieldKind(kind).label}
    home = reverse("desk:admin_item_form", args=[pk])
    return settle(
        request, "items", settings, title=title, said=gettext_lazy("%(name)s was saved."),
        way=[list_of("items"), _step(item), Step(gettext_lazy("Form"), home)], then=lambda _made: home,
        context={"cancel_url": home},
    )  # fmt: skip


@require_POST
@administrators
def change(request: DeskRequest, pk: int) -> HttpResponse:
    """Move or remove a field (`up`, `down`, `remove` = its key), or `publish`."""
    item = _item(pk)
    try:
        said = _changed(request, item)
    except (Invalid, Conflict) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, said)
    return SeeOther(reverse("desk:admin_item_form", args=[pk]))


def _changed(request: DeskRequest, item: Item) -> str:
    post, by = request.POST, request.person
    if "publish" in post:
        version = actions.publish(item, by=by)
        return _("Version %(number)d is in force: it is filled in from now on.") % {"number": version.number}
    if key := post.get("remove"):
        actions.remove_field(item, key, by=by)
        return _("The field was removed.")
    if key := post.get("up") or post.get("down"):
        actions.move_field(item, key, up="up" in post, by=by)
        return _("The field was moved.")
    raise Invalid("form", _("Nothing was chosen."))


@require_POST
@administrators
def withdrawal(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a version back."""
    version = or_404(FormVersion.objects.all(), pk)
    try:
        actions.withdraw(version, by=request.person)
        messages.success(request, _("Version %(number)d is filled in no more.") % {"number": version.number})
    except OlmoError as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(reverse("desk:admin_item_form", args=[version.item_id]))


@require_safe
@administrators
def version(request: DeskRequest, pk: int) -> HttpResponse:
    """A version as it was published."""
    found = or_404(FormVersion.objects.select_related("item", "by"), pk)
    form = definition.read(found.content)
    home = Step(gettext_lazy("Form"), reverse("desk:admin_item_form", args=[found.item_id]))
    context = {"version": found, "item": found.item, "preview": {"answers": AnswersForm(form, {})}}
    return show(
        request, "items", "desk/catalogue/version.html", context, way=[list_of("items"), _step(found.item), home]
    )


def _item(pk: int) -> Item:
    return or_404(Item.objects.select_related("service"), pk)


def _step(item: Item) -> Step:
    return Step(str(item), reverse("desk:admin_item", args=[item.pk]))


def _row(item: Item, form: Form, n: int) -> dict[str, Any]:
    one = form.fields[n]
    return {
        "field": one, "kind": FieldKind(one.kind).label, "url": reverse("desk:admin_item_field", args=[item.pk, one.key]),
        "when": " · ".join(filter(None, [condition_in_words(form, one), days_in_words(form, one)])),
        "is_section": one.kind == FieldKind.SECTION,
        "is_first": n == 0, "is_last": n == len(form.fields) - 1,
        "missing": [(code.upper(), lost) for code in bilingual.CODES if (lost := definition.lacking(one, code))],
    }  # fmt: skip


def _is_changed(item: Item) -> bool:
    last = item.versions.first()
    return last is None or not last.is_in_force or last.content != item.draft
