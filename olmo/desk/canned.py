"""The pages of ready answers: every agent's own, those of teams, and the desk's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel import placeholders
from olmo.kernel.errors import NotFound
from olmo.kernel.text import clean_line
from olmo.people.models import Person, Team
from olmo.people.queries import team_ids
from olmo.writing import canned as ready
from olmo.writing.models import ReadyAnswer

from .admin.forms import SettingsForm, line, one_of, paragraph
from .shell import DeskRequest, SeeOther, agents, page

_SCOPES = [("own", gettext_lazy("Only me")), ("team", gettext_lazy("A team")), ("desk", gettext_lazy("The whole desk"))]


class AnswerForm(SettingsForm):
    """A ready answer."""

    groups = (
        (gettext_lazy("Name"), "", ["title", ("folder", "tags")]),
        (gettext_lazy("Who uses it"), "", [("scope", "team")]),
        (
            gettext_lazy("Text"),
            gettext_lazy("The ticket’s language decides which one is used."),
            ["text_en", "text_it"],
        ),
    )

    title = line(gettext_lazy("Title"), limit=80)
    folder = line(gettext_lazy("Folder"), limit=80, required=False)
    tags = line(gettext_lazy("Tags"), limit=200, required=False, hint=gettext_lazy("Separated by spaces."))
    scope = forms.ChoiceField(label=gettext_lazy("For"), choices=_SCOPES)
    team = one_of(gettext_lazy("Team"), Team.objects.all(), gettext_lazy("None"))
    text_en = paragraph(gettext_lazy("In English"), rows=8)
    text_it = paragraph(gettext_lazy("In Italian"), rows=8)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> ReadyAnswer:
        """Change the answer, or make it."""
        wanted = ready.Settings(
            title=data["title"], scope=data["scope"], team=data["team"], folder=data["folder"],
            tags=tuple(data["tags"].replace(",", " ").split()), texts={"en": data["text_en"], "it": data["text_it"]},
        )  # fmt: skip
        return ready.save(self.thing, wanted, by=by)

    def shown(self) -> dict[str, Any]:
        """The answer as it is."""
        row: ReadyAnswer = self.thing
        scope = "own" if row.owner_id else "team" if row.team_id else "desk"
        texts: dict[str, Any] = {f"text_{code}": text for code, text in row.texts.items()}
        return {
            "title": row.title,
            "folder": row.folder,
            "tags": " ".join(row.tags),
            "scope": scope,
            "team": row.team_id,
            **texts,
        }


@require_safe
@agents
def answers(request: DeskRequest) -> HttpResponse:
    """The answers that one may use, by folder; `q` finds some."""
    words = clean_line(request.GET.get("q", ""), 100)
    rows = list(ready.find(request.person, words).order_by("folder", "title", "pk")[:300])
    return page(request, "desk/canned.html", {"rows": rows, "typed": words})


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def answer(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One answer, or a new one."""
    found = ready.usable_by(request.person).filter(pk=pk).first() if pk else None
    if pk and (found is None or not ready.may_change(request.person, found)):
        raise NotFound
    form = AnswerForm(request.POST or None, thing=found)
    mine: Any = form.fields["team"]
    mine.queryset = (
        Team.objects.all() if request.person.is_administrator else Team.objects.filter(pk__in=team_ids(request.person))
    )
    if request.method == "POST" and form.is_done(request.person):
        messages.success(request, _("%(name)s was saved.") % {"name": form.saved})
        return SeeOther(reverse("desk:canned"))
    context = {"form": form, "thing": found, "known": placeholders.offered()}
    return page(request, "desk/canned_one.html", context, status=form.status)


@require_POST
@agents
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove one."""
    found = ready.usable_by(request.person).filter(pk=pk).first()
    if found is None:
        raise NotFound
    ready.remove(found, by=request.person)
    messages.success(request, _("%(name)s was removed.") % {"name": found.title})
    return SeeOther(reverse("desk:canned"))
