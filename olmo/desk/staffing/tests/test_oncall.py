from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from olmo.desk.tests.base import PageTest
from olmo.kernel import clock
from olmo.staffing.actions import on_call
from olmo.staffing.models import Absence, Layer, Override, Schedule
from olmo.tickets import actions

MOMENT = "%Y-%m-%dT%H:%M"


class SeeingWhoIsOnCall(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.rota = on_call.save_schedule(None, team=self.network, name="Nights", zone="Europe/Rome", by=self.ines)

    def layer(self, **more: object) -> Layer:
        first = timezone.localdate() - timedelta(days=14)
        given = {"name": "Everybody", "people": [self.tove], "days": 7, "handover": "09:00", "starts_on": first, **more}
        return on_call.save_layer(self.rota, None, on_call.LayerSettings(**given), by=self.ines)  # type: ignore[arg-type]

    def times(self, first: int = 1, last: int = 3) -> dict[str, str]:
        now = timezone.localtime(clock.now())
        start, end = (now + timedelta(hours=n) for n in (first, last))
        return {"starts_at": start.strftime(MOMENT), "ends_at": end.strftime(MOMENT)}

    def test_a_week_says_who_is_on_each_day_and_who_now(self) -> None:
        self.layer()
        page = self.get("/desk/oncall", by=self.tove)
        self.assertEqual(len(page.all(".oncall > li")), 7)
        self.assertEqual(page.words(".staffing-now .badge"), ["Now: Tove Lind"])
        self.assertIn("all day", page.words(".oncall > li")[-1])
        self.assertEqual(page.all(".banner--brick"), [])
        self.assertEqual(len(self.get("/desk/oncall?weeks=4", by=self.tove).all(".oncall > li")), 28)

    def test_gaps_are_said_in_words(self) -> None:
        page = self.get("/desk/oncall")
        self.assertEqual(page.words(".staffing-now .badge"), ["Now: nobody"])
        self.assertIn("Nobody is on call", page.words(".banner--brick")[0])
        self.assertIn("Nobody is on call", page.words(".oncall > li")[-1])

    def test_hours_that_the_schedule_leaves_out_are_no_alarm(self) -> None:
        self.layer(starts_on=date(2026, 2, 2), week={"sun": [["00:00", "24:00"]]})
        with self.at("2026-03-04 10:00"):  # a Wednesday
            page = self.get("/desk/oncall?start=2026-03-02")
            self.assertEqual(page.words(".staffing-now .badge"), ["Now: not covered"])
            self.assertEqual(page.all(".banner--brick"), [])
            self.assertIn("none within", self.get("/desk/admin/oncall", by=self.ines).words("tbody tr")[0])

    def test_a_deputy_is_named_with_the_absent_one(self) -> None:
        self.layer()
        start = clock.now() - timedelta(hours=1)
        Absence.objects.create(person=self.tove, starts_at=start, ends_at=start + timedelta(days=9), deputy=self.alma)
        page = self.get("/desk/oncall")
        self.assertEqual(page.words(".staffing-now .badge"), ["Now: Alma Ferri"])
        self.assertIn("for Tove Lind, who is absent", page.text)

    def test_an_override_is_put_in_on_the_board_and_taken_out(self) -> None:
        self.layer()
        path = f"/desk/oncall/{self.rota.pk}/overrides"
        done = self.post(path, {**self.times(), "person": self.alma.pk}, by=self.ines)
        self.assertEqual(done.location, f"/desk/oncall?team={self.network.pk}")
        one = Override.objects.get()
        self.assertIn("Alma Ferri", self.get("/desk/oncall", by=self.ines).words(".oncall__override")[0])
        clash = self.post(path, {**self.times(2, 5), "person": self.tove.pk}, by=self.ines)
        self.assertEqual(clash.status, 422)
        self.assertIn("Somebody else is put in at this time.", clash.text)
        self.assertEqual(clash.value(f"#override-{self.rota.pk}-ends_at"), self.times(2, 5)["ends_at"])
        self.assertEqual(Override.objects.count(), 1)
        self.assertEqual(self.post(f"/desk/oncall/overrides/{one.pk}/end", by=self.ines).status, 303)
        self.assertFalse(Override.objects.exists())

    def test_a_member_takes_over_and_strangers_to_the_team_do_not(self) -> None:
        self.layer()
        self.assertEqual(self.get("/desk/oncall").all(".oncall__put"), [])
        mine = self.get("/desk/oncall", by=self.tove)
        self.assertEqual(mine.words(".oncall__put option"), ["Choose…", "Tove Lind"])
        path = f"/desk/oncall/{self.rota.pk}/overrides"
        self.assertEqual(self.post(path, {**self.times(), "person": self.tove.pk}, by=self.tove).status, 303)
        self.assertEqual(self.post(path, {**self.times(4, 6), "person": self.alma.pk}).status, 403)

    def test_an_administrator_makes_a_rotation(self) -> None:
        data = {"team": self.desk.pk, "name": "Weekends", "position": "1", "zone": "Europe/Rome"}
        made = self.post("/desk/oncall/new", data, by=self.ines)
        one = Schedule.objects.get(name="Weekends")
        self.assertEqual(made.location, f"/desk/oncall/{one.pk}")
        self.assertIn("No layer yet", self.get(made.location, by=self.ines).text)
        layer = {
            "name": "All", "position": "1", "days": "7", "handover": "18:00", "starts_on": "2026-03-06", "turn_1": self.alma.pk,
            "turn_2": self.ines.pk, "hours_sat": "00:00-24:00", "hours_sun": "00:00-24:00",
        }  # fmt: skip
        self.assertEqual(self.post(f"/desk/oncall/{one.pk}/layers/new", layer, by=self.ines).status, 303)
        kept = one.layers.get()
        self.assertEqual([turn.person for turn in kept.turns.all()], [self.alma, self.ines])
        self.assertEqual(kept.hours, {"sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]})
        self.assertIn(
            "Alma Ferri → Ines Rota", self.get(f"/desk/oncall/{one.pk}", by=self.ines).words(".staffing-list")[0]
        )
        turned = {**layer, "turn_1": self.ines.pk, "turn_2": self.alma.pk}
        self.post(f"/desk/oncall/layers/{kept.pk}", turned, by=self.ines)
        self.assertEqual([turn.person for turn in kept.turns.all()], [self.ines, self.alma])
        self.assertEqual(self.post(f"/desk/oncall/layers/{kept.pk}/removal", by=self.ines).status, 303)
        self.assertEqual(self.post(f"/desk/oncall/{one.pk}/removal", by=self.ines).status, 303)

    def test_what_cannot_be_stays_in_the_form_with_its_reason(self) -> None:
        path = f"/desk/oncall/{self.rota.pk}/layers/new"
        layer = {"name": "All", "position": "1", "days": "7", "handover": "18:00", "starts_on": "2026-03-06"}
        nobody = self.post(path, layer, by=self.ines)
        self.assertIn("needs somebody", nobody.words("#id_turn_1-field .wrong")[0])
        wrong = self.post(path, {**layer, "turn_1": self.alma.pk, "hours_mon": "8-9"}, by=self.ines)
        self.assertIn("“8-9” is no period", wrong.words("#id_hours_mon-field .wrong")[0])
        self.assertFalse(Layer.objects.exists())

    def test_others_do_not_arrange_it(self) -> None:
        made = self.layer()
        for path in ("new", str(self.rota.pk), f"{self.rota.pk}/layers/new", f"layers/{made.pk}"):
            self.assertEqual(self.get(f"/desk/oncall/{path}").status, 404)
        self.network.leads.add(self.alma)
        self.assertEqual(self.get(f"/desk/oncall/{self.rota.pk}").status, 200)
        self.assertEqual(self.get("/desk/oncall", by=self.rui).status, 404)

    def test_the_administration_lists_them_with_the_next_gap(self) -> None:
        self.layer()
        page = self.get("/desk/admin/oncall", by=self.ines)
        self.assertIn("Nights Network", page.words("tbody tr")[0])
        self.assertIn("none within 4 weeks", page.words("tbody tr")[0])


class SubscribingToACalendar(PageTest):
    def test_a_secret_address_gives_turns_and_shifts_to_whoever_has_it(self) -> None:
        from icalendar import Calendar

        rota = on_call.save_schedule(None, team=self.network, name="Nights, all", zone="Europe/Rome", by=self.ines)
        first = timezone.localdate() - timedelta(days=1)
        settings = on_call.LayerSettings(
            name="All", people=[self.tove, self.alma], days=1, handover="09:00", starts_on=first
        )
        on_call.save_layer(rota, None, settings, by=self.ines)
        browser = self.as_(self.tove)
        browser.post("/desk/availability/feed")
        shown = browser.get("/desk/availability").content.decode()
        token = shown.split("/desk/oncall/feed/")[1].split(".ics")[0]
        self.assertNotIn(token, browser.get("/desk/availability").content.decode())
        answer = self.as_(None).get(f"/desk/oncall/feed/{token}.ics")
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        body = answer.content
        self.assertTrue(body.startswith(b"BEGIN:VCALENDAR\r\n"))
        self.assertTrue(all(len(line) <= 75 for line in body.split(b"\r\n")))
        calendar = Calendar.from_ical(body)
        events = list(calendar.walk("VEVENT"))
        self.assertEqual(calendar.errors, [])
        self.assertEqual(len({str(event["UID"]) for event in events}), len(events))
        for event in events:
            self.assertEqual(event.errors, [])
            self.assertEqual(event.decoded("dtstart").utcoffset(), timedelta())
            self.assertIn("On call: Nights, all (Network)", str(event["SUMMARY"]))
        start = events[0].decoded("dtstart")
        self.assertEqual(start.astimezone(ZoneInfo("Europe/Rome")).date(), first)
        self.assertEqual(events[0].decoded("dtend") - start, timedelta(days=1))

    def test_made_anew_or_revoked_the_former_address_leads_nowhere(self) -> None:
        from olmo.staffing.actions import feeds

        first = feeds.make_feed(by=self.tove)
        second = feeds.make_feed(by=self.tove)
        stranger = self.as_(None)
        self.assertEqual(stranger.get(f"/desk/oncall/feed/{first}.ics").status_code, 404)
        self.assertEqual(stranger.get(f"/desk/oncall/feed/{second}.ics").status_code, 200)
        self.post("/desk/availability/feed/end", by=self.tove)
        self.assertEqual(stranger.get(f"/desk/oncall/feed/{second}.ics").status_code, 404)

    def test_who_left_has_no_feed_and_too_many_fetches_are_held_off(self) -> None:
        from olmo.staffing.actions import feeds

        token = feeds.make_feed(by=self.tove)
        stranger = self.as_(None)
        answers = [stranger.get(f"/desk/oncall/feed/{token}.ics").status_code for _n in range(61)]
        self.assertEqual((answers[0], answers[-1]), (200, 429))
        wrong = [stranger.get(f"/desk/oncall/feed/wrong{n}.ics").status_code for n in range(31)]
        self.assertEqual((wrong[0], wrong[-1]), (404, 429))


class LeadingATeam(PageTest):
    def test_a_lead_sees_who_works_when_and_how_much_everybody_has(self) -> None:
        from olmo.staffing.actions import absences, shifts

        week = {day: [["08:00", "12:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        shifts.save_pattern(
            None, person=self.alma, zone="Europe/Rome", week=week, valid_from=date(2026, 1, 1), by=self.ines
        )
        times = (datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 3, 23, tzinfo=UTC))
        absences.save_absence(
            None, person=self.alma, kind="illness", deputy=None, by=self.ines, starts_at=times[0], ends_at=times[1]
        )
        self.desk.leads.add(self.tove)
        self.tove.time_zone = "Europe/Rome"
        self.tove.save()
        page = self.get(f"/desk/staff?team={self.desk.pk}&start=2026-03-04", by=self.tove)
        row = next(words for words in page.words(".staffing-member") if "Alma Ferri" in words)
        self.assertIn("Mon 2 08:00–12:30 Tue 3 absent Wed 4 08:00–12:30", row)
        self.assertIn("Sat 7 free", row)
        self.assertIn("0 of 20 points", row)
        ticket = self.report("Jam")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        link = self.get(f"/desk/staff?team={self.desk.pk}", by=self.tove).one('a[href*="of=load"]')
        self.assertIn("of 20 points", link.text())
        weighing = self.get(link.attributes["href"] or "", by=self.tove)
        self.assertEqual(weighing.words("#list .row__title"), ["Jam"])
        self.assertIn("that weigh on Alma Ferri", " ".join(weighing.words(".sentence")))
        self.assertNotIn("llness", page.text)

    def test_others_have_no_such_page(self) -> None:
        self.assertEqual(self.get("/desk/staff").status, 404)
        self.assertEqual(self.get(f"/desk/staff?team={self.network.pk}", by=self.ines).status, 200)
        self.assertEqual(self.get("/desk/staff?team=x", by=self.ines).status, 404)
        self.assertEqual(self.get("/desk/staff?start=tomorrow", by=self.ines).status, 422)
