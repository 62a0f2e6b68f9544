"""How fast the desk feels in a browser: from the key press to the painted answer, beside an empty page in the same browser.

    bench/run ui [--tickets 100000] [--data DIR] [--turns 30]

Chromium opens a list, and presses the keys that agents press. The clock begins with the event's own time stamp and ends after the
frame that shows the answer was drawn (in the page, no sleeps). p75 is printed, and what the same key press costs on an empty page
that only writes a word. Weight is what a first visit loads, compressed. Both cores should be idle; where they are not,
"least" is the time that others disturbed least. Long tasks come from the browser's trace of a second pass (it begins with a first
visit), in processor time, which a busy machine changes little.
"""

import argparse
import gzip
import os
import random
import shutil
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.house import free_port, house, running, signed_in
from bench.tracing import CATEGORIES, Task, longest

AGENT = "agent3@desk.example"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
# What is done -> ms from key press to painted, p75.
LIMITS = {"list to ticket": 150.0, "ticket to list, back": 150.0, "filter": 150.0, "palette": 100.0}
WEIGHT_KB = 120
LONG_TASK_MS = 100
TRACED, SAID = 8, 3  # turns of the second pass; how many of its tasks are told
WORDS = ("vpn", "stampante", "laptop error", "scanner", "rossi", "10042")
# In the page: `began` is set by each key press; `painted` waits for what the page says and for the frame that shows it.
METER = """
window.addEventListener("keydown", (event) => (window.began = event.timeStamp), true);
const frame = () => new Promise((done) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
window.armed = (kind) => (window.painted = new Promise((done, lost) => {
  setTimeout(() => lost(new Error(`nothing was painted in 10 s: ${kind}, ${location.href}`)), 10000);
  const end = () => frame().then(() => done(performance.now() - window.began));
  if (kind === "page") document.addEventListener("page:shown", end, { once: true });
  else {
    const list = document.getElementById(kind);
    const field = document.querySelector("#palette input");
    const watch = new MutationObserver(() => list.dataset.words === field.value.trim() && (watch.disconnect(), end()));
    watch.observe(list, { attributes: true });
  }
}));
"""  # noqa: E501
BACK = "() => { window.began = performance.now(); history.back(); }"
EMPTY = """<!doctype html><html lang=en><title>Empty</title><body><main id=m></main>"""
EMPTY_METER = """
() => { window.painted = new Promise((done) => addEventListener("keydown", (event) => {
  document.getElementById("m").textContent = "A word " + event.timeStamp;
  requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => done(performance.now() - event.timeStamp); c.port2.postMessage(0); });
}, { once: true })); }
"""  # noqa: E501


