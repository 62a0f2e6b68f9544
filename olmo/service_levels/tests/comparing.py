# mypy: disable-error-code="type-arg,no-untyped-def,no-untyped-call"
"""Engine and oracle side by side, on random histories or on one."""

import json
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator

from olmo.service_levels.engine.answer import answer
from olmo.service_levels.engine.case import read

from .histories import History
from .oracle import Oracle, tick_of


def differences(seed: int) -> str:
    """What the engine and the oracle say differently about the history of a seed; empty when they agree."""
    return compared(History(seed).case)


def compared(case: dict) -> str:
    """The first clock that differs, with the case, shortened as far as it still differs."""
    got, want = answers(case)
    if got == want:
        return ""
    small = shortened(case)
    got, want = answers(small)
    return f"{json.dumps(small)}\nengine: {json.dumps(got)}\noracle: {json.dumps(want)}"


def answers(case: dict) -> tuple[list, list]:
    """What the engine says and what the oracle says."""
    return answer(read(case))["clocks"], Oracle(case, tick_of(case)).answer()


def shortened(case: dict) -> dict:
    """The case without events that the difference does not need."""
    events = case["events"]
    for i in range(len(events) - 1, 0, -1):
        fewer = dict(case, events=events[:i] + events[i + 1 :])
        got, want = answers(fewer)
        if got != want:
            return shortened(fewer)
    return case


def tallied(seeds: Iterable[int]) -> tuple[list[str], Counter[str]]:
    """Differences of many seeds, and what their histories were made of."""
    found, tally = [], Counter[str]()
    for seed in seeds:
        case = History(seed).case
        if wrong := compared(case):
            found.append(f"seed {seed}: {wrong}")
        tally.update(traits(case))
    return found, tally


def traits(case: dict) -> Iterable[str]:
    """What a history has that is worth counting."""
    yield "histories"
    yield from {f"zone {c['zone']}" for c in case["calendars"].values()}
    if len(case["terms"]) > 1:
        yield "amended terms"
    ats = [e["at"] for e in case["events"]]
    if len(set(ats)) < len(ats):
        yield "several events at one instant"
    yield from {e["kind"] for e in case["events"]} - {"opened"}
    for clock in answer(read(case))["clocks"]:
        yield "clocks"
        yield f"clocks {clock['state']}"
        if clock["breached_at"]:
            yield "clocks breached"


def in_parallel(batches: list[list[int]], processes: int | None = None) -> tuple[list[str], Counter[str]]:
    """Compare batches of seeds on all processors."""
    found, tally = [], Counter[str]()
    for wrong, counted in one_by_one(batches, processes):
        found += wrong
        tally.update(counted)
    return found, tally


def one_by_one(batches: Iterable[list[int]], processes: int | None = None) -> Iterator[tuple[list[str], Counter[str]]]:
    """The same batch by batch, in their order, so that whoever stops knows how far it was."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(tallied, batches)
