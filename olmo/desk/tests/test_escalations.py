"""The escalation inbox, the press by which somebody takes care of it, and the editor of policies."""

from typing import Any

from olmo.escalation import watching
from olmo.escalation.models import Firing, Policy
from olmo.escalation.tests.stage import Act, Escalates, State, StepSettings, Unit
from olmo.tickets import actions

from .base import PageTest

PAGE = StepSettings(unit=Unit.MINUTES, value=-30, act=Act.PAGE, answer_minutes=10)


class TheInbox(PageTest, Escalates):
    __test__ = True

    def test_a_lead_sees_what_came_up_from_whom_why_and_what_was_done(self) -> None:
        self.desk.tried_first = ["Another cable"]
        self.desk.save()
        self.policy(StepSettings(value=75, act=Act.MANAGER, answer_minutes=10), team=self.network)
        ticket = self.opened()
        with self.at("2026-03-09 09:00"):
            actions.escalate(ticket, by=self.alma, note="Only the router is left.", tried=["Another cable"])
            watching.keep(ticket)
        self.sweep("2026-03-09 11:00")
        with self.at("2026-03-09 11:05"):
            page = self.get("/desk/escalations", by=self.ines)
            words = page.words(".came-up__one")[0]
            file = b"".join(self.as_(self.ines).post("/desk/escalations", {"format": "csv"})).decode("utf-8-sig")
        for part in (
            "VPN drops", "Acme Industrial", "Alma Ferri escalated the ticket to Network", "1 of 1 tried",
            "Only the router is left.",
            "Nobody has taken it.", "Watch, step 1: lead called", "Ines Rota is asked until 11:10", "I take care of it",
        ):  # fmt: skip
            self.assertIn(part, words)
        self.assertIn(f"{ticket.number},VPN drops,Acme Industrial,Network", file)
        self.assertIn("Only the router is left.", file)

    def test_what_is_not_of_ones_teams_or_clients_is_not_there(self) -> None:
        ticket = self.opened()
        actions.escalate(ticket, by=self.alma, note="Please look.")
        self.assertEqual(
            len(self.get("/desk/escalations", by=self.tove).words(".came-up__one")), 0
        )  # she leads the desk
        self.desk.leads.remove(self.tove)
        self.assertEqual(len(self.get("/desk/escalations", by=self.tove).words(".came-up__one")), 1)
        self.network.members.add(self.otto)
        self.assertEqual(self.get("/desk/escalations", by=self.otto).words(".came-up__one"), [])
        self.assertEqual(self.get("/desk/escalations", by=self.rui).status, 404)

    def test_it_costs_the_same_however_much_came_up(self) -> None:
        for _n in range(3):
            actions.escalate(self.opened(), by=self.alma, note="Please look.")
        browser = self.as_(self.ines)
        with self.assertNumQueries(17):  # bad ratings to be followed up are one read more
            browser.get("/desk/escalations")


class TakingCare(PageTest, Escalates):
    __test__ = True

    def setUp(self) -> None:
        super().setUp()
        self.policy(PAGE)
        self.ticket = self.opened()
        self.sweep("2026-03-09 11:30")

    def test_ticket_and_notice_have_the_press_until_somebody_did_it(self) -> None:
        with self.at("2026-03-09 11:31"):
            self.assertIn("I take care of it", self.get("/desk/notices", by=self.ines).text)
            self.assertIn("I take care of it", self.get(self.url(self.ticket), by=self.ines).text)
            self.assertEqual(self.post(self.url(self.ticket, "care"), by=self.ines).status, 303)
            self.assertNotIn("I take care of it", self.get("/desk/notices", by=self.ines).text)
            page = self.get(self.url(self.ticket), by=self.ines)
        self.assertEqual(page.all("[data-command=care]"), [])
        self.assertIn("Ines Rota takes care of it (policy “Watch”, step 1)", page.text)

    def test_a_look_takes_nothing_and_a_stranger_finds_nothing(self) -> None:
        self.assertEqual(self.get(self.url(self.ticket, "care"), by=self.ines).status, 405)
        self.assertEqual(self.post(self.url(self.ticket, "care"), by=self.otto).status, 404)
        self.assertEqual(Firing.objects.get().state, State.WAITING)


class TheEditor(PageTest, Escalates):
    __test__ = True
    path = "/desk/admin/policies/new"

    def typed(self, **more: Any) -> dict[str, Any]:
        return {
            "name": "P1", "metric": "resolution", "priorities": ["1"], "is_active": "on", "rows": "2",
            "steps-0-value": "75", "steps-0-unit": "percent", "steps-0-act": "notify", "steps-0-rounds": "1",
            "steps-1-value": "30", "steps-1-unit": "before", "steps-1-act": "page", "steps-1-team": str(self.desk.pk),
            "steps-1-answer_minutes": "10", "steps-1-rounds": "2", "steps-1-again_minutes": "30", **more,
        }  # fmt: skip

    def test_a_policy_is_made_shown_drawn_and_removed(self) -> None:
        self.assertEqual(self.post(self.path, self.typed(), by=self.ines).status, 303)
        policy = Policy.objects.get()
        self.assertEqual(list(policy.steps.values_list("value", "unit")), [(75, "percent"), (-30, "minutes")])
        page = self.get(f"/desk/admin/policies/{policy.pk}", by=self.ines)
        self.assertEqual(len(page.all("svg.drawn circle")), 2)
        self.assertIn("30 working minutes before it is due: page the on-call of Service desk", page.text)
        self.assertIn("over again after 30 min and longer, until somebody takes it", page.text)
        self.assertEqual(page.value("[name=steps-1-value]"), "30")
        self.assertEqual(page.value("[name=steps-1-again_minutes]"), "30")
        self.assertIn("P1", self.get("/desk/admin/policies", by=self.ines).text)
        self.assertIn("P1", self.get("/desk/admin/?q=P1", by=self.ines).text)
        self.post(f"/desk/admin/policies/{policy.pk}/removal", by=self.ines)
        self.assertEqual(Policy.objects.count(), 0)

    def test_what_is_wrong_stands_at_its_step_and_nothing_typed_is_lost(self) -> None:
        self.network.is_active = False
        self.network.save()
        wrong = self.typed(**{"steps-0-value": "", "steps-1-act": "reassign", "steps-1-answer_minutes": ""})
        wrong["steps-1-team"] = str(self.network.pk)
        page = self.post(self.path, wrong, by=self.ines)
        self.assertEqual((page.status, Policy.objects.count()), (422, 0))
        self.assertIn("takes no tickets any more", page.words("[id$=steps-1-team-field]")[0])
        self.assertEqual(page.value("[name=name]"), "P1")

    def test_one_more_step_needs_no_script_and_saves_nothing(self) -> None:
        page = self.post(self.path, self.typed(fill="step"), by=self.ines)
        self.assertEqual((page.status, Policy.objects.count()), (200, 0))
        self.assertEqual(len(page.all("details.step-row[open]")), 3)
        self.assertEqual(page.value("[name=steps-1-value]"), "30")

    def test_without_a_step_it_is_refused(self) -> None:
        page = self.post(self.path, {"name": "Empty", "metric": "resolution", "rows": "0"}, by=self.ines)
        self.assertEqual((page.status, Policy.objects.count()), (422, 0))
        self.assertIn("without one it does nothing", page.text)

    def test_only_for_administrators(self) -> None:
        self.assertEqual(self.get(self.path, by=self.alma).status, 404)
