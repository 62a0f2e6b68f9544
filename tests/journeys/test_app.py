"""Olmo as an app on a device: it can be installed, says plainly that there is no connection, and keeps nobody's pages."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage

from .base import Journey

KEPT = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((c) => c.keys())))).then((all) => all.flat().map((r) => new URL(r.url).pathname))"  # noqa: E501

ACTIVE = "() => navigator.serviceWorker.getRegistration().then((found) => found?.active?.state === 'activated')"
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"

# No push service of a browser's maker can be asked here: its answer, with a real key pair.
SUBSCRIBES = """async () => {
    const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const keys = { p256dh: text(await crypto.subtle.exportKey("raw", pair.publicKey)), auth: text(crypto.getRandomValues(new Uint8Array(16))) };
    PushManager.prototype.subscribe = async () => ({ toJSON: () => ({ endpoint: "https://push.example.com/1", keys }) });
}"""  # noqa: E501


class AnApp(Journey):
    is_app = True

    def open_app(self, path: str = "/desk/") -> Page:
        page = self.sign_in(self.alma, service_workers="allow")
        page.goto(self.url(path))
        page.wait_for_function(ACTIVE)
        page.reload()  # a page that was there before the worker is not always taken over by it
        if not page.evaluate(CONTROLLED):  # a browser whose worker is slow to start loads the page past it, once
            page.reload()
        page.wait_for_function(CONTROLLED)
        return page

    def fetch(self, path: str) -> tuple[str, bytes]:
        with urllib.request.urlopen(self.url(path), timeout=20) as answer:
            return str(answer.headers["Content-Type"]), answer.read()

    def test_a_device_can_install_it(self) -> None:
        kind, body = self.fetch("/manifest.webmanifest")
        manifest: dict[str, Any] = json.loads(body)
        self.assertEqual(kind, "application/manifest+json")
        self.assertEqual((manifest["display"], manifest["start_url"], manifest["scope"]), ("standalone", "/", "/"))
        sizes = {(icon["sizes"], icon.get("purpose", "any")) for icon in manifest["icons"]}
        self.assertLessEqual({("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}, sizes)
        for icon in manifest["icons"]:
            self.assertEqual(self.fetch(icon["src"])[0].split(";")[0], icon["type"])

    def test_it_keeps_the_shell_and_nobody_s_pages(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="Printer", message=NewMessage(text="Help.")
            )
        page = self.open_app()
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        kept = page.evaluate(KEPT)
        self.assertEqual([path for path in kept if not path.startswith("/static/")], ["/offline"])
        self.assertEqual(len(kept), 7)

    def test_without_a_connection_it_says_so_and_the_words_are_there_again(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="Printer", message=NewMessage(text="Help.")
            )
        address = self.url(f"/desk/tickets/{ticket.number}")
        page = self.open_app(f"/desk/tickets/{ticket.number}")
        page.fill("#reply-text", "half a thought")
        self.expected_faults = ["ERR_INTERNET_DISCONNECTED", "Failed to fetch", "Failed to load"]
        page.context.set_offline(True)
        page.get_by_role("link", name="All open").click()
        expect(page.locator("#toasts")).to_contain_text("No connection")
        expect(page.locator("#reply-text")).to_have_value("half a thought")
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto(address)
        expect(page.locator("h1")).to_have_text("No connection")
        self.assert_accessible(page)
        self.picture(page, "offline")
        page.context.set_offline(False)
        page.get_by_role("link", name="Try again").click()
        expect(page.locator("#reply-text")).to_have_value("half a thought")

    def test_a_press_switches_notices_on_and_the_worker_shows_one(self) -> None:
        page = self.open_app("/account/devices")
        page.context.grant_permissions(["notifications"], origin=self.url("").rstrip("/"))
        page.evaluate(SUBSCRIBES)
        page.get_by_role("button", name="Show notices on this device").click()
        expect(page.get_by_text("Notices are shown on Chrome on Linux from now on.")).to_be_visible()
        expect(page.locator(".devices li")).to_have_count(1)
        self.picture(page, "devices")
        self.push(
            page, {"title": "Ines gave it to you", "body": "#1 Printer", "tag": "t", "url": "/desk/", "stays": False}
        )
        page.wait_for_function(
            "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all[0]?.body === '#1 Printer')"
        )
        page.get_by_role("button", name="Remove Chrome on Linux").click()
        expect(page.get_by_text("No device shows notices yet.")).to_be_visible()

    def push(self, page: Page, shown: dict[str, Any]) -> None:
        """Deliver a push as the browser would."""
        devtools = page.context.new_cdp_session(page)
        known: list[str] = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda said: known.extend(each["registrationId"] for each in said["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        page.wait_for_timeout(300)
        message = {"origin": self.url("").rstrip("/"), "registrationId": known[0], "data": json.dumps(shown)}
        devtools.send("ServiceWorker.deliverPushMessage", message)
