"""The page for the end of a shift: choose, look, do; and one notice for all."""

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.notifications.models import Alert
from olmo.tickets import actions
from olmo.tickets.models import Ticket

from .base import PageTest

PLACE = "/desk/handover"


class Handover(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.tickets = [self.report(subject) for subject in ("VPN", "Printer", "Scanner")]
        for ticket in self.tickets:
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        do_jobs()

    def data(self, step: str, **more: object) -> dict[str, object]:
        return {
            "step": step, "to": f"p{self.tove.pk}", "note": "Rui waits.", "ticket": [t.number for t in self.tickets[:2]],
            f"note-{self.tickets[1].number}": "Toner comes at 3.", **more,
        }  # fmt: skip

    def owners(self) -> list[str]:
        return [t.assignee.name if t.assignee else "" for t in Ticket.objects.order_by("pk")]

    def test_it_shows_what_would_happen_before_it_happens(self) -> None:
        self.assertEqual(len(self.get(PLACE).all('input[name="ticket"][checked]')), 3)
        page = self.post(PLACE, self.data("preview"))
        self.assertEqual(page.words("#preview-title"), ["2 tickets go to Tove Lind"])
        said = page.words(".handing__preview li p")
        self.assertEqual(said, ["Rui waits.", "Toner comes at 3."])
        self.assertEqual(self.owners(), ["Alma Ferri"] * 3)

    def test_it_is_done_in_one_step_and_told_once(self) -> None:
        answer = self.post(PLACE, self.data("do"))
        self.assertEqual((answer.status, self.owners()), (303, ["Tove Lind", "Tove Lind", "Alma Ferri"]))
        do_jobs()
        self.assertEqual(Alert.objects.filter(person=self.tove).count(), 1)
        (mail,) = [envelope for envelope in envelopes(purpose="notice") if envelope.to == "tove@desk.example"]
        self.assertIn("Alma Ferri handed 2 tickets over to you.", mail.text)
        page = self.get(self.url(self.tickets[0]), by=self.tove)
        self.assertIn("Rui waits.", page.words(".handover")[0])

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self) -> None:
        wrongs: tuple[dict[str, object], ...] = ({"to": ""}, {"to": f"p{self.alma.pk}"}, {"to": "t999"}, {"ticket": []})
        for wrong in wrongs:
            answer = self.post(PLACE, self.data("do", **wrong))
            self.assertEqual(answer.status, 422, wrong)
            self.assertEqual(answer.one("#note").text().strip(), "Rui waits.")
        answer = self.post(PLACE, self.data("preview", note=""))
        self.assertEqual(answer.status, 422)
        self.assertIn("Toner comes at 3.", answer.text)
        self.assertEqual(self.owners(), ["Alma Ferri"] * 3)

    def test_what_is_no_longer_mine_stops_it(self) -> None:
        actions.assign(self.tickets[0], by=self.ines, team=self.desk, assignee=self.ines)
        self.assertEqual(self.post(PLACE, self.data("do")).status, 409)
        self.assertEqual(self.owners(), ["Ines Rota", "Alma Ferri", "Alma Ferri"])

    def test_nothing_of_mine_is_nothing_to_hand_over(self) -> None:
        self.assertIn("Nothing to hand over", self.get(PLACE, by=self.tove).text)
        self.assertEqual(self.get(PLACE, by=self.rui).status, 404)
