"""One disturbance that many reported: declared, followed, answered at once, resolved at once."""

from datetime import timedelta
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.automation import jobs
from olmo.channels.tests.stage import delivered, do_jobs, open_mailbox, relay
from olmo.escalation import major
from olmo.escalation.incidents import Major
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.outbox.tests.sink import Sink
from olmo.people.models import Person
from olmo.status import majors as told
from olmo.status.models import Update
from olmo.status.queries import banners
from olmo.tenancy.scope import scope
from olmo.tickets import actions, family
from olmo.tickets.models import LinkKind, Message, Status, Ticket
from olmo.tickets.undo import undo, undoable
from tests.cast import DeskTest


class Disturbed(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.desk.leads.add(self.ines)
        self.parent = self.report("Mail server does not answer", team=self.desk)
        self.one = self.report("Mail server is slow")
        self.two = self.report("No mail from the server")
        self.three = self.report("Il server mail non risponde", by=self.bea, language="it")

    def declare(self, **more: object) -> None:
        major.declare(self.parent, by=self.ines, text_en="Mail is down.", text_it="La posta è ferma.", **more)  # type: ignore[arg-type]

    def following(self) -> None:
        self.declare()
        major.follow(self.parent, [self.one, self.two, self.three], by=self.ines)

    def fresh(self, ticket: Ticket) -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)


class Declaring(Disturbed):
    def test_it_is_logged_and_shown_to_the_organisations_that_it_concerns(self) -> None:
        self.declare(clients=[self.acme])
        self.assertLogged(self.parent, "opened", "major_declared")
        self.assertEqual([banner.text for banner in banners(self.acme.pk)], ["Mail is down."])
        self.assertEqual(banners(self.bolt.pk), [])
        with scope([self.bolt.pk]):
            self.assertEqual(Major.objects.count(), 0)

    def test_without_names_it_concerns_all_and_ends_by_itself_at_its_time(self) -> None:
        self.declare(until=clock.now() + timedelta(hours=1))
        with scope([self.bolt.pk]):
            self.assertEqual(len(banners(self.bolt.pk)), 1)
        with clock.at(clock.now() + timedelta(hours=2)):
            self.assertEqual(banners(self.bolt.pk), [])

    def test_only_by_leads_and_administrators_of_its_organisation(self) -> None:
        for person, error in ((self.alma, NotAllowed), (self.rui, NotAllowed), (self.otto, NotFound)):
            with self.assertRaises(error):
                major.declare(self.parent, by=person, text_en="Down.")
        self.network.leads.add(self.tove)
        major.declare(self.parent, by=self.tove, text_en="Down.")

    def test_what_is_wrong_is_refused_and_nothing_is_saved(self) -> None:
        for field, more in (
            ("text_en", {}), ("text_it", {"text_it": "x" * 1001}),
            ("until", {"text_en": "Down.", "until": clock.now() - timedelta(hours=1)}),
        ):  # fmt: skip
            with self.assertRaises(Invalid) as refused:
                major.declare(self.parent, by=self.ines, **more)
            self.assertEqual(refused.exception.field, field)
        self.assertEqual(Major.objects.count(), 0)
        self.declare()
        with self.assertRaises(Conflict):
            self.declare()

    def test_a_ticket_that_follows_or_is_finished_is_none(self) -> None:
        actions.link(self.one, self.parent, by=self.ines, kind=LinkKind.CHILD)
        with self.assertRaises(Conflict):
            major.declare(self.one, by=self.ines, text_en="Down.")
        actions.close(self.two, by=self.ines)
        with self.assertRaises(Conflict):
            major.declare(self.two, by=self.ines, text_en="Down.")


