"""The stage of orders: a laptop that can be ordered at Acme, people above Rui, and orders of it."""

from typing import Any

from olmo.catalogue import actions as catalogue
from olmo.catalogue import queries
from olmo.catalogue.actions import ItemSettings, Offer, ServiceSettings
from olmo.catalogue.definition import Choice, Condition, Field
from olmo.catalogue.models import Item
from olmo.people.actions import enrol_requester
from olmo.people.models import CostCentre, Person
from olmo.requests import administration, deciding, links, ordering, reactions
from olmo.requests.administration import HandlingSettings, StepSettings
from olmo.requests.models import Approval, Order
from olmo.requests.wanted import Wanted
from olmo.tickets.models import Event, Ticket
from tests.cast import DeskTest

MODELS = (Choice("light", {"en": "Light", "it": "Leggero"}), Choice("strong", {"en": "Strong", "it": "Potente"}))
FIELDS = (
    Field(key="model", kind="choice", labels={"en": "Model", "it": "Modello"}, hints={}, is_required=True, choices=MODELS),
    Field(
        key="why", kind="text", labels={"en": "Why strong", "it": "Perché potente"}, hints={}, is_required=True,
        when=Condition("model", "is", ("strong",)),
    ),
)  # fmt: skip


class OrderTest(DeskTest):
    """Mia leads Rui, Leo leads Mia; Pia owns the cost centre; Alma owns the service."""

    mia: Person
    leo: Person
    pia: Person
    item: Item

    @classmethod
    def setUpTestData(cls) -> None:
        from decimal import Decimal

        from olmo.tenancy.scope import EVERY_CLIENT, scope

        super().setUpTestData()
        with scope(EVERY_CLIENT):
            people = [("mia", "Mia Conti"), ("leo", "Leo Neri"), ("pia", "Pia Sala")]
            for name, whole in people:
                setattr(cls, name, enrol_requester(cls.acme, whole, f"{name}@acme.example"))
            centre = CostCentre.objects.create(client=cls.acme, code="4711", name="Sales", owner=cls.pia)
            Person.objects.filter(pk=cls.rui.pk).update(manager=cls.mia, cost_centre=centre, location="Milan, floor 2")
            Person.objects.filter(pk=cls.mia.pk).update(manager=cls.leo)
            for person in (cls.rui, cls.mia):
                person.refresh_from_db()
            wanted = ServiceSettings(
                key="workplace", names={"en": "Workplace", "it": "Postazione"}, owner=cls.alma,
                offer=Offer(amount=Decimal(900), currency="EUR", delivery={"en": "in a week"}),
            )  # fmt: skip
            service = catalogue.save_service(None, wanted, by=cls.ines)
            names = {"en": "Laptop", "it": "Portatile"}
            cls.item = catalogue.save_item(None, ItemSettings(key="laptop", names=names, service=service), by=cls.ines)
            for field in FIELDS:
                catalogue.put_field(cls.item, field, by=cls.ines)
            catalogue.publish(cls.item, by=cls.ines)

    def steps(self, *steps: StepSettings, **more: Any) -> None:
        """Say who approves."""
        wanted = HandlingSettings(steps=steps, team=self.network, **more)
        administration.save(self.item, wanted, by=self.ines)

    def wanted(self, *, recipient: Person | None = None, **values: Any) -> Wanted:
        version = queries.form_in_force(self.item)
        assert version is not None
        return Wanted(version=version, values=values or {"model": "light"}, recipient=recipient or self.rui)

    def place(self, *, by: Person | None = None, **more: Any) -> Order:
        return ordering.place(self.wanted(**more), by=by or self.rui)

    def asked(self, order: Order) -> list[str]:
        """Who is asked and has not answered."""
        return [row.approver.first_name for row in self.open_of(order)]

    def open_of(self, order: Order) -> list[Approval]:
        rows = Approval.objects.filter(order=order, decision="", dropped_at=None).select_related(
            "approver", "order__ticket"
        )
        return list(rows)

    def one(self, order: Order, person: Person) -> Approval:
        rows = Approval.objects.select_related("order__ticket", "order__item__service", "approver")
        return rows.filter(order=order, approver=person).latest("pk")

    def decide(
        self, order: Order, person: Person, says: str = "yes", comment: str = "No.", *, by: Person | None = None
    ) -> Order:
        return deciding.decide(self.one(order, person), by=by or person, says=says, comment=comment)

    def ticket(self, order: Order) -> Ticket:
        return Ticket.objects.get(pk=order.ticket_id)

    def kinds(self, order: Order) -> list[str]:
        return list(Event.objects.filter(ticket=order.ticket_id).order_by("seq").values_list("kind", flat=True))

    def react(self, order: Order) -> None:
        """Do what the worker does after the log grew."""
        for event in Event.objects.filter(ticket=order.ticket_id).select_related("ticket", "by").order_by("seq"):
            reactions.follow(event)

    def link(self, order: Order, person: Person, whom: Person | None = None) -> str:
        return "/" + links.url(self.one(order, person), whom or person).split("/", 3)[3]
