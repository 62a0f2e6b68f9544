from datetime import timedelta

from django.utils import timezone

from olmo.desk.tests.base import PageTest
from olmo.kernel import clock
from olmo.staffing.models import Absence, Pattern, Profile
from olmo.tickets import actions
from olmo.tickets.models import Ticket

MOMENT = "%Y-%m-%dT%H:%M"


class SayingThatOneIsThere(PageTest):
    def test_one_press_in_the_menu_and_the_page_says_so(self) -> None:
        self.assertIn("There", self.get("/desk/availability").words(".staffing-now")[0])
        answer = self.post("/desk/availability/presence", {"presence": "away", "next": "/desk/?box=mine"})
        self.assertEqual(answer.location, "/desk/?box=mine")
        page = self.get("/desk/availability")
        self.assertIn("Away", page.words(".staffing-now")[0])
        self.assertIn("Away", page.words(".nav__person small")[0])
        pressed = [b.attributes["value"] for b in page.all('.nav__foot button[aria-pressed="true"]')]
        self.assertEqual(pressed, ["away"])

    def test_for_a_while_it_ends_by_itself(self) -> None:
        self.post("/desk/availability/presence", {"presence": "away", "span": "30"})
        kept = Profile.objects.get(person=self.alma).presence_until
        assert kept is not None
        self.assertAlmostEqual(kept, clock.now() + timedelta(minutes=30), delta=timedelta(seconds=20))
        Profile.objects.update(presence_until=clock.now() - timedelta(minutes=1))
        page = self.get("/desk/availability")
        self.assertEqual(page.words(".nav__person small"), [])

    def test_a_time_that_has_passed_is_refused(self) -> None:
        past = timezone.localtime(clock.now() - timedelta(days=1)).strftime(MOMENT)
        wrong = self.post("/desk/availability/presence", {"presence": "away", "until": past})
        self.assertEqual(wrong.status, 422)
        self.assertIn("This time has passed already.", wrong.text)
        self.assertEqual(self.post("/desk/availability/presence", {"presence": "x"}).status, 422)
        self.assertFalse(Profile.objects.exists())

    def test_nobody_else_has_such_a_page(self) -> None:
        self.assertEqual(self.get("/desk/availability", by=self.rui).status, 404)
        self.assertEqual(self.get(f"/desk/availability/of/{self.tove.pk}").status, 404)
        self.assertEqual(self.get(f"/desk/availability/of/{self.tove.pk}", by=self.ines).status, 200)


class EnteringAbsencesAndShifts(PageTest):
    def times(self) -> dict[str, str]:
        now = timezone.localtime(clock.now())
        return {
            "starts_at": (now - timedelta(hours=1)).strftime(MOMENT),
            "ends_at": (now + timedelta(days=3)).strftime(MOMENT),
        }

    def test_an_absence_with_a_deputy_offers_the_open_tickets_after_a_preview(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        actions.assign(ticket, by=self.tove, team=self.desk, assignee=self.alma)
        data = {**self.times(), "kind": "leave", "deputy": str(self.tove.pk)}
        self.assertEqual(self.post("/desk/availability/absences/new", data).location, "/desk/availability")
        page = self.get("/desk/availability")
        self.assertIn("Tove Lind stands in", page.words(".staffing-now")[0])
        button = page.one('.staffing-list button[value="preview"]')
        self.assertEqual(" ".join(button.text().split()), "Give 1 open ticket to Tove Lind…")
        sent = {
            str(f.attributes["name"]): f.attributes.get("value") for f in page.all(".staffing-list input[type=hidden]")
        }
        sent.pop("csrfmiddlewaretoken", None)
        preview = self.post("/desk/bulk", {**sent, "step": "preview"})
        self.assertIn("Tove Lind", preview.words(".effect tbody")[0])
        ticked = {"shown": str(ticket.number), "kept": str(ticket.number)}
        tickets = preview.value('input[name="tickets"]')
        done = self.post("/desk/bulk", {**sent, **ticked, "tickets": tickets, "step": "apply"})
        self.assertEqual(done.status, 303)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).assignee, self.tove)

    def test_what_cannot_be_stays_in_the_form_with_its_reason(self) -> None:
        times = self.times()
        turned = {"starts_at": times["ends_at"], "ends_at": times["starts_at"], "kind": "leave"}
        wrong = self.post("/desk/availability/absences/new", turned)
        self.assertEqual(wrong.status, 422)
        self.assertIn("It must end after it begins.", wrong.words("#id_ends_at-field .wrong")[0])
        self.assertEqual(wrong.value("#id_starts_at"), times["ends_at"])
        self.assertFalse(Absence.objects.exists())

    def test_an_absence_is_changed_and_taken_out_by_those_who_may(self) -> None:
        self.post("/desk/availability/absences/new", {**self.times(), "kind": "leave"})
        one = Absence.objects.get()
        path = f"/desk/availability/absences/{one.pk}"
        self.assertEqual(self.get(path, by=self.tove).status, 404)
        self.assertEqual(self.post(path, {**self.times(), "kind": "illness"}).status, 303)
        self.assertEqual(Absence.objects.get().kind, "illness")
        self.assertEqual(self.post(f"{path}/removal", by=self.tove).status, 404)
        self.assertEqual(self.post(f"{path}/removal").status, 303)
        self.assertFalse(Absence.objects.exists())

    def test_a_week_of_shifts_with_a_night(self) -> None:
        data = {"valid_from": "2026-03-02", "zone": "Europe/Rome", "hours_mon": "8:00-12:30, 22:00-06:00"}
        self.assertEqual(self.post("/desk/availability/shifts/new", data).status, 303)
        self.assertEqual(Pattern.objects.get().hours, {"mon": [["08:00", "12:30"], ["22:00", "06:00"]]})
        self.assertIn("08:00-12:30, 22:00-06:00", self.get("/desk/availability").words(".staffing-week")[0])
        empty = self.post(
            "/desk/availability/shifts/new", {"valid_from": "2025-01-01", "valid_to": "2025-02-01", "zone": "UTC"}
        )
        self.assertIn("hours on one day at least", empty.words("#id_hours_mon-field .wrong")[0])
        wrong = self.post("/desk/availability/shifts/new", {**data, "hours_mon": "morning"})
        self.assertIn("“morning” is no period", wrong.words("#id_hours_mon-field .wrong")[0])

    def test_ones_own_capacity_is_not_ones_own_to_change(self) -> None:
        path = f"/desk/availability/of/{self.alma.pk}/profile"
        self.assertNotIn("capacity", [f.attributes["name"] for f in self.get(path).all("form.admin-form input")])
        self.post(path, {"languages": ["it", "en"], "capacity": "99"})
        kept = Profile.objects.get(person=self.alma)
        self.assertEqual((kept.languages, kept.capacity), (["en", "it"], None))
        self.post(path, {"languages": ["it"], "capacity": "9"}, by=self.ines)
        self.assertEqual(Profile.objects.get(person=self.alma).capacity, 9)
