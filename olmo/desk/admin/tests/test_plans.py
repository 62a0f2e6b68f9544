"""The editor of plans: written without code, refused with the reason at the step, read as a list, kept in versions."""

from typing import Any

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.fulfilment.administration import steps_of
from olmo.fulfilment.models import Plan
from olmo.fulfilment.tests.stage import Fulfils
from olmo.tickets.models import Category

from .base import AdminTest


class EditingPlans(AdminTest, Fulfils):
    def typed(self, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"name": "New starter", "is_active": "on", "rows": len(rows), **more}
        for n, row in enumerate(rows):
            found |= {
                f"steps-{n}-key": f"k{n}",
                f"steps-{n}-unit": 60,
                f"steps-{n}-how0": "any",
                f"steps-{n}-how1": "any",
            }
            found |= {f"steps-{n}-{name}": value for name, value in row.items()}
        return found

    def test_a_plan_is_written_and_reads_as_stages(self) -> None:
        answer = self.post(
            "/desk/admin/plans/new",
            self.typed(
                {"title": "Account", "team": self.desk.pk, "count": 4},
                {"title": "Laptop", "title_it": "Portatile", "checklist": "Disk\nMail"},
                {"title": "First day", "needs": "1, 2", "what0": "answer", "key0": "office", "values0": "Rome, Milan"},
            ),
            by=self.ines,
        )
        plan = Plan.objects.get()
        self.assertEqual(answer.location, f"/desk/admin/plans/{plan.pk}")
        kept = steps_of(plan)
        self.assertEqual([step["needs"] for step in kept], [[], [], ["k0", "k1"]])
        self.assertEqual((kept[0]["due_minutes"], kept[1]["titles"]), (240, {"it": "Portatile"}))
        page = self.get(f"/desk/admin/plans/{plan.pk}", by=self.ines)
        self.assertEqual(len(page.all(".plan-stages > li")), 2)
        self.assertIn("after 1, 2 · only if the answer “office” is rome or milan", page.words(".plan-stages")[0])
        again = {f.attributes.get("name"): f.attributes.get("value") for f in page.all("form.admin-form input")}
        self.assertEqual(again["steps-2-needs"], "1, 2")

    def test_a_loop_is_told_at_its_step_and_nothing_typed_is_lost(self) -> None:
        rows = ({"title": "Account", "needs": "2"}, {"title": "Laptop", "needs": "1", "instructions": "Look *here*."})
        page = self.post("/desk/admin/plans/new", self.typed(*rows), by=self.ines)
        self.assertEqual(page.status, 422)
        self.assertIn("1 “Account” → 2 “Laptop” → 1 “Account”", page.text)
        self.assertIn("Look *here*.", page.text)
        self.assertFalse(Plan.objects.exists())

    def test_other_faults_are_told_at_their_fields(self) -> None:
        for row, words in (
            ({"title": "A", "needs": "7"}, "“7” is not the number of a step here."),
            ({"title": "A", "what0": "category", "values0": "Nowhere"}, "“Nowhere” is not one of the category."),
            ({"title": ""}, "A plan has at least one step."),
        ):
            page = self.post("/desk/admin/plans/new", self.typed(row), by=self.ines)
            self.assertEqual(page.status, 422, words)
            self.assertIn(words, page.text)

    def test_one_more_step_saves_nothing(self) -> None:
        page = self.post("/desk/admin/plans/new", self.typed({"title": "A"}, fill="step"), by=self.ines)
        self.assertEqual(len(page.all("fieldset.step-row")), 2)
        self.assertEqual(page.value("[name=steps-0-title]"), "A")
        self.assertFalse(Plan.objects.exists())

    def test_versions_and_where_it_is_used_and_why_it_stays(self) -> None:
        laptops = Category.objects.create(name="Laptops")
        plan = self.plan(category=laptops)
        settings = MacroSettings(name="Start laptop", names={}, steps={"plan": plan.pk})
        macro = macros.save(None, settings, by=self.ines)
        ticket = self.report("A laptop", team=self.desk)
        macros.use(macro, ticket, by=self.alma, steps=macro.steps)
        self.assertEqual(self.states(ticket)["order"], "todo")
        self.plan(*self.steps()[:2], instead_of=plan, category=laptops)
        page = self.get(f"/desk/admin/plans/{plan.pk}?version=1", by=self.ines)
        self.assertIn("Start laptop", page.text)
        self.assertIn("How it goes (version 1)", page.text)
        self.assertIn(str(ticket.number), page.text)
        for url in (f"/desk/admin/plans/{plan.pk}", "/desk/admin/plans", "/desk/admin/teams"):
            link = self.get(url, by=self.ines).one('a[href*="of="]')
            rows = self.get(link.attributes["href"] or "", by=self.ines)
            self.assertEqual((link.text().split()[0], rows.words("#list .row__title")), ("1", ["A laptop"]), url)
            self.assertNotIn("unknown", " ".join(rows.words(".sentence")))
        self.post(f"/desk/admin/plans/{plan.pk}/removal", by=self.ines)
        self.assertTrue(Plan.objects.exists())
        self.assertIn("New laptop", self.get(f"/desk/admin/categories/{laptops.pk}", by=self.ines).text)

    def test_a_team_that_is_switched_off_is_told_in_the_list_and_the_overview(self) -> None:
        self.plan()
        self.network.is_active = False
        self.network.save()
        self.assertIn("Network takes no tasks any more", self.get("/desk/admin/plans", by=self.ines).text)
        self.assertIn("1 plan names somebody who takes no tasks", self.get("/desk/admin/", by=self.ines).text)

    def test_agents_who_do_not_administer_find_no_such_page(self) -> None:
        plan = self.plan()
        for url in ("/desk/admin/plans", "/desk/admin/plans/new", f"/desk/admin/plans/{plan.pk}"):
            self.assertEqual(self.get(url, by=self.alma).status, 404)
