"""Who hears of a task: whoever can do it now, and the lead of its team when its time has passed."""

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.fulfilment import actions
from olmo.fulfilment.tests.stage import Fulfils
from olmo.notifications.models import Alert


class HearingOfTasks(Fulfils):
    def told(self, kind: str) -> set[tuple[str, str]]:
        return set(Alert.objects.filter(event__kind=kind).values_list("person__name", "why"))

    def test_a_team_hears_when_its_task_can_be_done_and_a_person_when_it_is_theirs(self) -> None:
        ticket = self.started()
        do_jobs()
        actions.finish(self.task(ticket, "order"), by=self.alma)
        do_jobs()
        self.assertIn(("Tove Lind", "task_team"), self.told("task_ready"))
        mail = next(one for one in envelopes(purpose="notice") if one.to == "tove@desk.example")
        self.assertIn("“Install it” can be done.", mail.text)
        actions.give(self.task(ticket, "install"), by=self.alma, team=None, person=self.ines)
        do_jobs()
        self.assertEqual(self.told("task_given"), {("Ines Rota", "task")})

    def test_an_overdue_task_is_told_to_its_taker_and_to_the_lead(self) -> None:
        self.desk.leads.add(self.tove)
        with self.at("2026-03-06 09:00"):
            ticket = self.started()
            actions.begin(self.task(ticket, "order"), by=self.alma)
            do_jobs()
        with self.at("2026-03-06 12:00"):
            actions.sweep()
            do_jobs()
        self.assertEqual(self.told("task_overdue"), {("Alma Ferri", "task"), ("Tove Lind", "task_lead")})
