"""What stands beside a ticket: phone, checklist, time, the requester's history and notes, similar tickets; and my week."""

import csv
import io
from datetime import timedelta

from django.test import override_settings
from openpyxl import load_workbook

from olmo.people.models import AuditLine, Person, PersonNote
from olmo.tickets import actions, likeness
from olmo.tickets.models import Message, Template
from olmo.worklog import actions as worklog
from olmo.worklog.models import Activity, Entry, Timer

from .base import PageTest, Visit


class OnThePhone(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("Printer")

    def change(self, noun: str, **data: object) -> Visit:
        self.ticket.refresh_from_db()
        return self.post(self.url(self.ticket, noun), {"seen": self.ticket.version, **data})

    def test_a_call_is_noted_with_its_minutes(self) -> None:
        self.assertEqual(self.change("call", direction="out", text="He will try.", minutes="4").status, 303)
        self.assertEqual(Entry.objects.get().minutes, 4)
        self.assertIn("Outgoing call, 4 min", self.get(self.url(self.ticket)).text)
        wrong = self.change("call", direction="out", text="")
        self.assertEqual((wrong.status, Entry.objects.count()), (422, 1))

    def test_a_call_back_is_promised_seen_made_and_dropped(self) -> None:
        Person.objects.filter(pk=self.rui.pk).update(time_zone="America/New_York")
        self.assertEqual(self.change("callback", at="2031-03-03T10:00").status, 303)
        panel = self.get(self.url(self.ticket)).one("#panel").text()
        self.assertIn("3 Mar 2031", panel)
        self.assertIn("There", panel)
        box = self.get("/desk/?box=callbacks&sort=callback")
        self.assertEqual(box.words(".row__title"), ["Printer"])
        self.assertEqual(self.get("/desk/?box=callbacks", by=self.otto).words(".row__title"), [])
        self.assertEqual(self.change("outcome", outcome="reached", note="").status, 422)
        self.assertEqual(self.change("outcome", outcome="reached", note="Done.", minutes="2").status, 303)
        self.change("callback", at="2031-03-03T10:00")
        drop = self.url(self.ticket, "callback", "end")
        self.assertEqual(len(self.get(self.url(self.ticket)).all(f'#panel form[action="{drop}"]')), 1)
        self.assertEqual(self.post(drop).status, 303)
        self.assertEqual(self.get("/desk/?box=callbacks").words(".row__title"), [])

    def test_the_checklist_is_edited_and_ticked(self) -> None:
        self.change("checklist", items="Look\nMend\n", is_required="on")
        page = self.get(self.url(self.ticket))
        first = page.all(".checklist__item")[0].attributes["value"]
        self.assertEqual(self.post(self.url(self.ticket, "ticks"), {"tick": first}).status, 303)
        page = self.get(self.url(self.ticket))
        self.assertEqual([i.attributes["aria-pressed"] for i in page.all(".checklist__item")], ["true", "false"])
        self.change("checklist", items="Mend\nLook")
        self.assertEqual(
            [i.attributes["aria-pressed"] for i in self.get(self.url(self.ticket)).all(".checklist__item")],
            ["false", "true"],
        )
        self.assertEqual(self.post(self.url(self.ticket, "ticks"), {"tick": "x"}).status, 404)


class Timing(PageTest):
    def test_the_timer_is_worked_from_the_ticket(self) -> None:
        ticket, other = self.report("Printer"), self.report("Phone")
        self.post(self.url(ticket, "timer"), {"timer": "start"})
        self.assertIn("It runs on", self.get(self.url(other)).one("#panel").text())
        self.assertEqual(len(self.get(self.url(ticket)).all("#panel [data-ticking]")), 1)
        self.post(self.url(ticket, "timer"), {"timer": "pause"})
        Timer.objects.update(seconds=130)
        self.post(self.url(other, "timer"), {"timer": "stop"})
        self.assertFalse(Entry.objects.exists())
        self.post(self.url(ticket, "timer"), {"timer": "stop"})
        self.assertEqual(Entry.objects.get().minutes, 3)
        self.assertIn("3 min", self.get(self.url(ticket)).one("#panel").text())
        self.assertEqual(self.post(self.url(ticket, "timer"), {"timer": "start"}, by=self.otto).status, 404)

    def test_minutes_by_hand_and_the_list_of_all(self) -> None:
        ticket = self.report("Printer")
        today = worklog.today(self.alma).isoformat()
        data = {"minutes": "12", "day": today, "note": "Cable", "seen": ticket.version}
        self.assertEqual(self.post(self.url(ticket, "work"), data).status, 303)
        self.assertEqual(self.post(self.url(ticket, "work"), {**data, "minutes": "0"}).status, 422)
        self.assertIn("Cable", self.get(self.url(ticket, "work", "entries")).text)


class MyWeek(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("Printer")
        self.day = worklog.today(self.alma)
        self.entry = worklog.log_work(self.ticket, worklog.Work(minutes=30, day=self.day), by=self.alma)

    def test_days_tickets_totals_and_gaps(self) -> None:
        before = self.day - timedelta(days=7)
        self.assertIn("30 min", self.get("/desk/week").one(".week__grid").text())
        past = self.get(f"/desk/week?start={before.isoformat()}")
        self.assertEqual((past.all(".week__grid"), len(past.all(".week__day--gap"))), ([], 5))
        self.assertEqual(self.get("/desk/week?start=rubbish").status, 422)

    def test_an_entry_is_corrected_in_place(self) -> None:
        url = f"/desk/work/{self.entry.pk}"
        data = {"seen": 1, "minutes": 45, "day": self.day.isoformat(), "billing": "no", "note": ""}
        self.assertEqual(self.post(url, data).status, 303)
        stale = self.post(url, {**data, "minutes": 50})
        self.assertEqual((stale.status, stale.value("[name=minutes]"), stale.value("[name=seen]")), (409, "50", "2"))
        self.assertEqual(self.post(url, {**data, "seen": 2, "minutes": 0}).status, 422)
        self.assertIn("30 → 45", self.get(url).text)
        self.assertEqual(self.post(url, {"remove": "1", "seen": 2}).status, 303)
        self.assertIn("Removed", self.get(url).text)
        self.assertEqual(self.get(url, by=self.otto).status, 404)

    def test_a_teams_week_is_for_its_leads_and_administrators(self) -> None:
        page = self.get(f"/desk/week?team={self.desk.pk}", by=self.ines)
        self.assertIn("Alma Ferri", page.text)
        self.assertIn("30 min", page.text)
        self.assertIn("30 min", self.get(f"/desk/week?person={self.alma.pk}", by=self.ines).text)
        self.assertEqual(self.get(f"/desk/week?team={self.desk.pk}", by=self.tove).status, 404)
        self.desk.leads.add(self.tove)
        self.assertIn("Alma Ferri", self.get(f"/desk/week?team={self.desk.pk}", by=self.tove).text)
        self.assertEqual(self.get(f"/desk/week?person={self.alma.pk}", by=self.tove).status, 200)
        self.assertEqual(self.get(f"/desk/week?person={self.tove.pk}").status, 404)

    def test_what_the_pages_show_leaves_as_a_file(self) -> None:
        worklog.correct(self.entry, worklog.Work(minutes=30, day=self.day, note="=1+1"), by=self.alma)
        own = self.file("/desk/week/export")
        self.assertEqual((own[0][0], own[1][1:3]), ("Day", ["Alma Ferri", str(self.ticket.number)]))
        self.assertEqual(own[1][6:], ["30", "yes", "'=1+1"])
        self.assertEqual(self.file(self.url(self.ticket, "work", "entries", "export")), own)
        self.assertEqual(self.file(f"/desk/week/export?team={self.desk.pk}", by=self.ines), own)
        self.assertEqual(AuditLine.objects.latest("pk").change["rows"], [None, 1])
        self.assertEqual(len(self.file(f"/desk/week/export?start={self.day - timedelta(days=7)}")), 1)
        book = b"".join(self.as_(self.alma).post("/desk/week/export", {"format": "xlsx"}))
        self.assertEqual(load_workbook(io.BytesIO(book)).active["G2"].value, 30)  # type: ignore[index]
        for path in (f"?team={self.desk.pk}", f"?person={self.alma.pk}"):
            self.assertEqual(self.post(f"/desk/week/export{path}", by=self.tove).status, 404)
        self.assertEqual(self.post(self.url(self.ticket, "work", "entries", "export"), by=self.otto).status, 404)
        self.assertIn("/desk/week/export", self.get("/desk/week").text)

    def file(self, path: str, *, by: Person | None = None) -> list[list[str]]:
        answer = self.as_(by or self.alma).post(path, {"format": "csv"})
        return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


class AboutTheRequester(PageTest):
    def test_history_follows_the_page_and_holds_what_else_is_open(self) -> None:
        ticket, other = self.report("Printer"), self.report("Phone is silent")
        self.assertNotIn("Phone is silent", self.get(self.url(ticket)).text)
        part = self.look_again(self.url(ticket, "requester", "history"))
        self.assertEqual(part.words(".lines .number"), [str(other.number)])
        self.assertEqual(part.words("p.muted")[0], "2 open of 2 tickets")
        for link in part.all("p.muted a.n-link"):
            self.assertEqual(len(self.get(link.attributes["href"] or "").all("#list .row__title")), 2)
        self.assertEqual(self.get(self.url(ticket, "requester", "history")).status, 200)
        self.assertEqual(self.get(self.url(ticket, "requester", "history"), by=self.otto).status, 404)

    def test_language_and_local_time_stand_on_the_card(self) -> None:
        Person.objects.filter(pk=self.rui.pk).update(language="it", time_zone="Asia/Tokyo")
        panel = self.get(self.url(self.report("Printer"))).one("#panel").text()
        self.assertIn("Italian", panel)
        self.assertIn("Local time", panel)

    def test_notes_are_kept_and_erased_and_never_shown_to_requesters(self) -> None:
        ticket = self.report("Printer")
        url = f"/desk/people/{self.rui.pk}/notes"
        self.post(url, {"text": "Deaf on one ear.", "ticket": ticket.number})
        self.assertIn("Deaf on one ear.", self.look_again(self.url(ticket, "requester", "history")).text)
        self.assertIn("Deaf on one ear.", self.get(f"/desk/tickets/new?requester={self.rui.pk}").text)
        self.assertIn("Deaf on one ear.", self.get(f"/desk/people/{self.rui.pk}").text)
        self.assertNotIn("Deaf", self.get(f"/portal/requests/{ticket.number}", by=self.rui).text)
        self.assertEqual(self.post(url, {"text": "x"}, by=self.otto).status, 404)
        self.post(url, {"erase": PersonNote.objects.get().pk})
        self.assertFalse(PersonNote.objects.exists())


class SimilarTickets(PageTest):
    def test_solved_ones_come_first_with_what_solved_them_under_the_viewers_rights(self) -> None:
        solved, still = self.report("Printer on floor three is offline"), self.report("Printer offline again floor two")
        actions.resolve(solved, by=self.alma, code="fixed", note="Plug it in.")
        self.report("Printer offline floor", by=self.bea)
        ticket = self.report("Printer offline on floor one")
        part = self.look_again(self.url(ticket, "similar"))
        numbers = part.words(".lines .number")
        self.assertEqual(numbers[0], str(solved.number))
        self.assertIn(str(still.number), numbers)
        self.assertIn("Plug it in.", part.text)
        mine = self.report("Printer offline floor four", by=self.bea)
        self.assertNotIn(str(solved.number), self.look_again(self.url(mine, "similar"), by=self.otto).words(".number"))
        self.assertEqual(self.post(self.url(ticket, "similar", "take"), {"solution": solved.number}).status, 303)
        ticket.refresh_from_db()
        self.assertEqual(ticket.links[0]["ticket"], solved.pk)
        self.assertIn("Plug it in.", Message.objects.latest("pk").text)
        self.post(self.url(ticket, "similar", "take"), {"solution": solved.number})  # pressed twice
        self.assertEqual(Message.objects.filter(ticket=ticket, text__contains="Plug it in.").count(), 1)
        self.assertEqual(
            self.post(self.url(mine, "similar", "take"), {"link": solved.number}, by=self.otto).status, 404
        )

    def test_open_ones_that_likely_tell_of_the_same_come_first_and_say_so(self) -> None:
        same = self.report(
            "Da stamattina non arriva la posta", text="Outlook non riceve e non invia niente dalle otto."
        )
        self.report("Search in Outlook finds nothing", text="When I look for an old message the result list is empty.")
        ticket = self.report("Outlook is not receiving emails", text="Nothing comes in or goes out since this morning.")
        part = self.look_again(self.url(ticket, "similar"))
        self.assertEqual(
            (part.words(".lines .number")[:1], part.words(".lines .badge")), ([str(same.number)], ["Likely the same"])
        )
        with override_settings(OLMO_SEMANTIC=False):
            self.assertEqual(self.look_again(self.url(ticket, "similar")).words(".lines .badge"), [])
        actions.resolve(same, by=self.alma, code="fixed", note="The server runs again.")
        self.assertEqual(self.look_again(self.url(ticket, "similar")).words(".lines .badge"), [])
        self.assertTrue(likeness.is_of_another("No wifi in room Galileo", "No wifi in room Keplero"))
        self.assertTrue(likeness.is_of_another("Printer on the first floor", "Stampante del secondo piano"))
        self.assertFalse(likeness.is_of_another("Since ten SAP is down", "We cannot start SAP"))


class Settings(PageTest):
    TEMPLATE = {
        "name": "New laptop",
        "kind": "service_request",
        "impact": 3,
        "urgency": 3,
        "position": 0,
        "is_active": "on",
    }

    def save(self, **data: object) -> Visit:
        return self.post("/desk/admin/templates/new", {**self.TEMPLATE, **data}, by=self.ines)

    def test_a_template_is_made_found_and_removed_while_unused(self) -> None:
        self.assertEqual(
            self.save(subject="Laptop for {caller}", checklist="Order\nHand over", needs_checklist="on").status, 303
        )
        template = Template.objects.get()
        self.assertEqual(template.checklist, ["Order", "Hand over"])
        self.assertIn("New laptop", self.get("/desk/admin/templates?q=lapt", by=self.ines).text)
        actions.open_ticket(by=self.alma, client=self.acme, requester=self.rui, subject="x", template=template)
        self.assertEqual(self.get("/desk/admin/templates", by=self.ines).words("td.n"), ["1"])
        self.assertEqual(self.post(f"/desk/admin/templates/{template.pk}/removal", by=self.ines).status, 409)

    def test_what_is_wrong_is_named(self) -> None:
        wrong = {"subject": "{who}", "values": "no colon", "needs_checklist": "on"}
        for field, value in wrong.items():
            visit = self.save(**{field: value})
            self.assertEqual((visit.status, len(visit.all(f"#id_{field}-wrong"))), (422, 1), field)
        self.assertEqual(self.get("/desk/admin/templates").status, 404)

    def test_activities_and_the_rule_of_rounding(self) -> None:
        data = {"name": "Fax", "name_it": "Telefax", "position": 9, "is_active": "on"}
        self.assertEqual(self.post("/desk/admin/time/new", data, by=self.ines).status, 303)
        fax = Activity.objects.get(name="Fax")
        self.assertEqual(self.post(f"/desk/admin/time/{fax.pk}/removal", by=self.ines).status, 303)
        rule = {"step_minutes": 15, "idle_minutes": 30, "call_activity": ""}
        self.assertEqual(self.post("/desk/admin/time/rules", rule, by=self.ines).status, 303)
        self.assertIn("rounded up to 15 min", self.get("/desk/admin/time", by=self.ines).text)
        self.assertEqual(self.post("/desk/admin/time/rules", {**rule, "step_minutes": 0}, by=self.ines).status, 422)
