from olmo.desk.admin.tests.base import AdminTest
from olmo.routing.assignment.models import TeamWay


class SettingHowTicketsAreGivenOut(AdminTest):
    def test_the_list_says_how_each_team_does_it_and_what_waits(self) -> None:
        self.report("Printer", team=self.desk)
        page = self.look("assignment")
        row = next(words for words in page.words("tbody tr") if "Service desk" in words)
        self.assertEqual(row.split()[-1], "1")
        self.assertIn("By hand", row)
        self.assertEqual(self.look("assignment?q=netw").words("tbody th"), ["N Network"])

    def test_the_way_of_a_team_is_set(self) -> None:
        self.assertEqual(self.save(f"assignment/{self.desk.pk}", method="load", sticky_days="14").status, 303)
        way = TeamWay.objects.get(team=self.desk)
        self.assertEqual((way.method, way.sticky_days, way.needs_room), ("load", 14, True))
        self.assertAudited("assignment: Service desk", method=["manual", "load"], sticky_days=[None, 14])

    def test_what_cannot_be_stays_in_the_form(self) -> None:
        wrong = self.save(f"assignment/{self.desk.pk}", method="turn", sticky_days="0")
        self.assertIn("1", self.wrong(wrong, "sticky_days"))
        self.assertFalse(TeamWay.objects.exclude(method="manual").exists())

    def test_others_have_no_such_page(self) -> None:
        self.assertEqual(self.get("/desk/admin/assignment", by=self.alma).status, 404)
