"""Who asked, and who follows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import NotFound
from olmo.notifications import following
from olmo.notifications.following import Level
from olmo.people import queries as people
from olmo.people.models import Kind, Person
from olmo.tickets import actions
from olmo.tickets.models import Ticket

from .base import ChangeForm


class PersonForm(ChangeForm):
    """A form that asks for a person: `q` finds them, `person` is the one chosen among those found."""

    q = forms.CharField(label=_("Name, address or number"), required=False, max_length=200)
    person = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def chosen(self, pk: int | None) -> Person:
        """The person with this id, when the agent may know them. Raises NotFound."""
        found = (
            people.visible_to(self.by).filter(pk=pk, is_active=True).exclude(kind=Kind.ROBOT).first() if pk else None
        )
        if found is None:
            raise NotFound(_("Choose a person from the list."))
        return found


class Requester(PersonForm):
    """Another person asked."""

    noun, title, button = "requester", _("Requester"), _("Change")
    said = _("Requester changed.")
    hint = _("A person of another organisation takes the ticket there.")
    whom = "requesters"

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.change_requester(self.ticket, by=self.by, requester=self.chosen(data["person"]), seen=seen)


class Following(ChangeForm):
    """How much the agent hears of this ticket."""

    noun, title, button = "following", _("My notices"), _("Save")
    said, is_said_always = _("Saved: what you are told of this ticket."), True
    hint = _("What is asked of you by name (a ticket given to you, an approval) is told in any case.")

    level = forms.ChoiceField(label=_("Tell me"), choices=Level.choices, widget=forms.RadioSelect)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"level": following.level_of(self.by, ticket)}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        following.follow(self.ticket, by=self.by, level=data["level"])
        return data["level"]


class Watchers(PersonForm):
    """Who follows the ticket: `person` is added, `remove` taken off."""

    noun, title, button = "watchers", _("Followers"), _("Add")
    said = _("Followers changed.")
    whom = "followers"

    remove = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.following = list(Person.objects.filter(pk__in=self.ticket.watcher_ids).order_by("name"))

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        if data["remove"]:
            return actions.unwatch(self.ticket, by=self.by, person=self.chosen(data["remove"]))
        person = self.chosen(data["person"])
        if person == self.by:  # whoever wants to follow wants to hear
            following.follow(self.ticket, by=self.by, level=Level.ALL)
            return person
        return actions.watch(self.ticket, by=self.by, person=person)
