"""Writing procedures. What was typed survives every refusal; what is kept is a draft until a second person has read it."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.procedures import queries, writing
from olmo.procedures.writing import Draft
from olmo.tickets.models import Category

from ..shell import DeskRequest, SeeOther, agents, page
from .stepform import ProcedureForm


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """A new procedure: its key and category, and its first text, in the writer's language."""
    return begun(request, ProcedureForm(request.POST if request.method == "POST" else None, is_new=True))


def begun(request: DeskRequest, form: ProcedureForm) -> HttpResponse:
    """The form of a new procedure, or the draft that it makes."""
    status = 200
    if form.is_bound and request.POST.get("fill"):
        form = form.filled(request.POST["fill"], is_new=True)
    elif form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            language = request.person.language[:2]
            made = writing.create(
                key=given["key"], language=language, draft=form.draft(), by=request.person, category=given["category"]
            )
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Kept as a draft. A second person reads it before anybody runs it."))
            return SeeOther(reverse("desk:procedure", args=[made.pk]))
    if form.is_bound and not request.POST.get("fill") and form.errors:
        status = 422
    context = {"form": form, "title": _("New procedure"), "back_url": reverse("desk:procedures")}
    return page(request, "desk/procedures/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def edit(request: DeskRequest, pk: int, code: str) -> HttpResponse:
    """The text in one language, and its category."""
    found = queries.procedure(request.person, pk)
    if code not in dict(settings.LANGUAGES):
        raise NotFound
    texts = {row.language: row.newest for row in found.article.translations.all()}
    version = texts.get(code) or next(iter(texts.values()), None)
    draft = Draft(title=version.title, summary=version.summary, steps=queries.steps_of(version)) if version else None
    form = ProcedureForm(
        request.POST if request.method == "POST" else None,
        draft=draft,
        category=found.category,
        seen=found.article.version,
    )
    if form.is_bound and request.POST.get("fill"):
        form = form.filled(request.POST["fill"], draft=draft, category=found.category, seen=found.article.version)
    elif form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                category: Category | None = given["category"]
                is_moved = (category.pk if category else None) != found.category_id
                if is_moved:
                    writing.set_category(found, category, by=request.person)
                if not (is_moved and _is_same(form.draft(), draft) and code in texts):
                    writing.write(found, code, form.draft(), by=request.person, seen=given["seen"])
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Kept as a draft. A second person reads it before anybody runs it."))
            return SeeOther(f"{reverse('desk:procedure', args=[pk])}?lang={code}&text=newest")
    name = dict(settings.LANGUAGES)[code]
    title = f"{version.title if version else found.article.key} ({name})"
    context = {"form": form, "title": title, "back_url": reverse("desk:procedure", args=[pk]), "procedure": found}
    is_refused = form.is_bound and not request.POST.get("fill") and bool(form.errors)
    return page(request, "desk/procedures/edit.html", context, status=422 if is_refused else 200)


def _is_same(typed: Draft, kept: Draft | None) -> bool:
    return kept is not None and (typed.title, typed.summary, list(typed.steps)) == (
        kept.title, kept.summary, list(kept.steps)
    )  # fmt: skip
