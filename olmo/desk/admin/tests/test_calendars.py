"""Calendars of service levels."""

import http.server
import threading

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from olmo.kernel import clock
from olmo.kernel.errors import NotAllowed
from olmo.service_levels import actions, feeds
from olmo.service_levels.models import Calendar, CalendarFeed

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


class CalendarTest(AdminTest):
    def office(self, **more: object) -> Calendar:
        given = {"name": "Modena office", "zone": "Europe/Rome", "hours_mon": "13:30-18:00, 8:00–12:30", **more}
        self.assertEqual(self.save("calendars/new", **given).status, 303)
        return Calendar.objects.get(name="Modena office")

    def terms(self, calendar: Calendar) -> None:
        agreement = actions.agree("Acme gold", by=self.ines, client=self.acme)
        content = {"calendar": calendar.name, "pauses": [], "targets": {"3": {"resolution": 60}}}
        with self.at("2026-03-01 00:00"):
            actions.amend(agreement, content, by=self.ines, version="1", valid_from=clock.now())


class LookingAfterCalendars(CalendarTest):
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
        self.assertEqual(page.words("section ul.plain li"), [])
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


class Publisher(http.server.BaseHTTPRequestHandler):
    """Somebody who publishes days."""

    content, status = ICS, 200

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.end_headers()
        self.wfile.write(type(self).content)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@override_settings(OLMO_LOOPBACK_TARGETS=True)
class FollowingFeeds(CalendarTest):
    def setUp(self) -> None:
        super().setUp()
        Publisher.content, Publisher.status = ICS, 200
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.address = f"http://127.0.0.1:{server.server_port}/days.ics"

    def closed(self, calendar: Calendar) -> list[str]:
        calendar.refresh_from_db()
        return [day["date"] for day in calendar.content["exceptions"] if day["date"].startswith("2026-08")]

    def test_its_days_are_taken_over_kept_when_it_fails_and_dropped_when_it_drops_them(self) -> None:
        with self.at("2026-03-02 09:00"):
            made = self.office(feed=self.address, days="2026-12-24")
            self.assertEqual(feeds.due(), [made.feed.pk])
            self.assertTrue(feeds.refresh(made.feed.pk))
            self.assertEqual(self.closed(made), ["2026-08-10", "2026-08-11"])
            self.assertEqual(feeds.due(), [])
            Publisher.status = 500
            self.assertFalse(feeds.refresh(made.feed.pk))
            self.assertEqual(self.closed(made), ["2026-08-10", "2026-08-11"])
            page = self.look(f"calendars/{made.pk}")
            self.assertIn("The other side answered with status 500.", page.text)
            self.assertIn("The last good days stay.", page.text)
            Publisher.status, Publisher.content = 200, b"no calendar"
            self.assertFalse(feeds.refresh(made.feed.pk))
            self.assertIn("no iCalendar file", CalendarFeed.objects.get().failure)
        with self.at("2026-03-02 10:30"):
            self.assertEqual(feeds.due(), [made.feed.pk])  # tried again after an hour
            Publisher.content = ICS.replace(b"20260812", b"20260811")
            self.assertTrue(feeds.refresh(made.feed.pk))
        self.assertEqual(self.closed(made), ["2026-08-10"])
        self.assertIn("2026-12-24", [day["date"] for day in made.content["exceptions"]])  # own days stay
        self.assertEqual(CalendarFeed.objects.get().failure, "")

    def test_a_calendar_in_use_stays_and_a_new_one_takes_the_news_over(self) -> None:
        with self.at("2026-03-02 09:00"):
            made = self.office(feed=self.address)
            self.terms(made)
            before = made.content
            feeds.refresh(made.feed.pk)
            made.refresh_from_db()
            self.assertEqual(made.content, before)
            self.assertIn("2026-08-10, 2026-08-11", self.look(f"calendars/{made.pk}").text)
            self.assertEqual(self.send(f"calendars/{made.pk}/renewal", {"name": "Modena office"}).status, 409)
            self.assertEqual(self.send(f"calendars/{made.pk}/renewal", {"name": "Modena office 2"}).status, 303)
        renewed = Calendar.objects.get(name="Modena office 2")
        self.assertEqual(self.closed(renewed), ["2026-08-10", "2026-08-11"])
        self.assertEqual(renewed.feed.url, self.address)

    def test_only_public_machines_are_spoken_to_and_only_administrators_may(self) -> None:
        with override_settings(OLMO_LOOPBACK_TARGETS=False):
            visit = self.save(
                "calendars/new", name="X", zone="UTC", hours_mon="8:00-9:00", feed="https://10.0.0.1/a.ics"
            )
        self.assertIn("private network", self.wrong(visit, "feed"))
        self.assertFalse(Calendar.objects.filter(name="X").exists())
        made = self.office(feed=self.address)
        self.assertEqual(self.post(f"/desk/admin/calendars/{made.pk}/feed", by=self.alma).status, 404)
        self.assertEqual(self.send(f"calendars/{made.pk}/feed").status, 303)
        with self.assertRaises(NotAllowed):
            feeds.follow(made, "", by=self.alma)
