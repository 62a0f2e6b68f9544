"""Tags: which there are, how many tickets have each, and one renamed, merged or removed everywhere."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel.errors import Conflict, NotFound
from olmo.kernel.text import clean_line
from olmo.people.models import Person
from olmo.tickets import tagging
from olmo.tickets.models import Retagging

from ..lists.files import Columns, listing
from ..lists.filters import Filters
from ..shell import DeskRequest, SeeOther
from . import used
from .categories import counted
from .forms import SettingsForm, line
from .pages import administrators, list_of, or_404, settle, show, typed


class TagForm(SettingsForm):
    """Another name for a tag. One that is there takes its tickets too."""

    groups = (
        (
            "",
            _(
                "The name of another tag merges the two. Each ticket gets the change in its log; views, macros, rules and"
                " templates follow."
            ),
            ["into"],
        ),
    )
    button = _("Rename or merge")

    into = line(_("New name"), limit=40, autocapitalize="none", spellcheck="false")

    def shown(self) -> dict[str, Any]:
        """The present name."""
        return {"into": self.thing}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Retagging:
        """Begin it."""
        return tagging.retag(str(self.thing), by=by, into=data["into"])


_COLUMNS: Columns = {
    "name": _("Name"), "uses": _("Tickets"),
}  # fmt: skip


@listing
@administrators
def tags(request: DeskRequest) -> HttpResponse:
    """All tags by name, with their tickets, and what is being changed."""
    found = tagging.tags(holding=typed(request))
    rows = [
        {"name": one.name, "uses": counted(one.count), "url": Filters(box="all", tag=one.name).url()} for one in found
    ]
    context = {"rows": rows, "typed": typed(request), "under_way": tagging.under_way()}
    return show(request, "tags", "tags", context, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def tag(request: DeskRequest) -> HttpResponse:
    """One tag (`name` in the address): a new name, or gone."""
    name = clean_line(request.GET.get("name", ""), 40)
    if not name:
        return tags(request)
    found = next((one for one in tagging.tags(holding=name) if one.name == name), None)
    if found is None:
        raise NotFound
    if request.method == "POST" and request.POST.get("remove"):
        try:
            used.require_unnamed(request.person, "tag", name)
            begun = tagging.retag(name, by=request.person)
        except Conflict as refusal:
            messages.error(request, str(refusal.message))
            return SeeOther(f"{reverse('desk:admin_tag')}?{urlencode({'name': name})}")
        said = ngettext("“%(tag)s” is taken off %(n)d ticket.", "“%(tag)s” is taken off %(n)d tickets.", begun.total)
        messages.success(request, said % {"tag": name, "n": begun.total})
        return SeeOther(reverse("desk:admin_tags"))
    form = TagForm(request.POST or None, thing=name)
    named = used.of(request.person, "tag", name)
    uses = {"uses": counted(found.count), "url": Filters(box="all", tag=name).url(), "used": named}
    return settle(
        request, "tags", form, title=name, said=gettext("The tag is being changed: its tickets follow one by one."),
        template="tag", way=[list_of("tags")], context=uses,
    )  # fmt: skip


@require_POST
@administrators
def going_on(request: DeskRequest, pk: int) -> HttpResponse:
    """Go on with a change that stopped."""
    try:
        tagging.resume(or_404(Retagging.objects.all(), pk), by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, gettext("It goes on where it stopped."))
    return SeeOther(reverse("desk:admin_tags"))