class Following(Disturbed):
    def test_what_shares_its_words_is_proposed_the_likest_first(self) -> None:
        old = self.report("Mail server log")
        actions.close(old, by=self.ines)
        other = self.report("Printer out of toner")
        found = major.alike(self.ines, self.parent)
        self.assertEqual(set(found), {self.one, self.two, self.three})
        self.assertNotIn(other, found)
        self.tove.clients.add(self.acme)
        of_acme = Person.objects.get(pk=self.tove.pk)
        self.assertNotIn(self.three, major.alike(of_acme, self.parent))

    def test_all_follow_or_none(self) -> None:
        self.declare()
        actions.link(self.two, self.report("Another"), by=self.ines, kind=LinkKind.CHILD)
        with self.assertRaises(Conflict) as refused:
            major.follow(self.parent, [self.one, self.two], by=self.ines)
        self.assertIn(f"#{self.two.number}", str(refused.exception.message))
        self.assertEqual(family.children_of(self.fresh(self.parent)), [])

    def test_it_can_be_undone_in_one_go(self) -> None:
        self.declare()
        with undoable(self.ines, "Followed") as made:
            self.assertEqual(major.follow(self.parent, [self.one, self.two], by=self.ines), 2)
        undo(made.token, by=self.ines)
        self.assertEqual(family.children_of(self.fresh(self.parent)), [])


class Answering(Disturbed):
    def test_one_update_answers_each_requester_in_their_thread_and_language(self) -> None:
        open_mailbox()
        self.following()
        with relay(Sink()) as sink:
            delivered(sink)
            before = len(sink.mails())
            reached = major.update(self.parent, by=self.ines, text_en="Back at noon.", text_it="Torna a mezzogiorno.")
            fresh = delivered(sink)[before:]
        self.assertEqual((reached.count, reached.run), (4, None))
        said = {m.ticket_id: m.text for m in Message.objects.filter(is_from_desk=True, kind="public")}
        self.assertEqual(said[self.three.pk], "Torna a mezzogiorno.")
        self.assertEqual({said[t.pk] for t in (self.parent, self.one, self.two)}, {"Back at noon."})
        to = sorted(m["To"].split("<")[-1].strip(">") for m in fresh)
        self.assertEqual(to, ["bea@bolt.example", "rui@acme.example", "rui@acme.example", "rui@acme.example"])
        self.assertEqual(banners(self.acme.pk)[0].text, "Back at noon.")
        for ticket in (self.parent, self.one, self.three):
            self.assertReplays(ticket)

    def test_of_very_many_that_follow_each_is_answered_once_by_a_job(self) -> None:
        self.following()
        with patch.object(family, "AT_ONCE", 2):
            run = major.update(self.parent, by=self.ines, text_en="Back at noon.", text_it="Torna a mezzogiorno.").run
        assert run is not None
        self.assertEqual(self.said(), {self.parent.pk: "Back at noon."})
        actions.close(self.fresh(self.one), by=self.ines)
        jobs.go_on(run.pk)
        jobs.go_on(run.pk)
        self.assertEqual(
            self.said(),
            {self.parent.pk: "Back at noon.", self.two.pk: "Back at noon.", self.three.pk: "Torna a mezzogiorno."},
        )
        run.refresh_from_db()
        self.assertEqual([result[2] for result in run.results], ["same", "done", "done"])
        self.assertIsNone(run.undoable)  # what was said to all is not taken back, however many they are
        self.assertReplays(self.three)

    def said(self) -> dict[int, str]:
        rows = Message.objects.filter(is_from_desk=True, kind="public")
        self.assertEqual(len(rows), len({row.ticket_id for row in rows}))
        return {row.ticket_id: row.text for row in rows}

    def test_who_does_not_lead_may_not(self) -> None:
        self.following()
        with CaptureQueriesContext(connection) as asked:
            family.open_children(self.ines, self.parent)
        self.assertNotIn("LIMIT", asked[-1]["sql"])  # all are answered, however many follow
        with self.assertRaises(NotAllowed):
            major.update(self.parent, by=self.alma, text_en="Back at noon.")
        self.assertEqual(Message.objects.filter(is_from_desk=True).count(), 0)


