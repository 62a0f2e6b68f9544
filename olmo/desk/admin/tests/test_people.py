"""Agents and requesters."""

from olmo.kernel.errors import Conflict, NotAllowed
from olmo.outbox.models import Envelope
from olmo.people import administration as people
from olmo.people.models import Identity, Person
from olmo.tickets import actions, administration
from olmo.tickets.models import Ticket

from .base import AdminTest


class LookingAfterAgents(AdminTest):
    def test_a_new_agent_is_invited_and_works(self) -> None:
        visit = self.save(
            "agents/new", name="Nadir Haddad", addresses="Nadir@desk.example", phones="+39 02 1234 567",
            teams=[self.network.pk], invite="on",
        )  # fmt: skip
        self.assertEqual((visit.status, visit.location), (303, "/desk/admin/agents"))
        nadir = Person.objects.get(email="nadir@desk.example")
        self.assertEqual((nadir.kind, list(nadir.teams.all())), ("agent", [self.network]))
        self.assertFalse(nadir.has_usable_password())
        self.assertEqual(Identity.objects.get(kind="phone").value, "+39021234567")
        mail = Envelope.objects.get(to="nadir@desk.example")
        self.assertIn("has made you an account", mail.text)
        self.assertAudited("agent: Nadir Haddad", invited=[None, "nadir@desk.example"])

    def test_an_address_of_somebody_else_is_refused_and_named(self) -> None:
        visit = self.save(f"agents/{self.tove.pk}", addresses="tove@desk.example\nrui@acme.example")
        self.assertEqual(self.wrong(visit, "addresses"), "rui@acme.example belongs to Rui Alves (Acme Industrial).")

    def test_a_further_address_is_known_and_the_first_is_written_to(self) -> None:
        self.save(f"agents/{self.tove.pk}", addresses="tl@desk.example\ntove@desk.example")
        self.assertEqual(Person.objects.get(pk=self.tove.pk).email, "tl@desk.example")
        self.assertEqual(
            people.addresses_of(Person.objects.get(pk=self.tove.pk)), ["tl@desk.example", "tove@desk.example"]
        )
        self.assertAudited(
            "agent: Tove Lind", addresses=[["tove@desk.example"], ["tl@desk.example", "tove@desk.example"]]
        )

    def test_what_is_no_address_or_number_names_its_field(self) -> None:
        self.assertIn(
            "not an e-mail address", self.wrong(self.save(f"agents/{self.tove.pk}", addresses="tove"), "addresses")
        )
        self.assertIn("not a phone number", self.wrong(self.save(f"agents/{self.tove.pk}", phones="x"), "phones"))
        self.assertIn("needs an e-mail", self.wrong(self.save(f"agents/{self.tove.pk}", addresses=""), "addresses"))

    def test_nobody_locks_themselves_out(self) -> None:
        me = f"agents/{self.ines.pk}"
        self.assertIn("Another administrator can", self.wrong(self.save(me, is_administrator=None), "is_administrator"))
        self.assertIn("Another administrator can", self.wrong(self.save(me, is_active=None), "is_active"))

    def test_an_administrator_is_not_limited_to_organisations(self) -> None:
        visit = self.save(f"agents/{self.otto.pk}", is_administrator="on")
        self.assertIn("whole desk", self.wrong(visit, "clients"))

    def test_an_agent_is_limited_to_organisations(self) -> None:
        self.save(f"agents/{self.tove.pk}", clients=[self.acme.pk])
        self.assertEqual(list(self.tove.clients.all()), [self.acme])
        self.assertAudited("agent: Tove Lind", clients=[[], ["Acme Industrial"]])

    def test_somebody_who_leaves_is_out_and_their_tickets_go_back(self) -> None:
        ticket = self.report("Printer")
        actions.assign(ticket, by=self.alma, team=self.network, assignee=self.tove)
        browser = self.as_(self.tove)
        self.assertEqual(browser.get("/desk/").status_code, 200)
        self.assertEqual(self.save(f"agents/{self.tove.pk}", is_active=None).status, 303)
        self.assertIn(browser.get("/desk/").status_code, (302, 303))
        row = Ticket.objects.get(pk=ticket.pk)
        self.assertEqual((row.team, row.assignee), (self.network, None))
        self.assertLogged(row, "opened", "assigned", "assigned")
        self.assertNotIn("Tove Lind", self.look("agents").words("tbody th bdi"))
        self.assertIn("Tove Lind", self.look("agents?left=1").words("tbody th bdi"))

    def test_one_who_lost_the_right_a_moment_ago_changes_nothing(self) -> None:
        Person.objects.filter(pk=self.ines.pk).update(is_administrator=False)
        settings = people.AgentSettings(name="T", addresses=("t@x.example",), language="en", time_zone="UTC")
        with self.assertRaises(NotAllowed):
            administration.save_agent(self.tove, settings, by=self.ines)

    def test_a_requester_is_no_agent(self) -> None:
        self.assertEqual(self.look(f"agents/{self.rui.pk}").status, 404)
        self.assertEqual(self.look(f"requesters/{self.tove.pk}").status, 404)


