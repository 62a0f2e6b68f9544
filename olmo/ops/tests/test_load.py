"""Bringing many tickets in at once: nothing but the speed differs from tickets made by verbs."""

import io
import json
import tempfile
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any
from unittest.mock import patch

from olmo.kernel.testing import CommittingTest
from olmo.ops import load
from olmo.ops.problems import Problem
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import finding, search
from olmo.tickets.models import Event, Message, SearchDocument, Status, Ticket
from olmo.tickets.replay import differences
from tests.cast import Cast, assemble


def a_line(**changes: Any) -> dict[str, Any]:
    line = {
        "n": 1, "subject": "Printer (Excel): very slow", "lang": "en", "queue": 2, "priority": 2, "status": "closed",
        "requester": {"name": "Sara Popescu", "email": "Sara.Popescu@corp.example"}, "agent": 7, "created": 1726928000,
        "messages": [
            {"at": 1726928000, "by": "requester", "public": True, "body": "Buried under toner since yesterday."},
            {"at": 1726942553, "by": "agent", "public": False, "body": "Drum unit, ordered as ORD-77."},
            {"at": 1726952553, "by": "agent", "public": True, "body": "The drum was replaced.\n\n> Buried under toner"},
            {"at": 1726962553, "by": "requester", "public": True, "body": "It works, thank you."},
        ],
    }  # fmt: skip
    return line | changes


class LoadingCase(CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.cast = Cast()
        with scope(EVERY_CLIENT):
            assemble(self.cast)

    def load(self, lines: list[Any], *options: str) -> str:
        file = self.folder / "tickets.jsonl"
        file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        said = io.StringIO()
        with redirect_stderr(said):
            self.assertEqual(load.main([str(file), *options]), 0)
        return said.getvalue()

    def tickets(self) -> list[Ticket]:
        return list(Ticket.objects.filter(client__name="Corp Example").order_by("pk"))


class Loading(LoadingCase):
    def test_a_line_becomes_a_ticket_with_its_history(self) -> None:
        self.load([a_line()])
        with scope(EVERY_CLIENT):
            (ticket,) = self.tickets()
            kinds = list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("kind", flat=True))
            self.assertEqual(
                kinds, ["opened", "assigned", "noted", "replied", "received", "resolved", "closed"]
            )  # fmt: skip
            self.assertEqual((ticket.status, ticket.priority, ticket.requester.email), (
                Status.CLOSED, 2, "sara.popescu@corp.example"))  # fmt: skip
            self.assertEqual(ticket.assignee and ticket.assignee.email, "agent7@desk.example")
            self.assertEqual(ticket.team and ticket.team.name, "Workplace")

    def test_the_replay_of_every_status_equals_its_row(self) -> None:
        statuses = {"new": "new", "open": "open", "pending": "waiting", "resolved": "resolved", "closed": "closed"}
        asked = a_line()["messages"][:1]
        self.load([a_line(status=s, agent=None if s == "new" else 3, messages=asked) for s in statuses])
        with scope(EVERY_CLIENT):
            self.assertEqual([t.status for t in self.tickets()], list(statuses.values()))
            self.assertEqual([differences(t) for t in self.tickets()], [{}] * len(statuses))

    def test_whoever_was_answered_is_not_new(self) -> None:
        self.load([a_line(status="new", agent=None)])
        with scope(EVERY_CLIENT):
            (ticket,) = self.tickets()
            self.assertEqual((ticket.status, ticket.assignee, differences(ticket)), (Status.OPEN, None, {}))

    def test_the_search_words_are_those_that_verbs_would_have_gathered(self) -> None:
        self.load([a_line(), a_line(lang="it", subject="Stampante: non funziona")])
        with scope(EVERY_CLIENT):
            for ticket in self.tickets():
                loaded = SearchDocument.objects.get(ticket=ticket)
                search.rebuild(ticket)
                self.assertEqual(SearchDocument.objects.get(ticket=ticket).words, loaded.words)
            found = finding.search(self.cast.alma, "drum ORD-77")
            self.assertEqual([row["subject"] for row in found], [t.subject for t in reversed(self.tickets())])

    def test_quoted_history_is_kept_apart(self) -> None:
        self.load([a_line()])
        with scope(EVERY_CLIENT):
            answer = Message.objects.get(text="The drum was replaced.")
            self.assertEqual((answer.quoted, answer.is_internal, answer.is_from_desk), (
                "> Buried under toner", False, True))  # fmt: skip

    def test_people_teams_and_the_organisation_are_made_once(self) -> None:
        self.load([a_line(), a_line()], "--domain", "corp.example")
        self.load([a_line()], "--domain", "corp.example")
        with scope(EVERY_CLIENT):
            self.assertEqual(Person.objects.filter(email="sara.popescu@corp.example").count(), 1)
            self.assertEqual(Team.objects.filter(name="Workplace").count(), 1)
            self.assertEqual(len(self.tickets()), 3)
        self.assertEqual(Client.objects.filter(domains__name="corp.example").count(), 1)

    def test_numbers_go_on_after_loaded_tickets(self) -> None:
        self.load([a_line()])
        with scope(EVERY_CLIENT):
            (loaded,) = self.tickets()
        self.load([a_line()])
        with scope(EVERY_CLIENT):
            self.assertEqual([t.number for t in self.tickets()], [loaded.number, loaded.number + 1])

    def test_other_organisations_see_nothing_of_it(self) -> None:
        self.load([a_line()])
        with scope([self.cast.acme.pk]):
            self.assertEqual(Ticket.objects.count() + Message.objects.count() + Event.objects.count(), 0)


class WrongLines(LoadingCase):
    def refused(self, lines: list[Any], *options: str) -> str:
        with self.assertRaises(Problem) as refusal:
            self.load(lines, *options)
        return str(refusal.exception)

    def test_the_line_is_named_and_nothing_of_its_batch_is_kept(self) -> None:
        with patch.object(load, "BATCH", 2):
            said = self.refused([a_line(), a_line(), a_line(), '{"n": 4,', a_line()])
        for words in ("line 4: this is not JSON", "the 2 tickets before line 3 are loaded", "--from 3"):
            self.assertIn(words, said)
        with scope(EVERY_CLIENT):
            self.assertEqual(len(self.tickets()), 2)

    def test_loading_goes_on_from_a_line(self) -> None:
        self.load(["not JSON", a_line(), a_line()], "--from", "2")
        with scope(EVERY_CLIENT):
            self.assertEqual(len(self.tickets()), 2)

    def test_each_wrong_field_is_told(self) -> None:
        for changes, why in (
            ({"priority": 5}, "priority: 5 is none of 1, 2, 3, 4"),
            ({"messages": []}, "messages: the first one must be the requester's"),
            ({"queue": 99}, "queue: expected a name"),
            ({"status": "lost"}, 'status: "lost" is none of'),
            ({"subject": " \n"}, "subject is empty"),
            ({"requester": {"name": "Sara", "email": "no address"}}, "is not an e-mail address"),
            ({"requester": {"name": "Bea", "email": "bea@bolt.example"}}, "already belongs to somebody"),
        ):
            with self.subTest(why):
                self.assertIn(why, self.refused([a_line(**changes)]))

    def test_a_missing_field_is_told(self) -> None:
        line = a_line()
        del line["agent"]
        self.assertIn("line 1: the field 'agent' is missing", self.refused([line]))

    def test_a_missing_file_is_told(self) -> None:
        with self.assertRaises(Problem) as refusal:
            load.main([str(self.folder / "none.jsonl")])
        self.assertIn("cannot be read", str(refusal.exception))
