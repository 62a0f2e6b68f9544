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
from olmo.people.models import Person, Team
from olmo.people.queries import team_ids
from olmo.tickets import queries
from olmo.writing import canned as ready
from olmo.writing.models import Kind, ReadyAnswer

from ..admin import used
from ..admin.forms import SettingsForm, line, one_of, paragraph
from ..admin.pages import administrators, or_404, show, typed
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, page

_SCOPES = [("own", gettext_lazy("Only me")), ("team", gettext_lazy("A team")), ("desk", gettext_lazy("The whole desk"))]

MOST_OFFERED = 50  # on the page of a ticket: more words find fewer


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
    text_en = paragraph(gettext_lazy("In English"), rows=8, limit=ready.MAX_TEXT)
    text_it = paragraph(gettext_lazy("In Italian"), rows=8, limit=ready.MAX_TEXT)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> ReadyAnswer:
        """Change the answer, or make it."""
        wanted = ready.Settings(
            title=data["title"], scope=data["scope"], team=data["team"], folder=data["folder"],
            tags=tuple(data["tags"].replace(",", " ").split()), texts={"en": data["text_en"], "it": data["text_it"]},
        )  # fmt: skip
        return ready.save(self.thing, wanted, by=by, seen=seen)

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


MOST = 300


_COLUMNS: Columns = {
    "title": gettext_lazy("Title"), "folder": gettext_lazy("Folder"), "tags": gettext_lazy("Tags"), "team": gettext_lazy("Team"),
    "texts": (gettext_lazy("Languages"), lambda row: sorted(row.texts)), "uses": gettext_lazy("Used"),
}  # fmt: skip


@listing
@agents
def answers(request: DeskRequest) -> HttpResponse:
    """The answers that one may use, by folder; `q` finds some."""
    found = ready.find(request.person, typed(request)).order_by("folder", "title", "pk")
    table = Table(gettext_lazy("Ready answers"), _COLUMNS, found)
    return page_or_file(request, "desk/canned.html", {"rows": list(found[:MOST]), "typed": typed(request)}, table)


@listing
@administrators
def administered(request: DeskRequest) -> HttpResponse:
    """Every shared answer, among the sections of administration."""
    shared = ready.known_to(request.person).filter(owner=None)
    found = ready.find(request.person, typed(request), shared).order_by("folder", "title", "pk")
    context = {"rows": list(found[:MOST]), "typed": typed(request)}
    return show(request, "answers", "answers", context, columns=_COLUMNS, listed=found)


@require_safe
@agents
def choices(request: DeskRequest, number: int) -> HttpResponse:
    """The ready answers for a ticket, each as it would be inserted; `q` finds some, `as` is the text that it is for."""
    ticket = queries.by_number(request.person, number)
    rows = [
        {"one": one, "text": ready.text_for(one, ticket, request.person)}
        for one in ready.find(request.person, typed(request))[:MOST_OFFERED]
    ]
    kind = Kind.NOTE if request.GET.get("as") == Kind.NOTE else Kind.REPLY
    context = {
        "ticket": ticket,
        "rows": rows,
        "typed": typed(request),
        "kind": kind,
        "back_url": _composer(number, kind),
    }
    return page(request, "desk/canned_choices.html", context)


@require_POST
@agents
def insertion(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """Put one below what is being written on a ticket (`as`), and go back there."""
    ticket = queries.by_number(request.person, number)
    kind = Kind.NOTE if request.POST.get("as") == Kind.NOTE else Kind.REPLY
    ready.insert(or_404(ready.usable_by(request.person), pk), ticket, by=request.person, kind=kind)
    return SeeOther(_composer(number, kind))


def _composer(number: int, kind: str) -> str:
    return f"{reverse('desk:ticket', args=[number])}?as={kind}#{kind}-text"


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def answer(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One answer, or a new one."""
    found = ready.known_to(request.person).filter(pk=pk).first() if pk else None
    if pk and (found is None or not ready.may_change(request.person, found)):
        raise NotFound
    form = AnswerForm(
        request.POST or None, thing=found, state=ready.state(found) if found else None, **_first(request, found)
    )
    mine: Any = form.fields["team"]
    mine.queryset = (
        Team.objects.all() if request.person.is_administrator else Team.objects.filter(pk__in=team_ids(request.person))
    )
    if request.method == "POST" and form.is_done(request.person):
        messages.success(request, _("%(name)s was saved.") % {"name": form.saved})
        return SeeOther(reverse("desk:canned"))
    context = {
        "form": form, "thing": found, "known": placeholders.offered(),
        "used": used.tickets(ready.places(request.person, found, used.MOST)) if found else [],
    }  # fmt: skip
    return page(request, "desk/canned_one.html", context, status=form.status)


def _first(request: DeskRequest, found: ReadyAnswer | None) -> dict[str, str]:
    """What a new one begins with: it is the desk's when it is made in the administration."""
    return {} if found or request.GET.get("scope") != "desk" else {"scope": "desk"}


@require_POST
@agents
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove one."""
    found = or_404(ready.known_to(request.person), pk)
    ready.remove(found, by=request.person)
    messages.success(request, _("%(name)s was removed.") % {"name": found.title})
    return SeeOther(reverse("desk:canned"))