class LookingAfterRequesters(AdminTest):
    def test_a_new_requester_without_an_address_is_known_by_phone(self) -> None:
        visit = self.save(
            "requesters/new", name="Marco Galli", client=self.bolt.pk, phones="02 99 88 77", is_vip="on", invite=None
        )
        self.assertEqual(visit.status, 303)
        marco = Person.objects.get(name="Marco Galli")
        self.assertEqual((marco.client, marco.email, marco.is_vip), (self.bolt, None, True))
        self.assertAudited("requester: Marco Galli", client=[None, "Bolt Logistics"], is_vip=[None, True])

    def test_an_invitation_needs_an_address_and_makes_nobody_without(self) -> None:
        visit = self.save("requesters/new", name="Marco Galli", client=self.bolt.pk, invite="on")
        self.assertIn("needs an e-mail address", self.wrong(visit, "addresses"))
        self.assertFalse(Person.objects.filter(name="Marco Galli").exists())

    def test_somebody_is_invited_again(self) -> None:
        visit = self.send(f"people/{self.rui.pk}/invitation")
        self.assertEqual((visit.status, visit.location), (303, f"/desk/admin/requesters/{self.rui.pk}"))
        self.assertIn("/sign-in/link/", Envelope.objects.get(to="rui@acme.example").text)

    def test_whoever_has_tickets_stays_in_their_organisation(self) -> None:
        self.report("Printer")
        visit = self.save(f"requesters/{self.rui.pk}", client=self.bolt.pk)
        self.assertIn("stay with their organisation", self.wrong(visit, "client"))
        self.assertEqual(self.save(f"requesters/{self.bea.pk}", client=self.acme.pk).status, 303)
        self.assertEqual(Person.objects.get(pk=self.bea.pk).client, self.acme)

    def test_they_are_found_by_name_address_number_and_organisation(self) -> None:
        self.save(f"requesters/{self.bea.pk}", phones="+39 333 4445556")
        for query, names in (
            ("q=alves", ["Rui Alves"]),
            ("q=BEA@bolt", ["Bea Bruni"]),
            ("q=3334445", ["Bea Bruni"]),
            (f"client={self.acme.pk}", ["Rui Alves"]),
            ("q=nobody", []),
        ):
            self.assertEqual(self.look(f"requesters?{query}").words("tbody th bdi"), names, query)

    def test_a_long_list_is_read_page_by_page(self) -> None:
        for n in range(60):
            Person.objects.create(kind="requester", client=self.acme, name=f"Person {n:02}", email=f"p{n}@acme.example")
        first = self.look("requesters?q=Person")
        self.assertEqual(len(first.all("tbody tr")), 50)
        url = first.one('.pages a[rel="next"]').attributes["href"]
        rest = self.get(str(url), by=self.ines)
        self.assertEqual(rest.words("tbody th bdi"), [f"Person {n}" for n in range(50, 60)])
        self.assertEqual(self.look("requesters?after=x~y").status, 422)
        self.assertEqual(self.look("requesters?q=%00&after=%00~1").status, 200)

    def test_the_verb_sees_a_change_by_somebody_else(self) -> None:
        settings = people.RequesterSettings(name="Rui", client=self.acme, language="en", time_zone="UTC")
        with self.assertRaises(Conflict):
            administration.save_requester(self.rui, settings, by=self.ines, seen="old")
