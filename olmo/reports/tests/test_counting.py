"""Numbers: the sums equal a naive count of the tickets and their logs, after any history, and each leads to its tickets."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from olmo.kernel import clock
from olmo.people.models import Team
from olmo.reports import queries, rollup
from olmo.reports.models import Fact, Progress, Rollup
from olmo.reports.selection import Selection
from olmo.tenancy.models import Provider
from olmo.tenancy.scope import scope
from olmo.tickets import actions
from olmo.tickets.models import ACTIVE, Event, Priority, Ticket
from olmo.tickets.standing import ANSWER_WITHIN
from tests.cast import DeskTest

ROME = ZoneInfo("Europe/Rome")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
COUNTED = ("opened", "answered", "prompt", "resolved", "reopened", "first_contact", "promised", "kept", "open")


class Counting(DeskTest):
    def lens(self, **more: Any) -> queries.Lens:
        return queries.Lens(**{"viewer": self.ines, "first": FIRST, "last": LAST, **more})

    def live(self, seed: int, count: int = 12) -> None:
        """Some tickets with histories that chance wrote, over March."""
        chance = random.Random(seed)
        agents, teams = [self.alma, self.tove, self.ines], [self.desk, self.network]
        for _n in range(count):
            at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(28 * 1440))
            with clock.at(at):
                ticket = self.report("Fault", by=chance.choice([self.rui, self.bea]))
            for _step in range(chance.randrange(7)):
                at += timedelta(minutes=chance.choice([3, 20, 90, 700, 2000]))
                with clock.at(at):
                    self._act(chance, ticket, chance.choice(agents), chance.choice(teams), at)

    def _act(self, chance: random.Random, ticket: Ticket, agent: Any, team: Team, at: datetime) -> None:
        ticket.refresh_from_db()
        asker = self.rui if ticket.client_id == self.acme.pk else self.bea
        if ticket.is_done:
            actions.reopen(ticket, by=agent)
            return
        match chance.randrange(7):
            case 0:
                actions.assign(ticket, by=agent, team=team, assignee=chance.choice([agent, None]))
            case 1:
                actions.reply(ticket, by=agent, message=self.say("Try again."))
            case 2:
                actions.set_due(ticket, by=agent, due_at=at + timedelta(hours=chance.randrange(1, 40)))
            case 3:
                actions.receive(ticket, by=asker, message=self.say("Still broken."))
            case _:
                actions.resolve(ticket, by=agent, code="fixed", note=chance.choice(["Done.", ""]))

    def naive(self, clients: list[int] | None = None, team: int | None = None) -> Counter[str]:
        """Counted the slow way: every ticket, every event."""
        found: Counter[str] = Counter()
        for ticket in Ticket.objects.all():
            if (clients is None or ticket.client_id in clients) and (team is None or ticket.team_id == team):
                found.update(name for name, is_so in self._of(ticket).items() if is_so)
        return found

    def _of(self, ticket: Ticket) -> dict[str, bool]:
        log = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        reopened = [e.at for e in log if e.kind == "reopened"]
        answers = [e for e in log if e.kind == "replied" or (e.kind == "resolved" and e.data.get("message"))]
        is_resolved = ticket.resolved_at is not None and self._in(ticket.resolved_at)
        questions = [e for e in log if e.kind == "received" and ticket.resolved_at and e.at < ticket.resolved_at]
        first = not reopened and len(answers) <= 1 and not questions and "escalated" not in [e.kind for e in log]
        return {
            "opened": self._in(ticket.opened_at), "answered": bool(answers) and self._in(answers[0].at),
            "prompt": bool(answers)
            and self._in(answers[0].at)
            and answers[0].at - ticket.opened_at <= ANSWER_WITHIN[Priority(ticket.priority)],
            "resolved": is_resolved, "reopened": bool(reopened) and self._in(reopened[-1]),
            "first_contact": is_resolved and first, "open": ticket.status in ACTIVE,
            "promised": is_resolved and ticket.due_at is not None,
            "kept": is_resolved and bool(ticket.due_at and ticket.resolved_at and ticket.resolved_at <= ticket.due_at),
        }  # fmt: skip

    def _in(self, at: datetime) -> bool:
        return FIRST <= at.astimezone(ROME).date() <= LAST

    def totals(self, lens: queries.Lens) -> Counter[str]:
        spanned = queries.totals(lens, COUNTED[:-1])
        return (
            Counter({**spanned, "open": sum(n for _day, by, _value, n in queries.backlog(lens) if by == "priority")})
            + Counter()
        )

    def test_sums_equal_a_naive_count_after_every_refresh(self) -> None:
        for seed in (1, 2):
            self.live(seed)
            rollup.refresh()
            self.assertEqual(self.totals(self.lens()), self.naive())
            self.assertEqual(self.totals(self.lens(clients=(self.acme.pk,))), self.naive([self.acme.pk]))
            self.assertEqual(self.totals(self.lens(teams=(self.network.pk,))), self.naive(team=self.network.pk))

    def test_made_anew_they_are_the_same(self) -> None:
        self.live(4)
        rollup.refresh()
        self.live(5)
        rollup.refresh()
        moved = self._cells()
        rollup.rebuild()
        self.assertEqual(self._cells(), moved)

    def _cells(self) -> list[tuple[Any, ...]]:
        cells = Rollup.objects.exclude(n=0).order_by("measure", "by", "day", "client", "team", "value")
        return list(cells.values_list("measure", "by", "day", "client", "team", "value", "n"))

    def test_looking_twice_counts_once(self) -> None:
        self.live(6, 5)
        rollup.refresh()
        once = self._cells()
        rollup.refresh()
        self.assertEqual(self._cells(), once)

    def test_parts_add_up_to_the_whole(self) -> None:
        self.live(7)
        rollup.refresh()
        lens = self.lens()
        whole = queries.totals(lens, ["opened", "resolved"])
        for by in ("agent", "category", "channel", "client", "team"):
            parts = queries.apart(lens, by, ["opened", "resolved"])
            for measure, n in whole.items():
                self.assertEqual(sum(row.get(measure, 0) for row in parts.values()), n, f"{measure} by {by}")
        self.assertEqual(sum(queries.arrivals(lens).values()), whole["opened"])
        days = queries.per_day(lens, ["opened", "resolved"])
        self.assertEqual(len(days), 31)
        self.assertEqual(sum(day["resolved"] for day in days.values()), whole["resolved"])

    def test_every_number_has_its_tickets(self) -> None:
        self.live(8)
        rollup.refresh()
        lens, tickets = self.lens(), Ticket.objects.all()
        behind: dict[str, dict[str, Any]] = {
            "opened": {"opened": lens.days()}, "answered": {"answered": lens.days()}, "resolved": {"resolved": lens.days()},
            "reopened": {"reopened": lens.days()}, "first_contact": {"resolved": lens.days(), "first": 1},
            "kept": {"resolved": lens.days(), "kept": 1}, "prompt": {"answered": lens.days(), "prompt": 1},
        }  # fmt: skip
        for measure, parts in behind.items():
            found = lens.selection(**parts).among(tickets)
            self.assertEqual(found.count(), queries.totals(lens, [measure])[measure], measure)
        for (weekday, hour), n in queries.arrivals(lens).items():
            chosen = lens.selection(opened=lens.days(), weekday=weekday, hour=hour)
            self.assertEqual(Selection.read(str(chosen)).among(tickets).count(), n)
        for name, measure in (("response", "answered"), ("resolution", "resolved")):
            for band, numbers in queries.apart(lens, "band", [measure]).items():
                chosen = lens.selection(**{measure: lens.days(), name: band})
                self.assertEqual(Selection.read(str(chosen)).among(tickets).count(), numbers[measure])

    def test_medians_equal_those_of_a_sorted_list(self) -> None:
        self.live(9, 20)
        rollup.refresh()
        for measure, day in (("response", "answered_day"), ("resolution", "resolved_day")):
            facts = Fact.objects.filter(**{f"{day}__range": (FIRST, LAST)})
            minutes = sorted(facts.values_list(f"{measure}_minutes", flat=True))
            median, ninth = queries.percentiles(self.lens(), measure)
            self.assertEqual(median, minutes[-(-len(minutes) // 2) - 1])
            self.assertEqual(ninth, minutes[-(-len(minutes) * 9 // 10) - 1])

    def test_an_agent_of_one_organisation_counts_only_that(self) -> None:
        self.live(10)
        rollup.refresh()
        with scope([self.bolt.pk]):
            self.assertEqual(self.totals(self.lens(viewer=self.otto)), self.naive([self.bolt.pk]))
            self.assertEqual(self.totals(self.lens(viewer=self.otto, clients=(self.acme.pk,))), Counter())

    def test_days_are_the_desks(self) -> None:
        with self.at("2026-03-31 22:30"):  # the first of April in Rome
            self.report("Night shift")
        rollup.refresh()
        self.assertEqual(queries.totals(self.lens(), ["opened"])["opened"], 0)
        Provider.objects.update(time_zone="UTC")
        rollup.refresh()
        self.assertEqual(queries.totals(self.lens(), ["opened"])["opened"], 1)

    def test_a_restored_desk_is_counted_from_the_beginning(self) -> None:
        self.live(11, 5)
        rollup.refresh()
        Progress.objects.update(xact=2**40)  # of a cluster that had seen more transactions
        rollup.refresh()
        self.assertEqual(self.totals(self.lens()), self.naive())

    def test_many_events_are_read_in_parts(self) -> None:
        self.live(12, 12)
        self.addCleanup(setattr, rollup, "EVENTS", rollup.EVENTS)
        self.addCleanup(setattr, rollup, "BATCH", rollup.BATCH)
        self.addCleanup(setattr, rollup, "LONGEST_SECONDS", rollup.LONGEST_SECONDS)
        rollup.EVENTS, rollup.BATCH = 5, 2
        rollup.LONGEST_SECONDS = 0  # the test is one transaction, which has not ended: it would be read again and again
        rollup.refresh()
        self.assertEqual(self.totals(self.lens()), self.naive())
