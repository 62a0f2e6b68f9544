"""The clocks at the head of a ticket, and why they are due."""

from olmo.service_levels import actions as service_levels
from olmo.service_levels import explaining
from olmo.service_levels.loading import load
from olmo.service_levels.models import Clock
from olmo.tickets import actions

from .base import PageTest, Visit

AGREEMENT = {
    "agreement": "Acme gold",
    "client": "Acme Industrial",
    "calendars": {
        "Office": {
            "zone": "Europe/Rome",
            "hours": {d: [["08:00", "18:00"]] for d in ("mon", "tue", "wed", "thu", "fri")},
        }
    },
    "terms": {
        "version": "1",
        "from": "2026-01-01T00:00:00Z",
        "to": None,
        "calendar": "Office",
        "pauses": ["requester"],
        "targets": {"3": {"first_response": 60, "resolution": 240}},
    },
}


class Promises(PageTest):
    def setUp(self) -> None:
        super().setUp()
        with self.at("2026-01-01 00:00"):
            load(AGREEMENT, by=self.ines)

    def test_the_head_shows_clocks_and_why_tells_terms_steps_and_periods(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 08:30"):
            actions.reply(ticket, by=self.alma, message=self.say("Which network?"))
            actions.hold(ticket, by=self.alma, reason="requester")
            head = Visit(self.as_(self.alma).get(f"/desk/tickets/{ticket.number}"))
            self.assertEqual(head.words(".promise .clock"), ["Kept in 30 min", "Paused, 3 h 30 min left"])
            why = Visit(self.as_(self.alma).get(f"/desk/tickets/{ticket.number}/promises"))
        self.assertEqual(why.words(".why h2"), ["First response", "Resolution"])
        told = why.words(".why p")[1]
        self.assertIn(
            "Priority Normal, 4 h of Office (Mon–Fri 08:00–18:00, Europe/Rome), started Mon 9 Mar 09:00", told
        )
        self.assertIn("waiting for the requester since Mon 9 Mar 09:30, 30 min used, not due while it is paused", told)
        self.assertIn("terms 1 of 1 Jan", told)
        day = why.words(".strips tr")[1]
        self.assertIn("worked 08:00–18:00; 30 min counted; 09:00 started; 09:30 now", day)
        self.assertEqual(len(why.all("svg.strip .strip__paused")), 0)  # it has only just begun
        self.assertIn("Mon 9 Mar 09:30 Paused: Waiting for the requester.", why.words(".why__steps li"))

    def test_one_promise_alone_and_all_of_them_as_data(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 08:50"):
            actions.hold(ticket, by=self.alma, reason="requester")
        with self.at("2026-03-10 08:00"):
            client = self.as_(self.alma)
            one = Visit(client.get(f"/desk/tickets/{ticket.number}/promises?only=resolution-0"))
            data = client.get(f"/desk/tickets/{ticket.number}/promises.json")
            self.assertEqual(self.as_(self.otto).get(f"/desk/tickets/{ticket.number}/promises.json").status_code, 404)
        self.assertEqual(one.words(".why h2"), ["Resolution"])
        self.assertEqual(one.words(".strips th"), ["Mon 9 Mar", "Tue 10 Mar"])
        self.assertEqual(len(one.all("svg.strip .strip__paused")), 2)
        told = {each["metric"]: each for each in data.json()["clocks"]}
        self.assertEqual(told["resolution"]["pauses"][0]["from"], "2026-03-09T08:50:00+00:00")
        self.assertEqual((told["resolution"]["used_seconds"], told["resolution"]["due_at"]), (3000, None))
        self.assertEqual(told["first_response"]["warnings"][0], {"percent": 75, "at": "2026-03-09T08:45:00+00:00"})
        for each in (one.text, told["resolution"]["sentence"]):
            self.assertIn("waiting for the requester since Mon 9 Mar 09:50, 50 min used", each)
        self.assertEqual(told["resolution"]["in_force_since"], "2026-01-01T00:00:00+00:00")

    def test_the_sentence_names_all_that_made_it_due(self) -> None:
        with self.at("2026-03-06 15:30"):  # Friday, 16:30 in Rome
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 08:10"):
            actions.hold(ticket, by=self.alma, reason="requester")
        with self.at("2026-03-09 08:55"):
            actions.receive(ticket, by=self.rui, message=self.say("It is on."))
            (told,) = [each for each in explaining.explained(ticket) if each.title == "Resolution"]
        self.assertEqual(told.sentence, (
            "Priority Normal, 4 h of Office (Mon–Fri 08:00–18:00, Europe/Rome), started Fri 6 Mar 16:30, no work on"
            " Sat 7 Mar–Sun 8 Mar, waiting for the requester Mon 9 Mar 09:10–09:55, 2 h 40 min used, due Mon 9 Mar 11:15,"
            " terms 1 of 1 Jan."
        ))  # fmt: skip
        self.assertEqual(told.data["closed_days"], [["2026-03-07", "2026-03-08"]])

    def test_the_list_counts_working_time_and_says_which_promise(self) -> None:
        with self.at("2026-03-06 16:30"):  # Friday 17:30 in Rome: half an hour of it is left
            ticket = self.report("VPN drops")
            page = Visit(self.as_(self.alma).get("/desk/?box=open&sort=urgency"))
        clock = page.one("#list .clock")
        self.assertEqual((page.words("#list .clock span"), clock.attributes["data-state"]), (["1 h 00 m left"], "run"))
        spans = [[int(at) for at in span.split("-")] for span in (clock.attributes["data-spans"] or "").split()]
        self.assertEqual([end - start for start, end in spans], [1800, 1800])
        with self.at("2026-03-09 08:40"):
            service_levels.sweep()
            head = Visit(self.as_(self.alma).get(f"/desk/tickets/{ticket.number}"))
        self.assertEqual(head.words(".promise .clock"), ["1 h 10 m late", "1 h 50 m left"])
        with self.at("2026-03-09 08:40"):
            started = Clock.objects.get(ticket=ticket, metric="first_response").started_at
            service_levels.waive(ticket, "first_response", started, by=self.ines, reason="Storm")
            page = Visit(self.as_(self.alma).get("/desk/?box=open"))
        self.assertEqual(page.words("#list .clock span"), ["1 h 50 m left"])  # what was waived asks for nobody

    def test_a_ticket_without_a_promise_says_so_and_others_see_nothing(self) -> None:
        bolt = self.report("Scanner", by=self.bea)
        self.assertIn(
            "Nothing was promised", Visit(self.as_(self.alma).get(f"/desk/tickets/{bolt.number}/promises")).text
        )
        acme = self.report("VPN drops")
        self.assertEqual(self.as_(self.otto).get(f"/desk/tickets/{acme.number}/promises").status_code, 404)

    def test_an_administrator_waives_a_breach_for_a_reason_and_it_stays_a_breach(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        path = f"/desk/tickets/{ticket.number}"
        with self.at("2026-03-09 10:00"):
            service_levels.sweep()
            breach = Clock.objects.get(ticket=ticket, metric="first_response")
            data = {
                "metric": "first_response",
                "started_at": breach.started_at.isoformat(),
                "reason": "Power cut at Acme",
            }
            self.assertIn("Waive this breach", Visit(self.as_(self.ines).get(f"{path}/promises")).text)
            self.assertNotIn("Waive this breach", Visit(self.as_(self.alma).get(f"{path}/promises")).text)
            self.assertEqual(self.as_(self.ines).post(f"{path}/waivers", {**data, "reason": " "}).status_code, 422)
            self.assertEqual(self.as_(self.ines).post(f"{path}/waivers", {**data, "started_at": "x"}).status_code, 409)
            self.assertIn(self.as_(self.alma).post(f"{path}/waivers", data).status_code, (403, 404))
            self.assertEqual(self.as_(self.otto).post(f"{path}/waivers", data).status_code, 404)
            self.assertEqual(self.as_(self.ines).post(f"{path}/waivers", data).status_code, 303)
            page = Visit(self.as_(self.ines).get(f"{path}/promises")).text
        self.assertIn("Power cut at Acme", page)
        self.assertIn("The promise was broken.", page)
