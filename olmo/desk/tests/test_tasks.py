"""Tasks on the desk's pages: beside a ticket, on a page of their own, in one's list; and what a requester sees of them."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from olmo.fulfilment import actions, conditions, queries
from olmo.fulfilment.actions import TaskSettings
from olmo.fulfilment.models import Run, Task
from olmo.fulfilment.reactions import follow
from olmo.fulfilment.steps import Step
from olmo.fulfilment.tests.stage import Fulfils
from olmo.tickets import actions as tickets
from olmo.tickets.models import Event, Ticket

from .base import PageTest, Visit


class TaskPages(PageTest, Fulfils):
    def beside(self, ticket: Ticket) -> Visit:
        return self.look_again(f"/desk/tickets/{ticket.number}/tasks")

    def act(self, task: Task, noun: str, **data: Any) -> Visit:
        return self.post(f"/desk/tasks/{task.pk}/{noun}", data)


class BesideATicket(TaskPages):
    def test_how_far_they_are_and_what_each_waits_for(self) -> None:
        ticket = self.started()
        page = self.beside(ticket)
        self.assertIn("0 of 4 done", page.words(".tasks")[0])
        self.assertIn("Waits for others Network · 0 of 2 done · after Order the laptop", page.words(".task")[1])
        self.assertEqual(len(page.all("form[action$='/finish']")), 1)
        self.assertIn(f"/desk/tickets/{ticket.number}/tasks", self.get(f"/desk/tickets/{ticket.number}").text)

    def test_what_is_not_needed_says_why(self) -> None:
        urgent = conditions.checked("priority", "any", ["1"])
        ticket = self.started(self.plan(Step(key="bag", title="Find a bag", conditions=[urgent])))
        words = f"Not needed: only if {conditions.in_words(urgent)}."
        self.assertIn(words, self.beside(ticket).words(".task")[0])
        self.assertIn(words, self.get(f"/desk/tasks/{self.task(ticket, 'bag').pk}").text)

    def test_a_plan_is_started_there_and_can_be_undone(self) -> None:
        ticket, plan = self.report("A laptop", team=self.desk), self.plan()
        browser = self.as_(self.alma)
        answer = browser.post(f"/desk/tickets/{ticket.number}/tasks/plans", {"plan": plan.pk})
        self.assertEqual(answer.headers["Location"], f"/desk/tickets/{ticket.number}")
        page = Visit(browser.get(f"/desk/tickets/{ticket.number}"))
        self.assertIn("New laptop: 4 tasks.", page.text)
        self.assertIn("/desk/undo/", page.text)
        again = browser.post(f"/desk/tickets/{ticket.number}/tasks/plans", {"plan": plan.pk}, follow=True)
        self.assertContains(again, "at work on this ticket already")
        self.assertEqual(self.post(f"/desk/tickets/{ticket.number}/tasks/plans", {"plan": "x"}).status, 404)

    def test_a_newer_version_is_offered_and_needs_a_reason(self) -> None:
        plan = self.plan()
        ticket = self.started(plan)
        self.plan(*self.steps()[:2], instead_of=plan)
        self.assertIn("“New laptop” has a version 2; this follows 1", self.beside(ticket).text)
        run = Run.objects.get(ticket=ticket)
        refused = self.post(f"/desk/tasks/runs/{run.pk}/renewal", {"reason": " "})
        self.assertEqual(refused.status, 409)
        self.assertIn("Say why.", refused.words("[role=alert]")[0])
        self.assertEqual(self.post(f"/desk/tasks/runs/{run.pk}/renewal", {"reason": "Shorter"}).status, 303)
        self.assertEqual(self.states(ticket)["hand"], "cancelled")

    def test_a_plan_that_the_reader_may_not_know_of_is_not_offered_anew(self) -> None:
        plan = self.plan(client=self.acme)
        ticket = self.started(plan)
        self.plan(*self.steps()[:2], instead_of=plan, client=self.acme)
        tickets.change_requester(ticket, by=self.alma, requester=self.bea)
        follow(Event.objects.get(ticket=ticket, kind="requester_changed"))
        page = self.look_again(f"/desk/tickets/{ticket.number}/tasks", by=self.otto)
        self.assertIn("Order the laptop", page.text)
        self.assertNotIn("has a version 2", page.text)

    def test_other_clients_agents_know_of_none(self) -> None:
        ticket = self.started()
        task = self.task(ticket, "order")
        for url in (f"/desk/tickets/{ticket.number}/tasks", f"/desk/tasks/{task.pk}", f"/desk/tasks/{task.pk}/edit"):
            self.assertEqual(self.get(url, by=self.otto).status, 404)
        self.assertEqual(self.post(f"/desk/tasks/{task.pk}/finish", by=self.otto).status, 404)
        self.assertNotIn("Order the laptop", self.get("/desk/tasks?whose=all", by=self.otto).text)


class OneTask(TaskPages):
    def test_it_is_begun_ticked_and_finished(self) -> None:
        ticket = self.started()
        actions.skip(self.task(ticket, "order"), by=self.alma, reason="In the store")
        install = self.task(ticket, "install")
        self.act(install, "begin")
        for line in (0, 1):
            self.assertEqual(self.act(install, "ticks", tick=line, to="task").location, f"/desk/tasks/{install.pk}")
        self.assertEqual(self.act(install, "finish", to="list", whose="mine").location, "/desk/tasks?whose=mine")
        self.assertEqual(self.states(ticket)["install"], "done")
        page = self.get(f"/desk/tasks/{install.pk}")
        self.assertIn("Done", page.words(".task-page")[0])
        self.act(install, "reopening")
        self.assertEqual(self.states(ticket)["install"], "todo")

    def test_the_second_of_two_is_told_and_keeps_the_reason(self) -> None:
        ticket = self.started()
        order = self.task(ticket, "order")
        actions.finish(order, by=self.ines)
        refused = self.act(order, "skipping", reason="One is in the store.")
        self.assertEqual(refused.status, 409)
        self.assertIn("Ines Rota finished “Order the laptop” already", refused.words("[role=alert]")[0])
        empty = self.act(self.task(ticket, "label"), "cancelling", reason="")
        self.assertEqual((empty.status, empty.words("[role=alert]")), (422, ["Say why."]))

    def test_it_is_written_and_changed_by_hand(self) -> None:
        ticket = self.started()
        order = self.task(ticket, "order")
        url = f"/desk/tickets/{ticket.number}/tasks/new"
        refused = self.post(url, {"title": "", "instructions": "Look for *it*."})
        self.assertEqual(refused.status, 422)
        self.assertIn("Look for *it*.", refused.text)
        given = {"title": "Find a bag", "needs": [order.pk], "count": 2, "unit": 480, "checklist": "Blue\nBig\n"}
        self.assertEqual(self.post(url, given).status, 303)
        task = Task.objects.get(ticket=ticket, title="Find a bag")
        self.assertEqual((task.due_minutes, len(task.checklist), task.state), (960, 2, "waits"))
        loop = self.post(f"/desk/tasks/{order.pk}/edit", {"title": "Order the laptop", "needs": [task.pk], "unit": 60})
        self.assertEqual(loop.status, 422)
        self.assertIn("wait for one another", loop.text)
        self.post(f"/desk/tasks/{task.pk}/edit", {**given, "title": "Find a box", "team": self.network.pk})
        task.refresh_from_db()
        self.assertEqual((task.title, task.team, task.needs), ("Find a box", self.network, [order.pk]))

    def test_a_save_does_not_take_it_from_whoever_began_it_meanwhile(self) -> None:
        order = self.task(self.started(), "order")
        url = f"/desk/tasks/{order.pk}/edit"
        form = self.get(url)
        given = {"title": "Order two laptops", "team": self.desk.pk, "count": 2, "unit": 60}
        actions.begin(order, by=self.ines)
        refused = self.post(url, {**given, "seen": form.value("[name=seen]")})
        self.assertEqual(refused.status, 422)
        self.assertIn("Somebody changed this while you were writing.", refused.words("[role=alert]")[0])
        self.assertEqual(refused.value("[name=title]"), "Order two laptops")
        order.refresh_from_db()
        self.assertEqual((order.state, order.person, order.title), ("doing", self.ines, "Order the laptop"))
        self.assertEqual(self.post(url, {**given, "seen": refused.value("[name=seen]")}).status, 303)
        order.refresh_from_db()
        self.assertEqual((order.person, order.title), (None, "Order two laptops"))

    def test_a_change_of_whose_it_is_can_be_undone_and_the_title_stays_in_ones_language(self) -> None:
        ticket = self.started()
        order = self.task(ticket, "order")
        self.alma.language = "it"
        self.alma.save()
        browser = self.as_(self.alma)
        url = f"/desk/tasks/{order.pk}/edit"
        form = Visit(browser.get(url))
        self.assertEqual(form.value("[name=title]"), "Ordinare")
        given = {"title": "Ordinare", "team": self.network.pk, "count": 2, "unit": 60}
        browser.post(url, {**given, "seen": form.value("[name=seen]")})
        order.refresh_from_db()
        self.assertEqual(
            (order.title, order.titles, order.team), ("Order the laptop", {"it": "Ordinare"}, self.network)
        )
        self.assertIn("/desk/undo/", Visit(browser.get(f"/desk/tasks/{order.pk}")).text)


class MyTasks(TaskPages):
    def test_mine_and_my_teams_with_what_is_late_first(self) -> None:
        with self.at("2026-03-06 09:00"):
            ticket = self.started()
            actions.finish(self.task(ticket, "order"), by=self.alma)
        with self.at("2026-03-06 09:01"):
            actions.set_due(self.task(ticket, "label"), by=self.alma, due_at=None, minutes=30)
        page = self.get("/desk/tasks")
        self.assertEqual(page.words(".group"), ["Overdue 1"])
        self.assertIn("Label it", page.words(".task-row")[0])
        own = self.get("/desk/tasks?whose=mine")
        self.assertEqual(own.words(".group"), ["Waiting for others 1"])
        self.assertIn("Install it", self.get("/desk/tasks", by=self.tove).words(".task-row")[0])
        self.desk.leads.add(self.tove)
        self.assertIn("Label it", self.get("/desk/tasks?whose=led", by=self.tove).words(".task-row")[0])
        self.assertEqual(page.words(".nav__item[data-command=tasks]"), ["Tasks 1"])

    def test_what_is_due_first_stands_first_whoever_has_it(self) -> None:
        ticket = self.report("Parts", team=self.desk)
        hours = {
            "own": (None, self.alma, 3),
            "team": (self.desk, None, 1),
            "ticket": (None, None, 2),
            "other": (self.network, None, 0),
        }
        for title, (team, person, hour) in hours.items():
            due_at = datetime(2030, 1, 1, hour, tzinfo=UTC)
            actions.add(ticket, TaskSettings(title=title, team=team, person=person, due_at=due_at), by=self.alma)
        parts = [queries.mine(self.alma), *queries.of_my_teams(self.alma)]
        self.assertEqual([str(task) for task in queries.first(self.alma, parts, 2)], ["team", "ticket"])
        self.assertEqual([str(task) for task in queries.first(self.alma, parts, 9)], ["team", "ticket", "own"])
        self.assertEqual(str(queries.first(self.alma, [Q()], 1)[0]), "other")
        self.assertEqual(queries.first(self.otto, [Q()], 9), [])

    def test_it_costs_the_same_however_many_there_are(self) -> None:
        for n in range(3):
            self.started(self.plan(name=f"Plan {n}"))
        browser = self.as_(self.alma)
        with self.assertNumQueries(8):
            browser.get("/desk/tasks")


class Resolving(TaskPages):
    def test_the_form_asks_why_the_tasks_are_left_out(self) -> None:
        ticket = self.started()
        url = f"/desk/tickets/{ticket.number}/resolution"
        self.assertIn("Why its open tasks are left out", self.look_again(url).text)
        self.assertEqual(self.post(url, {"code": "fixed", "note": "It is done."}).status, 409)
        self.assertEqual(self.post(url, {"code": "withdrawn", "note": "", "tasks": "She left."}).status, 303)
        self.assertEqual({t.reason for t in Task.objects.filter(ticket=ticket)}, {"She left."})
        ticket.refresh_from_db()
        self.assertEqual(ticket.status, "resolved")

    def test_the_requester_sees_how_far_it_is_without_what_is_the_desks_alone(self) -> None:
        ticket = self.started()
        actions.finish(self.task(ticket, "order"), by=self.alma)
        page = self.get(f"/requests/{ticket.number}", by=self.rui)
        words = page.words(".portal-tasks")[0]
        self.assertIn("1 of 3 steps done", words)
        self.assertNotIn("Label it", words)
