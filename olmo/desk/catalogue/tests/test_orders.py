"""The catalogue at work for agents: ordering for somebody, the order beside its ticket, approvals, and who approves what."""

from olmo.desk.admin.tests.base import AdminTest
from olmo.fulfilment import administration as plans
from olmo.fulfilment import conditions
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Task
from olmo.fulfilment.steps import Step
from olmo.people.models import CostCentre, Person
from olmo.requests.administration import StepSettings
from olmo.requests.models import ApprovalStep, Handling, Order
from olmo.requests.tests.stage import OrderTest
from olmo.tickets.models import Ticket


class AgentsAtTheCatalogue(OrderTest, AdminTest):
    def test_an_agent_orders_for_somebody_from_search_to_ticket(self) -> None:
        self.assertIn("Rui Alves", self.get("/desk/orders/new?q=rui", by=self.alma).text)
        self.assertIn("Laptop", self.get(f"/desk/orders/new?for={self.rui.pk}", by=self.alma).text)
        url = f"/desk/orders/new/{self.item.pk}?for={self.rui.pk}"
        self.assertEqual(self.post(url, {"asked": "model", "act": "order"}, by=self.alma).status, 422)
        given = {"asked": "model", "act": "order", "a_model": "light", "channel": "phone", "mark": "one"}
        self.assertEqual([self.post(url, given, by=self.alma).status for _press in range(2)], [303, 303])
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.requester, ticket.channel, Order.objects.get().by), (self.rui, "phone", self.alma))
        beside = self.get(f"/desk/tickets/{ticket.number}/order", by=self.alma)
        self.assertIn("Light", beside.text)
        link = self.get("/desk/admin/items", by=self.ines).one("td a.n-link")
        rows = self.get(link.attributes["href"] or "", by=self.ines)
        self.assertEqual((link.text(), len(rows.all("#list .row__title"))), ("1", 1))
        self.assertIn("that order “Laptop”", " ".join(rows.words(".sentence")))
        self.assertIn("Look at it", self.get(f"/desk/tickets/{ticket.number}", by=self.alma).text)

    def test_a_plan_that_an_agent_starts_on_it_knows_the_answers(self) -> None:
        steps = [
            Step(key="dock", title="Find a dock", conditions=[conditions.checked("answer:model", "any", ["light"])])
        ]
        plan = plans.save(None, PlanSettings(name="Laptops", steps=steps), by=self.ines)
        ticket = Ticket.objects.get(pk=self.place().ticket_id)
        self.post(f"/desk/tickets/{ticket.number}/tasks/plans", {"plan": plan.pk}, by=self.alma)
        self.assertEqual(Task.objects.get().state, "todo")

    def test_an_agent_changes_the_answers_and_says_why(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        ticket = Ticket.objects.get(pk=self.place().ticket_id)
        self.assertIn("order/answers", self.get(f"/desk/tickets/{ticket.number}/order", by=self.alma).text)
        url = f"/desk/tickets/{ticket.number}/order/answers"
        self.assertEqual(self.get(url, by=self.otto).status, 404)
        page = self.get(url, by=self.alma).text
        self.assertIn('name="seen" value="1"', page)
        self.assertIn("Who approves is asked anew", page)
        given = {"asked": "model why", "act": "order", "a_model": "strong", "a_why": "Films", "seen": "1"}
        refused = self.post(url, given, by=self.alma)
        self.assertEqual(refused.status, 422)
        self.assertIn("Say why the answers are changed.", refused.text)
        self.assertIn('value="Films"', refused.text)
        self.assertEqual(self.post(url, {**given, "reason": "Rui rang"}, by=self.alma).status, 303)
        again = self.post(url, {**given, "reason": "Rui rang"}, by=self.alma)
        self.assertEqual(again.status, 409)
        self.assertIn('name="seen" value="2"', again.text)
        self.assertIn("Rui rang", again.text)

    def test_an_agent_of_another_organisation_finds_nobody(self) -> None:
        self.assertNotIn("Rui Alves", self.get("/desk/orders/new?q=rui", by=self.otto).text)
        self.assertEqual(self.get(f"/desk/orders/new?for={self.rui.pk}", by=self.otto).status, 404)
        number = Ticket.objects.get(pk=self.place().ticket_id).number
        self.assertEqual(self.get(f"/desk/tickets/{number}/order", by=self.otto).status, 404)

    def test_an_owner_approves_at_the_desk(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"))
        order = self.place()
        self.assertIn("Laptop", self.get("/desk/approvals", by=self.alma).text)
        url = f"/desk/approvals/{self.one(order, self.alma).pk}"
        self.assertEqual(self.get(url, by=self.tove).status, 404)
        self.assertEqual(self.post(url, {"says": "no"}, by=self.alma).status, 422)
        self.assertEqual(self.post(url, {"says": "yes", "seen": "7"}, by=self.alma).status, 409)
        self.assertEqual(self.post(url, {"says": "yes", "seen": "1"}, by=self.alma).status, 303)
        self.assertEqual(Order.objects.get().state, "approved")

    def test_who_approves_is_set_and_what_cannot_be_is_said_at_its_field(self) -> None:
        at = f"items/{self.item.pk}/orders"
        saved = self.save(
            at,
            team=str(self.network.pk),
            kind_1="manager",
            kind_2="people",
            people_2="leo@acme.example\npia@acme.example",
            quorum_2="1",
            above_2="500",
        )
        self.assertEqual(saved.status, 303)
        self.assertEqual(Handling.objects.get().team, self.network)
        steps = [(step.stage, step.kind, step.quorum, step.above) for step in ApprovalStep.objects.all()]
        self.assertEqual(steps, [(1, "manager", 0, None), (2, "people", 1, 500)])
        self.assertIn("leo@acme.example", self.look(at).text)
        self.assertIn("Only 1 can be asked", self.wrong(self.save(at, kind_1="manager", quorum_1="2"), "quorum_1"))
        self.assertIn("Nobody has the address", self.wrong(self.save(at, people_2="no@acme.example"), "people_2"))


class PlaceInTheOrganisation(AdminTest):
    def test_a_cost_centre_and_a_manager(self) -> None:
        saved = self.save(
            "costcentres/new", client=str(self.acme.pk), code="4711", name="Sales", owner="rui@acme.example"
        )
        self.assertEqual(saved.status, 303)
        centre = CostCentre.objects.get()
        self.assertIn("Sales", self.look("costcentres").text)
        wrong = self.save(f"costcentres/{centre.pk}", owner="bea@bolt.example")
        self.assertIn("Nobody of Acme Industrial", self.wrong(wrong, "owner"))
        boss = self.save("requesters/new", name="Mia Conti", client=str(self.acme.pk), addresses="mia@acme.example")
        self.assertEqual(boss.status, 303)
        at = f"requesters/{self.rui.pk}"
        self.assertEqual(
            self.save(at, manager="mia@acme.example", cost_centre=str(centre.pk), location="Milan").status, 303
        )
        rui = Person.objects.get(pk=self.rui.pk)
        self.assertEqual(
            (rui.manager and rui.manager.name, rui.cost_centre, rui.location), ("Mia Conti", centre, "Milan")
        )
        mia = Person.objects.get(name="Mia Conti")
        self.assertIn(
            "above themselves", self.wrong(self.save(f"requesters/{mia.pk}", manager="rui@acme.example"), "manager")
        )
        self.assertEqual(self.send(f"costcentres/{centre.pk}/removal").status, 303)
        self.assertTrue(CostCentre.objects.exists())
