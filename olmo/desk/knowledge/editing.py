"""Writing: the text of an article in one language, and what is set for it. What was typed survives every refusal."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError
from olmo.kernel.text import whole_number
from olmo.knowledge import actions, policy, queries, showing
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import PARTS, Article, Audience, Kind, Version
from olmo.people.models import Person, Team
from olmo.people.queries import clients_seen_by
from olmo.tenancy.models import Client

from ..forms.refusable import Refusable
from ..shell import DeskRequest, SeeOther, agents, page
from . import beside, uploads


def _area(label: Any, rows: int, *, hint: Any = "", **attributes: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, **attributes})
    return forms.CharField(label=label, required=False, widget=widget, help_text=hint)


def _line(label: Any, *, hint: Any = "", limit: int | None = None) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=hint, max_length=limit)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TextForm(Refusable):
    """A text in one language; Markdown but for the title."""

    use_required_attribute = False
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = _line(gettext_lazy("Title"))
    summary = _area(
        gettext_lazy("Summary"),
        2,
        hint=gettext_lazy("One or two sentences: what it is about, in the words of those who have it."),
    )
    symptoms = _area(gettext_lazy("Symptoms"), 3)
    workaround = _area(
        gettext_lazy("Workaround"), 3, hint=gettext_lazy("For a known error: what helps until it is mended.")
    )
    solution = _area(gettext_lazy("Solution"), 8, **{"data-draft": "solution"})
    body = _area(gettext_lazy("More"), 4, **{"data-draft": "body"})
    cause = _area(gettext_lazy("Cause"), 3)
    environment = _area(gettext_lazy("Environment"), 2)
    reason = _line(gettext_lazy("What changed, and why"), limit=300)

    def text(self) -> Text:
        """What was typed."""
        given = self.cleaned_data
        return Text(title=given["title"], **{part: given[part] for part in PARTS})


class SettingsForm(Refusable):
    """Key, audience, owner and dates."""

    use_required_attribute = False
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    key = _line(gettext_lazy("Key"), hint=gettext_lazy("A short name without spaces: vpn-drops."))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, required=False)
    products = _line(
        gettext_lazy("Products"),
        hint=gettext_lazy(
            "What it is about, parted by commas: Outlook, Lexmark MS431. Assets of this name, model, kind or tag show it."
        ),
    )
    topic = forms.CharField(label=gettext_lazy("Subject area"), required=False, max_length=80)
    audience = forms.ChoiceField(label=gettext_lazy("Who reads it"), choices=Audience.choices)
    client = forms.ModelChoiceField(
        Client.objects.none(), label=gettext_lazy("Organisation"), required=False, empty_label="–"
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=gettext_lazy("Team"), required=False, empty_label="–")
    owner = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Owner"))
    review_on = _day(gettext_lazy("Review on"))
    expires_on = _day(gettext_lazy("Expires on"))

    def __init__(self, data: Any = None, *, by: Person, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        fields: dict[str, Any] = self.fields
        fields["client"].queryset = clients_seen_by(by).filter(is_active=True)
        fields["team"].queryset = Team.objects.filter(is_active=True)
        fields["owner"].queryset = Person.objects.filter(kind="agent", is_active=True).order_by("name")

    def settings(self) -> Settings:
        """What was chosen."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        given |= {"kind": given["kind"] or Kind.GUIDE, "products": tuple(given["products"].split(","))}
        return Settings(**given)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """A new article: what is set, and its first text."""
    given = request.POST if request.method == "POST" else None
    first = _first(request)
    kept = SettingsForm(given, by=request.person, initial={"owner": request.person.pk})
    text = TextForm(given, label_suffix="", initial=first["text"])
    language = _language(request.POST.get("language") or first["language"])
    if given is not None and kept.is_valid() and text.is_valid():
        try:
            article = _begin(kept.settings(), text.text(), language, request)
            messages.success(request, _("Saved as a draft. A second person has to approve it before readers see it."))
            return SeeOther(reverse("desk:article", args=[article.pk]))
        except OlmoError as refusal:
            _refuse([kept, text], refusal)
    context = {
        **first,
        **uploads.field(request),
        "settings": kept,
        "text": text,
        "language": language,
        "languages": settings.LANGUAGES,
    }
    return page(request, "desk/knowledge/new.html", context, status=422 if given is not None else 200)


