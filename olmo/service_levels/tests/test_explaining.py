"""`olmo sla explain`: the worked example, the rules that are easily got wrong, and broken cases."""

import copy
import io
import json
import random
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

from olmo.service_levels.engine.answer import answer
from olmo.service_levels.engine.case import BadCase, parsed, read
from olmo.service_levels.engine.command import batch, one

from .histories import History

ALWAYS = {"zone": "UTC", "hours": {d: [["00:00", "24:00"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
OFFICE = {
    "zone": "Europe/Rome",
    "hours": {
        "mon": [["08:00", "12:30"], ["13:30", "18:00"]],
        "fri": [["08:00", "18:00"]],
        "sat": [["22:00", "24:00"]],
    },
    "holidays": ["2026-12-25"],
    "exceptions": [{"date": "2026-12-24", "hours": [["08:00", "12:00"]]}],
}
EXAMPLE: dict[str, Any] = {
    "calendars": {"office": OFFICE, "always": ALWAYS | {"holidays": [], "exceptions": []}},
    "terms": [
        {
            "version": "v1",
            "from": "2026-01-01T00:00:00Z",
            "to": None,
            "applies": "new",
            "calendar": "office",
            "pauses": ["requester", "third_party"],
            "targets": {
                "1": {
                    "first_response": {"minutes": 15, "calendar": "always", "pauses": []},
                    "next_response": 60,
                    "resolution": 240,
                },
                "2": {"first_response": 60, "next_response": 120, "resolution": 480},
                "4": {"first_response": 600, "next_response": None, "resolution": None},
            },
        }
    ],
    "events": [
        {"at": "2026-03-06T15:30:00Z", "kind": "opened", "priority": 2},
        {"at": "2026-03-09T08:10:00Z", "kind": "replied"},
        {"at": "2026-03-09T08:10:00Z", "kind": "held", "reason": "requester"},
        {"at": "2026-03-09T08:55:00Z", "kind": "received"},
        {"at": "2026-03-09T09:00:00Z", "kind": "prioritised", "priority": 1},
    ],
    "until": "2026-03-09T09:30:00Z",
}


def event(clock: str, kind: str, **more: object) -> dict[str, object]:
    """Something at a time of Monday 1 June 2026, UTC."""
    return {"at": f"2026-06-01T{clock}:00Z", "kind": kind, **more}


def terms(
    name: str, start: str, targets: object, end: str | None = None, applies: str = "running", **more: Any
) -> dict[str, Any]:
    """A version whose resolution targets are given by priority, round the clock."""
    by_priority = targets if isinstance(targets, dict) else {"1": targets}
    return {
        "version": name,
        "from": f"2026-06-01T{start}:00Z",
        "to": f"2026-06-01T{end}:00Z" if end else None,
        "applies": applies,
        "calendar": "always",
        "pauses": ["requester"],
        "targets": {
            p: {"first_response": None, "next_response": None, "resolution": m} for p, m in by_priority.items()
        },
    } | more


def resolution(events: list[dict[str, object]], versions: list[dict[str, Any]], until: str) -> dict[str, Any]:
    """The resolution clock of a case."""
    case = {"calendars": {"always": ALWAYS}, "terms": versions, "events": events, "until": f"2026-06-01T{until}:00Z"}
    found: list[dict[str, Any]] = answer(read(case))["clocks"]
    return next(c for c in found if c["metric"] == "resolution") | {"all": found}


class TheWorkedExample(unittest.TestCase):
    def test_comes_out_exactly(self) -> None:
        first, resolve, following = answer(read(EXAMPLE))["clocks"]
        self.assertEqual(
            first,
            {
                "metric": "first_response",
                "started_at": "2026-03-06T15:30:00Z",
                "state": "stopped",
                "stopped_at": "2026-03-09T08:10:00Z",
                "used_seconds": 16800,
                "target_minutes": 60,
                "remaining_seconds": -13200,
                "due_at": "2026-03-06T16:30:00Z",
                "breached_at": "2026-03-06T16:30:00Z",
            },
        )
        said = [
            resolve[k]
            for k in ("metric", "state", "used_seconds", "target_minutes", "remaining_seconds", "due_at", "breached_at")
        ]
        self.assertEqual(
            said, ["resolution", "running", 18900, 240, -4500, "2026-03-09T09:00:00Z", "2026-03-09T09:00:00Z"]
        )
        said = [
            following[k]
            for k in ("started_at", "state", "used_seconds", "target_minutes", "remaining_seconds", "due_at")
        ]
        self.assertEqual(said, ["2026-03-09T08:55:00Z", "running", 2100, 60, 1500, "2026-03-09T09:55:00Z"])

    def test_the_table_of_the_docs_is_what_the_engine_computes(self) -> None:
        text = (Path(__file__).parents[3] / "docs" / "service-levels.md").read_text(encoding="utf-8")
        table = text.partition("## A worked example")[2].partition("\n## ")[0]
        told = [line.split("|")[-2].strip() for line in table.splitlines() if line.startswith("| ")][1:]
        instants = ("06T15:30", "06T16:30", "07T21:00", "07T23:00", "09T08:10", "09T08:55", "09T09:00")
        found = [self.used(f"2026-03-{at}:00Z") for at in instants]
        self.assertEqual(told, found)
        due = answer(read(EXAMPLE))["clocks"][1]
        self.assertEqual((due["due_at"], due["breached_at"]), ("2026-03-09T09:00:00Z", "2026-03-09T09:00:00Z"))

    def used(self, until: str) -> str:
        """The time that the resolution clock has used until an instant, as the docs write it."""
        case = EXAMPLE | {"until": until, "events": [e for e in EXAMPLE["events"] if e["at"] <= until]}
        clocks = answer(read(case))["clocks"]
        seconds = next(c["used_seconds"] for c in clocks if c["metric"] == "resolution")
        hours, minutes = divmod(seconds // 60, 60)
        return " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""])) or "0"

    def test_says_in_words_what_paused_and_changed(self) -> None:
        told = "\n".join(answer(read(EXAMPLE))["explanation"])
        for words in ("waiting for the requester", "priority 1", "Europe/Rome", "terms v1"):
            self.assertIn(words, told)


class Judging(unittest.TestCase):
    def test_a_clock_that_stops_at_its_due_instant_is_in_time(self) -> None:
        found = resolution(
            [event("10:00", "opened", priority=1), event("11:00", "resolved")], [terms("v1", "00:00", 60)], "12:00"
        )
        self.assertEqual((found["due_at"], found["breached_at"]), ("2026-06-01T11:00:00Z", None))

    def test_a_hold_exactly_when_due_comes_too_late(self) -> None:
        held = [event("10:00", "opened", priority=1), event("11:00", "held", reason="requester")]
        found = resolution(held, [terms("v1", "00:00", 60)], "12:00")
        self.assertEqual((found["state"], found["breached_at"]), ("paused", "2026-06-01T11:00:00Z"))

    def test_a_target_that_shrinks_and_grows_back_at_one_instant_breaches_nothing(self) -> None:
        events = [event("10:00", "opened", priority=1), event("11:00", "prioritised", priority=2)]
        events.append(event("11:00", "prioritised", priority=1))
        found = resolution(events, [terms("v1", "00:00", {"1": 120, "2": 30})], "11:30")
        self.assertEqual((found["due_at"], found["breached_at"]), ("2026-06-01T12:00:00Z", None))

    def test_reopening_with_the_target_used_up_breaches_at_once(self) -> None:
        events = [event("10:00", "opened", priority=1), event("11:00", "resolved"), event("15:00", "reopened")]
        found = resolution(events, [terms("v1", "00:00", 60)], "15:00")
        self.assertEqual((found["breached_at"], found["due_at"]), ("2026-06-01T15:00:00Z", "2026-06-01T11:00:00Z"))

    def test_a_change_that_overtakes_the_clock_counts_from_the_change(self) -> None:
        events = [event("10:00", "opened", priority=1), event("12:00", "prioritised", priority=2)]
        found = resolution(events, [terms("v1", "00:00", {"1": 600, "2": 30})], "13:00")
        self.assertEqual(found["due_at"], "2026-06-01T12:00:00Z")

    def test_an_instant_without_a_target_breaks_the_overdue_time(self) -> None:
        events = [event("10:00", "opened", priority=1), event("12:00", "prioritised", priority=2)]
        events.append(event("13:00", "prioritised", priority=1))
        found = resolution(events, [terms("v1", "00:00", {"1": 60, "2": None})], "14:00")
        self.assertEqual((found["due_at"], found["breached_at"]), ("2026-06-01T13:00:00Z", "2026-06-01T11:00:00Z"))

    def test_a_larger_target_that_leaves_it_overdue_moves_the_due_time_to_where_it_was_reached(self) -> None:
        events = [event("10:00", "opened", priority=1), event("13:00", "prioritised", priority=2)]
        found = resolution(events, [terms("v1", "00:00", {"1": 60, "2": 120})], "14:00")
        self.assertEqual(found["due_at"], "2026-06-01T12:00:00Z")


class TermsToCome(unittest.TestCase):
    def test_a_version_for_running_tickets_that_comes_later_counts(self) -> None:
        opened = [event("10:00", "opened", priority=1)]
        found = resolution(opened, [terms("v1", "00:00", 600, "12:00"), terms("v2", "12:00", 60)], "10:30")
        self.assertEqual(found["due_at"], "2026-06-01T12:00:00Z")

    def test_it_counts_for_a_stopped_clock_also_after_closing(self) -> None:
        events = [event("10:00", "opened", priority=1), event("10:30", "closed")]
        found = resolution(events, [terms("v1", "00:00", 600, "12:00"), terms("v2", "12:00", 180)], "10:30")
        self.assertEqual((found["target_minutes"], found["due_at"]), (600, "2026-06-01T13:00:00Z"))

    def test_a_version_for_new_tickets_leaves_open_ones_alone(self) -> None:
        opened = [event("10:00", "opened", priority=1)]
        versions = [terms("v1", "00:00", 600, "12:00"), terms("v2", "12:00", 60, applies="new")]
        self.assertEqual(resolution(opened, versions, "13:00")["target_minutes"], 600)

    def test_a_version_that_comes_at_closing_is_applied_before_it(self) -> None:
        events = [event("10:00", "opened", priority=1), event("12:00", "closed")]
        found = resolution(events, [terms("v1", "00:00", 600, "12:00"), terms("v2", "12:00", 60)], "13:00")
        self.assertEqual(
            (found["target_minutes"], found["due_at"], found["breached_at"]), (60, "2026-06-01T12:00:00Z", None)
        )


class BrokenCases(unittest.TestCase):
    CASES: tuple[tuple[str, tuple[object, ...], object], ...] = (
        ("calendars.office.zone", ("calendars", "office", "zone"), "Europe/Atlantis"),
        ("calendars.office.zone", ("calendars", "office", "zone"), "../../etc/passwd"),
        ("calendars.office.hours.fri[0]", ("calendars", "office", "hours", "fri"), [["18:00", "08:00"]]),
        (
            "calendars.office.hours.fri[1]",
            ("calendars", "office", "hours", "fri"),
            [["08:00", "12:00"], ["11:59", "13:00"]],
        ),
        ("calendars.office.hours.fri[0][1]", ("calendars", "office", "hours", "fri"), [["08:00", "24:01"]]),
        ("calendars.office.hours.fri[0][0]", ("calendars", "office", "hours", "fri"), [["8:00", "12:00"]]),
        ("calendars.office.hours.friday", ("calendars", "office", "hours", "friday"), []),
        ("calendars.office.holidays[0]", ("calendars", "office", "holidays", 0), "2026-02-29"),
        ("calendars.office.exceptions[1].date", ("calendars", "office", "exceptions"), OFFICE["exceptions"] * 2),  # type: ignore[operator]
        ("terms[0].to", ("terms", 0, "to"), "2026-01-01T00:00:00Z"),
        ("terms[0].applies", ("terms", 0, "applies"), "old"),
        ("terms[0].calendar", ("terms", 0, "calendar"), "nowhere"),
        ("terms[0].pauses[0]", ("terms", 0, "pauses"), ["lunch"]),
        ("terms[0].targets.2.resolution", ("terms", 0, "targets", "2", "resolution"), 0),
        ("terms[0].targets.2.resolution", ("terms", 0, "targets", "2", "resolution"), True),
        ("terms[0].targets.2.resolution", ("terms", 0, "targets", "2", "resolution"), 1.5),
        ("terms[0].targets.1.first_response.minutes", ("terms", 0, "targets", "1", "first_response", "minutes"), None),
        ("terms[0].targets", ("events", 4, "priority"), 3),
        ("terms[1]", ("terms",), EXAMPLE["terms"] * 2),
        ("terms", ("terms",), []),
        ("terms", ("terms", 0, "from"), "2026-03-06T15:30:01Z"),
        ("events", ("events",), []),
        ("events[0].kind", ("events", 0, "kind"), "replied"),
        ("events[1].kind", ("events", 1, "kind"), "shouted"),
        ("events[2].reason", ("events", 2, "reason"), "weather"),
        ("events[1].at", ("events", 1, "at"), "2026-03-06T15:29:59Z"),
        ("events[1].at", ("events", 1, "at"), "2026-03-09 08:10:00"),
        ("events[1].at", ("events", 1, "at"), "2026-03-09T08:10:00.5Z"),
        ("until", ("until",), "2026-03-09T08:59:59Z"),
    )

    def test_each_names_its_field(self) -> None:
        for field, path, value in self.CASES:
            with self.subTest(field=field, value=value), self.assertRaises(BadCase) as caught:
                read(changed(EXAMPLE, path, value))
            self.assertTrue(str(caught.exception).startswith(f"{field}: "), str(caught.exception))

    def test_each_missing_field_is_named(self) -> None:
        for path in (
            ("calendars",),
            ("terms",),
            ("events",),
            ("terms", 0, "to"),
            ("terms", 0, "pauses"),
            ("events", 2, "reason"),
        ):
            case = copy.deepcopy(EXAMPLE)
            parent: Any = case
            for key in path[:-1]:
                parent = parent[key]
            del parent[path[-1]]
            with self.subTest(path=path), self.assertRaises(BadCase) as caught:
                read(case)
            self.assertIn(f"{path[-1]}: is missing", str(caught.exception))

    def test_nothing_follows_closed(self) -> None:
        case = changed(EXAMPLE, ("events", 3, "kind"), "closed")
        with self.assertRaisesRegex(BadCase, r"^events\[4\]: "):
            read(case)

    def test_text_that_is_not_a_case(self) -> None:
        for text in (
            b"",
            b"nonsense",
            b"\xff\xfe\xfa",
            b"[" * 100_000,
            b"[]",
            b"null",
            b'{"calendars": NaN}',
            b"1" * 9_999,
        ):
            with self.subTest(text=text[:20]), self.assertRaises(BadCase):
                parsed(text)

    def test_whatever_is_broken_there_is_no_traceback(self) -> None:
        chance = random.Random(7)
        odd: list[Any] = [
            None,
            True,
            0,
            -1,
            10**30,
            1.5,
            "",
            "x",
            "2026-13-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
        ]
        odd += [[], {}, [[]], [None], {"minutes": 5}, "\n\u2028", "\ud800", "closed", "24:00"]
        for seed in range(1_500):
            case = History(seed).case
            for _ in range(chance.randint(1, 2)):
                replace_somewhere(case, chance, odd)
            try:
                told = answer(read(case))
            except BadCase as problem:
                self.assertRegex(str(problem), r"^[^\n\r\u2028]+: [^\n\r\u2028]+$")
            else:
                self.assertTrue(all(line and len(line.splitlines()) == 1 for line in told["explanation"]))


class TheCommand(unittest.TestCase):
    def test_a_broken_case_is_one_line_and_exit_code_2(self) -> None:
        out, problems = io.StringIO(), io.StringIO()
        self.assertEqual(one(io.BytesIO(b'{"calendars": {"\\ud800\\n": 5}}'), out, problems), 2)
        self.assertEqual(out.getvalue(), "")
        self.assertEqual(problems.getvalue().count("\n"), 1)

    def test_a_batch_goes_on_after_a_broken_line(self) -> None:
        out, good = io.StringIO(), json.dumps(EXAMPLE).encode()
        self.assertEqual(batch(io.BytesIO(b"\n".join([good, b"{}", b"", good])), out), 0)
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        self.assertEqual([("error" in a) for a in answers], [False, True, True, False])
        self.assertEqual(answers[0], answers[3])

    def test_it_needs_neither_django_nor_settings(self) -> None:
        look = "import sys; from olmo.service_levels.engine import command; print([m for m in sys.modules if 'django' in m])"
        done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.strip(), "[]")
        wrong = {"OLMO_DATABASE_URL": "nonsense", "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-m", "olmo.ops.cli", "sla", "explain"]
        done = subprocess.run(command, input=json.dumps(EXAMPLE), capture_output=True, text=True, env=wrong, check=True)
        self.assertEqual(json.loads(done.stdout)["clocks"][1]["used_seconds"], 18900)


def changed(case: dict[str, Any], path: tuple[object, ...], value: object) -> dict[str, Any]:
    """A copy of a case with one value replaced or added."""
    copied: Any = copy.deepcopy(case)
    parent = copied
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    found: dict[str, Any] = copied
    return found


def replace_somewhere(found: Any, chance: random.Random, odd: list[Any]) -> None:
    """Put something odd at a random place, or take something away."""
    while True:
        keys = list(found) if isinstance(found, dict) else list(range(len(found)))
        if not keys:
            return
        key = chance.choice(keys)
        if not isinstance(found[key], dict | list) or chance.random() < 0.15:
            break
        found = found[key]
    if chance.random() < 0.3:
        del found[key]
    else:
        found[key] = copy.deepcopy(chance.choice(odd))
