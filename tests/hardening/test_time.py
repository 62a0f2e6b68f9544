"""Time that jumps, shifts and is missed (R27, R28, R29)."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.kernel import clock
from olmo.notifications import collecting
from olmo.service_levels import actions as service_levels
from olmo.service_levels.models import Clock
from olmo.service_levels.tests.test_clocks import PROMISE, Promised, moment
from olmo.tickets import actions
from olmo.tickets.models import Event, Ticket


class R27TheClockOfTheMachineJumps(Promised):
    """An hour on, an hour back, a day on, while clocks run."""

    def test_no_time_is_negative_and_nothing_is_told_twice(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        for now in ("03-09 08:50", "03-09 09:50", "03-09 08:49", "03-10 08:50", "03-09 08:51", "03-10 08:51"):
            with self.at(f"2026-{now}"):
                service_levels.sweep()
                self.assertTrue(all(c.used_seconds >= 0 for c in Clock.objects.filter(ticket=ticket)))
        told = [
            (e.kind, e.data["metric"], e.data.get("percent")) for e in Event.objects.filter(ticket=ticket, seq__gt=1)
        ]
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(
            sorted(metric for kind, metric, _p in told if kind == "breached"), ["first_response", "resolution"]
        )
        self.assertTrue_(ticket)

    def test_events_of_a_ticket_never_go_back_in_time(self) -> None:
        with self.at("2026-03-09 09:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 08:00"):  # an hour back
            actions.reply(ticket, by=self.alma, message=self.say("Which network?"))
        kept = Clock.objects.get(ticket=ticket, metric="first_response")
        self.assertEqual((kept.state, kept.used_seconds, kept.breached_at), ("stopped", 0, None))
        ats = list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("at", flat=True))
        self.assertTrue(all(a <= b for a, b in pairwise(ats)), ats)
        self.assertTrue_(ticket)


# Zone, opened (local), working minutes promised, due (UTC), worked out by hand: hours 08:00-17:00 every day, as on the wall.
SHIFTS: tuple[tuple[str, str, int, str], ...] = (
    ("Europe/Rome", "2026-03-28 16:00", 120, "2026-03-29 07:00"),  # 15:00 UTC, then 09:00 of summer time
    ("Europe/Rome", "2026-10-24 16:00", 120, "2026-10-25 08:00"),  # 14:00 UTC, then 09:00 of winter time
    ("Asia/Beirut", "2026-03-28 16:30", 60, "2026-03-29 05:30"),  # midnight is skipped: 08:30 is 05:30 UTC
    ("Asia/Beirut", "2026-10-24 16:30", 60, "2026-10-25 06:30"),  # midnight is repeated: 08:30 is 06:30 UTC
    ("Europe/Rome", "2026-03-28 08:00", 1080, "2026-03-29 15:00"),  # two whole days, across the change
    ("Europe/Rome", "2026-10-24 08:00", 1080, "2026-10-25 16:00"),
)


class R28ClocksChange(Promised):
    """Due times across the start and the end of summer time, also where it changes at midnight."""

    def test_due_times_are_exact(self) -> None:
        for number, (zone, opened, minutes, due) in enumerate(SHIFTS):
            with self.subTest(zone=zone, opened=opened), self.at("2026-01-02 00:00"):
                self.promised(f"Every day {number}", zone, minutes)
                ticket = self.opened(zone, opened)
                self.assertEqual(Clock.objects.get(ticket=ticket, metric="resolution").due_at, moment(due))
                self.assertTrue_(ticket)

    def promised(self, name: str, zone: str, minutes: int) -> None:
        hours = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        service_levels.set_calendar(name, {"zone": zone, "hours": hours}, by=self.ines)
        content: dict[str, Any] = PROMISE | {"calendar": name, "targets": {"3": {"resolution": minutes}}}
        self.amend(name, f"2026-02-{10 + int(name.rsplit(maxsplit=1)[-1])} 00:00", content)

    def opened(self, zone: str, local: str) -> Ticket:

        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        with clock.at(at):
            return self.report("Printer")


class R29TheSchedulerWasOff(Promised):
    """Six hours without a sweep."""

    def test_each_breach_once_in_order_marked_late_and_one_mail_for_all(self) -> None:
        with self.at("2026-03-09 08:00"):
            tickets = [self.report(f"Problem {n}") for n in range(30)]
            for ticket in tickets:
                actions.assign(ticket, by=self.tove, team=self.desk, assignee=self.alma)
            do_jobs()
        before = len(envelopes(purpose="notice"))
        for now in ("15:00", "15:01", "15:02"):
            with self.at(f"2026-03-09 {now}"):
                while service_levels.sweep(limit=7):
                    pass
                do_jobs()
        with self.at("2026-03-09 15:08"):
            collecting.send_due(clock.now())
        self.assertEqual(len(envelopes(purpose="notice")), before)
        self.assertEqual(len(envelopes(purpose="digest")), 1)
        for ticket in tickets:
            found = list(Event.objects.filter(ticket=ticket, kind="breached").order_by("seq"))
            self.assertEqual([e.data["metric"] for e in found], ["first_response", "resolution"])
            self.assertTrue(all(e.data["is_late"] for e in found))
        self.assertFalse(Event.objects.filter(kind="warned").exists())
