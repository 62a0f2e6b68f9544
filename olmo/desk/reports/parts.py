"""The parts of the desk's report: each a sentence, a picture, and a table whose numbers lead to their tickets."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel import spoken
from olmo.kernel.text import whole_numbers
from olmo.people.models import Person, Team
from olmo.reports import queries
from olmo.reports.models import NOBODY
from olmo.reports.queries import Lens
from olmo.reports.rollup import BANDS
from olmo.reports.selection import band_words, days, span_words
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Channel

from . import charts, numbers

_HEADLINE = (
    "opened",
    "resolved",
    "reopened",
    "first_contact",
    "promised",
    "kept",
    "kept_waived",
    "answered",
    "prompt",
    "prompt_waived",
)
# Ages of the backlog in days, both included; None: no end.
AGES: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, None))
OLD = 15
EARLIEST = date(2000, 1, 1)
MOST_ROWS, MOST_KEPT = 15, 300  # lines of a table that are seen at once, and with those to be opened
LONG = 31  # days; beyond, a picture shows weeks
HEAT = 5
# Somebody is overloaded whose load is half as much again as the mean, and at least this much above it.
OVERLOAD, LEAST_OVERLOAD = 1.5, 4


def headline(lens: Lens) -> list[dict[str, Any]]:
    """The few numbers that say how it goes, each beside what it was in the days before."""
    now, before = queries.totals(lens, _HEADLINE), queries.totals(lens.before(), _HEADLINE)

    def share(said: str, name: str, of: str) -> dict[str, Any]:
        was = numbers.share(before[name], before[of])
        return {
            "said": said, "value": numbers.percent(numbers.share(now[name], now[of])),
            "drill": numbers.part(lens, now, name, of),
            "more": "" if was is None else _("was %(n)s") % {"n": numbers.percent(was)},
            **numbers.waived(lens, now, name, of),
        }  # fmt: skip

    return [
        _count(lens, "opened", _("came in"), now, before),
        _count(lens, "resolved", _("resolved"), now, before),
        share(_("solved at first contact"), "first_contact", "resolved"),
        share(_("answered in time"), "prompt", "answered"),
        share(_("solved in time"), "kept", "promised"),
        share(_("reopened, for each hundred resolved"), "reopened", "resolved"),
    ]


def _count(lens: Lens, name: str, said: str, now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, Any]:
    was = numbers.said(_("was %(n)s"), n=numbers.counted(lens.before(), before, name))
    return {"said": said, "value": numbers.counted(lens, now, name), "more": was}


def backlog(lens: Lens, today: date) -> dict[str, Any]:
    """Open tickets by their age, and how many of them are nobody's."""
    found = queries.backlog(lens)
    ages = [
        (least, most, EARLIEST if most is None else today - timedelta(days=most), today - timedelta(days=least))
        for least, most in AGES
    ]
    lines = [_aged(lens, *age, [row[1:] for row in found if age[2] <= row[0] <= age[3]]) for age in ages]
    whole, old = sum(line["count"] for line in lines), sum(line["count"] for line in lines if line["is_old"])
    label = _("Open tickets by age; the same figures stand in the table")
    picture = charts.bars([(line["label"], line["count"], line["is_old"]) for line in lines], label)
    words = ngettext("%(n)s ticket is open", "%(n)s tickets are open", whole)
    said = numbers.said(words, n=numbers.linked(whole, lens.selection(open=1)))
    if old:
        since = lens.selection(open=1, opened=days(EARLIEST, today - timedelta(days=OLD)))
        more = numbers.said(_("%(n)s of them for more than two weeks"), n=numbers.linked(old, since))
        said = numbers.said("%(words)s, %(more)s", words=said, more=more)
    return {"lines": lines, "chart": picture, "words": numbers.said("%(words)s.", words=said)}


def _aged(
    lens: Lens, least: int, most: int | None, first: date, last: date, rows: list[tuple[str, str, int]]
) -> dict[str, Any]:
    """A line of the backlog: open, critical, high, and nobody's. rows: see queries.backlog, of these days."""

    def number(by: str, value: str = "", **chosen: object) -> tuple[int, SafeString]:
        n = sum(n for what, other, n in rows if what == by and value in ("", other))
        return n, numbers.linked(n, lens.selection(open=1, opened=days(first, last), **chosen))

    count, linked = number("priority")
    return {
        "label": _age(least, most), "count": count, "is_old": least >= OLD, "n": linked,
        "urgent": [number("priority", level, priority=level)[1] for level in ("1", "2")],
        "unassigned": number("agent", agent=NOBODY)[1],
    }  # fmt: skip


