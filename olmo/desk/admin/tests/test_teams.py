"""Teams and tiers."""

from olmo.kernel.errors import Conflict
from olmo.people import administration as people
from olmo.people.models import Team, Tier
from olmo.tickets import actions
from olmo.tickets.models import Category, Ticket

from .base import AdminTest


class LookingAfterTeams(AdminTest):
    def test_a_new_team_has_its_members_and_its_tier(self) -> None:
        tier = Tier.objects.get(level=2)
        visit = self.save("teams/new", name="Printers", tier=tier.pk, members=[self.alma.pk, self.tove.pk])
        self.assertEqual(visit.status, 303)
        team = Team.objects.get(name="Printers")
        self.assertEqual((team.tier, team.is_active, team.members.count()), (tier, True, 2))
        self.assertAudited("team: Printers", members=[None, ["Alma Ferri", "Tove Lind"]])

    def test_a_name_is_taken_once(self) -> None:
        self.assertIn("has this name", self.wrong(self.save(f"teams/{self.desk.pk}", name="Network"), "name"))

    def test_a_requester_is_no_member(self) -> None:
        self.assertEqual(self.save(f"teams/{self.desk.pk}", members=[self.rui.pk]).status, 422)

    def test_a_team_with_open_tickets_says_who_takes_them(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        category = Category.objects.create(name="Printing", team=self.desk)
        visit = self.save(f"teams/{self.desk.pk}", is_active=None)
        self.assertIn("has open tickets", self.wrong(visit, "into"))
        self.assertTrue(Team.objects.get(pk=self.desk.pk).is_active)
        visit = self.save(f"teams/{self.desk.pk}", is_active=None, into=self.network.pk)
        self.assertEqual(visit.status, 303)
        row = Ticket.objects.get(pk=ticket.pk)
        self.assertEqual((row.team, row.assignee), (self.network, self.alma))
        self.assertLogged(row, "opened", "assigned", "assigned")
        self.assertFalse(Team.objects.get(pk=self.desk.pk).is_active)
        category.refresh_from_db()
        self.assertEqual(category.team, self.network)

    def test_a_team_does_not_hand_over_to_itself(self) -> None:
        self.report("Printer", team=self.desk)
        self.assertEqual(self.save(f"teams/{self.desk.pk}", is_active=None, into=self.desk.pk).status, 422)

    def test_a_team_without_tickets_just_ends(self) -> None:
        self.assertEqual(self.save(f"teams/{self.network.pk}", is_active=None).status, 303)
        self.assertAudited("team: Network", is_active=[True, False])
        self.assertEqual(self.look("teams").words("td .badge"), ["Not active"])

    def test_the_list_counts_open_tickets(self) -> None:
        self.report("Printer", team=self.desk)
        self.assertEqual(self.look("teams").words("td.n"), ["1", "0"])


class LookingAfterTiers(AdminTest):
    def test_a_level_is_taken_once(self) -> None:
        self.assertIn("has this level", self.wrong(self.save("tiers/new", level="2", name="Third"), "level"))
        self.assertEqual(self.save("tiers/new", level="3", name="Third").status, 303)
        self.assertAudited("tier: Third", level=[None, 3])

    def test_only_a_tier_without_teams_is_removed(self) -> None:
        tier = people.save_tier(None, level=3, name="Third", by=self.ines)
        self.assertEqual(len(self.look(f"tiers/{tier.pk}").all(f'form[action$="tiers/{tier.pk}/removal"]')), 1)
        self.assertEqual(self.send(f"tiers/{tier.pk}/removal").status, 303)
        self.assertFalse(Tier.objects.filter(level=3).exists())
        self.assertAudited("tier: Third", name=["Third", None])
        with self.assertRaises(Conflict):
            people.remove_tier(Tier.objects.get(level=1), by=self.ines)
