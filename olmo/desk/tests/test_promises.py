"""The clocks at the head of a ticket, and why they are due."""

from olmo.service_levels import actions as service_levels
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
            self.assertEqual(head.words(".promise .clock"), ["30 min", "Paused"])
            why = Visit(self.as_(self.alma).get(f"/desk/tickets/{ticket.number}/promises"))
        self.assertEqual(why.words(".why h2"), ["First response", "Resolution"])
        self.assertIn("calendar Office (Europe/Rome), terms 1", why.words(".why p")[1])
        self.assertIn("Paused: Waiting for the requester.", why.text)

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
