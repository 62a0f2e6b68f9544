"""What follows from a change, and when nothing should."""

from procrastinate.contrib.django.models import ProcrastinateJob

from olmo.tickets import actions, finding, reactions
from tests.cast import DeskTest


class TellingNobody(DeskTest):
    """An import or the demo makes a past: it is recorded and found, and nobody hears of it now."""

    def jobs(self) -> int:
        return ProcrastinateJob.objects.filter(task_name="olmo.tickets.jobs.react").count()

    def test_a_change_queues_its_reactions(self) -> None:
        self.report("Printer is out of toner")
        self.assertEqual(self.jobs(), 1)

    def test_without_after_queues_nothing(self) -> None:
        with reactions.without_after():
            ticket = self.report("Printer is out of toner")
            actions.reply(ticket, by=self.alma, message=self.say("New toner is coming."))
        self.assertEqual(self.jobs(), 0)
        self.assertLogged(ticket, "opened", "replied")

    def test_the_reactions_inside_run_all_the_same(self) -> None:
        with reactions.without_after():
            ticket = self.report("Plotter eats paper")
        self.assertEqual([row["id"] for row in finding.search(self.alma, "plotter")], [ticket.pk])

    def test_it_ends_with_its_block(self) -> None:
        with self.assertRaises(ZeroDivisionError), reactions.without_after():
            raise ZeroDivisionError
        self.report("Printer is out of toner")
        self.assertEqual(self.jobs(), 1)
