"""How long a whole list takes to leave as a file, and how much memory the web process needs for it.

    bench/run export [--tickets 100000] [--data DIR]

The server is the one of `bin/olmo web`; the file is read as fast as it comes. Memory is its process's peak (VmHWM).
"""

import argparse
import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from bench.house import house, running, signed_in
from bench.pages import AGENT

COLUMNS = (
    "number", "subject", "status", "kind", "priority", "client", "requester", "team", "assignee", "category", "tags", "channel",
    "opened", "updated", "due", "resolved",
)  # fmt: skip
SERVE = [sys.executable, "-c", "from olmo.ops.web import main; main()"]


def main() -> int:
    """Export the list of all tickets in both formats and print what it took."""
    parser = argparse.ArgumentParser(prog="bench/run export", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with house(options.tickets, options.data):
        import django

        django.setup()
        for ending in ("csv", "xlsx"):
            port = int(os.environ["OLMO_PORT"])
            with running(SERVE, port) as pid:
                _measure(port, pid, ending)
    return 0


def _measure(port: int, pid: int, ending: str) -> None:
    browser = signed_in(port, AGENT)
    browser.ask("/desk/exports?box=all")
    before = _peak_mb(pid)
    body = {"format": ending, "dates": "iso", "separator": ",", "has_mark": "on", "columns": COLUMNS}
    token = browser.cookies["olmo_csrf"]
    form = urlencode({**body, "csrfmiddlewaretoken": token}, doseq=True)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {
        "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{port}/",
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    began = time.monotonic()
    connection.request("POST", "/desk/exports?box=all", body=form, headers=headers)
    answer = connection.getresponse()
    first, size, lines = 0.0, 0, 0
    while piece := answer.read(64 * 1024):
        first = first or time.monotonic() - began
        size, lines = size + len(piece), lines + piece.count(b"\n")
    took = time.monotonic() - began
    if answer.status != 200:
        sys.exit(f"bench: the export answered {answer.status}")
    rows = f"{lines - 1} rows, " if ending == "csv" else ""
    print(
        f"{ending:5} {rows}{size / 1e6:.1f} MB in {took:.1f} s (first byte after {first:.2f} s); "
        f"peak memory of the web process {before:.0f} -> {_peak_mb(pid):.0f} MB"
    )


def _peak_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
