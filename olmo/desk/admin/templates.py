"""Templates: what a new ticket begins from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel.errors import Invalid
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets import administration, preparing, queries
from olmo.tickets.models import Category, Impact, Template, TicketKind, Urgency

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import used
from .forms import Lines, SettingsForm, line, one_of, paragraph, tick
from .pages import administrators, list_of, or_404, settle, show, typed

_WORDS = _("In braces: {caller}, {organisation}, {agent}, {date}.")
_OFFERED = _("It is offered for these callers, first of all when its category is chosen.")
_VALUES = _("One in each line, such as “serial_number: A-100”: the field’s key, a colon, the value.")


class TemplateForm(SettingsForm):
    """A template."""

    groups = (
        (_("Name"), "", ["name", ("name_it", "name_en")]),
        (
            _("For whom"),
            _OFFERED,
            [("client", "category")],
        ),
        (_("What the ticket says"), "", ["subject", "text", "tags"]),
        (_("How it is judged"), "", [("kind", "team"), ("impact", "urgency")]),
        (_("Custom fields"), "", ["values"]),
        (_("Checklist"), "", ["checklist", "needs_checklist"]),
        (_("State"), "", ["position", "is_active"]),
    )

    name = line(_("Name"), limit=80)
    name_it = line(_("In Italian, when it differs"), limit=80, required=False)
    name_en = line(_("In English, when it differs"), limit=80, required=False)
    client = one_of(_("Organisation"), Client.objects.all(), _("All organisations"))
    category = one_of(_("Category"), Category.objects.all(), _("No category"))
    team = one_of(_("Team"), Team.objects.all(), _("The category’s team"))
    kind = forms.ChoiceField(label=_("Kind"), choices=TicketKind.choices)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Impact.choices, coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)
    subject = line(_("Subject"), limit=255, required=False, hint=_WORDS)
    text = paragraph(_("Text"), hint=_WORDS, rows=6)
    tags = line(_("Tags"), limit=500, required=False, hint=_("Separated by spaces or commas."))
    values = Lines(label=_("Values"), rows=3, help_text=_VALUES)
    checklist = Lines(label=_("Items"), rows=6, help_text=_("One item in each line."))
    needs_checklist = tick(_("All must be done before resolving"))
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=999, initial=0, help_text=_("Smaller numbers come first.")
    )
    is_active = tick(_("Active"), hint=_("Switched off, nobody can begin from it any more."))

    def prepare(self) -> None:
        """Show categories as a tree."""
        category: Any = self.fields["category"]
        tree = [(c.pk, " — " * depth + str(c)) for c, depth in administration.tree()]
        category.choices = [("", category.empty_label), *tree]

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids, lists as lines."""
        one = self.thing
        names = {"name_it": one.names.get("it", ""), "name_en": one.names.get("en", "")}
        ids = {name: getattr(one, f"{name}_id") for name in ("client", "category", "team")}
        values = [f"{key}: {value}" for key, value in one.fields.items()]
        return {**self.state, **names, **ids, "tags": " ".join(one.tags), "values": values, "checklist": one.checklist}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Template:
        """Change the template, or make it."""
        data.pop("seen")
        names = {"it": data.pop("name_it"), "en": data.pop("name_en")}
        tags = tuple(data.pop("tags").replace(",", " ").split())
        values = dict(_pair(text) for text in data.pop("values"))
        settings = preparing.TemplateSettings(**data, names=names, tags=tags, values=values)
        return preparing.save_template(self.thing, settings, by=by, seen=seen)


def _pair(text: str) -> tuple[str, str]:
    key, colon, value = text.partition(":")
    if not colon:
        raise Invalid("values", gettext("“%(line)s” has no colon between the key and the value.") % {"line": text[:60]})
    return key.strip(), value.strip()


_COLUMNS: Columns = {
    "one": _("Name"), "one.client": _("Organisation"), "one.category": _("Category"), "one.subject": _("Subject"),
    "uses": _("Tickets"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def templates(request: DeskRequest) -> HttpResponse:
    """All templates, with how often each was used."""
    words = typed(request).lower()
    found = Template.objects.select_related("client", "category")
    rows = [
        {"one": one, "uses": _counted(preparing.uses(one))}
        for one in found
        if not words
        or words in " ".join([one.name, str(one), one.subject, str(one.category or ""), *one.checklist]).lower()
    ]
    return show(request, "templates", "templates", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def template(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One template, or a new one."""
    found = or_404(Template.objects.select_related("client", "category", "team"), pk) if pk else None
    state = preparing.state_of_template(found) if found else {}
    first = {} if found else {"is_active": True, "impact": 2, "urgency": 2, "kind": TicketKind.INCIDENT}
    form = TemplateForm(request.POST or None, thing=found, state=state, **first)
    removal = reverse("desk:admin_template_removal", args=[pk]) if found and not preparing.uses(found, 1) else ""
    return settle(
        request, "templates", form, title=str(found) if found else _("New template"), said=_("%(name)s was saved."),
        way=[list_of("templates")], context={"removal_url": removal, "used": _begun(request.person, found)},
    )  # fmt: skip


def _begun(viewer: Person, found: Template | None) -> list[used.Use]:
    """The newest tickets that began from it, with its checklist."""
    rows = queries.visible_to(viewer).filter(template=found).order_by("-pk") if found else ()
    return used.tickets(rows[: used.MOST])


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a template from which no ticket began."""
    found = or_404(Template.objects.all(), pk)
    preparing.remove_template(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_templates"))


def _counted(count: int) -> str:
    return "1000+" if count > 1000 else str(count)
