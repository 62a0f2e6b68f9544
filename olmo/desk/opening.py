"""A ticket for somebody who calls or stands at the counter."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError
from olmo.kernel.middleware import status_of
from olmo.kernel.text import clean_line
from olmo.people import actions as people
from olmo.people import queries
from olmo.people.models import Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tickets import actions
from olmo.tickets import queries as tickets
from olmo.tickets.actions import NewMessage
from olmo.tickets.files import NoSpace
from olmo.tickets.models import Channel, Impact, Ticket, TicketKind, Urgency

from .composer import Draft, uploads
from .filters import clients
from .forms.values import CategoryChoice, active_teams, categories
from .people import as_candidate, find
from .shell import DeskRequest, SeeOther, agents, page
from .writing import keep_files

_CHANNELS = [(c.value, c.label) for c in (Channel.PHONE, Channel.COUNTER, Channel.DESK)]
OPEN_SHOWN = 5


class Opening(forms.Form):
    """The ticket, and who asks: somebody known, or a new person with their organisation."""

    requester = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=320, widget=forms.EmailInput)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    client = forms.ModelChoiceField(Client.objects.none(), label=gettext_lazy("Organisation"), required=False)

    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=255, widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": gettext_lazy("A ticket needs a subject: one line that says what it is about.")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"})
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"), choices=_CHANNELS, initial=Channel.PHONE, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=TicketKind.choices, initial=TicketKind.INCIDENT, widget=forms.RadioSelect
    )
    impact = forms.TypedChoiceField(
        label=gettext_lazy("Impact"), choices=Impact.choices, coerce=int, initial=Impact.MEDIUM
    )
    urgency = forms.TypedChoiceField(
        label=gettext_lazy("Urgency"), choices=Urgency.choices, coerce=int, initial=Urgency.MEDIUM
    )
    category = CategoryChoice(label=gettext_lazy("Category"), empty_label=gettext_lazy("No category"))
    team = forms.ModelChoiceField(
        Team.objects.none(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("The category’s team")
    )
    take = forms.BooleanField(label=gettext_lazy("I take it myself"), required=False)

    def __init__(self, data: Any = None, *, by: Person, **more: Any) -> None:
        self.by = by
        super().__init__(data, label_suffix="", **more)
        self.fields["client"].queryset = clients(by)  # type: ignore[attr-defined]
        self.fields["team"].queryset = active_teams()  # type: ignore[attr-defined]
        self.fields["category"].plant(categories())  # type: ignore[attr-defined]

    def known(self) -> Person | None:
        """The chosen requester, as far as the agent may know them."""
        value = str(self["requester"].value() or "")
        if not (value.isascii() and value.isdecimal() and len(value) < 19):
            return None
        people_ = queries.visible_to(self.by).filter(pk=int(value), kind=Kind.REQUESTER, is_active=True)
        return people_.select_related("client").first()

    def clean(self) -> dict[str, Any]:
        """Somebody must ask: a known person, or the name and organisation of a new one."""
        data = super().clean() or {}
        if self.known() is None:
            for name, reason in _MISSING.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, str(reason))
        return data

    def open(self, uploaded: list[int]) -> Ticket:
        """Make the person if need be, and the ticket. Raises Invalid, Conflict."""
        data = self.cleaned_data
        requester = self.known() or self._enrolled()
        if requester.client is None:
            raise NotFound
        text = data["text"].strip()
        message = NewMessage(text=text or data["subject"], channel=data["channel"], uploads=uploaded)
        return actions.open_ticket(
            by=self.by, client=requester.client, requester=requester, subject=data["subject"], message=message,
            kind=data["kind"], channel=data["channel"], impact=data["impact"], urgency=data["urgency"],
            category=data["category"], team=data["team"], assignee=self.by if data["take"] else None,
        )  # fmt: skip

    def _enrolled(self) -> Person:
        data = self.cleaned_data
        return people.enrol_requester(data["client"], data["name"], data["email"] or None, phone=data["phone"])


_MISSING = {
    "name": gettext_lazy("Choose who asks, or write the name of a new person."),
    "client": gettext_lazy("A new person needs an organisation."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """The form of a new ticket. `requester` chooses the person, `q` finds them without scripts."""
    if request.method != "POST":
        return _shown(request, Opening(by=request.person, initial=_begun(request)), Draft())
    form, draft = Opening(request.POST, by=request.person), Draft.read(request, "reply")
    if "choose" in request.POST or "find" in request.POST:
        return _chosen(request, form, draft)
    status = 422
    try:
        keep_files(request, draft, _home(request, form))
        if form.is_valid():
            with transaction.atomic():
                ticket = form.open(draft.uploads)
            messages.success(request, _("Ticket %(number)s is open.") % {"number": ticket.number})
            return SeeOther(reverse("desk:ticket", args=[ticket.number]))
    except (Invalid, Conflict, NoSpace) as refusal:
        status = _refuse(form, refusal)
    return _shown(request, form, draft, status=status)


def _chosen(request: DeskRequest, form: Opening, draft: Draft) -> HttpResponse:
    """Who asks was looked for, or chosen: the same form with all that was typed, and nothing judged yet."""
    keep_files(request, draft, _home(request, form))
    typed = {name: request.POST.get(name, "") for name in form.fields}
    typed["requester"] = request.POST.get("choose", typed["requester"])
    return _shown(request, Opening(by=request.person, initial=typed), draft)


def _refuse(form: Opening, refusal: OlmoError) -> int:
    form.is_valid()
    field = refusal.field if isinstance(refusal, Invalid) and refusal.field in form.fields else None
    form.add_error(field, str(refusal.message))
    return status_of(refusal)


def _begun(request: DeskRequest) -> dict[str, Any]:
    """What an address fills in: who asks, and the subject."""
    given = {name: clean_line(request.GET.get(name, ""), 255) for name in ("requester", "subject", "phone")}
    return {name: value for name, value in given.items() if value}


def _home(request: DeskRequest, form: Opening) -> int:
    """The organisation whose drafts the files of this form are."""
    known = form.known()
    if known is not None and known.client_id:
        return known.client_id
    first = clients(request.person).order_by("pk").first()
    if first is None:
        raise Conflict(_("There is no organisation yet."))
    return first.pk


def _shown(request: DeskRequest, form: Opening, draft: Draft, *, status: int = 200) -> HttpResponse:
    known = form.known()
    typed = clean_line((request.POST if request.method == "POST" else request.GET).get("q", ""), 100)
    context = {
        "form": form,
        "known": as_candidate(known) if known else None,
        "open_tickets": _open_tickets(request.person, known) if known else [],
        "typed": typed,
        "candidates": find(request.person, typed, whom="callers"),
        "upload_url": reverse("desk:uploads"),
        "uploads": uploads(request.person, draft),
    }
    return page(request, "desk/new.html", context, status=status)


def _open_tickets(viewer: Person, requester: Person) -> list[dict[str, Any]]:
    """What this person has open already: perhaps the call is about that."""
    found = tickets.box(viewer, "open").filter(requester=requester).order_by("-updated_at")
    rows = found.values("number", "subject", "updated_at")[:OPEN_SHOWN]
    return [{**row, "url": reverse("desk:ticket", args=[row["number"]])} for row in rows]
