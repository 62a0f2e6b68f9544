"""The whole map of the site, walked by those who must see nothing of Acme, by a reader, and by a forger.

Every address of the site is asked, with the ids of Acme's things in it: a new page is in this test from its first day, and a new
kind of parameter fails it until `PARAMETERS` says what it stands for.
"""

import re
from collections.abc import Iterator
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import override_settings

from olmo.assets import actions as assets
from olmo.assets import importing, many
from olmo.assets.models import AssetKind
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Run, Task
from olmo.fulfilment.steps import Step
from olmo.kernel import files
from olmo.knowledge import actions as knowledge
from olmo.knowledge import feedback, indexing
from olmo.knowledge.models import Article
from olmo.people import signin
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.procedures import running, writing
from olmo.procedures.models import Procedure
from olmo.procedures.models import Run as ProcedureRun
from olmo.procedures.steps import Record
from olmo.procedures.steps import Step as ProcedureStep
from olmo.staffing.actions import on_call
from olmo.tickets import actions
from olmo.tickets.actions.writing import NewFile
from olmo.tickets.models import Attachment, Event, Message, Ticket
from olmo.writing import drafting, sharing
from olmo.writing.drafting import Content
from tests.cast import DeskTest
from tests.routes import routes

pytestmark = pytest.mark.long
WORD = "zyxomma"  # in every text of Acme's
TYPED = "zyxom"  # what the others search for: the page repeats it, and must not complete it
QUERIES = (
    "",
    f"?q={TYPED}",
    f"?q={TYPED}&box=all",
    f"?subject={TYPED}&box=all&sort=oldest",
    "?done=1",
    "?box=done",
    "?box=all",
)
_CHANGING = re.compile(r'csrfmiddlewaretoken" value="\w+"|data-csrf="\w+"|data-live-url="[^"]*"|data-live-key="\w+"')


