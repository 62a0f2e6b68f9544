# mypy: ignore-errors
"""The promise of service levels, computed naively: tick by tick, from the words of the format alone.

It shares no code with the engine, on purpose. A tick is a minute (or a few, where hours and offsets of the case are multiples of
them), cut at the instants at which something happens; nothing is ever skipped or summed up.
"""

import itertools
from datetime import UTC, datetime
from math import gcd
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LIMIT = 1000 * 86400


def seconds(text):
    return int(datetime.fromisoformat(text).timestamp())


def text(at):
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Oracle:
    def __init__(self, case, tick=60):
        self.case, self.tick, self.memo = case, tick, {}
        self.zones = {name: ZoneInfo(c["zone"]) for name, c in case["calendars"].items()}
        self.events = [dict(e, t=seconds(e["at"])) for e in case["events"]]
        self.until = seconds(case["until"]) if "until" in case else self.events[-1]["t"]
        self.versions = [
            dict(v, a=seconds(v["from"]), z=seconds(v["to"]) if v["to"] else float("inf")) for v in case["terms"]
        ]
        opened = self.events[0]["t"]
        self.first = next(v for v in self.versions if v["a"] <= opened < v["z"])
        self.later = sorted(
            (v for v in self.versions if v["applies"] == "running" and v["a"] > opened), key=lambda v: v["a"]
        )

    # is this instant working time?
    def works(self, name, at):
        key = (name, at // self.tick)
        if key not in self.memo:
            local = datetime.fromtimestamp(key[1] * self.tick, self.zones[name])
            calendar, date = self.case["calendars"][name], f"{local.year:04}-{local.month:02}-{local.day:02}"
            hours = calendar["hours"].get(DAYS[local.weekday()], [])
            if date in calendar.get("holidays", []):
                hours = []
            for exception in calendar.get("exceptions", []):
                if exception["date"] == date:
                    hours = exception["hours"]
            clock = f"{local.hour:02}:{local.minute:02}"
            self.memo[key] = any(a <= clock < b for a, b in hours)
        return self.memo[key]

    def promise(self, version, priority, metric):
        found = version["targets"][str(priority)][metric]
        if found is None:
            return None, version["calendar"], version["pauses"]
        if isinstance(found, int):
            return found * 60, version["calendar"], version["pauses"]
        return found["minutes"] * 60, found.get("calendar", version["calendar"]), found.get("pauses", version["pauses"])

    def answer(self):  # noqa: C901, PLR0912, PLR0915 (one plain walk, readable beside the format)
        clocks, version, priority, hold, resolved, closed = [], self.first, None, None, False, False
        instants = sorted(
            {e["t"] for e in self.events} | {v["a"] for v in self.later if v["a"] <= self.until} | {self.until}
        )
        instants = [t for t in instants if t >= self.events[0]["t"]]
        ticks = []
        for a, b in itertools.pairwise(instants):
            inner = range((a // self.tick + 1) * self.tick, b, self.tick)
            ticks += [a, *inner]
        ticks.append(instants[-1])
        special = set(instants)

        def find(metric):
            return next((c for c in reversed(clocks) if c["metric"] == metric and not c["stopped"]), None)

        def stop(clock, at):
            if clock and not clock["stopped"]:
                clock["stopped"] = (at, version, priority)

        for i, now in enumerate(ticks):
            if now in special:
                for v in self.later:
                    if v["a"] == now and not closed:
                        version = v
                for event in self.events:
                    if event["t"] != now:
                        continue
                    kind = event["kind"]
                    if kind == "opened":
                        priority = event["priority"]
                        clocks.append(self.fresh("first_response", now))
                        clocks.append(self.fresh("resolution", now))
                    elif kind == "replied":
                        stop(find("first_response"), now)
                        stop(find("next_response"), now)
                    elif kind == "received":
                        hold = None if hold == "requester" else hold
                        if not resolved and not find("first_response") and not find("next_response"):
                            clocks.append(self.fresh("next_response", now))
                    elif kind == "held" and not resolved:
                        hold = event["reason"]
                    elif kind == "resumed":
                        hold = None
                    elif kind == "prioritised":
                        priority = event["priority"]
                    elif kind == "reopened" and resolved:
                        resolved = False
                        clocks[1]["stopped"] = None
                    elif kind in ("resolved", "closed"):
                        hold, resolved, closed = None, True, kind == "closed"
                        for clock in clocks:
                            stop(clock, now)
            for clock in clocks:  # judged when everything of the instant has been applied
                target, calendar, pauses = self.promise(version, priority, clock["metric"])
                if clock["breached"] is None and not clock["stopped"] and target and clock["used"] >= target:
                    clock["breached"] = now
            if i + 1 == len(ticks):
                break
            span = ticks[i + 1] - now
            for clock in clocks:
                target, calendar, pauses = self.promise(version, priority, clock["metric"])
                goes = not clock["stopped"] and hold not in pauses and self.works(calendar, now)
                clock["past"].append((now, ticks[i + 1], clock["used"], goes, target))
                if goes:
                    crossing = now + target - clock["used"] if target else None
                    if clock["breached"] is None and target and clock["used"] < target and crossing < now + span:
                        clock["breached"] = crossing
                    clock["used"] += span
        order = {"first_response": 0, "resolution": 1, "next_response": 2}
        answers = [self.tell(c, version, priority, hold) for c in clocks]
        return sorted(answers, key=lambda a: (a["started_at"], order[a["metric"]]))

    def fresh(self, metric, now):
        return {"metric": metric, "start": now, "used": 0, "stopped": None, "breached": None, "past": []}

    def tell(self, clock, version, priority, hold):
        place = self.until
        if clock["stopped"]:
            place, version, priority = clock["stopped"]
            hold = None
        target, _, pauses = self.promise(version, priority, clock["metric"])
        state = "stopped" if clock["stopped"] else "paused" if hold in pauses else "running"
        if target and clock["used"] >= target:
            due = self.due_in_the_past(clock, target, place)
        elif state == "paused":
            due = None
        else:
            due = self.due_to_come(clock, version, priority, hold, place)
        return {
            "metric": clock["metric"],
            "started_at": text(clock["start"]),
            "state": state,
            "stopped_at": text(place) if clock["stopped"] else None,
            "used_seconds": clock["used"],
            "target_minutes": target // 60 if target else None,
            "remaining_seconds": target - clock["used"] if target else None,
            "due_at": text(due),
            "breached_at": text(clock["breached"]),
        }

    def due_in_the_past(self, clock, target, place):
        past = [p for p in clock["past"] if p[0] < place]
        reached = next(a + target - used for a, b, used, goes, _ in past if goes and used < target <= used + b - a)
        since = place
        for a, b, used, goes, then in reversed(past):
            if not then:
                break
            if used >= then:
                since = a
                continue
            if goes and a + then - used < b:
                since = a + then - used
            break
        return max(reached, since)

    def may_come(self, version, priority, metric):
        target, name, _ = self.promise(version, priority, metric)
        calendar = self.case["calendars"][name]
        return target and (any(calendar["hours"].values()) or calendar.get("exceptions"))

    def due_to_come(self, clock, version, priority, hold, place):
        used, now = clock["used"], place
        coming = [v for v in self.later if v["a"] > place]
        while now <= place + LIMIT:
            while coming and coming[0]["a"] == now:
                version = coming.pop(0)
            target, calendar, pauses = self.promise(version, priority, clock["metric"])
            if target and used >= target:
                return now
            if not coming and (hold in pauses or not self.may_come(version, priority, clock["metric"])):
                return None
            then = (now // self.tick + 1) * self.tick
            if coming:
                then = min(then, coming[0]["a"])
            if hold not in pauses and self.works(calendar, now):
                if target and used < target and now + target - used < then:
                    due = now + target - used
                    return due if due <= place + LIMIT else None
                used += then - now
            now = then
        return None


def tick_of(case):
    """The longest tick for which no change of hours or offset falls inside one."""
    whole = 3600
    for calendar in case["calendars"].values():
        if calendar["zone"] in ("Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"):
            whole = gcd(whole, 1800)
        elif calendar["zone"] == "Asia/Kathmandu":
            whole = gcd(whole, 900)
        days = [*calendar["hours"].values(), *(e["hours"] for e in calendar.get("exceptions", []))]
        for time in [t for day in days for period in day for t in period]:
            whole = gcd(whole, int(time[:2]) * 3600 + int(time[3:]) * 60)
    return whole
