"""Procedures on the desk's pages: written as steps, found, run inside a ticket, and proposed from fast tickets."""

from typing import Any

from olmo.knowledge import actions as knowledge
from olmo.knowledge import indexing
from olmo.knowledge.actions import Text
from olmo.knowledge.models import Suggestion, Version
from olmo.people.models import AuditLine
from olmo.procedures import queries, running
from olmo.procedures.models import Entry, Procedure, Run
from olmo.procedures.tests.stage import Proceeds
from olmo.tickets import actions
from olmo.tickets.models import Category

from .base import PageTest


class WritingProcedures(PageTest, Proceeds):
    def typed(self, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"title": "Printer", "key": "printer", "rows": len(rows), **more}
        return found | {f"steps-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}

    def test_it_is_written_as_steps_and_reads_as_such(self) -> None:
        rows = ({"title": "Look", "record": "number", "label": "Pages"}, {"title": "Gone", "remove": "on"},
                {"title": "Print", "expect": "It prints", "otherwise": 1, "command": "lp x"})  # fmt: skip
        answer = self.post("/desk/procedures/new", self.typed(*rows))
        procedure = Procedure.objects.get()
        self.assertEqual(answer.location, f"/desk/procedures/{procedure.pk}")
        page = self.get(answer.location)
        self.assertEqual(len(page.all(".method__one")), 2)
        self.assertIn("Expected: It prints If not: step 1", page.words(".method")[0])
        self.assertEqual(page.one(".command pre").text(), "lp x")
        self.assertIn("Draft", page.words(".badge"))

    def test_what_is_wrong_is_told_at_its_step_and_nothing_typed_is_lost(self) -> None:
        rows = ({"title": "Gone", "remove": "on"}, {"title": "Print", "text": "With *care*.", "otherwise": 7})
        page = self.post("/desk/procedures/new", self.typed(*rows))
        self.assertEqual(page.status, 422)
        self.assertIn("Say what is expected", " ".join(page.words(".wrong")))
        self.assertIn("With *care*.", page.text)
        untitled = self.post("/desk/procedures/new", self.typed({"title": "One"}, {"command": "lp x"}, {"title": " "}))
        self.assertEqual((untitled.status, untitled.one("[name=steps-1-command]").text().strip()), (422, "lp x"))
        self.assertFalse(Procedure.objects.exists())

    def test_markdown_goes_out_and_comes_in_again(self) -> None:
        procedure = self.written()
        file = self.get(f"/desk/procedures/{procedure.pk}/markdown")
        self.assertTrue(file.text.startswith("# Printer prints nothing\n\n## Look at the display"))
        pasted = {"fill": "markdown", "markdown": file.text, "rows": 1, "title": "", "key": "again"}
        page = self.post("/desk/procedures/new", pasted)
        self.assertEqual(page.value("[name=title]"), "Printer prints nothing")
        self.assertEqual(page.value("[name=steps-1-expect]"), "It comes out")
        self.assertEqual(Procedure.objects.count(), 1)

    def test_an_edit_is_a_new_version_and_a_stale_one_is_refused(self) -> None:
        procedure = self.published()
        url = f"/desk/procedures/{procedure.pk}/texts/en"
        seen = self.get(url).value("[name=seen]")
        data = self.typed({"title": "Only this"}, seen=seen, summary="", category="")
        self.assertEqual(self.post(url, data).status, 303)
        self.assertIn("Only this", self.get(f"/desk/procedures/{procedure.pk}?text=newest").text)
        self.assertIn("Look at the display", self.get(f"/desk/procedures/{procedure.pk}").text)
        again = self.post(url, self.typed({"title": "Another"}, seen=seen, summary="", category=""))
        self.assertEqual(again.status, 422)
        self.assertIn("Another", again.text)
        newest = self.typed({"title": "Another"}, seen=again.value("[name=seen]"), summary="", category="")
        self.assertEqual(self.post(url, newest).status, 303)

    def test_an_edit_leaves_what_else_the_article_says_and_a_new_category_is_in_the_change_log(self) -> None:
        procedure = self.written()
        newest = Version.objects.get()
        told = Text(title=newest.title, cause="An old driver.", solution=f"First ask.\n\n{newest.solution}")
        knowledge.write(procedure.article, "en", told, by=self.alma)
        url, printers = f"/desk/procedures/{procedure.pk}/texts/en", Category.objects.create(name="Printers")
        seen = self.get(url).value("[name=seen]")
        self.post(url, self.typed({"title": "Only this"}, seen=seen, summary="", category=printers.pk))
        after = Version.objects.latest("number")
        self.assertEqual((after.cause, after.solution), ("An old driver.", "First ask.\n\n## Only this"))
        line = AuditLine.objects.get(subject="procedure: printer")
        self.assertEqual((line.by, line.change), (self.alma, {"category": ["", "Printers"]}))

    def test_the_palette_and_the_list_find_it_and_its_owner_hears_what_could_be_better(self) -> None:
        procedure = self.published()
        indexing.show(procedure.article)
        self.assertIn(f"/desk/procedures/{procedure.pk}", self.look_again("/desk/palette?q=printer").text)
        self.assertIn("Printer prints nothing", self.get("/desk/procedures?q=printer").words("tbody tr")[0])
        draft = self.written(key="printer-2")
        found = queries.found(self.alma, "prints", size=1)
        self.assertEqual(([one.pk for one in found.rows], found.is_cut), ([procedure.pk], True))
        self.assertEqual([one.pk for one in queries.found(self.alma, "prints").rows], [procedure.pk, draft.pk])
        self.post(f"/desk/knowledge/{procedure.article_id}/suggestions", {"words": "Mention the cable."}, by=self.tove)
        self.assertEqual(Suggestion.objects.get().article_id, procedure.article_id)

    def test_the_list_is_read_page_by_page_with_how_often_each_was_run(self) -> None:
        _ticket, run = self.started()
        self.written(key="printer-2")
        first = queries.page(self.alma, size=1)
        second = queries.page(self.alma, after=first.after, size=1)
        self.assertEqual([(one.pk, one.times) for one in first.rows], [(run.procedure_id, 1)])
        self.assertEqual([one.article.key for one in second.rows] + [second.after], ["printer-2", ""])
        later = self.get(f"/desk/procedures?after={first.after}")
        self.assertEqual((len(later.all("tbody tr")), len(later.all(".pages a"))), (1, 1))
        self.assertEqual(queries.page(self.otto).rows[0].times, 0)

    def test_requesters_know_of_none(self) -> None:
        procedure = self.published()
        for url in ("/desk/procedures", f"/desk/procedures/{procedure.pk}", "/desk/procedures/proposal"):
            self.assertEqual(self.get(url, by=self.rui).status, 404)


class RunningBesideATicket(PageTest, Proceeds):
    def test_one_of_the_category_is_suggested_started_and_run_to_its_end(self) -> None:
        printers = Category.objects.create(name="Printers")
        procedure = self.published(category=printers)
        ticket = self.report("Nothing on paper", category=printers)
        beside = f"/desk/tickets/{ticket.number}/procedures"
        self.assertIn("of this category", self.look_again(beside).words("#ticket-procedures")[0])
        answer = self.post(f"{beside}/start", {"procedure": procedure.pk})
        run = Run.objects.get()
        self.assertEqual(answer.location, f"/desk/procedures/runs/{run.pk}")
        refused = self.post(f"{answer.location}/steps", {"step": 1, "note": "Warm."})
        self.assertEqual(refused.status, 422)
        self.assertIn("Write down: It says.", refused.words("[role=alert]")[0])
        self.assertEqual(refused.value("#run-note"), "Warm.")
        self.post(f"{answer.location}/steps", {"step": 1, "value": "Error", "note": "Warm."})
        self.post(f"{answer.location}/pause")
        self.post(f"{answer.location}/resumption", by=self.tove)
        self.post(f"{answer.location}/steps", {"step": 2, "result": "failed"}, by=self.tove)
        self.post(f"{answer.location}/steps", {"step": 3, "result": "failed"}, by=self.tove)
        page = self.get(answer.location)
        self.assertIn(f"/desk/tickets/{ticket.number}/escalation", page.text)
        self.assertIn("Error", page.words(".run-log")[0])
        self.assertEqual(Entry.objects.filter(by=self.tove).count(), 2)
        self.assertIn("1 run is over, 0 % to the end", self.get(f"/desk/procedures/{procedure.pk}").text)

    def test_the_second_of_two_is_told(self) -> None:
        _ticket, run = self.started()
        running.do(run, 1, by=self.tove, value="Ready")
        page = self.post(f"/desk/procedures/runs/{run.pk}/steps", {"step": 1, "value": "Error"})
        self.assertEqual(page.status, 409)
        self.assertIn("Tove Lind did step 1 already.", page.words("[role=alert]")[0])

    def test_other_clients_agents_know_of_no_run(self) -> None:
        ticket, run = self.started()
        for url in (f"/desk/procedures/runs/{run.pk}", f"/desk/tickets/{ticket.number}/procedures"):
            self.assertEqual(self.get(url, by=self.otto).status, 404)
        self.assertEqual(self.post(f"/desk/procedures/runs/{run.pk}/pause", by=self.otto).status, 404)


class ProposingOne(PageTest, Proceeds):
    def test_the_page_shows_the_evidence_and_makes_a_form_of_it(self) -> None:
        vpn = Category.objects.create(name="VPN")
        for n in range(12):
            ticket = self.report(f"VPN {n}", category=vpn)
            actions.note(ticket, by=self.alma, message=self.say("## Token renewed", is_markdown=True))
            actions.resolve(ticket, by=self.alma, code="fixed")
        page = self.get(f"/desk/procedures/proposal?category={vpn.pk}")
        self.assertIn("Token renewed In 3 of 3:", page.words(".method__one")[0])
        form = self.post("/desk/procedures/proposal", {"category": vpn.pk})
        self.assertEqual(form.value("[name=steps-0-title]"), "Token renewed")
        self.assertFalse(Procedure.objects.exists())
        empty = Category.objects.create(name="Phones")
        self.assertIn("12 are needed", self.get(f"/desk/procedures/proposal?category={empty.pk}").text)
