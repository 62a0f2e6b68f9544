"""Followers and tags are found from their own side, as the ticket's row says and no more."""

from unittest.mock import patch

from olmo.people.actions import add_identity, enrol_requester
from olmo.tenancy.scope import scope
from olmo.tickets import actions, finding, queries, search
from olmo.tickets.models import SearchDocument, Tagging, Watch
from olmo.tickets.search import tagged
from tests.cast import DeskTest


class LookingUp(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ugo = enrol_requester(self.acme, "Ugo Neri", "ugo@acme.example")

    def test_a_requester_sees_the_tickets_they_follow(self) -> None:
        ticket = self.report("Followed")
        self.assertEqual(list(queries.visible_to(self.ugo)), [])
        actions.watch(ticket, by=self.alma, person=self.ugo)
        self.assertEqual(list(queries.visible_to(self.ugo)), [ticket])
        actions.unwatch(ticket, by=self.alma, person=self.ugo)
        self.assertEqual(list(queries.visible_to(self.ugo)), [])

    def test_followers_and_tags_given_at_the_start_are_found(self) -> None:
        ticket = self.report("Begun with both", tags=["vpn"], watchers=[self.ugo])
        self.assertEqual(list(queries.visible_to(self.ugo)), [ticket])
        self.assertEqual(list(queries.visible_to(self.alma).filter(tagged("VPN"))), [ticket])

    def test_a_tag_that_was_removed_is_found_no_more(self) -> None:
        ticket = self.report("Tagged", tags=["vpn", "home"])
        actions.tag(ticket, by=self.alma, remove=["vpn"])
        self.assertEqual([row["subject"] for row in finding.search(self.alma, "tag:vpn")], [])
        self.assertEqual([row["subject"] for row in finding.search(self.alma, "tag:home")], ["Tagged"])

    def test_both_move_with_the_ticket_to_another_client(self) -> None:
        ticket = self.report("Moves", tags=["vpn"], watchers=[self.alma])
        actions.change_requester(ticket, by=self.alma, requester=self.bea)
        with scope([self.acme.pk]):
            self.assertEqual(Tagging.objects.count() + Watch.objects.count(), 0)
        with scope([self.bolt.pk]):
            self.assertEqual((Tagging.objects.get().tag, Watch.objects.get().person_id), ("vpn", self.alma.pk))


class WordsWithConditions(DeskTest):
    def test_an_old_match_is_not_hidden_by_newer_tickets_that_hold_the_words_only(self) -> None:
        old = self.report("VPN timeout, still open")
        for _n in range(4):
            actions.resolve(self.report("VPN timeout"), by=self.alma, code="fixed")
        with patch.multiple(finding, FEW_FILTERED=2, MAX_FILTERED=3):
            found = finding.search(self.alma, "vpn timeout status:active")
        self.assertEqual([row["number"] for row in found], [old.number])

    def test_somebody_known_by_two_addresses_is_found_once(self) -> None:
        add_identity(self.rui, "email", "rui.alves@acme.example")
        self.report("Once")
        self.assertEqual([row["subject"] for row in finding.search(self.alma, "from:rui")], ["Once"])

    def test_a_requester_reads_no_internal_words_in_a_list(self) -> None:
        ticket = self.report("Mine", text="the words of the requester")
        actions.note(ticket, by=self.alma, message=self.say("between agents"))
        (seen,) = queries.page(queries.visible_to(self.rui), public_only=True).rows
        self.assertEqual(seen["excerpt"], "the words of the requester")
        (found,) = finding.search(self.rui, "requester")
        self.assertEqual(found["excerpt"], "the words of the requester")


class ANewTicketsWords(DeskTest):
    def test_they_are_what_gathering_them_one_by_one_gives(self) -> None:
        draft = actions.attach(
            by=self.rui, client_id=self.acme.pk, name="trace_route.log", media_type="", chunks=[b"x"], size=1
        )
        said = self.say("It is slow.", quoted="> Since when?", uploads=[draft.pk])
        told = actions.open_ticket(by=self.rui, client=self.acme, requester=self.rui, subject="VPN", message=said)
        mute = actions.open_ticket(by=self.alma, client=self.acme, requester=self.rui, subject="Without words")
        for ticket in (told, mute):
            at_once = SearchDocument.objects.get(ticket=ticket).words
            search.rebuild(ticket)
            self.assertEqual(SearchDocument.objects.get(ticket=ticket).words, at_once)

    def test_a_first_message_longer_than_the_index_reads_is_kept(self) -> None:
        words = " ".join(f"w{n}x{n * 7919}" for n in range(25_000))
        ticket = self.report("Endless", text=words)
        self.assertEqual([row["number"] for row in finding.search(self.alma, "endless")], [ticket.number])
