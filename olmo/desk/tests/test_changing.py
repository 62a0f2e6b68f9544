"""Changes of a ticket, one form each: they work, they are refused, clashes are told, and no script is needed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from olmo.kernel import clock
from olmo.people.actions import enrol_requester
from olmo.tickets import actions, suppliers
from olmo.tickets.models import Category, CustomField, Status, Ticket

from .base import PageTest, Visit


class Forms(PageTest):
    def change(self, ticket: Ticket, noun: str, by: Any = None, **data: Any) -> Visit:
        visit = self.post(self.url(ticket, noun), {"seen": ticket.version, **data}, by=by)
        ticket.refresh_from_db()
        return visit

    def test_each_form_is_a_page_and_a_part_with_what_is_there_now(self) -> None:
        ticket = self.report("Printer", tags=["toner"])
        nouns = (
            "assignment escalation priority category kind tags due language fields requester watchers subject hold"
            " resolution links"
        )
        for noun in nouns.split():
            with self.subTest(noun):
                page, part = (look(self.url(ticket, noun)) for look in (self.get, self.look_again))
                for visit in (page, part):
                    place = f"{self.url(ticket, noun)}#changing"  # without scripts the page opens where the form stands
                    posts = [f for f in visit.all("form[method=post]") if f.attributes["action"] == place]
                    self.assertGreaterEqual(len(posts), 1)
                self.assertEqual(len(page.all("#changing")), 0 if noun in ("subject", "links", "fields") else 1)
                self.assertEqual(part.all("nav.nav"), [])
                self.assertEqual(self.get(self.url(ticket, noun), by=self.otto).status, 404)
                self.assertEqual(self.stranger(self.url(ticket, noun)).status, 303)
        self.assertEqual(self.get(self.url(ticket, "tags")).value("#tags-tags"), "toner")

    def test_every_property_can_be_changed(self) -> None:
        vpn = Category.objects.create(name="VPN")
        CustomField.objects.create(key="floor", label="Floor", kind="choice", choices=["Ground", "First"])
        ticket = self.report("Printer")
        due = timezone.localtime(clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)
        wanted: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            (
                "assignment",
                {"team": self.desk.pk, "assignee": self.alma.pk},
                {"team": self.desk, "assignee": self.alma},
            ),
            ("priority", {"impact": 1, "urgency": 2}, {"impact": 1, "urgency": 2, "priority": 2}),
            ("category", {"category": vpn.pk}, {"category": vpn}),
            ("kind", {"kind": "service_request"}, {"kind": "service_request"}),
            ("tags", {"tags": "vpn, Home-Office"}, {"tags": ["home-office", "vpn"]}),
            ("due", {"due_at": due.strftime("%Y-%m-%dT%H:%M")}, {"due_at": due}),
            ("language", {"language": "it"}, {"language": "it"}),
            ("fields", {"floor": "First"}, {"fields": {"floor": "First"}}),
            ("subject", {"subject": "Printer on floor 3"}, {"subject": "Printer on floor 3"}),
            (
                "hold",
                {"reason": "third_party", "soon": due.isoformat()},
                {"status": Status.WAITING, "hold_reason": "third_party", "wake_at": due},
            ),
            (
                "resolution",
                {"code": "fixed", "note": "Toner."},
                {"status": Status.RESOLVED, "resolution_code": "fixed"},
            ),
        ]
        for noun, data, expected in wanted:
            with self.subTest(noun):
                visit = self.change(ticket, noun, **data)
                self.assertEqual((visit.status, visit.location), (303, self.url(ticket)))
                self.assertEqual({name: getattr(ticket, name) for name in expected}, expected)
        self.assertReplays(ticket)

    def test_a_wrong_value_says_so_in_its_form_on_the_page_of_the_ticket(self) -> None:
        ticket = self.report("Printer")
        past = "2020-01-01T09:00"
        for noun, data, words in (
            ("due", {"due_at": past}, "Choose a moment in the future."),
            ("hold", {"reason": "date"}, "Say until when the ticket waits."),
            ("escalation", {"note": ""}, "This field is required."),
            ("subject", {"subject": " "}, "This field is required."),
            ("priority", {"impact": 9, "urgency": 1}, "not one of the available choices"),
            ("requester", {"person": ""}, "Choose a person from the list."),
        ):
            with self.subTest(noun):
                visit = self.change(ticket, noun, **data)
                self.assertEqual(visit.status, 422)
                self.assertIn(words, visit.text)
        self.assertEqual(self.change(ticket, "due", due_at=past).value("#due-due_at"), past)
        self.assertEqual(len(self.change(ticket, "due", due_at=past).all("#panel details[open]")), 1)
        self.assertEqual(len(self.change(ticket, "hold", reason="date").all("#ticket-head details[open]")), 1)
        self.assertLogged(ticket, "opened")

    def test_a_clash_is_told_and_nothing_is_overwritten(self) -> None:
        ticket = self.report("Printer")
        seen = ticket.version
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        visit = self.post(
            self.url(ticket, "assignment"), {"team": self.desk.pk, "assignee": self.alma.pk, "seen": seen}
        )
        self.assertEqual(visit.status, 409)
        self.assertIn("Tove Lind assigned the ticket to Tove Lind", visit.text)
        ticket.refresh_from_db()
        self.assertEqual(ticket.assignee, self.tove)
        again = {
            "team": self.desk.pk,
            "assignee": self.alma.pk,
            "seen": visit.value("#panel details[open] [name=seen]"),
        }
        self.assertEqual(self.post(self.url(ticket, "assignment"), again).status, 303)

    def test_two_people_who_change_different_things_both_succeed(self) -> None:
        ticket = self.report("Printer")
        seen = ticket.version
        self.assertEqual(self.post(self.url(ticket, "kind"), {"kind": "service_request", "seen": seen}).status, 303)
        visit = self.post(self.url(ticket, "tags"), {"tags": "a", "shown_tags": "", "seen": seen}, by=self.tove)
        self.assertEqual(visit.status, 303)
        ticket.refresh_from_db()
        self.assertEqual((ticket.kind, ticket.tags), ("service_request", ["a"]))

    def test_tags_of_others_stay(self) -> None:
        ticket = self.report("Printer", tags=["old"])
        actions.tag(ticket, by=self.tove, add=["toves"])
        self.post(self.url(ticket, "tags"), {"tags": "new", "shown_tags": "old"})
        ticket.refresh_from_db()
        self.assertEqual(ticket.tags, ["new", "toves"])

    def test_a_hold_for_a_supplier_is_told_at_the_head_and_in_the_list(self) -> None:
        ticket = self.report("The line is down")
        self.assertEqual(self.get(self.url(ticket, "hold")).all("#hold-supplier"), [])
        fiberlink = suppliers.save(None, suppliers.SupplierSettings(name="Fiberlink"), by=self.ines)
        self.change(ticket, "hold", reason="third_party", supplier=fiberlink.pk)
        self.assertIn("Waiting for Fiberlink", self.get(self.url(ticket)).words("#ticket-head .badge")[0])
        self.assertIn("Fiberlink", self.get("/desk/?box=waiting").words("#list .clock")[0])
        page = self.change(self.report("Printer"), "hold", reason="requester", supplier=fiberlink.pk)
        self.assertIn("Only a third party", page.text)


class People(PageTest):
    def test_a_requester_is_found_and_chosen_without_scripts(self) -> None:
        ticket = self.report("Printer")
        pia = enrol_requester(self.acme, "Pia Rossi", "pia@acme.example")
        found = self.get(self.url(ticket, "requester") + "?q=pia@")
        self.assertEqual(found.value("#requester-found button"), str(pia.pk))
        self.post(self.url(ticket, "requester"), {"person": pia.pk, "seen": ticket.version})
        ticket.refresh_from_db()
        self.assertEqual(ticket.requester, pia)

    def test_suggestions_are_those_that_the_agent_may_know(self) -> None:
        enrol_requester(self.acme, "Pia Rossi", "pia@acme.example", phone="+39 02 5550 1234")
        for typed in ("pia", "ROSSI", "pia@acme", "02 5550 1234"):
            with self.subTest(typed):
                self.assertEqual(self.get(f"/desk/people?whom=requesters&q={typed}").words("bdi"), ["Pia Rossi"])
        self.assertEqual(self.get("/desk/people?whom=requesters&q=pia", by=self.otto).all("button"), [])
        self.assertEqual(self.get("/desk/people?whom=requesters&q=p").all("button"), [])
        self.assertEqual(self.get("/desk/people?whom=requesters&q=pia", by=self.rui).status, 404)

    def test_followers_come_and_go(self) -> None:
        ticket = self.report("Printer")
        self.post(self.url(ticket, "watchers"), {"person": self.tove.pk})
        ticket.refresh_from_db()
        self.assertEqual(ticket.watcher_ids, [self.tove.pk])
        self.assertIn("Tove Lind", self.get(self.url(ticket)).one("#panel").text())
        self.post(self.url(ticket, "watchers"), {"remove": self.tove.pk})
        ticket.refresh_from_db()
        self.assertEqual(ticket.watcher_ids, [])

    def test_a_person_of_another_organisation_cannot_follow(self) -> None:
        ticket = self.report("Printer")
        self.assertEqual(self.post(self.url(ticket, "watchers"), {"person": self.bea.pk}).status, 422)
        names = self.get(f"/desk/people?whom=followers&ticket={ticket.number}&q=be").words("bdi")
        self.assertNotIn("Bea Bruni", names)

    def test_the_card_of_a_person_shows_their_tickets(self) -> None:
        self.report("First")
        self.report("Not his", by=self.bea)
        visit = self.get(f"/desk/people/{self.rui.pk}")
        self.assertEqual(visit.words("h1"), ["Rui Alves"])
        self.assertEqual(visit.words(".row__title"), ["First"])
        self.assertEqual(self.get(f"/desk/people/{self.rui.pk}", by=self.otto).status, 404)
        self.assertEqual(self.get("/desk/people/999999").status, 404)


class Presses(PageTest):
    def test_resume_close_and_reopen(self) -> None:
        ticket = self.report("Printer")
        actions.hold(ticket, by=self.alma, reason="requester")
        for noun, status in (("hold/end", Status.OPEN), ("closure", Status.CLOSED), ("reopening", Status.OPEN)):
            with self.subTest(noun):
                self.assertEqual(self.get(self.url(ticket, noun)).status, 405)
                self.assertEqual(self.post(self.url(ticket, noun), by=self.otto).status, 404)
                self.assertEqual(self.post(self.url(ticket, noun)).status, 303)
                ticket.refresh_from_db()
                self.assertEqual(ticket.status, status)
        self.assertReplays(ticket)

    def test_a_press_that_comes_too_late_is_told(self) -> None:
        ticket = self.report("Printer")
        client = self.as_(self.alma)
        answer = client.post(self.url(ticket, "hold/end"), follow=True)
        self.assertIn("This ticket is not on hold.", answer.content.decode())


class Joining(PageTest):
    def test_a_merge_is_shown_before_it_happens(self) -> None:
        one, two = self.report("One"), self.report("Two")
        shown = self.get(self.url(one, "merge") + f"?number={two.number}")
        self.assertEqual(shown.status, 200)
        self.assertIn(f"Merge {one.number} into {two.number}", shown.words(".effect .button--main")[0])
        self.assertLogged(one, "opened")
        done = self.post(self.url(one, "merge"), {"number": two.number})
        self.assertEqual((done.status, done.location), (303, self.url(two)))
        self.assertLogged(one, "opened", "merged")
        back = self.post(self.url(one, "merge/end"))
        self.assertEqual(back.status, 303)
        self.assertLogged(one, "opened", "merged", "unmerged")

    def test_a_merge_that_cannot_be_says_why(self) -> None:
        one, other = self.report("One"), self.report("Other", by=self.bea)
        for number, words in (
            ("abc", "is not a ticket’s number"),
            ("999999", "There is no ticket 999999."),
            (one.number, "This is the ticket itself."),
            (other.number, "Tickets of two organisations cannot be merged."),
        ):
            with self.subTest(number):
                for visit in (
                    self.get(self.url(one, "merge") + f"?number={number}"),
                    self.post(self.url(one, "merge"), {"number": number}),
                ):
                    self.assertEqual(visit.status, 422)
                    self.assertIn(words, visit.text)
        self.assertLogged(one, "opened")

    def test_tickets_are_linked_and_unlinked(self) -> None:
        one, two = self.report("One"), self.report("Two")
        self.post(self.url(one, "links"), {"number": f"#{two.number}", "kind": "caused_by"})
        visit = self.get(self.url(one))
        self.assertEqual(visit.words(".lines .number"), [str(two.number)])
        self.assertIn("caused by", visit.one(".lines").text())
        self.post(self.url(one, "links/end"), {"number": two.number, "kind": "caused_by"})
        self.assertLogged(one, "opened", "linked", "unlinked")

    def test_a_link_does_not_tell_of_another_clients_ticket(self) -> None:
        mine, theirs = self.report("Mine", by=self.bea), self.report("Theirs")
        visit = self.post(self.url(mine, "links"), {"number": theirs.number, "kind": "related"}, by=self.otto)
        self.assertEqual(visit.status, 422)
        self.assertIn(f"There is no ticket {theirs.number}.", visit.text)


class OneMessage(PageTest):
    def test_a_message_becomes_a_ticket_of_its_own(self) -> None:
        ticket = self.report("Printer", text="And the scanner is broken too.")
        message = self.last_message(ticket)
        place = self.url(ticket, "messages", message.pk, "split")
        asked = self.get(place)
        self.assertEqual(asked.value("[name=subject]"), "Printer")
        self.assertIn("Rui Alves · Acme Industrial", asked.text)
        self.assertIn(f"What stays in {ticket.number}", asked.text)
        self.assertEqual(Ticket.objects.count(), 1)
        self.assertEqual(self.post(place, {"subject": ""}).status, 422)
        visit = self.post(place, {"subject": "Scanner"})
        self.assertEqual(visit.status, 303)
        fresh = Ticket.objects.get(subject="Scanner")
        self.assertEqual(visit.location, self.url(fresh))
        self.assertIn("And the scanner", self.get(self.url(fresh)).words(".said__text")[0])

    def test_an_administrator_erases_it_after_a_page_that_says_what_that_means(self) -> None:
        ticket = self.report("Printer", text="My password is hunter2.")
        message = self.last_message(ticket)
        place = self.url(ticket, "messages", message.pk, "redaction")
        self.assertEqual(self.get(place).status, 403)
        self.assertEqual(self.post(place).status, 403)
        asked = self.get(place, by=self.ines)
        self.assertIn("Nobody can take this back.", asked.text)
        self.assertEqual(self.post(place, by=self.ines).status, 303)
        visit = self.get(self.url(ticket), by=self.ines)
        self.assertNotIn("hunter2", visit.text)
        self.assertIn("The content of this message was erased.", visit.text)
        self.assertEqual(self.post(place, by=self.ines).status, 409)

    def test_its_menu_offers_what_fits(self) -> None:
        ticket = self.report("Printer")
        place = self.url(ticket, "messages", self.last_message(ticket).pk, "menu")
        self.assertEqual(self.look_again(place).words("a"), ["Make it a ticket of its own…", "Who was told of it"])
        self.assertEqual(len(self.look_again(place, by=self.ines).all("a")), 3)

    def test_messages_of_another_ticket_or_client_are_not_found(self) -> None:
        ticket, other = self.report("Printer"), self.report("Other", by=self.bea)
        message = self.last_message(other)
        for rest in ("", "menu", "split", "redaction", "source"):
            place = self.url(ticket, "messages", message.pk, *([rest] if rest else []))
            with self.subTest(rest):
                self.assertEqual(self.get(place, by=self.ines).status, 404)
        self.assertEqual(self.get(self.url(other, "messages", message.pk, "source")).status, 404)


class Escalations(PageTest):
    def test_the_form_asks_what_the_team_tries_first(self) -> None:
        self.desk.tried_first = ["Another cable"]
        self.desk.save()
        ticket = self.report("VPN drops", team=self.desk)
        page = self.get(self.url(ticket, "escalation"))
        self.assertEqual(page.value("input[name=tried]"), "Another cable")
        data = {"note": "Only at home.", "tried": ["Another cable"], "team": self.network.pk}
        self.assertEqual(self.post(self.url(ticket, "escalation"), data).status, 303)
        self.assertIn("Tried: Another cable", self.get(self.url(ticket)).text)

    def test_more_offers_the_way_back_where_there_is_one(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        self.assertNotIn("Give back", self.get(self.url(ticket, "more")).text)
        actions.escalate(ticket, by=self.alma, note="Please look.")
        self.assertIn("Give back to Service desk", self.get(self.url(ticket, "more")).text)
        self.assertIn("Why it goes back to Service desk", self.get(self.url(ticket, "return")).text)
        self.assertEqual(self.post(self.url(ticket, "return"), {"reason": ""}, by=self.tove).status, 422)
        self.assertEqual(self.post(self.url(ticket, "return"), {"reason": "Not ours."}, by=self.tove).status, 303)
        self.assertIn("gave the ticket back to Service desk", self.get(self.url(ticket)).text)

    def test_a_ticket_that_goes_to_and_fro_says_so(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        for _turn in range(2):
            actions.escalate(ticket, by=self.alma, note="Please look.")
            actions.give_back(ticket, by=self.tove, reason="Not ours.")
        self.assertIn("given it away 3 times", self.get(self.url(ticket)).text)
