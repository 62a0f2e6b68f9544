# mypy: ignore-errors
"""Random cases of service levels that look for trouble: clock changes, leap days, amendments, several things at one instant."""

import random
from datetime import UTC, date, datetime, timedelta

ZONES = [
    "Europe/Rome",
    "Europe/Rome",
    "Asia/Beirut",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "UTC",
]
# Days around which clocks change (Rome, Beirut at midnight, St John's, Lord Howe by half an hour), leap days, a new year.
ODD = ["2024-03-31", "2024-10-27", "2026-03-29", "2026-10-25", "2024-03-10", "2024-11-03", "2025-04-06", "2025-10-05"]
ODD += ["2024-02-29", "2028-02-29", "2024-12-31", "2026-06-10"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOLDS = ["requester", "third_party", "scheduled"]
KINDS = ["replied"] * 4 + ["received"] * 4 + ["held"] * 3 + ["resumed"] * 2 + ["prioritised"] * 4
KINDS += ["resolved"] * 3 + ["reopened"] * 3


class History:
    """One random case of a seed; `case` is what the engine and the oracle are given."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.day = date.fromisoformat(self.random.choice(ODD))
        self.grain = self.random.choice([60, 300, 900, 900, 900, 1800])  # hours, and most events, are multiples of it
        self.exact = self.random.random() < 0.7
        self.case = self.whole()

    def whole(self) -> dict:
        r = self.random
        names = ["a", "b", "c"][: r.choice([1, 1, 2, 3])]
        calendars = {name: self.calendar() for name in names}
        events = self.events()
        until = events[-1]["t"] + self.gap()
        terms = self.terms(names, events, until)
        case = {"calendars": calendars, "terms": terms, "events": [self.plain(e) for e in events]}
        if r.random() < 0.9:
            case["until"] = self.text(until)
        return case

    def plain(self, event: dict) -> dict:
        return {"at": self.text(event["t"])} | {k: v for k, v in event.items() if k != "t"}

    def text(self, at: int) -> str:
        moment = datetime.fromtimestamp(at, UTC)
        if self.random.random() < 0.2:
            moment += timedelta(hours=2)
            return moment.strftime("%Y-%m-%dT%H:%M:%S+02:00")
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    # calendars

    def calendar(self) -> dict:
        r = self.random
        style = r.random()
        if style < 0.2:
            hours = {day: [["00:00", "24:00"]] for day in DAYS}
        elif style < 0.23:
            hours = {}
        else:
            hours = {day: self.periods() for day in DAYS if r.random() < 0.85}
        found = {"zone": r.choice(ZONES), "hours": hours}
        if r.random() < 0.7:
            found["holidays"] = [self.near() for _ in range(r.randrange(3))]
        if r.random() < 0.7:
            dates = {self.near() for _ in range(r.randrange(3))}
            found["exceptions"] = [{"date": d, "hours": self.periods()} for d in sorted(dates)]
        return found

    def near(self) -> str:
        return (self.day + timedelta(days=self.random.randint(-2, 5))).isoformat()

    def periods(self) -> list:
        r = self.random
        last = 86400 // self.grain
        number = r.choice([0, 1, 1, 1, 2, 2, 3])
        cuts = sorted(r.sample(range(last + 1), 2 * number))
        if number and r.random() < 0.25:
            cuts[-1] = last
        if number and r.random() < 0.25:
            cuts[0] = 0
        found = [[self.time(a), self.time(b)] for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
        r.shuffle(found)
        return found

    def time(self, number: int) -> str:
        minutes = number * self.grain // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"

    # events

    def gap(self) -> int:
        r = self.random
        kind = r.random()
        if kind < 0.3:
            return 0
        most = 3 * 3600 if self.grain == 60 else 86400
        found = r.randrange(0, most // 4 if kind < 0.75 else most)
        return found // self.grain * self.grain if self.exact or r.random() < 0.4 else found

    def events(self) -> list:
        r = self.random
        at = int(datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC).timestamp())
        at += r.randrange(-36 * 3600, 12 * 3600) // self.grain * self.grain
        events = [{"t": at, "kind": "opened", "priority": r.randint(1, 3)}]
        for _ in range(r.choice([0, 1, 2, 3, 4, 5, 6, 8, 10, 14])):
            at += self.gap()
            kind = r.choice(KINDS)
            events.append({"t": at, "kind": kind})
            if kind == "prioritised":
                events[-1]["priority"] = r.randint(1, 3)
            elif kind == "held":
                events[-1]["reason"] = r.choice(HOLDS)
        if r.random() < 0.2:
            events.append({"t": at + self.gap(), "kind": "closed"})
        return events

    # terms

    def terms(self, names: list, events: list, until: int) -> list:
        r = self.random
        instants = [e["t"] for e in events] + [until]
        changes = set()
        for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
            at = r.choice(instants) if r.random() < 0.5 else r.randrange(events[0]["t"], until + 86400 * 3)
            changes.add(at if r.random() < 0.3 else at // self.grain * self.grain)
        edges = [events[0]["t"] - r.choice([0, 3600, 86400 * 40])]
        edges += sorted(c for c in changes if c > events[0]["t"])
        found = []
        for i, start in enumerate(edges):
            end = edges[i + 1] if i + 1 < len(edges) else None
            if (
                end is not None
                and r.random() < 0.15
                and end - start > self.grain
                and start < events[0]["t"] < end - self.grain
            ):
                end -= self.grain  # a gap between two versions
            if end is None and r.random() < 0.2:
                end = max(start, events[0]["t"]) + r.randrange(1, 86400 * 5)
            found.append(self.version(f"v{i + 1}", start, end, names))
        r.shuffle(found)
        return found

    def version(self, name: str, start: int, end: int | None, names: list) -> dict:
        r = self.random
        return {
            "version": name,
            "from": self.text(start),
            "to": None if end is None else self.text(end),
            "applies": r.choice(["new", "running", "running"]),
            "calendar": r.choice(names),
            "pauses": r.sample(HOLDS, r.randrange(4)),
            "targets": {
                str(p): {m: self.target(names) for m in ("first_response", "next_response", "resolution")}
                for p in (1, 2, 3)
            },
        }

    def target(self, names: list) -> object:
        r = self.random
        if r.random() < 0.12:
            return None
        most = 240 if self.grain == 60 else 1200
        minutes = r.randrange(1, most)
        if self.exact:
            minutes = max(1, minutes * 60 // self.grain * self.grain // 60)
        if self.grain == 1800 and r.random() < 0.02:
            minutes = 1_000_000
        if r.random() < 0.3:
            found = {"minutes": minutes}
            if r.random() < 0.6:
                found["calendar"] = r.choice(names)
            if r.random() < 0.6:
                found["pauses"] = r.sample(HOLDS, r.randrange(4))
            return found
        return minutes
