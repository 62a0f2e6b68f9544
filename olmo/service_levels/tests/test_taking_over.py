"""An agreement that comes later: whose tickets it takes, and whose it leaves as they were promised."""

from typing import Any
from unittest.mock import patch

from olmo.service_levels import actions, explaining, hours, rehearsal
from olmo.service_levels.models import Agreement, AgreementKind, Clock, Terms
from olmo.service_levels.rehearsal import rehearse
from olmo.tickets import actions as tickets
from olmo.tickets.models import Category, Event, Ticket

from .test_clocks import OFFICE, PROMISE, Promised, moment

QUICK: dict[str, Any] = PROMISE | {"targets": {"3": {"first_response": 30, "resolution": 120}}}


class ComingLater(Promised):
    """Acme was promised a solution in 4 h; from 10 March on there is an agreement for networks, with 2 h."""

    def setUp(self) -> None:
        super().setUp()
        self.networks = Category.objects.create(name="Networks")

    def about_networks(self, opened: str) -> Ticket:
        with self.at(opened):
            return self.report("VPN drops", category=self.networks)

    def agree(
        self, recorded: str, start: str = "2026-03-10 07:00", content: dict[str, Any] = QUICK, **more: Any
    ) -> Agreement:
        with self.at(recorded):
            made = actions.agree("Networks", by=self.ines, client=self.acme, category=self.networks)
            actions.amend(made, content, by=self.ines, version="1", valid_from=moment(start), **more)
        return made

    def told(self, ticket: Ticket) -> list[tuple[str, str, object, bool]]:
        rows = Clock.objects.filter(ticket=ticket, metric="resolution").select_related("agreement").order_by("place")
        return [(row.agreement.name, row.version, row.due_at, row.breached_at is not None) for row in rows]

    def test_what_was_promised_before_it_stays_and_so_do_verdicts(self) -> None:
        broken, opened = self.about_networks("2026-03-05 08:00"), self.about_networks("2026-03-09 15:00")
        with self.at("2026-03-05 14:00"):
            actions.sweep()
        before = self.told(broken), self.told(opened)
        self.assertEqual(before[1], [("Acme gold", "1", moment("2026-03-10 09:00"), False)])
        self.agree("2026-03-09 16:00")
        self.assertEqual((self.told(broken), self.told(opened)), before)
        self.assertFalse(Event.objects.filter(kind="rejudged").exists())
        with self.at("2026-03-10 07:30"):  # no change of the ticket brings it under an agreement that fitted before
            tickets.assign(opened, by=self.alma, team=self.desk, assignee=self.alma)
        self.assertEqual(self.told(opened), before[1])
        for ticket in (broken, opened):
            self.assertTrue_(ticket)

    def test_tickets_that_open_from_then_on_are_its_own_and_before_then_not(self) -> None:
        self.agree("2026-03-09 08:00")
        early, late = self.about_networks("2026-03-09 09:00"), self.about_networks("2026-03-10 09:00")
        self.assertEqual(self.told(early)[0][:2], ("Acme gold", "1"))
        self.assertEqual(self.told(late), [("Networks", "1", moment("2026-03-10 11:00"), False)])
        self.assertIn("2 h of Office", explaining.explained(late)[1].sentence)
        self.assertIn("of 1 Jan", explaining.explained(early)[1].sentence)

    def test_the_working_minutes_of_tasks_count_by_the_terms_that_the_ticket_is_under(self) -> None:
        actions.set_calendar("Evening", OFFICE | {"hours": {"tue": [["18:00", "23:00"]]}}, by=self.ines)
        self.agree("2026-03-09 08:00", content=QUICK | {"calendar": "Evening"})
        early, late = self.about_networks("2026-03-09 09:00"), self.about_networks("2026-03-10 09:00")
        over = [hours.after(ticket, moment("2026-03-10 09:00")) for ticket in (early, late)]
        self.assertEqual([each(60) for each in over], [moment("2026-03-10 10:00"), moment("2026-03-10 18:00")])
        with self.assertNumQueries(0):  # the log is read once for all tasks of a ticket
            self.assertEqual(over[1](120), moment("2026-03-10 19:00"))

    def test_terms_for_running_tickets_take_them_over_with_the_time_used(self) -> None:
        ticket = self.about_networks("2026-03-09 15:00")  # 2 h are used at 17:00 UTC
        self.agree("2026-03-09 16:00", is_for_running=True)
        self.assertEqual(self.told(ticket), [("Acme gold", "1", moment("2026-03-10 07:00"), False)])
        with self.at("2026-03-10 07:00"):
            actions.sweep()
        self.assertEqual(self.told(ticket)[0][::3], ("Networks", True))
        self.assertTrue_(ticket)

    def test_a_ticket_comes_to_it_by_its_category_and_goes_back_to_what_is_in_force(self) -> None:
        self.agree("2026-03-09 08:00")
        with self.at("2026-03-10 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-10 08:30"):
            tickets.categorise(ticket, by=self.alma, category=self.networks)
        self.assertEqual(self.told(ticket)[0][::2], ("Networks", moment("2026-03-10 10:00")))
        with self.at("2026-03-10 09:00"):
            tickets.categorise(ticket, by=self.alma, category=None)
        self.assertEqual(self.told(ticket)[0][::2], ("Acme gold", moment("2026-03-10 12:00")))
        self.assertTrue_(ticket)

    def test_one_that_ended_leaves_new_tickets_to_the_other(self) -> None:
        made = self.agree("2026-03-09 08:00", valid_to=moment("2026-03-11 07:00"))
        kept, new = self.about_networks("2026-03-10 16:00"), self.about_networks("2026-03-11 08:00")
        self.assertEqual([self.told(each)[0][0] for each in (kept, new)], ["Networks", "Acme gold"])
        self.assertEqual(Terms.objects.filter(agreement=made).count(), 1)

    def test_the_preview_says_the_same(self) -> None:
        with self.at("2026-03-09 15:00"):
            ticket = self.about_networks("2026-03-09 15:00")
            made = actions.agree("Networks", by=self.ines, client=self.acme, category=self.networks)
            start = moment("2026-03-10 07:00")
            self.assertEqual(rehearse(made, QUICK, version="1", valid_from=start, is_for_running=False).changed, [])
            found = rehearse(made, QUICK, version="1", valid_from=start, is_for_running=True).changed
        self.assertEqual({(each.ticket, each.metric) for each in found}, {(ticket, "resolution")})

    def test_the_preview_takes_what_the_agreement_is_about_however_many_others_are_newer(self) -> None:
        own = self.about_networks("2026-03-09 15:00")
        for about in ({}, {"kind": "service_request"}, {"team": self.desk}):
            with self.at("2026-03-09 15:10"):
                self.report("Toner", **about)
        with self.at("2026-03-09 15:20"), patch.object(rehearsal, "MOST", 1):
            made = actions.agree("Networks", by=self.ines, client=self.acme, category=self.networks)
            told: dict[str, Any] = {"version": "1", "valid_from": moment("2026-03-10 07:00"), "is_for_running": True}
            found = rehearse(made, QUICK, **told)
            self.assertEqual(({each.ticket for each in found.changed}, found.is_partial), ({own}, False))
            inner = actions.agree("Inside", by=self.ines, client=None, kind=AgreementKind.OPERATIONAL, team=self.desk)
            self.assertFalse(rehearse(inner, QUICK, **told).is_partial)
            self.assertTrue(rehearse(self.agreement, QUICK, **told).is_partial)

    def test_the_preview_takes_first_what_is_under_it_already(self) -> None:
        made = self.agree("2026-03-09 08:00", start="2026-03-09 09:00")
        for opened in ("2026-03-09 08:30", "2026-03-09 09:30", "2026-03-09 08:30"):  # the second alone is under it
            self.about_networks(opened)
        under = Clock.objects.filter(agreement=made).values_list("ticket", flat=True).distinct().get()
        with self.at("2026-03-09 10:00"), patch.object(rehearsal, "MOST", 1):
            told: dict[str, Any] = {"version": "2", "valid_from": moment("2026-03-09 10:00"), "is_for_running": True}
            found = rehearse(made, QUICK | {"targets": {"3": {"resolution": 60}}}, **told)
        self.assertEqual(({each.ticket.pk for each in found.changed}, found.is_partial), ({under}, True))

    def test_the_preview_of_a_correction_also_knows_tickets_that_it_was_about(self) -> None:
        made = self.agree("2026-03-09 08:00", start="2026-03-09 08:00")
        left = self.about_networks("2026-03-09 09:00")
        with self.at("2026-03-09 10:00"):
            tickets.categorise(left, by=self.alma, category=None)
        with self.at("2026-03-09 10:30"):
            self.assertIn(left, rehearsal._concerned(made, moment("2026-03-09 08:00")))
            self.assertNotIn(left, rehearsal._concerned(made, moment("2026-03-09 11:00")))

    def test_with_a_team_too_what_it_has_stays_under_what_it_came_to(self) -> None:
        with self.at("2026-03-01 00:00"):
            inner = actions.agree("Inside", by=self.ines, client=None, kind=AgreementKind.OPERATIONAL, team=self.desk)
            actions.amend(inner, PROMISE, by=self.ines, version="1", valid_from=moment("2026-03-01 00:00"))
        with self.at("2026-03-09 15:00"):
            ticket = self.report("VPN drops", team=self.desk)
            own = actions.agree(
                "For Acme", by=self.ines, client=self.acme, kind=AgreementKind.OPERATIONAL, team=self.desk
            )
            actions.amend(own, QUICK, by=self.ines, version="1", valid_from=moment("2026-03-10 07:00"))
        with self.at("2026-03-10 08:00"):
            tickets.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        self.assertEqual(
            set(Clock.objects.filter(ticket=ticket, kind="ola").values_list("agreement", flat=True)), {inner.pk}
        )
        with self.at("2026-03-10 08:30"):
            tickets.assign(ticket, by=self.alma, team=self.network, assignee=None)
        with self.at("2026-03-10 09:00"):
            tickets.assign(ticket, by=self.alma, team=self.desk, assignee=None)
        found = Clock.objects.filter(ticket=ticket, kind="ola", state="running").values_list("agreement", flat=True)
        self.assertEqual(set(found), {own.pk})
        self.assertTrue_(ticket)
