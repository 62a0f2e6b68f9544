"""Working states on the pages of the desk: set in the panel, told in head, rows and sentence, given to many."""

from olmo.automation import macros, running
from olmo.automation.macros import MacroSettings
from olmo.tickets import actions
from olmo.tickets.models import Ticket, WorkingState

from .base import PageTest


class WorkingStates(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ordered = WorkingState.objects.create(
            name="Parts ordered", names={"it": "Ricambi ordinati"}, status="open"
        )
        self.supplier = WorkingState.objects.create(name="At the supplier", status="waiting")

    def opened(self, subject: str = "Printer") -> Ticket:
        return self.report(subject, assignee=self.alma)

    def test_the_panel_offers_those_of_the_present_status(self) -> None:
        ticket = self.opened()
        form = self.look_again(self.url(ticket, "working_state"))
        self.assertIn("Parts ordered", form.text)
        self.assertNotIn("At the supplier", form.text)
        data = {"working_state": self.ordered.pk, "seen": form.value("[name=seen]")}
        self.assertEqual(self.post(self.url(ticket, "working_state"), data).status, 303)
        page = self.get(self.url(ticket))
        self.assertEqual(page.words(".ticket__bar .badge"), ["Open · Parts ordered"])
        self.assertIn("Parts ordered", " ".join(page.words("#panel dd")))

    def test_one_that_does_not_fit_any_more_is_refused_in_words(self) -> None:
        ticket = self.opened()
        data = {"working_state": self.ordered.pk}
        WorkingState.objects.update(is_active=False)
        visit = self.post(self.url(ticket, "working_state"), data)
        self.assertEqual(visit.status, 422)
        self.assertIn("There are none for tickets of this status.", visit.text)

    def test_a_row_tells_it_in_the_readers_language(self) -> None:
        actions.set_working_state(self.opened(), by=self.alma, state=self.ordered)
        self.assertIn("Needs first response · Parts ordered", self.get("/desk/?box=mine").text)
        self.alma.language = "it"
        self.alma.save()
        self.assertIn("Ricambi ordinati", self.get("/desk/?box=mine").text)

    def test_a_list_is_narrowed_to_it(self) -> None:
        actions.set_working_state(self.opened(), by=self.alma, state=self.ordered)
        self.opened("Other")
        page = self.get(f"/desk/?box=open&working_state={self.ordered.pk}")
        self.assertEqual(len(page.all("#list li")), 1)
        self.assertIn("in the state Working state: Parts ordered", " ".join(page.words(".sentence")))
        choices = self.get("/desk/choices/working_state?box=open")
        self.assertIn("Waiting · At the supplier", choices.text)
        self.assertEqual(self.get("/desk/?box=open&working_state=x").status, 422)

    def test_many_get_it_and_those_of_another_status_are_named(self) -> None:
        fits, new = self.opened(), self.report("New one")
        steps = {"working_state": self.ordered.pk}
        effects = running.preview([fits, new], by=self.alma, steps=steps)
        self.assertEqual([effect.state for effect in effects], ["done", "refused"])
        self.assertIn("this one is “New”", effects[1].words[0])
        page = self.get(f"/desk/bulk?ticket={fits.number}")
        self.assertIn("Open · Parts ordered", page.text)
        data = {"tickets": f"{fits.number}:{fits.version}", "step": "apply", "working_state": self.ordered.pk}
        self.post("/desk/bulk", data)
        fits.refresh_from_db()
        self.assertEqual(fits.working_state, self.ordered)

    def test_a_macro_changes_the_status_first(self) -> None:
        steps = {"state": "hold", "reason": "third_party", "working_state": self.supplier.pk}
        macro = macros.save(None, MacroSettings(name="To the supplier", names={}, steps=steps), by=self.ines)
        ticket = self.opened()
        macros.use(macro, ticket, by=self.alma, steps=macros.steps_for(macro, ticket, self.alma))
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.working_state), ("waiting", self.supplier))
        self.assertReplays(ticket)