def main() -> int:
    """Measure and print a table; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="bench/run ui", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="a folder to keep the loaded tickets in, for the next time")
    parser.add_argument("--turns", type=int, default=30, help="how often each thing is done")
    options = parser.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with house(options.tickets, options.data):
        import django

        django.setup()
        port = free_port()
        with running([sys.executable, "-m", "olmo.ops.cli", "web"], port, OLMO_PORT=str(port)):
            return _measured(port, options.tickets, options.turns)


def _measured(port: int, tickets: int, turns: int) -> int:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS.split())
        context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
        context.add_cookies([
            {"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}
            for name, value in signed_in(port, AGENT).cookies.items()
        ])  # fmt: skip
        weight = _weight(context, port)
        times = _turns(*_opened(context, port), turns)
        browser.start_tracing(categories=CATEGORIES)
        _turns(*_opened(context, port), TRACED)
        tasks = longest(browser.stop_tracing(), SAID)
        browser.close()
    return report(times, weight, tasks, tickets)


def _opened(context: Any, port: int) -> tuple[Any, Any]:
    """A page of the desk as on a first visit, and an empty one."""
    page = context.new_page()
    page.add_init_script(METER)
    page.goto(f"http://127.0.0.1:{port}/desk/?box=open")
    page.wait_for_selector("html[data-script]")
    empty = context.new_page()
    empty.set_content(EMPTY)
    return page, empty


def _weight(context: Any, port: int) -> int:
    """Bytes of all that the first page of the desk is made of, compressed (pages are, by the proxy in front of Olmo)."""
    page = context.new_page()
    bodies: list[Any] = []

    def hear(answer: Any) -> None:
        bodies.append(answer)

    page.on("response", hear)
    page.goto(f"http://127.0.0.1:{port}/desk/?box=open", wait_until="load")
    sizes = [len(gzip.compress(answer.body(), 6)) for answer in bodies if "/live" not in answer.url]
    page.close()
    return sum(sizes)


def _turns(page: Any, empty: Any, turns: int) -> dict[str, list[float]]:
    """Everything in turns, so that what else the machine does disturbs all alike. The first turn only warms up."""
    times: dict[str, list[float]] = {"empty page": [], **{name: [] for name in LIMITS}}
    chosen = random.Random(5)
    for turn in range(turns + 1):
        page.bring_to_front()
        times["list to ticket"].append(_opening(page, turn))
        times["ticket to list, back"].append(_pressed(page, "page", lambda: page.evaluate(BACK)))
        times["filter"].append(_filter(page, turn))
        times["palette"].append(_palette(page, chosen.choice(WORDS)))
        empty.bring_to_front()
        empty.evaluate(EMPTY_METER)
        empty.keyboard.press("a")
        times["empty page"].append(float(empty.evaluate("() => window.painted")))
    return {name: values[1:] for name, values in times.items()}


def _pressed(page: Any, kind: str, press: Callable[[], object]) -> float:
    page.evaluate("kind => { window.armed(kind) }", kind)
    press()
    return float(page.evaluate("() => window.painted"))


def _opening(page: Any, turn: int) -> float:
    """Down the list by keys, then Enter, as quickly as the driver can: what is asked ahead counts as a reader would have it."""
    for _row in range(1 + turn % 5):
        page.keyboard.press("j")
    return _pressed(page, "page", lambda: page.keyboard.press("Enter"))


def _filter(page: Any, turn: int) -> float:
    """From one box to another by its two keys."""
    page.keyboard.press("g")
    return _pressed(page, "page", lambda: page.keyboard.press("oa"[turn % 2]))


def _palette(page: Any, words: str) -> float:
    page.keyboard.press("Control+k")
    page.keyboard.type(words[:-1])
    page.wait_for_timeout(250)  # what was found for these words is there: the next key is the one that is measured
    took = _pressed(page, "palette-list", lambda: page.keyboard.type(words[-1]))
    page.keyboard.press("Escape")
    return took


def report(times: dict[str, list[float]], weight: int, tasks: list[Task], tickets: int) -> int:
    """Print the table; 1 when a limit is passed."""
    empty, passed = _p75(times["empty page"]), 0
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{tickets:,} tickets; ms from the key press to the painted answer\n")
    print(f"{'what':28}{'least':>8}{'median':>8}{'p75':>8}{'ratio':>8}{'limit':>8}")
    for name, values in times.items():
        limit = LIMITS.get(name)
        is_over = limit is not None and _p75(values) > limit
        passed += is_over
        print(
            f"{name:28}{min(values):8.1f}{statistics.median(values):8.1f}{_p75(values):8.1f}{_p75(values) / empty:8.1f}"
            f"{f'{limit:.0f}' if limit else '':>8}{'  OVER' if is_over else ''}"
        )
    is_heavy, is_long = weight > WEIGHT_KB * 1000, tasks[0].cpu > LONG_TASK_MS
    print(f"\nfirst visit: {weight / 1000:.1f} kB compressed, limit {WEIGHT_KB}{'  OVER' if is_heavy else ''}")
    print(f"longest tasks, limit {LONG_TASK_MS} ms of a processor{'  OVER' if is_long else ''}:")
    print(*(f"  {task}" for task in tasks), sep="\n")
    return 1 if passed or is_heavy or is_long else 0


def _p75(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[2]
