"""Retake the pictures of the README: `.venv/bin/python docs/img/take.py` starts an Olmo of its own with the demo, and ends it.

With a demo that runs already: `.venv/bin/python docs/img/take.py http://127.0.0.1:8000 the-password-it-named`.

Needs Chromium. With Inter and P052 (or Palatino) installed the pictures look as they do on most people's machines.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
OLMO = HERE.parents[1] / ".venv" / "bin" / "olmo"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
START_SECONDS = 180
LARGEST = 300_000  # octets of a picture in a README
LEAD, REQUESTER = "daniel.okafor@olmeto.example", "alessia.cerruti@treponti.example"


class Shot(NamedTuple):
    """One picture: whose page, which, how large, in which theme. A path that ends in ":first" goes on to the first ticket."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = (1280, 800)
    theme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("desk-list", LEAD, "/desk/?box=teams", (1280, 720)),
    Shot("desk-list-dark", LEAD, "/desk/?box=teams", (1280, 720), "dark"),
    Shot("desk-ticket", LEAD, "/desk/?box=mine:first", (1440, 880)),
    Shot("desk-ticket-dark", LEAD, "/desk/?box=mine:first", (1440, 880), "dark"),
    Shot("dashboard", LEAD, "/desk/reports/desk", (1280, 1120)),
    Shot("portal-phone", REQUESTER, "/", (390, 720)),
    Shot("desk-phone", LEAD, "/desk/?box=teams", (390, 720), "dark"),
)


def main() -> None:
    """Take them of the demo that is named, or of one of our own."""
    if sys.argv[1:]:
        _take_all(*sys.argv[1:3])
    else:
        _take_of_our_own()


def _take_of_our_own() -> None:
    data = Path(tempfile.mkdtemp(prefix="olmo-img-", dir="/tmp"))  # short: PostgreSQL's socket lies in it
    web, smtp, lmtp = (str(_free_port()) for _ in range(3))
    ports = {"OLMO_PORT": web, "OLMO_SMTP_PORT": smtp, "OLMO_LMTP_PORT": lmtp}
    environment = {**os.environ, "OLMO_DATA": str(data), **ports}
    desk = subprocess.Popen([OLMO, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{web}/sign-in")
        told = subprocess.run([OLMO, "demo"], env=environment, check=True, capture_output=True, text=True).stdout
        password = re.search(r"password\s+(\S+)", told)
        if password is None:
            sys.exit(f"the demo named no password:\n{told}")
        _take_all(f"http://127.0.0.1:{web}", password[1])
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.wait()
        shutil.rmtree(data, ignore_errors=True)


def _take_all(address: str, password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for shot in SHOTS:
            _take(browser, shot, address, password)
        browser.close()


def _take(browser: Browser, shot: Shot, address: str, password: str) -> None:
    width, height = shot.size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=shot.theme, reduced_motion="reduce",
        device_scale_factor=2 if width < 500 else 1.25, service_workers="block",
    )  # fmt: skip
    page.goto(f"{address}/sign-in")
    page.fill("input[name=address]", shot.who)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(address + shot.path.removesuffix(":first"))
    while (news := page.locator(".desk__above form[action$='/heard'] button")).count():  # read, as on most days
        news.first.click()
        page.wait_for_load_state()
    if shot.path.endswith(":first"):
        page.locator(".row__subject").first.click()
        page.wait_for_selector("#log")
    page.wait_for_timeout(1500)  # counts and drawings come a moment later
    place = HERE / f"{shot.name}.png"
    page.screenshot(path=place)
    page.context.close()
    size = place.stat().st_size
    print(f"{place.name}: {size // 1000} kB{' (too large)' if size > LARGEST else ''}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - an address of this machine, made above
                return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.5)
    sys.exit(f"Olmo did not answer in {START_SECONDS} s")


if __name__ == "__main__":
    main()
