"""Tickets say which assets they are about."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.assets.tests.base import take_in
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.tickets import actions, concerns, finding, undo
from olmo.tickets.concerns import Concern
from olmo.tickets.models import Event, Ticket
from olmo.tickets.sentences import describe
from tests.cast import DeskTest


class NamingAssets(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui, serial="5CG1")
        self.printer = take_in(self.acme, "PR-1", by=self.alma, name="Printer")
        self.truck = take_in(self.bolt, "TR-1", by=self.alma, person=self.bea)
        self.ticket = self.report("It does not start")

    def about(self) -> list[int]:
        return sorted(Concern.objects.filter(ticket=self.ticket).values_list("asset_id", flat=True))

    def test_two_peoples_changes_add_up_and_are_logged(self) -> None:
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk])
        actions.name_assets(self.ticket, by=self.tove, add=[self.printer.pk, self.laptop.pk])
        with CaptureQueriesContext(connection) as queries:
            self.assertIsNone(actions.name_assets(self.ticket, by=self.tove, add=[self.laptop.pk]))
        locks = [one["sql"] for one in queries if "assets_asset" in one["sql"] and "FOR NO KEY UPDATE" in one["sql"]]
        self.assertEqual(len(locks), 1, "nobody moves an asset while it is being named")
        actions.name_assets(self.ticket, by=self.alma, remove=[self.laptop.pk])
        self.assertLogged(self.ticket, "opened", "assets_named", "assets_named", "assets_named")
        self.assertEqual((self.ticket.asset_ids, self.about()), ([self.printer.pk], [self.printer.pk]))
        said = describe(self.alma, list(Event.objects.filter(ticket=self.ticket).select_related("by")))
        self.assertEqual(said[1:3], ["Alma Ferri changed the assets: +LT-0042", "Tove Lind changed the assets: +PR-1"])
        self.assertIn("−LT-0042", said[3])

    def test_only_assets_of_its_organisation(self) -> None:
        for wrong in (self.truck.pk, 999_999):
            with self.assertRaises(Invalid):
                actions.name_assets(self.ticket, by=self.alma, add=[wrong])
        with self.assertRaises(NotFound):
            actions.name_assets(self.ticket, by=self.otto, add=[self.laptop.pk])
        with self.assertRaises(NotAllowed):
            actions.name_assets(self.ticket, by=self.rui, add=[self.laptop.pk])
        self.assertLogged(self.ticket, "opened")

    def test_a_requester_opens_with_what_is_theirs(self) -> None:
        opened = self.report("Slow", assets=[self.laptop.pk])
        self.assertLogged(opened, "opened", "assets_named")
        with self.assertRaises(Invalid):
            self.report("Slow", assets=[self.printer.pk])

    def test_an_undo_takes_back_its_own_and_keeps_what_others_added(self) -> None:
        with undo.undoable(self.alma, "Assets") as made:
            actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk])
        actions.name_assets(self.ticket, by=self.tove, add=[self.printer.pk])
        undo.undo(made.token, by=self.alma)
        self.ticket.refresh_from_db()
        self.assertEqual((self.ticket.asset_ids, self.about()), ([self.printer.pk], [self.printer.pk]))
        self.assertReplays(self.ticket)

    def test_another_organisations_requester_leaves_the_assets_behind(self) -> None:
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk, self.printer.pk])
        with undo.undoable(self.alma, "Assets") as taken:
            actions.name_assets(self.ticket, by=self.alma, remove=[self.printer.pk])
        with undo.undoable(self.alma, "Requester") as made:
            actions.change_requester(self.ticket, by=self.alma, requester=self.bea)
        self.assertEqual((self.ticket.asset_ids, self.about()), ([], []))
        undo.undo(taken.token, by=self.alma)
        self.ticket.refresh_from_db()
        self.assertEqual(self.ticket.asset_ids, [])
        self.assertReplays(self.ticket)
        undo.undo(made.token, by=self.alma)
        self.ticket.refresh_from_db()
        self.assertEqual((self.ticket.client_id, self.ticket.asset_ids), (self.acme.pk, [self.laptop.pk]))
        self.assertReplays(self.ticket)

    def test_a_merge_and_its_end_keep_each_tickets_own(self) -> None:
        other = self.report("The same again")
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk])
        actions.merge(self.ticket, into=other, by=self.alma)
        actions.unmerge(self.ticket, by=self.alma)
        self.ticket.refresh_from_db()
        self.assertEqual(self.ticket.asset_ids, [self.laptop.pk])
        self.assertReplays(self.ticket)
        self.assertReplays(other)

    def test_the_search_and_the_lists_know_them(self) -> None:
        actions.name_assets(self.ticket, by=self.alma, add=[self.laptop.pk])
        self.report("Something else")
        for words in ("asset:lt-0042", "asset:5cg1", 'asset:"rui alves"'):
            found = [row["number"] for row in finding.search(self.alma, words, limit=5)]
            self.assertEqual(found, [self.ticket.number], words)
        self.assertEqual(finding.search(self.alma, "asset:tr-1", limit=5), [])
        self.assertEqual(list(Ticket.objects.filter(concerns.about(self.laptop.pk))), [self.ticket])
