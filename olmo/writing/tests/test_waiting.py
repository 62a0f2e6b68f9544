from olmo.kernel.errors import Invalid
from olmo.knowledge.models import Article
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.tenancy.scope import scope
from olmo.writing import waiting
from olmo.writing.models import Waiting


class TicketsThatWait(KnowledgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.error = self.published(title="Dock loses the screens", audience="public", kind="error")

    def test_the_ticket_that_stood_for_the_problem_waits_when_another_is_named(self) -> None:
        first, second = self.report("Dock"), self.report("Firmware")
        waiting.wait(first, self.error, by=self.alma)
        waiting.name_problem(self.error, first, by=self.alma)
        waiting.name_problem(self.error, second, by=self.alma)
        self.assertEqual(waiting.of_article(self.alma, self.error), (second, [first]))

    def test_a_problem_in_a_ticket_that_one_may_not_see_is_not_replaced(self) -> None:
        theirs, own = self.report("Dock"), self.report("Firmware", by=self.bea)
        waiting.name_problem(self.error, theirs, by=self.alma)
        for instead in (own, None):
            with scope([self.bolt.pk]), self.assertRaisesMessage(Invalid, "that you cannot see"):
                waiting.name_problem(self.error, instead, by=self.otto)
        self.assertEqual(Waiting.objects.get(is_problem=True).ticket, theirs)

    def test_what_waits_stops_also_once_the_article_is_a_guide(self) -> None:
        ticket = self.report("Dock")
        waiting.wait(ticket, self.error, by=self.alma)
        Article.objects.filter(pk=self.error.pk).update(kind="guide")
        self.error.refresh_from_db()
        waiting.stop(ticket, self.error, by=self.alma)
        self.assertFalse(Waiting.objects.exists())
