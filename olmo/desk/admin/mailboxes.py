"""Mailboxes of the desk: where requests are sent, and how mail is fetched."""

from typing import Any

from django import forms
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from olmo.channels import actions, queries
from olmo.channels.models import Mailbox, Security
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import SettingsForm, address, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show

NEW: dict[str, Any] = {"is_active": True, "takes_plus": True, "imap_folder": "INBOX", "imap_security": Security.TLS}


class MailboxForm(SettingsForm):
    """A mailbox. Its password is written and never shown again."""

    groups = (
        (_("Address"), "", ["address"]),
        (
            _("What its mail becomes"),
            _("Known senders keep their organisation; tickets that have a team already keep it."),
            ["client", "team", "language"],
        ),
        (
            _("Fetching by IMAP"),
            _("Leave the server empty when mail is delivered to Olmo itself by SMTP or LMTP."),
            [
                ("imap_host", "imap_port"),
                "imap_security",
                ("imap_user", "password"),
                ("imap_folder", "imap_done_folder"),
            ],
        ),
        (_("Details"), "", ["takes_plus", "trusted_server"]),
        (_("State"), "", ["is_active"]),
    )

    address = address(_("Mail address"), required=True)
    client = one_of(
        _("Organisation of unknown senders"), Client.objects.all(), _("As everywhere"),
        hint=_("Unknown senders are taken for people of this organisation."),
    )  # fmt: skip
    team = one_of(_("Team"), Team.objects.all(), _("None"))
    language = forms.ChoiceField(
        label=_("Language of unknown senders"), required=False,
        choices=[("", _("As their organisation")), *django_settings.LANGUAGES],
    )  # fmt: skip
    takes_plus = tick(
        _("Takes answers at address+token"),
        hint=_("Switch this off when mail to name+anything@… does not arrive in this mailbox."),
    )
    trusted_server = line(
        _("Mail server whose verdicts on senders count"), limit=253, required=False, spellcheck="false",
        hint=_("The first word of its Authentication-Results header. Without it no sender counts as proven."),
    )  # fmt: skip
    imap_host = line(_("Server"), limit=253, required=False, spellcheck="false")
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(label=_("Encryption"), choices=Security.choices)
    imap_user = line(_("User"), limit=254, required=False, spellcheck="false")
    password = forms.CharField(
        label=_("Password"), required=False, max_length=1000, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    imap_folder = line(_("Folder to read"), limit=254, spellcheck="false")
    imap_done_folder = line(
        _("Folder for taken messages"), limit=254, required=False, spellcheck="false",
        hint=_("Empty: they stay where they are, marked as read."),
    )  # fmt: skip
    is_active = tick(
        _("Active"), hint=_("Switched off, nothing is fetched; what arrives by SMTP is taken in as for no mailbox.")
    )

    def prepare(self) -> None:
        """A password that is there is kept unless a new one is written."""
        if self.thing is not None and self.thing.secret_name:
            self.fields["password"].help_text = _("There is one. Write here only to replace it.")

    def shown(self) -> dict[str, Any]:
        """The settings; never the password."""
        values = {name: getattr(self.thing, name) for name in self.base_fields if hasattr(self.thing, name)}
        return {**values, "client": self.thing.client_id, "team": self.thing.team_id}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Mailbox:
        """Change the mailbox, or add it."""
        data.pop("seen")
        return actions.save_mailbox(self.thing, by=by, **data)


_COLUMNS: Columns = {
    "one.address": _("Address"), "one.client.name": _("Organisation"), "one.team.name": _("Team"),
    "one.last_ok_at": _("Last in order"), "state.label": _("State"), "one.last_error": _("What went wrong"),
}  # fmt: skip


@listing
@administrators
def mailboxes(request: DeskRequest) -> HttpResponse:
    """All mailboxes with their state."""
    rows = [{"one": mailbox, "state": state_of(mailbox)} for mailbox in queries.mailboxes(request.person)]
    return show(request, "mailboxes", "mailboxes", {"rows": rows}, columns=_COLUMNS)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def mailbox(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One mailbox, or a new one."""
    found = or_404(queries.mailboxes(request.person), pk) if pk else None
    form = MailboxForm(request.POST or None, thing=found, **({} if found else NEW))
    return settle(
        request, "mailboxes", form, title=found.address if found else _("New mailbox"), said=_("%(name)s was saved."),
        template="mailbox", way=[list_of("mailboxes")], context={"one": found, "state": state_of(found) if found else None},
    )  # fmt: skip


def state_of(mailbox: Mailbox) -> dict[str, Any]:
    """How a mailbox is, in a word and its colour."""
    if not mailbox.is_active:
        return {"tone": "", "label": _("Not active")}
    if not mailbox.is_fetched:
        return {"tone": "line", "label": _("Delivered to Olmo")}
    tones = {Mailbox.Health.WORKING: "elm", Mailbox.Health.FAILING: "brick"}
    return {"tone": tones.get(Mailbox.Health(mailbox.health), "slate"), "label": mailbox.get_health_display()}
