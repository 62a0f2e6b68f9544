from olmo.desk.admin.tests.base import AdminTest
from olmo.staffing.models import CapacityRules, Skill
from olmo.tickets.models import Category


class LookingAfterSkills(AdminTest):
    def test_a_skill_with_levels_of_agents_and_categories(self) -> None:
        vpn = Category.objects.create(name="VPN")
        levels = {f"agent_{self.tove.pk}": "3", f"category_{vpn.pk}": "2"}
        self.assertEqual(self.save("skills/new", name="Network", name_it="Rete", **levels).status, 303)
        self.assertAudited("skill: Network", agents=[None, ["Tove Lind: 3"]], categories=[None, ["VPN: 2"]])
        self.assertEqual(self.look("skills").words("tbody tr"), ["Network 1 1"])
        self.assertIn("Network", self.get("/desk/admin/?q=netw", by=self.ines).text)
        one = Skill.objects.get()
        self.assertEqual(self.look(f"skills/{one.pk}").all('form[action$="removal"]'), [])
        self.assertEqual(self.send(f"skills/{one.pk}/removal").status, 409)
        none = {f"agent_{self.tove.pk}": "", f"category_{vpn.pk}": ""}
        self.save(f"skills/{one.pk}", **none)
        self.assertEqual(self.send(f"skills/{one.pk}/removal").status, 303)
        self.assertFalse(Skill.objects.exists())

    def test_a_name_that_is_taken_stays_in_the_form(self) -> None:
        Skill.objects.create(name="Network")
        self.assertIn("Another skill has this name.", self.wrong(self.save("skills/new", name="Network"), "name"))


class SettingCapacity(AdminTest):
    def test_the_measures_and_who_has_how_much(self) -> None:
        page = self.look("capacity")
        self.assertIn("Alma Ferri", page.words("tbody")[0])
        self.assertEqual(self.save("capacity", capacity="30", weight_1="8").status, 303)
        kept = CapacityRules.objects.get()
        self.assertEqual((kept.capacity, kept.weights), (30, [8, 2, 1, 1]))
        self.assertAudited("capacity", capacity=[20, 30])
        self.assertIn("0 of 30", self.look("capacity").words("tbody")[0])

    def test_what_cannot_be_stays_in_the_form(self) -> None:
        self.wrong(self.save("capacity", weight_1="100"), "weight_1")
        self.assertEqual(self.get("/desk/admin/capacity", by=self.alma).status, 404)