class Ending(Disturbed):
    def test_resolving_resolves_all_and_the_banner_goes(self) -> None:
        self.following()
        reached = major.resolve(self.parent, by=self.ines, code="fixed", text_en="It runs.", text_it="Funziona.")
        self.assertEqual((reached.count, reached.run), (4, None))
        states = {self.fresh(t).status for t in (self.parent, self.one, self.two, self.three)}
        self.assertEqual(states, {Status.RESOLVED})
        self.assertEqual(banners(self.acme.pk), [])
        with self.assertRaises(Conflict):
            major.update(self.parent, by=self.ines, text_en="Again.")

    def test_one_child_that_cannot_be_resolved_stops_all_of_it_and_is_named(self) -> None:
        self.following()
        actions.set_checklist(self.fresh(self.two), by=self.ines, items=[(None, "Call Rui")], is_required=True)
        with self.assertRaises(Conflict) as refused:
            major.resolve(self.parent, by=self.ines, code="fixed", text_en="It runs.")
        self.assertIn(f"#{self.two.number}", str(refused.exception.message))
        self.assertEqual(self.fresh(self.one).status, Status.NEW)
        self.assertEqual(len(banners(self.acme.pk)), 1)

    def test_of_very_many_each_is_resolved_for_itself_by_a_job_which_names_those_that_cannot_be(self) -> None:
        self.following()
        actions.set_checklist(self.fresh(self.two), by=self.ines, items=[(None, "Call Rui")], is_required=True)
        with patch.object(family, "AT_ONCE", 2):
            run = major.resolve(self.parent, by=self.ines, code="fixed", text_en="It runs.", text_it="Funziona.").run
        assert run is not None
        jobs.go_on(run.pk)
        run.refresh_from_db()
        self.assertEqual([result[2] for result in run.results], ["done", "refused", "done"])
        self.assertEqual(self.fresh(self.two).status, Status.NEW)
        self.assertEqual(Message.objects.get(ticket=self.three, is_from_desk=True).text, "Funziona.")
        self.assertLogged(self.three, "opened", "linked", "resolved")
        self.assertEqual(banners(self.acme.pk), [])

    def test_resolving_the_parent_by_itself_ends_it_too(self) -> None:
        self.following()
        actions.resolve(self.parent, by=self.ines, code="fixed", note="It runs.")
        do_jobs()
        self.assertEqual(banners(self.acme.pk), [])

    def test_standing_down_is_recorded_and_leaves_the_tickets(self) -> None:
        self.following()
        major.stand_down(self.parent, by=self.ines, reason="Only one office.")
        self.assertEqual(banners(self.acme.pk), [])
        self.assertEqual(self.fresh(self.one).status, Status.NEW)
        self.assertEqual(list(self.parent.events.order_by("-seq").values_list("kind", flat=True)[:1]), ["major_ended"])
        self.declare()


class WhatWasSaid(Disturbed):
    def kinds(self, viewer: Person | None = None) -> list[tuple[str, str]]:
        return [(one.state, one.text_en) for one in major.announcements(viewer or self.alma, self.parent)]

    def test_every_banner_is_kept_also_over_a_second_declaration(self) -> None:
        self.following()
        major.update(self.parent, by=self.ines, text_en="Back at noon.")
        major.stand_down(self.parent, by=self.ines, reason="A cable of one room.")
        self.declare()
        major.resolve(self.parent, by=self.ines, code="fixed", text_en="It runs.")
        said = ["Mail is down.", "Back at noon.", "It was no major incident.", "Mail is down.", "It runs."]
        self.assertEqual([text for _kind, text in self.kinds()], said)
        self.assertEqual(
            [state for state, _text in self.kinds()], ["looking", "looking", "resolved", "looking", "resolved"]
        )

    def test_they_are_listed_with_those_under_way_first(self) -> None:
        major.declare(self.one, by=self.ines, text_en="Slow.")
        major.stand_down(self.one, by=self.ines, reason="One room.")
        self.declare()
        found = major.all_of(self.alma)
        self.assertEqual([m.ticket for m in found], [self.parent, self.one])
        self.assertEqual(
            {pk: len(said) for pk, said in told.said_of([one.pk for one in found]).items()},
            {self.parent.pk: 1, self.one.pk: 2},
        )
        self.assertEqual(major.all_of(self.otto), [])
        with self.assertRaises(NotFound):
            self.kinds(self.otto)

    def test_what_was_said_to_one_organisation_is_not_seen_by_another(self) -> None:
        self.declare(clients=[self.acme])
        with scope([self.bolt.pk]):
            self.assertFalse(Update.objects.exists())

    def test_a_refused_update_says_nothing(self) -> None:
        self.following()
        actions.resolve(self.parent, by=self.alma, code="fixed", note="Done.")
        with self.assertRaises(Conflict):
            major.update(self.fresh(self.parent), by=self.ines, text_en="Late.", text_it="x" * 10)
            major.resolve(self.fresh(self.parent), by=self.ines, code="fixed", text_en="Late.")
        self.assertNotIn(("resolved", "Late."), self.kinds())
