"""When somebody could call back: shifts, absences and what is promised already."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.escalation import slots
from olmo.staffing.models import Absence
from olmo.tickets import actions

from .stage import Escalates, moment


class FreeHalfHours(Escalates):
    __test__ = True

    def test_an_owner_without_shifts_is_free_in_the_usual_hours_of_weekdays(self) -> None:
        ticket = self.opened("2026-03-06 14:00")  # Friday, 15:00 in Rome
        with self.at("2026-03-06 16:10"):  # 17:10 there: one half hour is left until Monday
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
            found = slots.free(ticket)
        rome = [at.astimezone(ZoneInfo("Europe/Rome")) for at in found]
        self.assertEqual((rome[0].hour, rome[0].minute), (17, 30))
        self.assertEqual((rome[1].weekday(), rome[1].hour, rome[1].minute), (0, 9, 0))
        self.assertEqual(len(found), slots.MOST)

    def test_what_is_promised_already_and_absences_take_them(self) -> None:
        ticket, other = self.opened("2026-03-09 08:00"), self.opened("2026-03-09 08:00")
        with self.at("2026-03-09 08:05"):
            for each in (ticket, other):
                actions.assign(each, by=self.alma, team=self.desk, assignee=self.alma)
            first = slots.free(ticket)[0]
            self.assertEqual(first, moment("2026-03-09 08:30"))
            actions.promise_callback(other, by=self.alma, at=first)
            self.assertEqual(slots.free(ticket)[0], moment("2026-03-09 09:00"))
            Absence.objects.create(person=self.alma, starts_at=first, ends_at=first + timedelta(hours=3))
            self.assertEqual(slots.free(ticket)[0], moment("2026-03-09 11:30"))

    def test_of_a_team_only_those_count_who_work_for_the_organisation_and_each_call_takes_one(self) -> None:
        ticket, other = self.opened("2026-03-09 08:00"), self.opened("2026-03-09 08:00")
        self.network.members.set([self.otto, self.tove])  # Otto works for Bolt alone
        with self.at("2026-03-09 08:05"):
            for each in (ticket, other):
                actions.assign(each, by=self.alma, team=self.network, assignee=None)
            first = slots.free(ticket)[0]
            actions.promise_callback(other, by=self.alma, at=first)
            self.assertGreater(slots.free(ticket)[0], first)
            self.network.members.add(self.alma)
            self.assertEqual(slots.free(ticket)[0], first)

    def test_a_weekend_costs_no_more_statements_than_a_weekday(self) -> None:
        ticket = self.opened("2026-03-06 14:00")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        slots.free(ticket)  # what the ticket itself keeps is read now
        costs = []
        for moment_of in ("2026-03-06 10:00", "2026-03-06 18:00"):  # the latter looks through two days without work
            with self.at(moment_of), CaptureQueriesContext(connection) as asked:
                slots.free(ticket)
            costs.append(len(asked))
        self.assertEqual(costs[0], costs[1])
        self.assertLessEqual(costs[1], 5)

    def test_nobody_means_none(self) -> None:
        ticket = self.report("Alone")
        self.assertEqual(slots.free(ticket), [])