def _age(least: int, most: int | None) -> str:
    if most is None:
        return _("Over %(n)d days") % {"n": least - 1}
    if most == 0:
        return _("Today")
    return _("1 day") if most == 1 else _("%(least)d–%(most)d days") % {"least": least, "most": most}


def flow(lens: Lens) -> dict[str, Any]:
    """What came in and what was resolved, by day, or by week over long times."""
    by_day = queries.per_day(lens, ["opened", "resolved"])
    step = 7 if lens.length > LONG else 1
    starts = [lens.first + timedelta(days=n) for n in range(0, lens.length, step)]
    lines: list[dict[str, Any]] = []
    for first in starts:
        last = min(first + timedelta(days=step - 1), lens.last)
        here = [by_day[first + timedelta(days=n)] for n in range((last - first).days + 1)]
        came, went = (sum(day[name] for day in here) for name in ("opened", "resolved"))
        lines.append({
            "label": span_words(first, last), "came": came, "went": went,
            "opened": numbers.linked(came, lens.selection(opened=days(first, last))),
            "resolved": numbers.linked(went, lens.selection(resolved=days(first, last))),
        })  # fmt: skip
    every = max(1, len(lines) // 6)
    points = [
        (spoken.short_day(first) if place % every == 0 else "", line["came"], line["went"])
        for place, (first, line) in enumerate(zip(starts, lines, strict=True))
    ]
    came, went = (sum(line[name] for line in lines) for name in ("came", "went"))
    label = _("Bars: tickets that came in. Line: tickets resolved. The same figures stand in the table")
    return {"lines": lines, "chart": charts.flow(points, label), "words": _balance(came, went)}


def _balance(came: int, went: int) -> str:
    if came == went:
        return _("As many were resolved as came in.")
    words = _("%(n)s more came in than were resolved.") if came > went else _("%(n)s more were resolved than came in.")
    return words % {"n": numbers.whole(abs(came - went))}


def load(lens: Lens) -> dict[str, Any]:
    """Who has how much: open tickets weighed by priority, against the mean of those who have any."""
    found = queries.apart(lens, "agent", ["open", "weight", "critical", "high"], spanned=False)
    unassigned = found.pop(str(NOBODY), {}).get("open", 0)
    names = _names(Person, found)
    mean = sum(row.get("weight", 0) for row in found.values()) / len(found) if found else 0.0
    ordered = sorted(found.items(), key=lambda item: (-item[1].get("weight", 0), names.get(item[0], "")))
    lines = [_load_line(lens, names.get(pk, "?"), int(pk), row, mean) for pk, row in ordered[:MOST_KEPT]]
    over = [line["name"] for line in lines if line["is_over"]]
    words = _("Nobody carries much more than the others.") if not over else ngettext(
        "%(names)s carries much more than the mean.", "%(names)s carry much more than the mean.", len(over)
    ) % {"names": ", ".join(over)}  # fmt: skip
    picture = charts.bars(
        [(line["short"], line["weight"], line["is_over"]) for line in lines[:8]],
        _("Load by agent; the same figures stand in the table"),
    )
    chosen = lens.selection(open=1, agent=NOBODY)
    return {
        **_folded(lines, len(ordered)), "mean": numbers.decimal(mean), "words": words, "chart": picture if lines else "",
        "unassigned": numbers.linked(unassigned, chosen), "has_unassigned": unassigned,
    }  # fmt: skip


def _load_line(lens: Lens, name: str, pk: int, row: Mapping[str, int], mean: float) -> dict[str, Any]:
    weight = row.get("weight", 0)
    is_over = weight >= OVERLOAD * mean and weight - mean >= LEAST_OVERLOAD
    more = _("%(n)d %% above the mean") % {"n": round(100 * (weight / mean - 1))} if is_over else ""
    parts = {level: row.get(key, 0) for level, key in (("1", "critical"), ("2", "high"))}
    return {
        "name": name, "short": name.split(maxsplit=1)[0] if len(name) > 12 else name, "weight": weight,
        "is_over": is_over, "why": more,
        "open": numbers.linked(row.get("open", 0), lens.selection(open=1, agent=pk)),
        "urgent": [numbers.linked(n, lens.selection(open=1, agent=pk, priority=level)) for level, n in parts.items()],
    }  # fmt: skip


def apart(lens: Lens, by: str, most: int | None = MOST_KEPT) -> dict[str, Any]:
    """What came in, was resolved and is open, told apart by one thing. most: of lines; None for all, as a file holds them."""
    found = queries.apart(lens, by, ["opened", "resolved"])
    for value, row in queries.apart(lens, by, ["open"], spanned=False).items():
        found.setdefault(value, {}).update(row)
    ordered = sorted(found.items(), key=lambda item: (-item[1].get("opened", 0), -item[1].get("open", 0), item[0]))
    names, span = _labels(by, found), lens.days()
    lines: list[dict[str, Any]] = []
    for value, row in ordered[:most]:
        done = {"resolver": value} if by == "agent" else {by: value}
        lines.append({
            "name": names.get(value, "?"), "counts": {name: row.get(name, 0) for name in ("opened", "resolved", "open")},
            "opened": numbers.linked(row.get("opened", 0), lens.selection(opened=span, **{by: value})),
            "resolved": numbers.linked(row.get("resolved", 0), lens.selection(resolved=span, **done)),
            "open": numbers.linked(row.get("open", 0), lens.selection(open=1, **{by: value})),
        })  # fmt: skip
    return _folded(lines, len(ordered))


def _folded(lines: list[dict[str, Any]], of: int) -> dict[str, Any]:
    """The first lines of a table, and the others of it to be opened below, with how many these are of all."""
    return {"lines": lines[:MOST_ROWS], "others": lines[MOST_ROWS:], "left_out": of - len(lines)}


def durations(lens: Lens, measure: str) -> dict[str, Any]:
    """How long it took: how many within which time, the median, and what nine in ten stayed below."""
    event = {"response": "answered", "resolution": "resolved"}[measure]
    found = queries.apart(lens, "band", [event])
    lines: list[dict[str, Any]] = []
    for band in range(len(BANDS) + 1):
        n = found.get(str(band), {}).get(event, 0)
        chosen = lens.selection(**{event: lens.days(), measure: band})
        lines.append({"label": band_words(band), "count": n, "n": numbers.linked(n, chosen)})
    median, ninth = queries.percentiles(lens, measure)
    label = _("How many took how long; the same figures stand in the table")
    words = (
        _("Nothing was measured on these days.") if median is None
        else _("Half took at most %(median)s, nine in ten at most %(ninth)s.")
        % {"median": numbers.minutes(median), "ninth": numbers.minutes(ninth)}
    )  # fmt: skip
    return {
        "lines": lines,
        "chart": charts.bars([(x["label"], x["count"], False) for x in lines], label),
        "words": words,
    }


def arrivals(lens: Lens) -> dict[str, Any]:
    """When tickets come in: weekdays and hours, the fuller the darker."""
    found = queries.arrivals(lens)
    most = max(found.values(), default=0)
    hours = _hours(found)
    rows = [
        {
            "name": WEEKDAYS_ABBR[weekday - 1],
            "cells": [_cell(lens, weekday, hour, found.get((weekday, hour), 0), most) for hour in hours],
        }
        for weekday in range(1, 8)
    ]
    busiest = max(found, key=lambda key: (found[key], -key[0], -key[1]), default=None)
    words = _("Nothing came in on these days.")
    if busiest:
        words = _("Most come in on %(day)s between %(start)d and %(end)d.") % {
            "day": WEEKDAYS_ABBR[busiest[0] - 1], "start": busiest[1], "end": busiest[1] + 1
        }  # fmt: skip
    return {"hours": hours, "rows": rows, "words": words}


def _hours(found: Mapping[tuple[int, int], int]) -> list[int]:
    """From the first hour that had any to the last one, the working day at least."""
    used = [hour for (_weekday, hour), n in found.items() if n]
    return list(range(min([*used, 8]), max([*used, 17]) + 1))


def _cell(lens: Lens, weekday: int, hour: int, n: int, most: int) -> dict[str, Any]:
    chosen = lens.selection(opened=lens.days(), weekday=weekday, hour=hour)
    return {"heat": -(-HEAT * n // most) if most else 0, "n": numbers.linked(n, chosen) if n else ""}


def _labels(by: str, values: Mapping[str, Any]) -> dict[str, str]:
    if by == "channel":
        return {value: str(Channel(value).label) for value in values}
    model, nothing = {
        "agent": (Person, _("Nobody yet")), "team": (Team, _("No team")), "category": (Category, _("No category")),
        "client": (Client, ""),
    }[by]  # fmt: skip
    return {**_names(model, values), "0": nothing}


def _names(model: Any, values: Mapping[str, Any]) -> dict[str, str]:
    rows = model.objects.filter(pk__in=whole_numbers(values))
    return {str(row.pk): _name(row) for row in rows}


def _name(row: Any) -> str:
    """A requester who closed a ticket of their own stands among the agents, and is called so."""
    is_asker = isinstance(row, Person) and row.is_requester
    return _("%(name)s (requester)") % {"name": row} if is_asker else str(row)
