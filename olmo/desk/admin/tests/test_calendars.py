"""Calendars of service levels."""

from django.core.files.uploadedfile import SimpleUploadedFile

from olmo.kernel import clock
from olmo.kernel.errors import NotAllowed
from olmo.service_levels import actions
from olmo.service_levels.models import Calendar

from .base import AdminTest

ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20260131\r
RRULE:FREQ=YEARLY\r
SUMMARY:San Geminiano\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20260810\r
DTEND;VALUE=DATE:20260812\r
SUMMARY:Works holidays\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
DTSTART:20260901T080000Z\r
SUMMARY:A meeting\r
END:VEVENT\r
END:VCALENDAR\r
"""


class LookingAfterCalendars(AdminTest):
    def office(self, **more: object) -> Calendar:
        given = {"name": "Modena office", "zone": "Europe/Rome", "hours_mon": "13:30-18:00, 8:00–12:30", **more}
        self.assertEqual(self.save("calendars/new", **given).status, 303)
        return Calendar.objects.get(name="Modena office")

    def terms(self, calendar: Calendar) -> None:
        agreement = actions.agree("Acme gold", by=self.ines, client=self.acme)
        content = {"calendar": calendar.name, "pauses": [], "targets": {"3": {"resolution": 60}}}
        with self.at("2026-03-01 00:00"):
            actions.amend(agreement, content, by=self.ines, version="1", valid_from=clock.now())

    def test_shifts_exceptions_and_public_holidays_of_a_region_are_kept_by_date(self) -> None:
        with self.at("2026-03-02 09:00"):
            made = self.office(country="IT", days="2026-12-24 08:00-12:00 Christmas Eve\n2026-12-28")
        self.assertEqual(made.content["hours"], {"mon": [["08:00", "12:30"], ["13:30", "18:00"]]})
        self.assertIn("2026-04-06", made.content["holidays"])
        self.assertNotIn("2026-01-31", made.content["holidays"])
        self.assertEqual(made.content["exceptions"][0], {"date": "2026-12-24", "hours": [["08:00", "12:00"]]})
        data = self.form(f"calendars/{made.pk}", fill="regions")
        regions = self.send(f"calendars/{made.pk}", data).all("#id_region option")
        self.assertIn("MO", [option.attributes.get("value") for option in regions])
        self.save(f"calendars/{made.pk}", region="MO")
        made.refresh_from_db()
        self.assertEqual(made.content["public"]["names"]["2026-01-31"], "San Geminiano")
        self.assertIn("San Geminiano", self.look(f"calendars/{made.pk}?year=2026").text)

    def test_the_year_in_view_shows_what_counts_on_each_day(self) -> None:
        made = self.office(country="IT")
        year = self.look(f"calendars/{made.pk}?year=2026")
        self.assertEqual(len(year.all("td.year__day")), 365)
        april = year.all(".year__table tbody tr")[3].css("td")
        self.assertEqual(
            [str(april[day - 1].attributes["class"]).split("--")[1] for day in (5, 6, 7, 13)],
            ["holiday", "holiday", "shut", "open"],
        )
        self.assertEqual(april[12].text(), "9")

    def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(self) -> None:
        wrong = {
            "hours_tue": ("08:00-12:00, 11:00-18:00", "08:00-12:00 and 11:00-18:00 overlap"),
            "hours_wed": ("18:00-08:00", "must start before it ends"),
            "hours_thu": ("morning", "is no period"),
            "hours_fri": ("08:00-25:00", "is no time of a day"),
            "days": ("2026-02-30 closed", "must begin with a date"),
        }
        for field, (value, reason) in wrong.items():
            visit = self.save("calendars/new", name="X", zone="Europe/Rome", **{field: value})
            self.assertEqual(visit.status, 422)
            self.assertIn(reason, self.wrong(visit, field))
            shown = visit.one(f"#id_{field}")
            self.assertEqual(str(shown.attributes.get("value") or shown.text()).strip(), value)
        self.assertIn("without hours", self.wrong(self.save("calendars/new", name="X"), "hours_mon"))
        self.assertFalse(Calendar.objects.exists())

    def test_all_hours_in_one_press_and_a_file_are_shown_before_they_are_saved(self) -> None:
        visit = self.send("calendars/new", self.form("calendars/new", name="Always", fill="always"))
        self.assertEqual(visit.one("#id_hours_sun").attributes["value"], "00:00-24:00")
        with self.at("2026-03-02 09:00"):
            data = self.form(
                "calendars/new", name="Office", hours_mon="08:00-18:00", days="2026-08-10 08:00-10:00 Inventory"
            )
            data |= {"fill": "file", "file": SimpleUploadedFile("closed.ics", ICS)}
            days = self.send("calendars/new", data).one("#id_days").text().split("\n")
        self.assertIn("2027-01-31 San Geminiano", days)
        self.assertIn("2026-08-10 08:00-10:00 Inventory", days)
        self.assertIn("2026-08-11 Works holidays", days)
        self.assertNotIn("2026-09-01", " ".join(days))
        self.assertFalse(Calendar.objects.exists())
        data = self.form("calendars/new", name="Office", hours_mon="08:00-18:00")
        data["file"] = SimpleUploadedFile("closed.ics", b"no calendar")
        self.assertIn("no iCalendar file", self.wrong(self.send("calendars/new", data), "file"))

    def test_a_calendar_that_terms_use_keeps_its_hours_and_another_name_makes_a_new_one(self) -> None:
        office = self.office()
        self.terms(office)
        page = self.look(f"calendars/{office.pk}")
        self.assertIn("Acme gold 1 counts by this calendar", page.text)
        refused = self.save(f"calendars/{office.pk}", hours_mon="08:00-20:00")
        self.assertEqual(refused.status, 409)
        self.assertIn("Give the new hours another name", refused.text)
        self.save(f"calendars/{office.pk}", name="Modena office from 2027", hours_mon="08:00-20:00")
        self.assertEqual(Calendar.objects.count(), 2)
        office.refresh_from_db()
        self.assertEqual(office.content["hours"]["mon"][0], ["08:00", "12:30"])
        self.assertEqual(self.send(f"calendars/{office.pk}/removal").status, 409)

    def test_a_union_counts_whenever_one_of_its_calendars_does(self) -> None:
        modena = self.office()
        self.save("calendars/new", name="Tokyo", zone="Asia/Tokyo", hours_mon="09:00-17:00")
        tokyo = Calendar.objects.get(name="Tokyo")
        self.assertIn("two calendars", self.wrong(self.save("calendars/union", name="Sun", parts=[tokyo.pk]), "parts"))
        self.assertEqual(self.save("calendars/union", name="Sun", parts=[tokyo.pk, modena.pk]).status, 303)
        sun = Calendar.objects.get(name="Sun")
        march = self.look(f"calendars/{sun.pk}?year=2026").all(".year__table tbody tr")[2].css("td")
        self.assertEqual(march[1].text(), "16")
        self.assertEqual(self.save(f"calendars/{tokyo.pk}", hours_mon="09:00-18:00").status, 409)

    def test_it_is_logged_and_nobody_else_may(self) -> None:
        office = self.office()
        self.assertAudited("calendar: Modena office", name=[None, "Modena office"])
        self.assertEqual(self.get(f"/desk/admin/calendars/{office.pk}", by=self.alma).status, 404)
        with self.assertRaises(NotAllowed):
            actions.set_calendar("Mine", office.content, by=self.alma)
