"""Links, merges, splits, followers, requesters, erasure."""

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.actions import enrol_requester
from olmo.tenancy.scope import scope
from olmo.tickets import actions, finding, queries
from olmo.tickets.models import Attachment, Message, Status, Ticket
from tests.cast import DeskTest


class Linking(DeskTest):
    def test_both_ends_say_so(self) -> None:
        cause, effect = self.report("Switch down"), self.report("No network")
        actions.link(effect, cause, by=self.alma, kind="caused_by")
        self.assertEqual(effect.links, [{"kind": "caused_by", "ticket": cause.pk}])
        self.assertEqual(cause.links, [{"kind": "causes", "ticket": effect.pk}])
        actions.unlink(cause, effect, by=self.alma, kind="causes")
        for ticket in (cause, effect):
            self.assertEqual(ticket.links, [])
            self.assertLogged(ticket, "opened", "linked", "unlinked")

    def test_not_with_itself_nor_with_what_one_may_not_see(self) -> None:
        here, there = self.report("Ours"), self.report("Theirs", by=self.bea)
        with self.assertRaises(Invalid):
            actions.link(here, here, by=self.alma, kind="related")
        with self.assertRaises(NotFound):
            actions.link(there, here, by=self.otto, kind="related")
        with self.assertRaises(NotAllowed):
            actions.link(here, self.report("Ours too"), by=self.rui, kind="related")


class Merging(DeskTest):
    def test_messages_show_in_the_other_and_come_back(self) -> None:
        first, second = self.report("VPN drops", text="one"), self.report("VPN again", text="two")
        actions.hold(second, by=self.alma, reason="requester")
        actions.merge(second, first, by=self.alma)
        self.assertEqual(second.status, Status.CLOSED)
        self.assertEqual([m.text for m in queries.messages(self.rui, first)], ["one", "two"])
        actions.unmerge(second, by=self.alma)
        first.refresh_from_db()
        self.assertEqual(
            (second.status, second.hold_reason, second.merged_into_id), (Status.WAITING, "requester", None)
        )
        self.assertEqual([m.text for m in queries.messages(self.rui, first)], ["one"])
        self.assertLogged(second, "opened", "put_on_hold", "merged", "unmerged")
        self.assertLogged(first, "opened", "absorbed", "released")

    def test_no_circle_no_chain_from_a_merged_one(self) -> None:
        first, second, third = self.report("1"), self.report("2"), self.report("3")
        actions.merge(second, first, by=self.alma)
        for ticket, into in ((first, second), (second, third), (third, second)):
            with self.assertRaises(Conflict):
                actions.merge(ticket, into, by=self.alma)

    def test_a_merge_of_a_merge_shows_all(self) -> None:
        first, second, third = (self.report(n, text=n) for n in "abc")
        actions.merge(third, second, by=self.alma)
        actions.merge(second, first, by=self.alma)
        self.assertEqual([m.text for m in queries.messages(self.alma, first)], ["a", "b", "c"])

    def test_not_across_clients(self) -> None:
        with self.assertRaises(Invalid):
            actions.merge(self.report("Ours"), self.report("Theirs", by=self.bea), by=self.alma)


class Splitting(DeskTest):
    def test_a_message_becomes_a_linked_ticket_with_its_files(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        draft = actions.attach(
            by=self.rui, client_id=self.acme.pk, name="a.png", media_type="image/png", chunks=[b"x"], size=1
        )
        event = actions.receive(ticket, by=self.rui, message=self.say("And the printer burns.", uploads=[draft.pk]))
        fresh = actions.split(Message.objects.get(pk=event.data["message"]), by=self.alma, subject="Printer burns")
        self.assertEqual((fresh.requester, fresh.team), (self.rui, self.desk))
        self.assertEqual(Attachment.objects.filter(message__ticket=fresh).count(), 1)
        self.assertLogged(ticket, "opened", "received", "split_off", "linked")
        self.assertLogged(fresh, "opened", "linked")

    def test_a_note_stays_inside(self) -> None:
        ticket = self.report("VPN drops")
        event = actions.note(ticket, by=self.alma, message=self.say("Hm."))
        with self.assertRaises(Conflict):
            actions.split(Message.objects.get(pk=event.data["message"]), by=self.alma, subject="Hm")


class Following(DeskTest):
    def test_a_follower_sees_the_ticket(self) -> None:
        ticket = self.report("VPN drops")
        ana = enrol_requester(self.acme, "Ana Sousa", "ana@acme.example")
        with self.assertRaises(NotFound):
            queries.by_number(ana, ticket.number)
        actions.watch(ticket, by=self.alma, person=ana)
        self.assertEqual(queries.by_number(ana, ticket.number), ticket)
        actions.unwatch(ticket, by=ana, person=ana)
        with self.assertRaises(NotFound):
            queries.by_number(ana, ticket.number)
        self.assertLogged(ticket, "opened", "watched", "unwatched")

    def test_nobody_of_another_client(self) -> None:
        with self.assertRaises(Invalid):
            actions.watch(self.report("VPN drops"), by=self.alma, person=self.bea)


class ChangingTheRequester(DeskTest):
    def test_a_ticket_moves_to_another_client_with_its_words(self) -> None:
        ticket = self.report("Wrong address", text="Zanzibar")
        actions.change_requester(ticket, by=self.alma, requester=self.bea)
        self.assertLogged(ticket, "opened", "requester_changed")
        with scope([self.acme.pk]):
            self.assertFalse(Ticket.objects.filter(pk=ticket.pk).exists() or Message.objects.filter(text="Zanzibar"))
            self.assertEqual(finding.search(self.alma, "zanzibar"), [])
        with scope([self.bolt.pk]):
            self.assertEqual([r["id"] for r in finding.search(self.bea, "zanzibar")], [ticket.pk])

    def test_only_by_who_works_for_both(self) -> None:
        ticket = self.report("Theirs", by=self.bea)
        with self.assertRaises(NotAllowed):
            actions.change_requester(ticket, by=self.otto, requester=self.rui)


class Erasing(DeskTest):
    def test_words_and_files_go_and_the_fact_stays(self) -> None:
        ticket = self.report("VPN drops", text="My PIN is zyxwv.")
        message = Message.objects.get(ticket=ticket)
        actions.redact(message, by=self.ines)
        kept = Message.objects.get(pk=message.pk)
        self.assertEqual((kept.text, kept.html, kept.author), ("", "", self.rui))
        self.assertIsNotNone(kept.redacted_at)
        self.assertEqual(finding.search(self.alma, "zyxwv"), [])
        self.assertEqual(len(finding.search(self.alma, "vpn")), 1)
        self.assertLogged(ticket, "opened", "redacted")

    def test_only_by_an_administrator(self) -> None:
        message = Message.objects.get(ticket=self.report("VPN drops"))
        with self.assertRaises(NotAllowed):
            actions.redact(message, by=self.alma)
