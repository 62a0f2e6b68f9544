"""Troubleshooters in the portal: a page for each step, the way back, and the report that is filled in."""

from django.test import Client as Browser
from django.urls import reverse

from olmo.catalogue import queries, usual
from olmo.catalogue.models import Item
from olmo.guides import actions, tree
from olmo.guides.models import Guide, Run
from olmo.people import signin
from olmo.tickets.models import Message, Ticket
from tests.cast import DeskTest


class Walking(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.rui, backend=signin.BACKEND)
        self.guide = actions.install_example("printer", by=self.ines)

    def begin(self) -> str:
        answer = self.client.post(reverse("portal:troubleshooter", args=[self.guide.pk]))
        self.assertEqual(answer.status_code, 303)
        return str(answer["Location"])

    def test_a_requester_walks_back_and_on_and_it_is_solved(self) -> None:
        self.assertContains(self.client.get("/"), "The printer does not print")
        first = self.begin()
        self.assertContains(self.client.get(first), "Is the printer switched on")
        second = self.client.post(first, {"answer": "0"})["Location"]
        self.client.post(second, {"answer": "0"})
        self.assertContains(self.client.get(first), "answered before")
        self.client.post(second, {"answer": "0"})
        third = second.removesuffix("1") + "2"
        last = self.client.post(third, {"answer": "0"})["Location"]
        self.assertContains(self.client.get(last), "Yes, it is solved")
        run = Run.objects.get()
        self.client.post(reverse("portal:step_outcome", args=[run.pk]), {"outcome": "solved"})
        self.assertEqual(Run.objects.get().outcome, "solved")
        self.assertContains(self.client.get(last), "Good that it is solved")

    def test_what_was_answered_becomes_the_report(self) -> None:
        first = self.begin()
        second = self.client.post(first, {"answer": "0"})["Location"]
        last = self.client.post(second, {"answer": "1"})["Location"]
        run = Run.objects.get()
        self.assertContains(self.client.get(last), f"run={run.pk}")
        form = self.client.get(reverse("portal:new"), {"run": run.pk})
        self.assertContains(form, "Who cannot print? Colleagues too")
        given = {"subject": "Printer", "text": "See above.", "affected": "3", "pressing": "2", "run": str(run.pk)}
        self.client.post(reverse("portal:new"), given)
        run.refresh_from_db()
        self.assertEqual((run.ticket, run.outcome), (Ticket.objects.get(), "reported"))

    def test_it_ends_with_an_order_whose_form_is_filled_in(self) -> None:
        usual.add(by=self.ines)
        item = Item.objects.get(key="hardware-request")
        self.guide = self.ending_with(item)
        last = self.client.post(self.begin(), {"answer": "1"})["Location"]
        run = Run.objects.get()
        url = f"{reverse('portal:order', args=[item.pk])}?run={run.pk}"
        self.assertContains(self.client.get(last), url)
        form = self.client.get(url)
        self.assertRegex(form.text, r'value="screen"[^>]* (checked|selected)')
        self.assertContains(form, "What do you need? Screen")
        version = queries.form_in_force(item)
        assert version is not None
        given = {"version": version.pk, "act": "order", "asked": "kind replaces why delivery location phone by"}
        given |= {"a_kind": "screen", "a_why": "To see more", "a_location": "Milan"}
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        self.assertEqual(bea.post(url, given).status_code, 404)
        sent = [self.client.post(url, {**given, "mark": "one"})["Location"] for _press in range(2)]
        run.refresh_from_db()
        self.assertEqual((run.ticket, run.outcome), (Ticket.objects.get(), "reported"))
        self.assertEqual(sent, [reverse("portal:ticket", args=[Ticket.objects.get().number])] * 2)
        self.client.post(self.begin(), {"answer": "1"})
        walked = Run.objects.latest("pk")
        url = f"{reverse('portal:order', args=[item.pk])}?run={walked.pk}"
        self.assertEqual(self.client.post(url, {**given, "act": "basket"}).status_code, 303)
        self.client.post(reverse("portal:basket"))
        walked.refresh_from_db()
        self.assertEqual((walked.ticket, walked.outcome), (Ticket.objects.latest("pk"), "reported"))

    def ending_with(self, item: Item) -> Guide:
        """A question whose answers read like the choices of the form, then the order; what fills in what is proposed."""
        guide = actions.save(None, by=self.ines, names={"en": "Something new"})
        answers = [{"label": {"en": label}, "to": "+"} for label in ("Nothing", "Screen")]
        asks = tree.node("question", en="What do you need?", answers=answers)
        guide = actions.save_step(guide, "1", asks, by=self.ines)
        actions.save_step(guide, "2", tree.node("outcome", en="Well", outcome="solved"), by=self.ines)
        self.client.force_login(self.ines, backend=signin.BACKEND)
        address = reverse("desk:troubleshooter_step", args=[guide.pk, "3"])
        given = {"kind": "outcome", "title_en": "Order it", "outcome": "order", "item": item.pk}
        page = self.client.post(address, given, follow=True)
        self.assertContains(page, "What the form is filled in with")
        guide.refresh_from_db()
        self.assertEqual(guide.draft["nodes"]["3"]["fills"], {"kind": "1", "why": "*"})
        Item.objects.filter(pk=item.pk).update(is_active=False)  # the step keeps what it names
        self.assertRegex(self.client.get(address).text, rf'<option value="{item.pk}" selected')
        self.assertEqual(self.client.post(address, {**given, "fill_kind": "1", "fill_why": "*"}).status_code, 303)
        Item.objects.filter(pk=item.pk).update(is_active=True)
        guide.refresh_from_db()
        self.assertEqual(guide.draft["nodes"]["3"]["item"], item.pk)
        actions.publish(guide, by=self.ines)
        self.client.force_login(self.rui, backend=signin.BACKEND)
        return guide

    def test_no_answer_is_said_and_another_s_run_is_not_there(self) -> None:
        first = self.begin()
        self.assertContains(self.client.post(first, {}), "Choose one of the answers", status_code=422)
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        self.assertEqual(bea.get(first).status_code, 404)
        self.assertEqual(bea.get(reverse("portal:new"), {"run": Run.objects.get().pk}).status_code, 404)

    def test_what_is_for_agents_is_not_there(self) -> None:
        actions.save(self.guide, by=self.ines, names=self.guide.names, is_for_requesters=False)
        self.assertEqual(self.client.get(reverse("portal:troubleshooter", args=[self.guide.pk])).status_code, 404)
        self.assertNotContains(self.client.get(reverse("portal:troubleshooters")), "The printer does not print")

    def test_an_agent_walks_it_inside_a_ticket(self) -> None:
        ticket = self.report("Printer is dead")
        self.client.force_login(self.alma, backend=signin.BACKEND)
        address = reverse("desk:ticket_troubleshooters", args=[ticket.number])
        self.assertContains(self.client.get(address), "fits the subject")
        first = self.client.post(address, {"guide": self.guide.pk})["Location"]
        self.assertContains(self.client.get(self.client.post(first, {"answer": "0"})["Location"]), "Who cannot print?")
        run = Run.objects.get()
        self.client.post(reverse("desk:troubleshooter_outcome", args=[run.pk]), {"outcome": "not_solved"})
        self.assertTrue(Message.objects.filter(ticket=ticket, kind="internal").exists())
