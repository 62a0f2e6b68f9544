"""How a test of the desk speaks: pages looked at by somebody, and what is on them."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from olmo.people.models import Person
from olmo.tickets.models import Message, Ticket
from tests.cast import DeskTest


class Visit:
    """A page that somebody got."""

    def __init__(self, answer: Any) -> None:
        self.answer: HttpResponse = answer
        self.status = answer.status_code
        self.text = answer.content.decode(errors="replace") if not answer.streaming else ""
        self.tree = LexborHTMLParser(self.text)

    def all(self, css: str) -> list[LexborNode]:
        return self.tree.css(css)

    def one(self, css: str) -> LexborNode:
        found = self.tree.css(css)
        assert len(found) == 1, f"{css}: {len(found)} of them"
        return found[0]

    def words(self, css: str) -> list[str]:
        return [" ".join(node.text(separator=" ").split()) for node in self.tree.css(css)]

    def value(self, css: str) -> str:
        return self.one(css).attributes.get("value") or ""

    @property
    def location(self) -> str:
        return self.answer.headers.get("Location", "")


class PageTest(DeskTest):
    """A test that looks at pages."""

    def as_(self, person: Person | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
        return client

    def get(self, url: str, *, by: Person | None = None) -> Visit:
        return Visit(self.as_(by or self.alma).get(url))

    def look_again(self, url: str, *, by: Person | None = None) -> Visit:
        """As a script asks: for the parts that change."""
        return Visit(self.as_(by or self.alma).get(url, headers={"X-Live": "1"}))

    def post(self, url: str, data: dict[str, Any] | None = None, *, by: Person | None = None) -> Visit:
        return Visit(self.as_(by or self.alma).post(url, data or {}))

    def stranger(self, url: str) -> Visit:
        return Visit(self.as_(None).get(url))

    def url(self, ticket: Ticket, *rest: object) -> str:
        return "/".join(["/desk/tickets", str(ticket.number), *map(str, rest)])

    def last_message(self, ticket: Ticket) -> Message:
        return Message.objects.filter(ticket=ticket).latest("pk")
