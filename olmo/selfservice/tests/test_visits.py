"""Visits: who is held out, what is noted while somebody types, and what goes with a report."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.knowledge import feedback
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people.models import AuditLine
from olmo.selfservice import actions, queries
from olmo.selfservice.effect import LEAST
from olmo.selfservice.models import HoldOut, Read, Search, Visit
from olmo.tenancy.scope import scope


class HoldingOut(KnowledgeTest):
    def test_chance_holds_out_the_share_that_is_set_and_stays_with_its_answer(self) -> None:
        day = date(2026, 3, 2)
        drawn = [actions.is_held_out(pk, day, percent=5, salt="s") for pk in range(20_000)]
        self.assertAlmostEqual(sum(drawn) / len(drawn), 0.05, delta=0.006)
        self.assertEqual(drawn, [actions.is_held_out(pk, day, percent=5, salt="s") for pk in range(20_000)])
        other = [actions.is_held_out(pk, day + timedelta(days=1), percent=5, salt="s") for pk in range(20_000)]
        self.assertNotEqual(drawn, other)
        self.assertFalse(any(actions.is_held_out(pk, day, percent=0, salt="s") for pk in range(1000)))

    def test_a_visit_keeps_its_group_whatever_is_set_later(self) -> None:
        self.assertFalse(actions.visit(self.rui).is_measured)
        actions.hold_out(50, by=self.ines)
        self.assertFalse(actions.visit(self.rui).is_measured)
        self.assertTrue(actions.visit(self.bea).is_measured)

    def test_administrators_set_it_within_bounds_and_it_is_in_the_change_log(self) -> None:
        for percent in (-1, 51):
            with self.assertRaises(Invalid):
                actions.hold_out(percent, by=self.ines)
        with self.assertRaises(NotAllowed):
            actions.hold_out(5, by=self.alma)
        actions.hold_out(5, by=self.ines)
        self.assertEqual(AuditLine.objects.latest("pk").change, {"percent": [0, 5]})
        with self.assertRaises(Conflict):
            actions.hold_out(9, by=self.ines, seen="something else")


class Noting(KnowledgeTest):
    def test_words_that_are_still_being_typed_are_one_search(self) -> None:
        visit = actions.visit(self.rui)
        for words in ("vpn", "vpn dro", "vpn drops", "vpn"):
            actions.searched(visit, words, found=1)
        actions.searched(visit, "printer", found=0)
        self.assertEqual(list(visit.searches.values_list("words", flat=True)), ["vpn", "printer"])

    def test_a_day_has_an_end_to_what_is_noted(self) -> None:
        visit = actions.visit(self.rui)
        for n in range(actions.MOST_SEARCHES + 5):
            actions.searched(visit, f"{chr(97 + n % 26)}{n}", found=0)
        self.assertEqual(visit.searches.count(), actions.MOST_SEARCHES)

    def test_what_was_tried_goes_with_the_report_and_what_solved_something_does_not(self) -> None:
        vpn, printer = (self.published(key, title=key, audience="public") for key in ("vpn", "printer"))
        actions.searched(actions.visit(self.rui), "vpn drops", found=1)
        actions.opened(vpn, by=self.rui)
        actions.opened(vpn, by=self.rui)
        actions.solved(printer, by=self.rui)
        self.assertEqual(queries.pending(self.rui).words, ["vpn drops"])
        ticket = self.report("VPN is down")
        actions.carry(ticket, by=self.rui)
        self.assertEqual(queries.tried(self.alma, ticket), queries.Tried(["vpn drops"], [(vpn.pk, "vpn")]))
        self.assertEqual(feedback.counts(printer), (1, 0))
        self.assertEqual(queries.pending(self.rui), queries.Tried([], []))
        again = self.report("Something else")
        actions.carry(again, by=self.rui)
        self.assertEqual(queries.tried(self.alma, again), queries.Tried([], []))

    def test_what_was_tried_days_ago_does_not(self) -> None:
        with self.at("2026-03-02 09:00"):
            actions.searched(actions.visit(self.rui), "vpn drops", found=1)
        with self.at("2026-03-04 09:00"):
            ticket = self.report("VPN is down")
            actions.carry(ticket, by=self.rui)
        self.assertEqual(queries.tried(self.alma, ticket).words, [])

    def test_an_article_that_one_may_not_read_solves_nothing(self) -> None:
        hidden = self.published("acme", audience="organisation", client=self.acme)
        with self.assertRaises(NotFound):
            actions.solved(hidden, by=self.bea)
        self.assertEqual(Read.objects.count(), 0)

    def test_another_organisation_s_visits_are_not_there(self) -> None:
        actions.searched(actions.visit(self.rui), "zyxomma", found=0)
        with scope([self.bolt.pk]):
            self.assertEqual((Visit.objects.count(), Search.objects.count()), (0, 0))

    def test_visits_are_forgotten_after_a_year(self) -> None:
        with self.at("2025-01-02 09:00"):
            actions.searched(actions.visit(self.rui), "vpn", found=0)
        actions.visit(self.bea)
        actions.sweep()
        self.assertEqual(list(Visit.objects.values_list("person", flat=True)), [self.bea.pk])


class Measuring(KnowledgeTest):
    def visits(self, n: int, *, held_out: bool, followed: int, later: int = 0) -> None:
        """Visits of Rui on so many days before 2026-03-01, of which some are followed by a ticket at once, or after two days."""
        start = date(2026, 1, 1) if held_out else date(2025, 12, 10)
        person = self.rui if held_out else self.bea
        for day in range(n):
            at = f"{start + timedelta(days=day)} 09:00"
            with self.at(at):
                Visit.objects.create(
                    client_id=person.client_id or 0, person=person, day=start + timedelta(days=day), began_at=clock.now(),
                    is_measured=True, is_held_out=held_out,
                )  # fmt: skip
            if day < followed:
                with self.at(f"{start + timedelta(days=day)} 10:00"):
                    self.report("Help", by=person)

    def test_both_groups_are_counted_by_their_own_window(self) -> None:
        self.visits(10, held_out=True, followed=1)
        self.visits(20, held_out=False, followed=0)
        with self.at("2026-02-01 09:00"):
            day, week = queries.compared(self.ines)
        self.assertEqual((day.held_out.visits, day.held_out.opened), (10, 1))
        self.assertEqual((day.suggested.visits, day.suggested.opened), (20, 0))
        self.assertEqual(week.held_out.opened, 1)
        self.assertFalse(day.effect.is_enough)
        self.assertGreater(LEAST, 20)

    def test_a_visit_whose_window_is_not_over_does_not_count(self) -> None:
        self.visits(10, held_out=True, followed=1)
        with self.at("2026-01-10 10:00"):
            day, week = queries.compared(self.ines)
        self.assertEqual((day.held_out.visits, week.held_out.visits), (9, 3))

    def test_an_agent_counts_their_own_organisations_only(self) -> None:
        self.visits(10, held_out=True, followed=1)
        with self.at("2026-02-01 09:00"), CaptureQueriesContext(connection) as asked:
            self.assertEqual(queries.compared(self.otto)[0].held_out.visits, 0)
        self.assertFalse(
            [one["sql"] for one in asked if "selfservice_visit" in one["sql"] and "began_at" not in one["sql"]]
        )

    def test_measuring_is_off_until_somebody_sets_it(self) -> None:
        self.assertFalse(HoldOut.objects.exists())
        actions.visit(self.rui)
        self.assertEqual(queries.compared(self.ines)[0].suggested.visits, 0)
