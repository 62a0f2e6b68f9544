"""Every page of the address map, as an administrator and as a requester: axe, both themes, and at 200 % zoom."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from olmo.assets.tests.base import take_in
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.steps import Step
from olmo.knowledge import actions as knowledge
from olmo.people.models import Person
from olmo.procedures import running, writing
from olmo.procedures.steps import Record
from olmo.procedures.steps import Step as ProcedureStep
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Message

from .base import Journey, Theme

pytestmark = pytest.mark.long
ZOOMED = {"width": 640, "height": 450}  # 1280 x 900 at 200 %
# Another theme fades in, for a moment even without motion.
SETTLED = """Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
        .then(() => Promise.allSettled(document.getAnimations().map((one) => one.finished))),
    new Promise((done) => setTimeout(done, 500)),
]).then(() => 1)"""
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
# Addresses that answer no page to look at: machine's answers, files, streams, one-time links, and mails in a frame.
_NO_PAGES = re.compile(
    r"^(live/|files/|sw\.js|manifest|language/|set-up/|sign-in/link|.*/source$|.*messages/\d+$|.*\.(csv|xlsx)$)"
)


class EveryPage(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="Printer", message=NewMessage(text="Help.")
            )
            self.fulfil()
            self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
            self.rui.set_password("rui's long password")
            self.rui.save()

    def fulfil(self) -> None:
        """A plan under way on the ticket, and a procedure that is run."""
        steps = [
            Step(key="a", title="Order", team=self.desk.pk, checklist=["One"]),
            Step(key="b", title="Hand over", needs=["a"]),
        ]
        self.plan = administration.save(None, PlanSettings(name="Laptop", steps=steps), by=self.ines)
        self.task = fulfilment.start(self.ticket, self.plan, by=self.alma).tasks[0]
        method = [
            ProcedureStep(title="Look", record=Record.CHOICE, choices=("red", "green")),
            ProcedureStep(title="Restart"),
        ]
        draft = writing.Draft(title="Printer", steps=method)
        self.procedure = writing.create(key="printer", language="en", draft=draft, by=self.alma)
        knowledge.ask_review(self.procedure.article, by=self.alma)
        knowledge.approve(self.procedure.article, by=self.tove)
        knowledge.publish(self.procedure.article, by=self.alma)
        self.run_ = running.do(running.start(self.ticket, self.procedure, by=self.alma), 1, by=self.alma, value="red")

    def test_axe_finds_nothing_grave_for_an_administrator(self) -> None:
        self.walk(self.ines, at_least=25)

    def test_axe_finds_nothing_grave_for_a_requester(self) -> None:
        self.walk(self.rui, at_least=4)

    def walk(self, person: Person, *, at_least: int) -> None:
        """Every page that answers this person with HTML, in light; in dark and zoomed too."""
        self.expected_faults = ["404", "405", "403", "410", "422", "400", "409"]
        page = self.sign_in(person, bypass_csp=True)
        seen = 0
        for path in sorted(set(self.paths())):
            answer = page.request.get(self.url(path), max_redirects=0, fail_on_status_code=False)
            if answer.status != 200 or not answer.body()[:15].lower().startswith(b"<!doctype html"):
                continue  # a refusal, a file, or a part of a page
            seen += 1
            page.set_viewport_size({"width": 1280, "height": 900})
            themes: tuple[Theme, ...] = ("light", "dark")
            for theme in themes:
                with self.subTest(path=path, theme=theme):
                    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                    page.goto(self.url(path))
                    page.evaluate(SETTLED)
                    self.assert_accessible(page)
            with self.subTest(path=path, zoom="200 %"):
                page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
                self.assert_not_sideways(page)
        self.assertGreaterEqual(seen, at_least)

    def paths(self) -> Iterator[str]:
        """Every address, with the things of the test in the places of its arguments."""
        for route in _routes(get_resolver().url_patterns):
            path = self.filled(route)
            if not _NO_PAGES.match(path):
                yield f"/{path}"

    def filled(self, route: str) -> str:
        return _ARGUMENT.sub(lambda found: self.fitting(route, found[2]), route)

    def fitting(self, route: str, name: str) -> str:
        with scope(EVERY_CLIENT):
            things: dict[str, Any] = {
                "number": self.ticket.number,
                "pk": self.thing(route),
                "name": "team",
                "noun": "priority",
                "kind": "all",
            }
        return str(things.get(name, "1"))

    def thing(self, route: str) -> int:
        """The key of something that the pages of this address are about."""
        if "messages/" in route:
            return int(Message.objects.filter(ticket=self.ticket).values_list("pk", flat=True)[0])
        kinds: dict[str, Any] = {
            "admin/assets": self.laptop.kind,
            "assets/": self.laptop,
            "procedures/runs": self.run_,
            "procedures": self.procedure,
            "plans": self.plan,
            "tasks": self.task,
            "organisations": self.acme,
            "contracts": self.acme,
            "teams": self.desk,
            "agents": self.alma,
            "people": self.rui,
        }
        return int(next((one.pk for word, one in kinds.items() if word in route), self.rui.pk))


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route
