"""The page of a ticket: who sees it, what is on it, how long ones are read, and what it costs."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import clock
from olmo.kernel.files import store
from olmo.tickets import actions, conversation
from olmo.tickets.actions import NewMessage
from olmo.tickets.actions.writing import NewFile
from olmo.tickets.models import Message, ReadMark, Ticket

from .base import PageTest


class WhoMayLook(PageTest):
    def test_strangers_requesters_and_agents_of_other_clients_do_not(self) -> None:
        ticket = self.report("Secret of Acme")
        self.assertEqual(self.stranger(self.url(ticket)).status, 303)
        self.assertEqual(self.get(self.url(ticket), by=self.rui).status, 404)
        visit = self.get(self.url(ticket), by=self.otto)
        self.assertEqual(visit.status, 404)
        self.assertNotIn("Secret", visit.text)

    def test_an_unknown_number_is_not_found(self) -> None:
        self.assertEqual(self.get("/desk/tickets/999999").status, 404)
        self.assertEqual(self.get("/desk/tickets/99999999999999999999999").status, 404)


class Reading(PageTest):
    def test_messages_notes_and_events_stand_in_one_order(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket = self.report("Printer", text="It is out of toner.")
        with self.at("2026-03-02 09:05"):
            actions.note(ticket, by=self.alma, message=self.say("Ask him which tray."))
        with self.at("2026-03-02 09:10"):
            actions.reply(ticket, by=self.alma, message=self.say("Which tray?", cc=["boss@acme.example"]))
            actions.hold(ticket, by=self.alma, reason="requester")
        visit = self.get(self.url(ticket))
        self.assertEqual(visit.words(".said__text"), ["It is out of toner.", "Ask him which tray.", "Which tray?"])
        kinds = [(node.attributes["class"] or "").split()[1] for node in visit.all(".said")]
        self.assertEqual(kinds, ["said--asker", "said--note", "said--agent"])
        self.assertEqual(visit.words(".event"), ["Alma Ferri put the ticket on hold: Waiting for the requester"])
        self.assertIn("to Rui, copy boss@acme.example", " ".join(visit.words(".said--agent .via")))
        self.assertEqual(visit.words(".said--note .said__private"), ["Internal note, agents only"])

    def test_quiet_changes_in_a_row_fold_into_one_line(self) -> None:
        ticket = self.report("Printer")
        actions.tag(ticket, by=self.alma, add=["toner"])
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        visit = self.get(self.url(ticket))
        self.assertEqual(visit.words(".event-fold summary"), ["2 changes by Alma Ferri"])
        self.assertEqual(len(visit.all(".event-fold li")), 2)

    def test_a_handover_note_stands_with_its_escalation(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        actions.escalate(ticket, by=self.alma, note="Tried: a new cable.\n\nNeeded: a look at the switch.")
        visit = self.get(self.url(ticket))
        self.assertEqual(visit.words(".handover__line"), ["Alma Ferri escalated the ticket to Network"])
        self.assertEqual(visit.words(".handover__text p"), ["Tried: a new cable.", "Needed: a look at the switch."])
        self.assertEqual(visit.all(".said--note"), [])

    def test_messages_of_a_merged_ticket_stand_in_their_place(self) -> None:
        with self.at("2026-03-02 09:00"):
            first = self.report("One", text="first")
        with self.at("2026-03-02 09:01"):
            second = self.report("Two", text="second")
        with self.at("2026-03-02 09:02"):
            actions.reply(first, by=self.alma, message=self.say("third"))
            actions.merge(second, first, by=self.alma)
        visit = self.get(self.url(first))
        self.assertEqual(visit.words(".said__text"), ["first", "second", "third"])
        self.assertIn("(from a merged ticket)", " ".join(visit.words(".said .via")))
        gone = self.get(self.url(second))
        self.assertIn(f"/desk/tickets/{first.number}", gone.one(".composer a").attributes["href"] or "")
        self.assertEqual(gone.all("textarea"), [])

    def test_opening_it_marks_it_read_up_to_now(self) -> None:
        ticket = self.report("Printer")
        self.get(self.url(ticket))
        self.assertEqual(ReadMark.objects.get(person=self.alma, ticket=ticket).seq, ticket.version)

    def test_the_head_offers_what_the_state_allows(self) -> None:
        ticket = self.report("Printer")
        self.assertEqual(
            self.get(self.url(ticket)).words(".ticket__bar summary span"), ["Hold", "Macros", "Escalate", "Resolve"]
        )
        actions.hold(ticket, by=self.alma, reason="third_party", wake_at=clock.now() + timedelta(days=3))
        waiting = self.get(self.url(ticket))
        self.assertEqual(waiting.words(".ticket__bar form button"), ["Resume"])
        self.assertTrue(waiting.words(".ticket__bar .badge")[0].startswith("Waiting for a third party, until"))
        actions.resolve(ticket, by=self.alma, code="fixed")
        self.assertEqual(self.get(self.url(ticket)).words(".ticket__bar form button"), ["Reopen"])


class WordsFromOutside(PageTest):
    def received(self, **message: object) -> Ticket:
        ticket = self.report("Mail")
        actions.receive(ticket, by=self.rui, message=NewMessage(channel="mail", **message))  # type: ignore[arg-type]
        return ticket

    def test_plain_text_is_escaped_and_its_links_work(self) -> None:
        visit = self.get(self.url(self.received(text="<script>alert(1)</script> see https://example.org/a?b=1&c=2.")))
        last = visit.all(".said__text")[-1]
        self.assertEqual(last.css("script"), [])
        self.assertEqual(last.css("a")[0].attributes["href"], "https://example.org/a?b=1&c=2")
        self.assertIn("noopener", last.css("a")[0].attributes["rel"] or "")

    def test_history_is_folded(self) -> None:
        visit = self.get(self.url(self.received(text="New words.", quoted="> old words")))
        self.assertEqual(visit.words(".said__quoted .said__text"), ["> old words"])
        self.assertEqual(visit.words(".said > .said__text")[-1], "New words.")

    def test_history_inside_html_is_folded_too(self) -> None:
        html = '<p>New <b>words</b>.</p><div class="mail-quote"><p>old <i>words</i></p></div>'
        visit = self.get(self.url(self.received(text="New words.", quoted="old words", html=html)))
        self.assertEqual(visit.words(".said > .said__text b"), ["words"])
        self.assertEqual(visit.words(".said__quoted i"), ["words"])

    def test_html_whose_history_cannot_be_told_apart_gives_way_to_the_text(self) -> None:
        html = "<p>New words.</p><hr><p>" + "old words " * 100 + "</p>"
        visit = self.get(self.url(self.received(text="New words.", quoted="old words " * 100, html=html)))
        self.assertEqual(visit.words(".said > .said__text")[-1], "New words.")

    def test_pictures_from_elsewhere_wait_until_somebody_asks(self) -> None:
        html = '<p>Hello <img data-remote-src="https://tracker.example/pixel.gif"></p>'
        ticket = self.received(text="Hello", html=html)
        visit = self.get(self.url(ticket))
        self.assertNotIn('src="https://tracker.example', visit.text.replace("data-remote-src", ""))
        link = visit.one(".said__images a").attributes["href"] or ""
        original = self.get(link)
        self.assertIn("https://tracker.example/pixel.gif", original.one("article img").attributes["src"] or "")
        policy = original.answer.headers["Content-Security-Policy"]
        self.assertIn("sandbox", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertEqual(self.get(link, by=self.otto).status, 404)

    def test_pictures_of_the_message_itself_are_shown_in_place(self) -> None:
        picture = NewFile(
            name="x.png", media_type="image/png", content=store([b"png"]), content_id="abc@mail", is_inline=True
        )
        ticket = self.received(text="See", html='<p>See <img data-cid="abc@mail"></p>', files=[picture])
        visit = self.get(self.url(ticket))
        self.assertTrue((visit.one(".said__text img").attributes["src"] or "").startswith("/files/"))
        self.assertEqual(visit.all(".attachment"), [])

    def test_an_unverified_sender_is_said_to_be_one(self) -> None:
        visit = self.get(self.url(self.received(text="I am the boss.", is_verified=False)))
        self.assertIn("The sender is not verified.", visit.words(".said .banner strong"))


class LongTickets(PageTest):
    def long(self, count: int) -> Ticket:
        with self.at("2026-03-02 08:00"):
            ticket = self.report("Long", text="message 0")
        for n in range(1, count):
            with self.at(f"2026-03-02 {8 + n // 60:02}:{n % 60:02}"):
                actions.receive(ticket, by=self.rui, message=self.say(f"message {n}"))
        return ticket

    def test_it_opens_at_the_newest_and_earlier_ones_come_on_demand(self) -> None:
        ticket = self.long(120)
        seen: list[str] = []
        url = self.url(ticket)
        while url:
            visit = self.get(url)
            seen = visit.words(".said__text") + seen
            older = visit.all("#log a[href*='before=']")
            url = (older[0].attributes["href"] or "") if older else ""
        self.assertEqual(seen, [f"message {n}" for n in range(120)])
        first = self.get(self.url(ticket))
        self.assertEqual(first.words(".said__text")[-1], "message 119")
        self.assertEqual(len(first.all(".said")), 50)

    def test_earlier_entries_of_another_ticket_are_not_found(self) -> None:
        other = Message.objects.get(ticket=self.report("Other"))
        self.assertEqual(self.get(self.url(self.report("This")) + f"?before={other.pk}").status, 404)
        self.assertEqual(self.get(self.url(self.report("This")) + "?before=x").status, 422)


class Cost(PageTest):
    def cost(self, ticket: Ticket) -> int:
        client = self.as_(self.alma)
        client.get(self.url(ticket))
        with CaptureQueriesContext(connection) as queries:
            client.get(self.url(ticket))
        return len(queries)

    def test_the_number_of_queries_does_not_grow_with_the_messages(self) -> None:
        short, long = self.report("Short"), self.report("Long")
        for ticket, count in ((short, 1), (long, 25)):
            for n in range(count):
                actions.receive(ticket, by=self.rui, message=self.say(f"message {n}"))
                actions.reply(ticket, by=self.alma, message=self.say(f"answer {n}"))
                actions.tag(ticket, by=self.alma, add=[f"tag{n}"])
        self.assertLessEqual(self.cost(long), self.cost(short))
        self.assertLessEqual(self.cost(long), 14)

    def test_a_long_log_is_read_from_its_end(self) -> None:
        ticket = self.report("Long")
        for n in range(60):
            actions.receive(ticket, by=self.rui, message=self.say(f"message {n}"))
            for tag in range(5):
                actions.tag(ticket, by=self.alma, add=[f"{n}-{tag}"])
        whole = conversation.events(ticket)
        since = whole[-40].at
        self.assertGreater(len(whole), conversation._STEP)
        for moment in (since, whole[10].at):
            expected = [event.seq for event in whole if event.at >= moment]
            self.assertEqual([event.seq for event in conversation.events(ticket, since=moment)], expected)
        with CaptureQueriesContext(connection) as queries:
            conversation.events(ticket, since=since)
        self.assertEqual(len(queries), 1)
        self.assertIn("limit", queries[0]["sql"])

    def test_a_script_that_looks_again_gets_the_parts_alone(self) -> None:
        ticket = self.report("Printer")
        visit = self.look_again(self.url(ticket))
        for part in ("#ticket-head", "#log", "#panel", "#composer"):
            self.assertEqual(len(visit.all(part)), 1, part)
        self.assertEqual(visit.all("nav.nav"), [])