class Walk(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.drafts: list[int] = []
        self.articles: list[int] = []
        self.assets: list[int] = []
        self.batch = uuid4()
        files = self.enterContext(TemporaryDirectory(prefix="olmo-test-media-"))
        self.media = self.enterContext(override_settings(OLMO_FILES=files))
        self.method = self.everybodys_method()
        self.rota = on_call.save_schedule(None, team=self.desk, name="Nights", zone="Europe/Rome", by=self.ines)

    def acme_works(self) -> Ticket:
        """A lively ticket at Acme, the word in all its parts."""
        ticket = self.report(f"Subject {WORD}", text=f"Words {WORD}", tags=None)
        other = self.report(f"Another {WORD}", text=f"More {WORD}")
        kept = files.store([WORD.encode()])
        file = NewFile(name=f"{WORD}.txt", media_type="text/plain", content=kept)
        actions.reply(ticket, by=self.alma, message=self.say(f"Answer {WORD}", files=[file]))
        actions.note(ticket, by=self.alma, message=self.say(f"Note {WORD}"))
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.tag(ticket, by=self.alma, add=[WORD])
        actions.link(ticket, other, by=self.alma, kind="related")
        actions.resolve(other, by=self.alma, code="fixed", note=f"Mended {WORD}")
        for kind in ("reply", "note"):
            draft = drafting.save(ticket, by=self.alma, kind=kind, content=Content(text=f"Draft {WORD}"))
            assert draft is not None
            self.drafts.append(sharing.share(draft, by=self.alma, is_shared=True).pk)
        self.articles = [self.acme_knows().pk]
        self.assets = self.acme_has()
        steps = [Step(key="one", title=f"Task {WORD}", instructions=f"Do {WORD}", team=self.desk.pk)]
        plan = administration.save(None, PlanSettings(name=f"Plan {WORD}", client=self.acme, steps=steps), by=self.ines)
        fulfilment.start(ticket, plan, by=self.alma)
        running.do(running.start(ticket, self.method, by=self.alma), 1, by=self.alma, value=WORD)
        Person.objects.filter(pk=self.rui.pk).update(name=f"Rui {WORD}")
        return ticket

    def everybodys_method(self) -> Procedure:
        """A procedure for every organisation: what is written down when it is run is not."""
        steps = [ProcedureStep(title="One", record=Record.TEXT), ProcedureStep(title="Two")]
        draft = writing.Draft(title="Method", steps=steps)
        procedure = writing.create(key="method", language="en", draft=draft, by=self.alma)
        knowledge.ask_review(procedure.article, by=self.alma)
        knowledge.approve(procedure.article, by=self.tove)
        knowledge.publish(procedure.article, by=self.alma)
        return procedure

    def acme_knows(self) -> Article:
        """An article for Acme alone, with a suggestion."""
        wanted = knowledge.Settings(key=WORD, owner=self.alma, audience="organisation", client=self.acme, topic=WORD)
        article, _changed = knowledge.take_in(
            wanted, {"en": knowledge.Text(title=f"How {WORD}")}, by=robot("Olmo"), reason="x"
        )
        indexing.show(article)
        feedback.suggest(article, f"Better {WORD}", by=self.rui)
        return article

    def acme_has(self) -> list[int]:
        """A laptop of Rui's that was changed among many, and a file that is being looked at."""
        wanted = assets.AssetSettings(
            tag=WORD, name=f"Laptop {WORD}", kind=AssetKind.objects.all()[0], serial=WORD, person=self.rui, note=WORD
        )
        file = importing.keep(self.acme, by=self.alma, name=f"{WORD}.csv", text=f"tag,name\n{WORD},{WORD}\n")
        laptop = assets.create(self.acme, wanted, by=self.alma)
        edit = many.Edit(values={"place": f"Place {WORD}"})
        [effect] = many.preview([laptop], edit, by=self.alma)
        self.batch = many.change([(laptop.pk, effect.mark)], edit, by=self.alma)
        return [laptop.pk, file.pk]

    def browser(self, person: Person, *, is_strict: bool = False) -> Browser:
        browser = Browser(enforce_csrf_checks=is_strict)
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def parameters(self, ticket: Ticket) -> dict[str, list[str]]:
        """What each parameter of an address may stand for: Acme's things."""
        messages = list(Message.objects.filter(ticket=ticket).values_list("pk", flat=True))
        found = list(Attachment.objects.filter(message__ticket=ticket).values_list("pk", flat=True))
        ids = {
            *messages,
            *found,
            self.rui.pk,
            self.alma.pk,
            self.acme.pk,
            self.desk.pk,
            ticket.pk,
            *self.drafts,
            *self.articles,
            *self.assets,
            self.rota.pk,
            *self.drafts,
            *Task.objects.filter(ticket=ticket).values_list("pk", flat=True),
            *ProcedureRun.objects.filter(ticket=ticket).values_list("pk", flat=True),
            *Run.objects.filter(ticket=ticket).values_list("pk", flat=True),
        }
        plain = ["teams", "boxes", "clients", "categories", "team", "assignee", "category", "requester"]
        return {
            "number": [str(ticket.number)],
            "pk": [str(pk) for pk in sorted(ids)],
            "name": [f"{WORD}.txt", *plain],
            "token": ["wrong"],
            "mark": [str(self.batch)],
            "key": ["model"],
            "schedule": [str(self.rota.pk)],
            "code": ["en"],
            "path": ["x"],
            "noun": plain,
            "person": [str(self.rui.pk), str(self.alma.pk)],
        }

    def addresses(self, ticket: Ticket) -> Iterator[str]:
        """Every address of the site, with every value of its parameters."""
        known = self.parameters(ticket)
        for route in routes():
            if route == "readyz":
                continue  # it answers 503 where no worker runs
            names = re.findall(r"<(?:\w+:)?(\w+)>", route)
            for name in names:
                self.assertIn(name, known, f"say in `parameters` what <{name}> of {route} may be")
            for values in product(*(known[name] for name in names)):
                found = iter(values)
                yield "/" + re.sub(r"<(?:\w+:)?\w+>", lambda _match: next(found), route)  # noqa: B023  (used at once)

    def test_another_organisation_sees_nothing_of_acme_at_any_address(self) -> None:
        ticket = self.acme_works()
        for person in (self.bea, self.otto):
            browser = self.browser(person)
            for address in self.addresses(ticket):
                for query in QUERIES if _is_plain(address) else ("",):
                    answer = browser.get(address + query)
                    self.assertNotIn(WORD, _text(answer), f"{person}: {address}{query}")
                    self.assertLess(answer.status_code, 500, address)

    def test_strangers_see_nothing_at_all(self) -> None:
        ticket = self.acme_works()
        browser = Browser()
        for address in self.addresses(ticket):
            self.assertNotIn(WORD, _text(browser.get(address)), address)

    def test_no_page_of_theirs_changes_when_acme_works(self) -> None:
        ours = self.report("Truck is late", by=self.bea)
        people = {person: self.browser(person) for person in (self.bea, self.otto)}
        plain = [address for address in self.addresses(ours) if _is_plain(address)]

        def pages() -> dict[str, str]:
            return {
                f"{person}: {address}{query}": _still(_text(browser.get(address + query)))
                for person, browser in people.items()
                for address in plain
                for query in ("", f"?q={TYPED}&box=all", "?box=all&done=1")
                if not address.startswith(
                    ("/live/", "/design")
                )  # an address for a minute; a page of the present moment
            }

        with self.at("2026-03-02 09:00"):
            before = pages()
            before = pages()  # the first look left its marks of having read
        with self.at("2026-03-02 09:00"):
            self.acme_works()
            after = pages()
        for name, page in before.items():
            self.assertEqual(page, after[name], name)

    def test_whatever_they_post_changes_nothing_of_acme(self) -> None:
        ticket = self.acme_works()
        before = _of_acme(ticket)
        names = ("ticket", "tickets", "pick", "into", "number", "other")
        everything = {name: str(ticket.number) for name in names} | {
            "text": "x", "send": "close", "reply_text": "x", "note_text": "x", "code": "fixed", "note": "x", "subject": "x",
            "reason": "third_party", "team": self.network.pk, "assignee": self.otto.pk, "impact": "1", "urgency": "1",
            "tags": "x", "value": "1", "confirm": "yes", "name": "x",
        }  # fmt: skip
        for person in (self.bea, self.otto):
            browser = self.browser(person)
            for address in self.addresses(ticket):
                if address.startswith(("/sign-out", "/account")):
                    continue
                answer = browser.post(address, everything)
                self.assertLess(answer.status_code, 500, address)
                self.assertNotIn(WORD, _text(answer), f"{person}: {address}")
        self.assertEqual(_of_acme(ticket), before)

    def test_reading_changes_nothing(self) -> None:
        """S07: whatever an administrator asks for by GET or HEAD, no row of the database differs afterwards."""
        ticket = self.acme_works()
        browser = self.browser(self.ines)
        before = _fingerprint()
        for address in self.addresses(ticket):
            for query in ("", f"?q={TYPED}") if _is_plain(address) else ("",):
                self.assertLess(browser.get(address + query).status_code, 500, address)
            browser.head(address)
        self.assertEqual(_fingerprint(), before)

    def test_no_form_works_without_its_token(self) -> None:
        ticket = self.acme_works()
        browser = self.browser(self.ines, is_strict=True)
        before = _fingerprint()
        for address in self.addresses(ticket):
            for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
                answer = browser.generic("POST", address, b'{"send": "close", "text": "x"}', content_type=kind)
                self.assertIn(answer.status_code, (403, 404), f"{address} {kind}")
        self.assertEqual(_fingerprint(), before)


def _is_plain(address: str) -> bool:
    """Whether it names no one thing: a list, a search, a form."""
    return re.search(r"\d", address) is None


def _text(answer: Any) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    moving = {"Expires", "Content-Length"}
    head = " ".join(f"{name}: {value}" for name, value in answer.items() if name not in moving)
    return head + content.decode("utf-8", "replace")


def _still(page: str) -> str:
    """A page without what is new in each of its copies."""
    return _CHANGING.sub("", page)


def _of_acme(ticket: Ticket) -> tuple[object, ...]:
    rows = Ticket.objects.filter(client=ticket.client_id)
    events = Event.objects.filter(ticket__client=ticket.client_id)
    words = Message.objects.filter(client=ticket.client_id)
    return list(rows.order_by("pk").values()), events.count(), list(words.order_by("pk").values())


# What reading may leave behind: how far somebody has read, their session, and tries that are counted.
_LEFT_BEHIND = {"tickets_readmark", "notifications_alert", "django_session", "people_attempt"}


def _fingerprint() -> dict[str, str]:
    """A digest of every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        names = [name for (name,) in cursor.fetchall() if name not in _LEFT_BEHIND]
        found = {}
        for name in names:
            cursor.execute(f'select md5(string_agg(t::text, chr(10) order by t::text)) from "{name}" t')
            found[name] = cursor.fetchone()[0]
    return found
