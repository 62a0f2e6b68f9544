"""What the browser's own trace tells of the page's thread: its long tasks, in processor time, and what they did."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CATEGORIES = ["toplevel", "devtools.timeline"]
_TASK = "ThreadControllerImpl::RunTask"
_PARTS = {
    "UpdateLayoutTree": "style",
    "Layout": "layout",
    "ParseHTML": "parsing",
    "Paint": "paint",
    "PrePaint": "paint",
}


@dataclass(frozen=True)
class Task:
    """One task of a page's thread, in ms. cpu: what it took of a processor, however many others wanted it; wall: the clock."""

    cpu: float
    wall: float
    parts: dict[str, float]

    def __str__(self) -> str:
        said = ", ".join(f"{name} {ms:.0f}" for name, ms in self.parts.items() if ms >= 1)
        return f"{self.cpu:.0f} ms of a processor, {self.wall:.0f} ms by the clock ({said})"


def longest(trace: bytes, count: int) -> list[Task]:
    """The tasks that took most of a processor, the longest first."""
    events = json.loads(trace)["traceEvents"]
    threads = {_thread(e) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}
    timed = [event for event in events if event["ph"] == "X" and _thread(event) in threads and "tdur" in event]
    tasks = sorted((event for event in timed if event["name"] == _TASK), key=lambda event: -event["tdur"])
    return [_task(event, timed) for event in tasks[:count]]


def _task(event: dict[str, Any], timed: list[dict[str, Any]]) -> Task:
    parts = {"scripts and the rest": event["tdur"] / 1000}
    for name, took in _inside(event, timed):
        parts[name] = parts.get(name, 0.0) + took / 1000
        parts["scripts and the rest"] -= took / 1000
    return Task(event["tdur"] / 1000, event["dur"] / 1000, parts)


def _inside(task: dict[str, Any], timed: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    """The named parts of a task; one within another (style that a layout asks for) counts once."""
    end = 0.0
    own = (e for e in timed if _thread(e) == _thread(task) and task["ts"] <= e["ts"] < task["ts"] + task["dur"])
    for event in sorted(own, key=lambda e: float(e["ts"])):
        if event["name"] in _PARTS and event["ts"] >= end:
            end = event["ts"] + event["dur"]
            yield _PARTS[event["name"]], event["tdur"]


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]
