"""What is learnt from, how it is kept, and the administrator's verbs."""

from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.models import AuditLine
from olmo.routing import administration, queries, teaching
from olmo.routing.models import Target, Triage
from olmo.tickets import actions, reactions
from olmo.tickets.models import Ticket

from .learnt import LearntDesk


class Teaching(LearntDesk):
    def test_what_was_learnt_is_kept_with_its_figures(self) -> None:
        told = queries.told(Triage.objects.defer("archive").get(target=Target.CATEGORY))
        self.assertEqual((told.row.found, told.row.labels), (60, 2))
        self.assertGreater(told.row.figures["accuracy"], 0.9)
        assert told.promise is not None
        self.assertGreaterEqual(told.promise.precision, 0.95)

    def test_examples_are_the_finished_tickets_with_their_first_words(self) -> None:
        known = teaching.examples(Target.CATEGORY)
        self.assertEqual(len(known.texts), 60)
        self.assertIn("on floor", known.texts[0])
        self.assertNotIn("Done.", "".join(known.texts))
        self.assertEqual(set(known.labels), {str(self.printers.pk), str(self.networks.pk)})

    def test_merged_and_open_ones_are_left_out(self) -> None:
        with reactions.without_after():
            first, second = self.report("Printer", category=self.printers), self.report("Printer too")
            actions.merge(second, into=first, by=self.alma)
        self.assertEqual(len(teaching.examples(Target.KIND).texts), 60)

    def test_a_correction_is_learnt(self) -> None:
        ticket = Ticket.objects.filter(category=self.printers).order_by("pk")[0]
        with reactions.without_after():
            actions.categorise(ticket, by=self.alma, category=self.networks)
        self.assertEqual(teaching.examples(Target.CATEGORY).labels.count(str(self.networks.pk)), 31)

    def test_one_answer_teaches_nothing_and_says_so(self) -> None:
        row = teaching.learn(Target.KIND)
        assert row is not None
        self.assertEqual((row.learnt_at, row.found, row.labels), (None, 60, 1))

    def test_fewer_than_fifty_teach_nothing_and_what_was_known_is_forgotten(self) -> None:
        keep = Ticket.objects.filter(category=self.printers).values_list("pk", flat=True)[:20]
        with reactions.without_after():
            for ticket in Ticket.objects.exclude(pk__in=list(keep)):
                actions.reopen(ticket, by=self.alma)
        row = teaching.learn(Target.CATEGORY)
        assert row is not None
        self.assertEqual((row.learnt_at, row.found), (None, 20))
        self.assertEqual(bytes(Triage.objects.get(target=Target.CATEGORY).archive), b"")

    def test_what_is_switched_off_is_not_learnt(self) -> None:
        Triage.objects.filter(target=Target.TEAM).update(is_on=False, learnt_at=None)
        self.assertIsNone(teaching.learn(Target.TEAM))


class LookingAfter(LearntDesk):
    def save(self, **changed: object) -> Triage:
        settings: dict[str, object] = {"is_on": True, "acts_alone": True, "precision": 0.97, "by": self.ines}
        return administration.save_triage(Target.TEAM, **{**settings, **changed})  # type: ignore[arg-type]

    def test_a_change_is_in_the_change_log(self) -> None:
        self.save()
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["precision"]), ("triage: team", [0.95, 0.97]))

    def test_a_precision_out_of_bounds_is_refused(self) -> None:
        for precision in (0.3, 1.0):
            with self.assertRaises(Invalid) as refusal:
                self.save(precision=precision)
            self.assertEqual(refusal.exception.field, "precision")

    def test_only_an_administrator_may(self) -> None:
        with self.assertRaises(NotAllowed):
            self.save(by=self.alma)
        with self.assertRaises(NotAllowed):
            administration.learn_now(by=self.alma)

    def test_switching_off_forgets(self) -> None:
        self.save(is_on=False)
        row = Triage.objects.get(target=Target.TEAM)
        self.assertEqual((bytes(row.archive), row.learnt_at, row.figures), (b"", None, {}))

    def test_learning_is_queued_once(self) -> None:
        administration.learn_now(by=self.ines)
        self.assertTrue(queries.is_learning())
        with self.assertRaises(Conflict):
            administration.learn_now(by=self.ines)
