"""What becomes of the orders of an item: its tickets, and who approves."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.catalogue.models import Item
from olmo.fulfilment.models import Plan
from olmo.kernel.errors import Invalid
from olmo.people.identities import normal_address
from olmo.people.models import Person, Team
from olmo.people.queries import by_address
from olmo.requests import administration, amounts
from olmo.requests.administration import HandlingSettings, StepSettings
from olmo.requests.models import ApprovalStep, ApproverKind
from olmo.requests.queries import handling
from olmo.tickets.models import Category, Impact, Urgency

from ..admin.forms import Group, Lines, SettingsForm, one_of, tick
from ..admin.pages import Step, administrators, list_of, or_404, settle
from ..forms.values import categories, tree
from ..shell import DeskRequest

STEPS = 4
_PLAIN = ("impact", "urgency", "remind_after_days", "expire_after_days", "amount_of", "asks_again")


class HandlingForm(SettingsForm):
    """Tickets and approvals of an item. thing: the item."""

    category = one_of(_("Category"), Category.objects.all(), _("None"))
    team = one_of(_("Team"), Team.objects.filter(is_active=True), _("As the category says"))
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Impact.choices, coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)
    plan = one_of(
        _("Plan"),
        Plan.objects.filter(is_active=True),
        _("None"),
        hint=_("Its tasks begin as soon as the order is approved; their conditions see the answers of the form."),
    )
    remind_after_days = forms.IntegerField(
        label=_("Remind after days"), min_value=0, max_value=365, help_text=_("0: no reminder.")
    )
    expire_after_days = forms.IntegerField(label=_("Nobody decided: ends after days"), min_value=1, max_value=365)
    amount_of = forms.ChoiceField(
        label=_("The amount"), required=False, help_text=_("What the amounts of the approvals are compared with.")
    )
    asks_again = tick(
        _("When an agent changes the answers, approvals are asked for again"),
        hint=_("When whoever ordered changes them, they always are."),
    )

    def prepare(self) -> None:
        """Fields for some steps."""
        category: Any = self.fields["category"]
        category.choices = [("", category.empty_label), *tree(categories())]
        groups: list[Group] = [
            (_("The ticket that an order makes"), "", [("category", "team"), ("impact", "urgency"), "plan"])
        ]
        groups.append((_("Approvals"), "", ["amount_of", "asks_again"]))
        self.fields["amount_of"].choices = [("", _("The price")), *_amounts(self.thing)]  # type: ignore[attr-defined]
        groups += [(str(_("Approval %(n)d")) % {"n": n}, "", self._step(n)) for n in range(1, STEPS + 1)]
        groups.append((_("Time to decide"), "", [("remind_after_days", "expire_after_days")]))
        self.groups = tuple(groups)  # type: ignore[misc]

    def _step(self, n: int) -> list[str | tuple[str, ...]]:
        kinds = [("", _("Nobody")), *ApproverKind.choices]
        self.fields[f"kind_{n}"] = forms.ChoiceField(label=_("Who approves"), required=False, choices=kinds)
        self.fields[f"stage_{n}"] = forms.IntegerField(
            label=_("Order"), min_value=1, max_value=9, initial=n, required=False,
            help_text=_("Those with the same number are asked at once, the next when these said yes."),
        )  # fmt: skip
        self.fields[f"people_{n}"] = Lines(
            label=_("Named people"), rows=2, help_text=_("E-mail addresses, one in each line.")
        )
        self.fields[f"quorum_{n}"] = forms.IntegerField(
            label=_("How many must say yes"),
            min_value=0,
            max_value=99,
            required=False,
            help_text=_("0 or empty: all of them."),
        )
        self.fields[f"above_{n}"] = forms.DecimalField(
            label=_("Only above the amount"), required=False, max_digits=12, decimal_places=2, min_value=0,
            help_text=_("Empty: always. An amount that is not known counts as above."),
        )  # fmt: skip
        return [(f"kind_{n}", f"stage_{n}"), (f"people_{n}", f"quorum_{n}"), f"above_{n}"]

    def shown(self) -> dict[str, Any]:
        """What is set."""
        row = handling(self.thing)
        first: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
        first |= {"category": row.category_id, "team": row.team_id, "plan": row.plan_id}
        steps = ApprovalStep.objects.filter(item=self.thing).prefetch_related("people")
        for n, step in enumerate(steps, start=1):
            addresses = [person.email or "" for person in step.people.all()]
            first |= {
                f"kind_{n}": step.kind,
                f"stage_{n}": step.stage,
                f"people_{n}": addresses,
                f"quorum_{n}": step.quorum,
                f"above_{n}": step.above,
            }
        return first

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Item:
        """Set it."""
        item: Item = self.thing
        steps = [
            StepSettings(
                stage=data[f"stage_{n}"] or n, kind=data[f"kind_{n}"], people=_people(data[f"people_{n}"], f"people_{n}"),
                quorum=data[f"quorum_{n}"] or 0, above=data[f"above_{n}"],
            )
            for n in range(1, STEPS + 1)
            if data[f"kind_{n}"]
        ]  # fmt: skip
        wanted = HandlingSettings(**{name: data[name] for name in (*_PLAIN, "category", "team", "plan")}, steps=steps)
        administration.save(item, wanted, by=by, seen=seen)
        return item


def _amounts(item: Item) -> list[tuple[str, str]]:
    words = {
        amounts.ANSWER: _("The answer to “%(question)s”"),
        amounts.TIMES: _("The price times the answer to “%(question)s”"),
    }
    return [(value, str(words[value.split(":")[0]]) % {"question": one}) for value, one in amounts.sources(item)]


def _people(addresses: list[str], field: str) -> list[Person]:
    found = []
    for text in addresses:
        try:
            person = by_address(normal_address(text))
        except Invalid as refusal:
            raise Invalid(field, refusal.message) from refusal
        if person is None or not person.is_active or person.is_robot:
            raise Invalid(field, _("Nobody has the address %(address)s.") % {"address": text})
        found.append(person)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def orders(request: DeskRequest, pk: int) -> HttpResponse:
    """What becomes of the orders of an item."""
    item = or_404(Item.objects.select_related("service"), pk)
    form = HandlingForm(request.POST or None, thing=item, state=administration.state_of(item))
    home = reverse("desk:admin_item", args=[pk])
    return settle(
        request, "items", form, title=_("Orders and approvals"), said=_("%(name)s was saved."),
        way=[list_of("items"), Step(str(item), home)], context={"cancel_url": home}, then=lambda _item: home,
    )  # fmt: skip
