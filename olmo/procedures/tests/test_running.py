"""Running a procedure: step by step, interrupted and gone on by another, off its way, over; and what the runs teach."""

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.knowledge import actions as knowledge
from olmo.procedures import queries, running, writing
from olmo.procedures.models import Entry, Run
from olmo.procedures.reactions import follow
from olmo.procedures.steps import Step
from olmo.procedures.writing import Draft
from olmo.tickets import actions as tickets
from olmo.tickets import undo
from olmo.tickets.models import Event
from olmo.tickets.sentences import describe

from .stage import Proceeds


class RunningAProcedure(Proceeds):
    def test_its_steps_are_done_recorded_and_timed(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket, run = self.started()
        with self.at("2026-03-02 09:02"):
            run = running.do(run, 1, by=self.alma, value="Ready", note="Warm.")
        with self.at("2026-03-02 09:05"):
            run = running.do(run, 2, by=self.alma)
        with self.at("2026-03-02 09:06"):
            run = running.do(run, 3, by=self.alma)
        self.assertEqual(run.state, "done")
        entries = list(Entry.objects.filter(run=run).values_list("title", "seconds", "value"))
        self.assertEqual(
            entries,
            [("Look at the display", 120, "Ready"), ("Print a test page", 180, ""), ("Restart the queue", 60, "")],
        )
        kinds = ["opened", "procedure_started", *["procedure_stepped"] * 3, "procedure_ended"]
        self.assertLogged(ticket, *kinds)
        said = describe(self.alma, list(Event.objects.filter(ticket=ticket).order_by("seq")))
        self.assertEqual(said[1], "Alma Ferri began the procedure “Printer prints nothing”")
        self.assertEqual(said[-1], "Alma Ferri ended the procedure “Printer prints nothing”: done")
        self.assertFalse(any("Ready" in str(e.data) for e in Event.objects.filter(ticket=ticket)))

    def test_what_is_to_be_recorded_is_asked_for(self) -> None:
        _ticket, run = self.started()
        for value, words in ((" ", "Write down: It says."), ("Maybe", "“Maybe” is not one of the choices.")):
            with self.assertRaises(Invalid) as refused:
                running.do(run, 1, by=self.alma, value=value)
            self.assertEqual((refused.exception.field, str(refused.exception)), ("value", words))

    def test_what_did_not_go_as_expected_goes_another_way_or_ends_to_be_escalated(self) -> None:
        ticket, run = self.started()
        run = running.do(run, 1, by=self.alma, value="Error")
        run = running.do(run, 2, by=self.alma, is_ok=False)
        self.assertEqual((run.state, run.current), ("running", 3))
        run = running.do(run, 3, by=self.alma, is_ok=False)
        self.assertEqual(run.state, "failed")
        said = describe(self.alma, [Event.objects.filter(ticket=ticket).latest("seq")])
        self.assertIn("not as expected, to be escalated", said[0])

    def test_somebody_else_goes_on_where_it_was_interrupted_and_the_pause_is_not_counted(self) -> None:
        with self.at("2026-03-02 09:00"):
            _ticket, run = self.started()
        with self.at("2026-03-02 09:01"):
            running.pause(run, by=self.alma)
            with self.assertRaises(Conflict):
                running.do(run, 1, by=self.alma, value="Ready")
        with self.at("2026-03-02 11:00"):
            running.resume(run, by=self.tove)
        with self.at("2026-03-02 11:01"):
            running.do(run, 1, by=self.tove, value="Ready")
        entry = Entry.objects.get(run=run)
        self.assertEqual((entry.by, entry.seconds), (self.tove, 120))

    def test_the_second_of_two_hears_who_was_first(self) -> None:
        _ticket, run = self.started()
        same = Run.objects.select_related("ticket").get(pk=run.pk)
        running.do(run, 1, by=self.tove, value="Ready")
        with self.assertRaises(Conflict) as refused:
            running.do(same, 1, by=self.alma, value="Error")
        self.assertIn("Tove Lind did step 1 already.", str(refused.exception))
        self.assertEqual(Entry.objects.count(), 1)

    def test_it_is_stopped_with_a_reason_or_with_its_ticket(self) -> None:
        procedure = self.published()
        ticket, run = self.started(procedure)
        with self.assertRaises(Invalid):
            running.stop(run, by=self.alma, reason="")
        running.stop(run, by=self.alma, reason="It was unplugged.")
        with self.assertRaises(Conflict):
            running.do(run, 1, by=self.alma, value="Ready")
        again = running.start(ticket, procedure, by=self.alma)
        event = tickets.resolve(ticket, by=self.alma, code="fixed")
        follow(event)
        again.refresh_from_db()
        self.assertEqual((again.state, again.ended_by.kind if again.ended_by else ""), ("stopped", "robot"))
        self.assertReplays(ticket)

    def test_it_is_stopped_when_its_ticket_is_merged_into_another(self) -> None:
        ticket, run = self.started()
        tickets.merge(ticket, self.report("The printer"), by=self.alma)
        follow(Event.objects.get(ticket=ticket, kind="merged"))
        run.refresh_from_db()
        self.assertEqual(run.state, "stopped")

    def test_it_goes_with_its_ticket_to_another_organisation_and_back_when_that_is_undone(self) -> None:
        ticket, run = self.started()
        running.do(run, 1, by=self.alma, value="Ready")
        with undo.undoable(self.alma, "Changed.") as made:
            tickets.change_requester(ticket, by=self.alma, requester=self.bea)
        follow(Event.objects.get(ticket=ticket, kind="requester_changed"))
        self.assertEqual((Run.objects.get().client, Entry.objects.get().client), (self.bolt, self.bolt))
        undo.undo(made.token, by=self.alma)
        follow(Event.objects.get(ticket=ticket, kind="undone"))
        self.assertEqual((Run.objects.get().client, Entry.objects.get().client), (self.acme, self.acme))

    def test_only_what_is_published_by_those_who_work_on_the_ticket_and_once_at_a_time(self) -> None:
        draft = self.written()
        ticket = self.report("Printer")
        with self.assertRaises(Invalid):
            running.start(ticket, draft, by=self.alma)
        self.bring_out(draft.article)
        with self.assertRaises(NotFound):
            running.start(ticket, draft, by=self.otto)
        with self.assertRaises(NotAllowed):
            running.start(ticket, draft, by=self.rui)
        run = running.start(ticket, draft, by=self.alma)
        with self.assertRaises(Conflict):
            running.start(ticket, draft, by=self.tove)
        for stranger in (self.otto, self.rui):
            with self.assertRaises(NotFound):
                queries.run(stranger, run.pk)

    def test_a_run_keeps_the_text_with_which_it_began(self) -> None:
        procedure = self.published()
        _ticket, run = self.started(procedure)
        writing.write(procedure, "en", Draft(title="Shorter", steps=[Step(title="Only one")]), by=self.alma)
        with self.assertRaises(NotAllowed):
            knowledge.ask_review(procedure.article, by=self.alma)
            knowledge.approve(procedure.article, by=self.alma)
        run = running.do(run, 1, by=self.alma, value="Ready")
        self.assertEqual((run.current, len(queries.steps_of(run.version))), (2, 3))


class WhatRunsTeach(Proceeds):
    def test_runs_success_times_and_where_they_end(self) -> None:
        procedure = self.published()
        for minute, fails in ((0, False), (10, True)):
            with self.at(f"2026-03-02 09:{minute:02}"):
                _ticket, run = self.started(procedure)
            with self.at(f"2026-03-02 09:{minute + 2:02}"):
                run = running.do(run, 1, by=self.alma, value="Ready")
                run = running.do(run, 2, by=self.alma, is_ok=not fails)
                running.do(run, 3, by=self.alma, is_ok=not fails)
        found = queries.figures(procedure, 3)
        self.assertEqual((found.runs, found.done, found.share, found.seconds), (2, 1, 50, 120))
        self.assertEqual(
            [(s.times, s.seconds, s.failed, s.ended) for s in found.steps], [(2, 120, 0, 0), (2, 0, 1, 0), (2, 0, 1, 1)]
        )
