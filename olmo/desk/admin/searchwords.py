"""What the search of articles knows of words: groups that mean one thing, and words that say nothing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.knowledge import administration
from olmo.knowledge.models import Synonyms
from olmo.people.models import Person

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .forms import Lines, SettingsForm, paragraph
from .pages import administrators, list_of, or_404, settle, show, typed

MOST = 400


class SynonymsForm(SettingsForm):
    """A group of words for one thing."""

    groups = (("", _("One word or phrase a line. The first names the group."), [("words_en", "words_it")]),)

    words_en = Lines(label=_("In English"), rows=8)
    words_it = Lines(label=_("In Italian"), rows=8)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Synonyms:
        """Change the group, or make it."""
        words = {"en": data["words_en"], "it": data["words_it"]}
        return administration.save_synonyms(self.thing, words, by=by, seen=seen)


class StopForm(SettingsForm):
    """Words that say nothing."""

    groups = (
        ("", _("Separated by spaces. They are passed over in questions and in articles."), ["words_en", "words_it"]),
    )

    words_en = paragraph(_("In English"), rows=8, limit=20_000)
    words_it = paragraph(_("In Italian"), rows=8, limit=20_000)

    def shown(self) -> dict[str, Any]:
        """The words in a row."""
        return {name: " ".join(words) for name, words in self.state.items()}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> str:
        """Keep them."""
        administration.save_stop_words({"en": [data["words_en"]], "it": [data["words_it"]]}, by=by, seen=seen)
        return gettext("Words that say nothing")


_COLUMNS: Columns = {
    "en": _("English"), "it": _("Italian"), "uses": _("Texts"),
}  # fmt: skip


@listing
@administrators
def groups(request: DeskRequest) -> HttpResponse:
    """All groups that hold what is typed, with how many articles name each."""
    words = typed(request).casefold()
    found = [row for row in Synonyms.objects.order_by("pk") if words in str(row.words).casefold()]
    found = found if request.method == "POST" else found[:MOST]
    uses = administration.uses(found)
    rows = [
        {
            "one": row,
            "en": ", ".join(row.words.get("en", [])),
            "it": ", ".join(row.words.get("it", [])),
            "uses": uses[row.pk],
        }
        for row in found
    ]
    return show(request, "words", "words", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def group(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One group, or a new one."""
    found = or_404(Synonyms.objects.all(), pk) if pk else None
    form = SynonymsForm(request.POST or None, thing=found, state=administration.state_of(found) if found else None)
    removal = {"removal_url": reverse("desk:admin_word_removal", args=[pk])} if found else {}
    return settle(
        request, "words", form, title=str(found) if found else _("New group of words"), said=_("%(name)s was saved."),
        way=[list_of("words")], context=removal, template="word",
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Forget a group."""
    found = or_404(Synonyms.objects.all(), pk)
    administration.remove_synonyms(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_words"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def stop(request: DeskRequest) -> HttpResponse:
    """Words that say nothing."""
    form = StopForm(request.POST or None, thing=True, state=administration.stop_words())
    return settle(
        request, "words", form, title=_("Words that say nothing"), said=_("%(name)s: saved."), way=[list_of("words")]
    )
