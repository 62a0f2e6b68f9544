"""After the solution: a look at it is planned, and what became of one is said."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict
from olmo.people.models import Person
from olmo.surveys import following_up
from olmo.surveys.models import FollowUp
from olmo.tickets.choices import FollowUpOutcome, FollowUpReason, Score

from .base import ChangeForm
from .values import Moment, colleagues


class PlannedLook(ChangeForm):
    """A look at a solved ticket on a day."""

    noun, title, button = "follow_up", _("Look at it again"), _("Plan it")
    said = _("Planned. On that day it stands among the follow-ups.")
    is_said_always = True

    at = Moment(label=_("When"))
    person = forms.ModelChoiceField(Person.objects.none(), required=False, label=_("Who"), empty_label=_("I"))

    def prepare(self) -> None:
        self.fields["person"].queryset = colleagues(self.ticket).exclude(pk=self.by.pk)  # type: ignore[attr-defined]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return following_up.plan(self.ticket, by=self.by, at=data["at"], person=data["person"])


class FollowedUp(ChangeForm):
    """What became of it: of the one that is due first, or of the one that is chosen."""

    noun, title, button = "followed_up", _("What became of it"), _("Save")
    said = _("Followed up.")
    is_said_always = True

    which = forms.ChoiceField(label=_("Which"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What was done"), required=False, help_text=_("Agents only. Needed after a bad rating."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip

    def prepare(self) -> None:
        """Offer what is open here, and the outcomes that fit."""
        self.open = {str(one.pk): one for one in following_up.open_of(self.ticket)}
        reasons = dict.fromkeys(FollowUpReason(one.why) for one in self.open.values())
        fitting = dict.fromkeys(outcome for why in reasons for outcome in following_up.OUTCOMES[why])
        offered = [(o.value, o.label) for o in fitting or FollowUpOutcome]
        self.fields["outcome"].choices = offered  # type: ignore[attr-defined]
        self.fields["which"].choices = [(pk, _words(one)) for pk, one in self.open.items()]  # type: ignore[attr-defined]
        if len(self.open) < 2:
            del self.fields["which"]
        rated = [one.rating for one in self.open.values() if one.rating is not None]
        if rated:
            words = {"score": Score(rated[0].score).label, "comment": Truncator(rated[0].comment).chars(400) or "–"}
            self.fields["note"].help_text = gettext("Rated: %(score)s. In their words: %(comment)s") % words

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        chosen = data.get("which") or next(iter(self.open), "")
        if chosen not in self.open:
            raise Conflict(gettext("Somebody has followed this up already."))
        found = self.open[chosen]
        found.ticket = self.ticket
        return following_up.finish(found, by=self.by, outcome=data["outcome"], note=data["note"])


def _words(one: FollowUp) -> str:
    words = {"why": FollowUpReason(one.why).label, "when": spoken.near(one.due_at)}
    if one.rating is not None:
        return gettext("%(why)s (%(score)s), until %(when)s") % {**words, "score": Score(one.rating.score).label}
    return gettext("%(why)s, until %(when)s") % words