def _first(request: DeskRequest) -> dict[str, Any]:
    """What a new article begins with: nothing, or how a ticket (`ticket`) was solved."""
    number = request.GET.get("ticket", "")
    if whole_number(number) is None:
        return {"text": {}, "language": request.GET.get("lang") or request.person.language}
    return beside.draft_of(request.person, int(number))


def _begin(wanted: Settings, text: Text, language: str, request: DeskRequest) -> Article:
    with transaction.atomic():
        article = actions.create(wanted, by=request.person)
        actions.write(article, language, text, by=request.person)
        uploads.take(request, article)
    return article


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def edit(request: DeskRequest, pk: int, code: str) -> HttpResponse:
    """The newest text in one language (or a first one), another language beside it; saving adds a version."""
    article = queries.by_id(request.person, pk)
    policy.require(policy.may_write(request.person, article))
    if code not in dict(settings.LANGUAGES):
        raise NotFound
    texts = {row.language: row.newest for row in article.translations.all()}
    newest = texts.get(code)
    status = 200
    if request.method == "POST":
        form = TextForm(request.POST, label_suffix="", initial={"seen": article.version})
        if form.is_valid():
            try:
                _write(request, article, code, form)
                messages.success(request, _("Version saved. Readers see it once a second person has approved it."))
                return SeeOther(f"{reverse('desk:article', args=[pk])}?lang={code}&text=newest")
            except OlmoError as refusal:
                status = _refuse([form], refusal)
        else:
            status = 422
    else:
        form = TextForm(initial={**_words(newest), "seen": article.version}, label_suffix="")
    other = next((text for language, text in texts.items() if language != code and text), None)
    name = dict(settings.LANGUAGES)[code]
    parts = showing.parts(other) if other else []
    context = {
        **uploads.field(request, article),
        "article": article,
        "form": form,
        "code": code,
        "name": name,
        "other": other,
        "parts": parts,
    }
    return page(request, "desk/knowledge/edit.html", context, status=status)


def _write(request: DeskRequest, article: Article, code: str, form: TextForm) -> None:
    """Keep the files that came with the form, and the text where it differs: files alone are kept too."""
    given = form.cleaned_data
    with transaction.atomic():
        has_files = uploads.take(request, article, given["seen"])
        seen = article.version if has_files else given["seen"]
        try:
            with transaction.atomic():
                actions.write(article, code, form.text(), by=request.person, reason=given["reason"], seen=seen)
        except Invalid as refusal:
            if not has_files or refusal.field != "body" or not _is_same(article, code, form.text()):
                raise


def _is_same(article: Article, code: str, text: Text) -> bool:
    newest = Version.objects.filter(translation__article=article, translation__language=code).first()
    return newest is not None and actions.is_same(newest, text)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def keeping(request: DeskRequest, pk: int) -> HttpResponse:
    """What is set for an article: key, audience, owner, dates."""
    article = queries.by_id(request.person, pk)
    policy.require(policy.may_keep(request.person, article))
    names = ("key", "kind", "topic", "audience", "client", "team", "owner", "review_on", "expires_on")
    shown = {name: getattr(article, name) for name in names} | {"products": ", ".join(article.products)}
    status = 200
    form = SettingsForm(request.POST or None, by=request.person, initial={**shown, "seen": article.version})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.change_settings(article, form.settings(), by=request.person, seen=form.cleaned_data["seen"])
                messages.success(request, _("The settings were saved."))
                return SeeOther(reverse("desk:article", args=[pk]))
            except OlmoError as refusal:
                status = _refuse([form], refusal)
    return page(request, "desk/knowledge/settings.html", {"article": article, "form": form}, status=status)


def _refuse(given: list[Refusable], refusal: OlmoError) -> int:
    """Show a refusal at the field that it names, else above the first form; returns the status of the answer."""
    if not isinstance(refusal, Invalid | Conflict):
        raise refusal
    field = refusal.field if isinstance(refusal, Invalid) else ""
    return next((form for form in given if field in form.fields), given[0]).refuse(refusal)


def _words(version: Version | None) -> dict[str, str]:
    return {name: getattr(version, name) for name in ("title", *PARTS)} if version else {}


def _language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGES[0][0]
