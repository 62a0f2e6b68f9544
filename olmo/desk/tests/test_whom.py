from olmo.desk.tests.base import PageTest
from olmo.routing.assignment.tests.stage import Giving
from olmo.tickets import actions
from olmo.tickets.models import Ticket


class AskingWhy(Giving, PageTest):
    def test_the_ticket_tells_its_owner_why_and_who_was_left_out(self) -> None:
        self.way("turn")
        self.absent(self.alma, deputy=self.ines)
        ticket = self.react(self.report("Printer", team=self.desk))
        page = self.get(self.url(ticket), by=self.ines)
        self.assertIn("Why Ines?", " ".join(page.words(".facts")))
        self.assertIn("(the only one free)", " ".join(page.words(".event")))
        link = next(a for a in page.all(".event a") if a.text() == "Why?")
        told = self.get(str(link.attributes["href"]), by=self.ines)
        self.assertEqual(told.words("h1"), ["Why me?"])
        self.assertIn("Ines Rota was the only one who could take it.", told.words(".whom")[0])
        self.assertRegex(told.words(".whom")[0], "Alma Ferri: absent until .*, Ines Rota stands in")

    def test_it_is_told_in_the_readers_language(self) -> None:
        self.way("turn")
        ticket = self.react(self.report("Printer", team=self.desk))
        self.ines.language = "it"
        self.ines.save()
        told = self.get(self.url(ticket, "whom"), by=self.ines)
        self.assertEqual(told.words("h1"), ["Perché Alma?"])
        self.assertIn("Toccava a Alma Ferri", told.words(".whom")[0])
        self.assertIn("Ines Rota: 0 punti su 20", told.words(".whom")[0])

    def test_without_an_owner_it_says_what_stands_in_the_way(self) -> None:
        self.way("turn")
        self.away(self.alma)
        self.away(self.ines)
        ticket = self.react(self.report("Printer", team=self.desk))
        told = self.look_again(self.url(ticket, "whom"))
        self.assertIn("Nobody of the team can take it at the moment.", told.text)
        self.assertIn("Alma Ferri: away", told.text)
        self.assertNotIn("<html", told.text)

    def test_what_was_given_by_hand_says_by_whom(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        actions.assign(ticket, by=self.tove, team=self.desk, assignee=self.alma)
        told = self.get(self.url(ticket, "whom"))
        self.assertIn("Tove Lind assigned the ticket to Alma Ferri · Service desk", told.words(".whom")[0])
        self.assertIn("It was given by hand.", told.words(".whom")[0])

    def test_other_organisations_and_other_events_have_no_such_page(self) -> None:
        self.way("turn")
        ticket = self.react(self.report("Printer", team=self.desk))
        self.assertEqual(self.get(self.url(ticket, "whom"), by=self.otto).status, 404)
        for seq in ("1", "99", "x"):
            self.assertEqual(self.get(self.url(ticket, f"whom?seq={seq}")).status, 404)


class TakingTheNextAtTheDesk(Giving, PageTest):
    def test_a_press_takes_the_most_urgent_one_and_can_be_undone(self) -> None:
        ticket = self.report("Printer", team=self.desk)
        self.assertIn("Printer", self.get("/desk/tickets/next").words("main")[0])
        taken = self.post("/desk/tickets/next")
        self.assertEqual(taken.location, self.url(ticket))
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).assignee, self.alma)
        self.assertIn("everything is taken", self.get("/desk/tickets/next").words("main")[0])
        self.assertEqual(self.post("/desk/tickets/next").location, "/desk/")
