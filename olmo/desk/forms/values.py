"""Fields and choices that several forms of the desk need."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people import queries as people
from olmo.people.identities import normal_address
from olmo.people.models import Person, Team
from olmo.tickets.models import Category, Ticket

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Category]
else:
    _Choice = forms.ModelChoiceField

DATETIME = "%Y-%m-%dT%H:%M"
MOST_ADDRESSES = 50


class Moment(forms.DateTimeField):
    """A date and time, in the zone of whoever types it."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(format=DATETIME, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=[DATETIME, f"{DATETIME}:%S", "%Y-%m-%d %H:%M"], **more)


class Addresses(forms.CharField):
    """E-mail addresses separated by commas or spaces, each in its normal form."""

    def clean(self, value: Any) -> list[str]:
        """The addresses, each once. Raises ValidationError naming the one that is none."""
        words = str(super().clean(value) or "").replace(",", " ").replace(";", " ").split()
        if len(words) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(most)d addresses.") % {"most": MOST_ADDRESSES})
        try:
            return list(dict.fromkeys(normal_address(word) for word in words))
        except Invalid as error:
            raise ValidationError(str(error.message)) from error


def active_teams(present: int | None = None) -> QuerySet[Team]:
    """The teams a ticket can be given to: those at work, and the one that has it."""
    return Team.objects.filter(Q(is_active=True) | Q(pk=present)).select_related("tier")


def colleagues(ticket: Ticket) -> QuerySet[Person]:
    """The agents who work for the ticket's organisation, and its owner."""
    fit = Q(clients=None) | Q(clients=ticket.client_id) | Q(pk=ticket.assignee_id)
    return people.agents().filter(fit).distinct()


def categories(ticket: Ticket | None = None) -> QuerySet[Category]:
    """The categories in use that tickets of this organisation may have (of any, without a ticket)."""
    known = Category.objects.filter(is_active=True)
    return known.filter(Q(client=None) | Q(client=ticket.client_id)) if ticket else known


class CategoryChoice(_Choice):
    """The tree of categories as one list, branches under their trunk."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Category.objects.none(), required=False, **more)

    def plant(self, rows: QuerySet[Category]) -> None:
        """Take these categories as the choices."""
        self.queryset = rows
        self.choices = [("", self.empty_label or ""), *tree(rows)]


def tree(rows: QuerySet[Category]) -> Iterator[tuple[int, str]]:
    """(id, name) of every category, each branch indented below its trunk."""
    below: dict[int | None, list[Category]] = {}
    known = list(rows)
    ids = {category.pk for category in known}
    for category in known:
        below.setdefault(category.parent_id if category.parent_id in ids else None, []).append(category)

    def branches(parent: int | None, depth: int) -> Iterator[tuple[int, str]]:
        for category in sorted(below.get(parent, []), key=str):
            yield category.pk, "\u2003" * depth + str(category)
            yield from branches(category.pk, depth + 1)

    return branches(None, 0)
