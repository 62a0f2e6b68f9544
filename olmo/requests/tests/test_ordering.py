"""Ordering: one ticket for an item, its answers beside it; changed, withdrawn, several at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import Client as Browser

from olmo.assets import actions as assets
from olmo.assets.actions import AssetSettings
from olmo.assets.models import AssetKind
from olmo.catalogue import actions as catalogue
from olmo.catalogue import answering
from olmo.catalogue import queries as catalogue_queries
from olmo.catalogue.definition import Field, Form
from olmo.catalogue.forms import AnswersForm
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.people.models import Person
from olmo.requests import basket, once, ordering, queries, reactions, showing
from olmo.requests.administration import StepSettings
from olmo.requests.models import Answers, Approval, Draft, Order, OrderState
from olmo.requests.ordering import FormGone
from olmo.requests.wanted import Wanted
from olmo.tenancy.scope import scope
from olmo.tickets import actions
from olmo.tickets.models import Attachment, Event, Message, Status, Ticket, TicketKind

from .stage import OrderTest

MANAGER = StepSettings(stage=1, kind="manager")


class Placing(OrderTest):
    def test_it_makes_one_ticket_with_the_answers_beside_it(self) -> None:
        self.steps()
        order = self.place(model="strong", why="Films")
        ticket = self.ticket(order)
        self.assertEqual(
            (ticket.kind, ticket.subject, ticket.service_id),
            (TicketKind.SERVICE_REQUEST, "Laptop", self.item.service_id),
        )
        self.assertEqual((ticket.team, order.state), (self.network, OrderState.APPROVED))
        lines = [(line.label, line.text) for part in queries.readable(order) for line in part.lines]
        self.assertEqual(lines, [("Model", "Strong"), ("Why strong", "Films")])
        self.assertIn("Why strong: Films", Message.objects.get(ticket=ticket).text)
        self.assertLogged(ticket, "opened", "order_placed")
        self.item.refresh_from_db()
        self.assertEqual(self.item.orders, 1)

    def test_no_word_of_the_answers_is_in_the_log(self) -> None:
        order = self.place(model="strong", why="Zyxomma")
        self.assertNotIn(
            "Zyxomma", str(list(Event.objects.filter(ticket=order.ticket_id).values_list("data", flat=True)))
        )

    def test_erasing_the_message_erases_the_answers(self) -> None:
        order = self.place(model="strong", why="Zyxomma")
        message = Message.objects.get(ticket=order.ticket_id)
        actions.redact(message, by=self.ines)
        self.react(order)
        self.assertEqual(queries.answers(order).content, {})
        self.assertIsNotNone(queries.answers(order).erased_at)

    def test_erasing_another_message_leaves_the_answers(self) -> None:
        order = self.place(model="strong", why="Zyxomma")
        said = actions.receive(self.ticket(order), by=self.rui, message=actions.NewMessage(text="My PIN is 1234"))
        actions.redact(Message.objects.get(pk=said.data["message"]), by=self.ines)
        self.react(order)
        self.assertEqual(queries.answers(order).content, {"model": "strong", "why": "Zyxomma"})

    def test_each_revision_goes_with_the_words_that_carry_it(self) -> None:
        order = self.place(model="strong", why="Zyxomma")
        for person, why in ((self.rui, "Films"), (self.alma, "Drawings")):
            ordering.change(order, self.wanted(model="strong", why=why), by=person, reason="Asked on the phone")
            order = Order.objects.select_related("ticket").get(pk=order.pk)
        carried = [row.message for row in Answers.objects.filter(order=order).order_by("revision")]
        words = [message.text for message in carried if message]
        for text, why in zip(words, ("Zyxomma", "Films", "Drawings"), strict=True):
            self.assertIn(why, text)
        assert carried[1] is not None
        actions.redact(carried[1], by=self.ines)
        self.react(order)
        contents = [queries.answers(order, n).content.get("why") for n in (1, 2, 3)]
        self.assertEqual(contents, ["Zyxomma", None, "Drawings"])

    def test_what_is_not_in_their_catalogue_is_not_found(self) -> None:
        wanted = catalogue.ServiceSettings(
            key="workplace", names={"en": "Workplace"}, owner=self.alma, audience="clients", clients=(self.acme,)
        )
        catalogue.save_service(self.item.service, wanted, by=self.ines)
        with self.assertRaises(NotFound):
            self.place(by=self.bea, recipient=self.bea)

    def test_an_order_is_for_somebody_of_the_organisation(self) -> None:
        with self.assertRaises(NotFound):
            self.place(recipient=self.bea)
        with self.assertRaises(Invalid):
            queries.recipient(self.rui, self.acme, "bea@bolt.example")

    def test_somebody_with_two_organisations_is_the_one_by_whose_address_they_are_named(self) -> None:
        """One person of two organisations has an account in each: the form takes the one of its organisation alone."""
        enrol_requester(self.bolt, "Rui Alves", "rui@bolt.example")
        known = queries.known(self.acme.pk)
        self.assertEqual(known.person("Rui Alves"), self.rui.pk)
        self.assertEqual(known.person("rui@acme.example"), self.rui.pk)
        with self.assertRaises(Invalid):
            known.person("rui@bolt.example")
        enrol_requester(self.acme, "Rui Alves", "rui.alves@acme.example")
        with self.assertRaises(Invalid) as refused:
            known.person("Rui Alves")
        self.assertIn("Several people", str(refused.exception.message))

    def test_another_client_sees_nothing_of_it(self) -> None:
        self.place()
        with scope([self.bolt.pk]):
            self.assertFalse(Order.objects.exists())
            self.assertFalse(Answers.objects.exists())


class AFormThatIsReplacedUnderWay(OrderTest):
    def test_the_former_version_is_taken_for_some_days_and_kept_with_the_order(self) -> None:
        wanted = self.wanted()
        catalogue.remove_field(self.item, "why", by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        order = ordering.place(wanted, by=self.rui)
        self.assertEqual(order.version.number, 1)
        with clock.at(clock.now() + timedelta(days=8)), self.assertRaises(FormGone):
            ordering.place(wanted, by=self.rui)

    def test_a_withdrawn_version_is_not_taken(self) -> None:
        wanted = self.wanted()
        catalogue.withdraw(wanted.version, by=self.ines)
        catalogue.put_field(self.item, self.field("more"), by=self.ines)
        catalogue.publish(self.item, by=self.ines)
        wanted.version.refresh_from_db()
        with self.assertRaises(FormGone):
            ordering.place(wanted, by=self.rui)
        self.assertFalse(Order.objects.exists())
        self.assertFalse(catalogue_queries.is_still_taken(wanted.version))

    def field(self, key: str) -> Field:
        return Field(key=key, kind="text", labels={"en": key}, hints={})


class Changing(OrderTest):
    def test_who_approves_is_asked_anew_about_the_new_answers(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        self.decide(order, self.mia)
        ordering.change(self.fresh(order), self.wanted(model="strong", why="Films"), by=self.rui)
        order = self.fresh(order)
        self.assertEqual((order.state, order.revision, order.round), (OrderState.PENDING, 2, 2))
        self.assertEqual(self.asked(order), ["Mia"])
        self.assertEqual(Answers.objects.filter(order=order).count(), 2)
        self.assertEqual(self.ticket(order).hold_reason, "approval")
        self.assertReplays(self.ticket(order))

    def test_one_that_was_not_approved_is_ordered_again_by_it(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        self.decide(order, self.mia, "no", "Too dear")
        self.assertEqual(self.ticket(order).status, Status.RESOLVED)
        ordering.change(self.fresh(order), self.wanted(model="strong", why="Films"), by=self.rui)
        self.react(order)
        self.assertEqual(self.asked(order), ["Mia"])
        self.assertEqual(self.ticket(order).status, Status.WAITING)

    def test_reopening_alone_asks_again(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        self.decide(order, self.mia, "no", "Too dear")
        actions.reopen(self.ticket(order), by=self.rui)
        self.react(order)
        self.assertEqual((self.asked(order), self.ticket(order).hold_reason), (["Mia"], "approval"))

    def test_somebody_else_may_not_and_a_stale_page_writes_nothing(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        with self.assertRaises(NotFound):
            ordering.change(self.fresh(order), self.wanted(), by=self.bea)
        self.mia.sees_organisation = True
        with self.assertRaises(NotAllowed):
            ordering.change(self.fresh(order), self.wanted(), by=self.mia)
        with self.assertRaises(Conflict):
            ordering.change(self.fresh(order), self.wanted(), by=self.rui, seen=7)
        self.assertEqual(self.fresh(order).revision, 1)

    def fresh(self, order: Order) -> Order:
        return Order.objects.select_related("ticket", "item__service", "recipient").get(pk=order.pk)

    def changed(self, order: Order, **more: Any) -> None:
        ordering.change(self.fresh(order), self.wanted(model="strong", why="Films"), by=self.alma, **more)

    def test_an_agent_says_why_and_approvals_are_asked_again(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        self.decide(order, self.mia)
        with self.assertRaises(Invalid) as refused:
            self.changed(order, reason=" ")
        self.assertEqual(refused.exception.field, "reason")
        self.changed(order, reason="Rui rang: the light one is too slow")
        note = Message.objects.filter(ticket=order.ticket_id).latest("pk")
        self.assertEqual((note.kind, note.author), ("internal", self.alma))
        self.assertIn("Rui rang: the light one is too slow", note.text)
        self.assertEqual((self.asked(order), self.ticket(order).hold_reason), (["Mia"], "approval"))
        self.assertReplays(self.ticket(order))

    def test_where_the_item_says_so_approvals_stay(self) -> None:
        self.steps(MANAGER, StepSettings(stage=2, kind="cost_centre"), asks_again=False)
        order = self.place()
        self.decide(order, self.mia)
        self.changed(order, reason="Another colour")
        self.assertEqual(self.asked(order), ["Pia"])
        self.assertEqual(self.one(order, self.pia).revision, 2)  # who is still asked decides about what is there now
        self.decide(order, self.pia)
        self.changed(order, reason="Another one still")
        self.assertEqual((Order.objects.get().state, self.ticket(order).status), (OrderState.APPROVED, Status.OPEN))
        ordering.change(self.fresh(order), self.wanted(), by=self.rui)  # whoever ordered is asked for all of it
        self.assertEqual(self.asked(order), ["Mia"])

    def test_who_wrote_the_answers_does_not_approve_them(self) -> None:
        self.steps(StepSettings(stage=1, kind="owner"), asks_again=False)
        order = self.place()
        self.assertEqual(self.asked(order), ["Alma"])
        self.changed(order, reason="Rui rang")
        self.assertEqual(self.asked(order), ["Mia"])
        with self.assertRaises(NotAllowed):
            self.decide(order, self.mia, by=self.alma)

    def test_the_note_names_whom_it_is_for(self) -> None:
        order = self.place(recipient=self.leo)
        self.changed(order, reason="Rui rang")
        self.assertIn("For: Leo Neri", Message.objects.filter(ticket=order.ticket_id).latest("pk").text)

    def test_one_that_was_refused_is_ordered_again_by_it(self) -> None:
        self.steps(MANAGER, asks_again=False)
        order = self.place()
        self.decide(order, self.mia, "no", "Too dear")
        self.changed(order, reason="A cheaper one")
        self.assertEqual(self.asked(order), ["Mia"])


class ChangingWithFiles(OrderTest):
    def setUp(self) -> None:
        super().setUp()
        catalogue.put_field(self.item, Field(key="plan", kind="file", labels={"en": "Plan"}, hints={}), by=self.ines)
        catalogue.publish(self.item, by=self.ines)

    def keep(self, by: Person, name: str = "plan.txt") -> int:
        kept = actions.attach(
            by=by, client_id=self.acme.pk, name=name, media_type="text/plain", chunks=[b"x"], size=1
        )  # fmt: skip
        return kept.pk

    def with_files(self, *files: int, model: str = "light") -> Wanted:
        return replace(self.wanted(model=model, plan=list(files)), uploads=files)

    def test_files_that_were_sent_stay_and_others_come(self) -> None:
        first = self.keep(self.rui)
        order = ordering.place(self.with_files(first), by=self.rui)
        second = self.keep(self.rui, "room.txt")
        ordering.change(order, self.with_files(first, second), by=self.rui)
        self.assertEqual(queries.answers(order).content["plan"], [first, second])
        carried = Attachment.objects.in_bulk([first, second])
        self.assertEqual(carried[second].message_id, queries.answers(order).message_id)
        self.assertEqual(carried[first].message_id, queries.answers(order, 1).message_id)

    def test_what_an_agent_attached_stays_when_the_requester_changes_the_rest(self) -> None:
        file = self.keep(self.alma)
        order = ordering.place(self.with_files(file), by=self.alma, requester=self.rui)
        known = queries.known(self.acme.pk, self.rui, queries.answers(order))
        self.assertEqual(dict(known.files([file])), {file: "plan.txt"})
        self.assertEqual(dict(queries.known(self.acme.pk, self.rui).files([file])), {})
        ordering.change(order, self.with_files(file, model="light"), by=self.rui)
        self.assertEqual(queries.answers(order).content["plan"], [file])

    def test_who_is_asked_opens_them_by_the_link_and_nobody_else_does(self) -> None:
        self.steps(StepSettings(stage=1, kind="manager"))
        file, other = self.keep(self.rui), self.keep(self.rui, "other.txt")
        order = ordering.place(self.with_files(file), by=self.rui)
        url, browser = self.link(order, self.mia), Browser()
        page = browser.get(url)
        self.assertContains(page, f'href="{url}/files/{file}/plan.txt"')
        self.assertEqual(b"".join(browser.get(f"{url}/files/{file}/plan.txt")), b"x")
        for wrong in (f"{url}/files/{other}/other.txt", f"{url}x/files/{file}/plan.txt", f"/files/{file}/plan.txt"):
            self.assertEqual(browser.get(wrong).status_code, 404, wrong)
        self.decide(order, self.mia)
        self.assertEqual(browser.get(f"{url}/files/{file}/plan.txt").status_code, 404)
        browser.force_login(self.mia, backend=signin.BACKEND)
        self.assertEqual(b"".join(browser.get(f"{url}/files/{file}/plan.txt")), b"x")
        another = ordering.place(self.with_files(other), by=self.rui)
        url = self.link(another, self.mia)
        Approval.objects.filter(order=another).update(dropped_at=clock.now(), approver=self.leo)
        self.assertEqual(browser.get(f"{url}/files/{other}/other.txt").status_code, 404)
        self.assertEqual([len(showing.files(order, person)) for person in (self.rui, self.alma)], [1, 1])

    def test_a_file_of_another_request_is_not_taken(self) -> None:
        file = self.keep(self.rui)
        ordering.place(self.with_files(file), by=self.rui)
        order = self.place()
        with self.assertRaises(Invalid):
            ordering.change(order, self.with_files(file), by=self.rui)


class Withdrawing(OrderTest):
    def test_nobody_is_asked_any_more_and_the_ticket_ends(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        ordering.withdraw(order, by=self.rui)
        self.assertEqual((self.asked(order), self.ticket(order).status), ([], Status.CLOSED))
        self.assertReplays(self.ticket(order))
        with self.assertRaises(Conflict):
            ordering.withdraw(order, by=self.rui)

    def test_an_agent_who_closes_the_ticket_ends_its_approvals(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        actions.resolve(self.ticket(order), by=self.alma, code="withdrawn", note="By phone")
        self.react(order)
        self.assertEqual((self.asked(order), Order.objects.get().state), ([], OrderState.WITHDRAWN))


class OrderingSeveral(OrderTest):
    def test_a_parent_with_a_child_for_each(self) -> None:
        self.steps(MANAGER)
        both = [ordering.place(wanted, by=self.rui) for wanted in (self.wanted(), self.wanted(recipient=self.mia))]
        parent = ordering.as_one(both, by=self.rui)
        self.assertEqual(Ticket.objects.count(), 3)
        parent.refresh_from_db()
        self.assertEqual([link["kind"] for link in parent.links], ["parent", "parent"])
        self.assertReplays(parent)
        for order in Order.objects.all():
            self.assertReplays(self.ticket(order))

    def test_all_or_nothing(self) -> None:
        with self.assertRaises(Conflict):
            basket.send(self.rui)
        for recipient in (self.rui, self.mia):
            basket.put(self.wanted(recipient=recipient), by=self.rui)
        Draft.objects.filter(recipient=self.mia).update(recipient=self.bea)  # of another organisation
        with self.assertRaisesMessage(Conflict, "Laptop"):
            basket.send(self.rui)
        self.assertEqual((Ticket.objects.count(), Draft.objects.count()), (0, 2))

    def test_another_file_on_the_same_page_is_another_order_and_the_same_file_is_not(self) -> None:
        marks = []
        for content in ("a", "a", "b"):
            file = Attachment.objects.create(
                client=self.acme, uploader=self.rui, name="plan.pdf", size=1, sha256=content * 64
            )
            marks.append(once.of(replace(self.wanted(), uploads=(file.pk,), mark="page")))
        self.assertEqual((marks[0] == marks[1], marks[0] == marks[2]), (True, False))


class Reacting(OrderTest):
    def test_doing_it_twice_changes_nothing_more(self) -> None:
        self.steps(MANAGER)
        order = self.place()
        self.decide(order, self.mia, "no", "Too dear")
        for event in Event.objects.filter(ticket=order.ticket_id).select_related("ticket", "by"):
            reactions.follow(event)
            reactions.follow(event)
        self.assertEqual(Order.objects.get().state, OrderState.REJECTED)


class NamingPeopleAndAssets(OrderTest):
    def test_what_was_answered_is_typed_again_as_one_would_write_it(self) -> None:
        form = Form((Field(key="who", kind="person", labels={"en": "Who"}, hints={}),))
        self.assertEqual(queries.as_typed(form, {"who": self.mia.pk}), {"who": "mia@acme.example"})
        known = queries.known_of(self.rui)
        self.assertEqual((known["manager"], known["cost_centre"]), ("mia@acme.example", str(self.rui.cost_centre)))

    def test_an_asset_is_one_that_the_person_has(self) -> None:
        kind = AssetKind.objects.order_by("pk")[0]
        wanted = AssetSettings(kind=kind, tag="PC-7", name="ThinkPad", person=self.rui, state="in_use")
        mine = assets.create(self.acme, wanted, by=self.ines)
        form = Form((Field(key="pc", kind="asset", labels={"en": "Computer"}, hints={}),))
        found = answering.check(form, {"pc": "pc-7"}, queries.known(self.acme.pk, self.rui))
        self.assertEqual(found.values, {"pc": mine.pk})
        offered = queries.offered(form, self.rui, self.rui)
        drawn = str(AnswersForm(form, {}, offered=offered)["a_pc"])
        self.assertEqual(offered, {"asset": [("PC-7", "PC-7 ThinkPad")]})
        self.assertIn('list="offered-asset"', drawn)
        parts = answering.readable(form, found.values, queries.known(self.acme.pk))
        self.assertEqual(parts[0].lines[0].text, "PC-7 ThinkPad")
        for person in (self.mia, self.bea):
            refused = answering.check(form, {"pc": "PC-7"}, queries.known(self.acme.pk, person))
            self.assertIn("No asset of yours", refused.wrong["pc"])
