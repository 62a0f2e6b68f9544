"""A laptop is ordered on a phone in Italian; one approves by link, one in the portal; three tasks; it is done and rated."""

from playwright.sync_api import Page, expect

from olmo.catalogue import usual
from olmo.catalogue.models import Item
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import administration as plans
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Task
from olmo.fulfilment.steps import Step
from olmo.people.actions import enrol_requester
from olmo.people.models import CostCentre, Person
from olmo.requests import administration, links, reactions
from olmo.requests.administration import HandlingSettings, StepSettings
from olmo.requests.models import Approval, Order
from olmo.surveys.models import Rating, Rules
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Event, Ticket

from .base import Journey


class OrderingALaptop(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.mia = enrol_requester(self.acme, "Mia Conti", "mia@acme.example")
            self.pia = enrol_requester(self.acme, "Pia Sala", "pia@acme.example")
            centre = CostCentre.objects.create(client=self.acme, code="4711", name="Vendite", owner=self.pia)
            Person.objects.filter(pk=self.rui.pk).update(
                manager=self.mia, cost_centre=centre, location="Milano, piano 2"
            )
            Person.objects.filter(pk__in=[self.rui.pk, self.mia.pk, self.pia.pk]).update(language="it")
            for person in (self.rui, self.pia):
                person.refresh_from_db()
                person.set_password(f"{person.first_name.lower()}'s long password")
                person.save()
            usual.add(by=self.ines)
            self.item = Item.objects.get(key="hardware-request")
            tasks = [
                Step(key="buy", title="Buy", titles={"it": "Acquisto"}, team=self.desk.pk),
                Step(
                    key="install", title="Install", titles={"it": "Installazione"}, team=self.network.pk, needs=["buy"]
                ),
                Step(key="bring", title="Bring", titles={"it": "Consegna"}, team=self.desk.pk, needs=["install"]),
            ]
            plan = plans.save(None, PlanSettings(name="Laptop", steps=tasks), by=self.ines)
            steps = (StepSettings(stage=1, kind="manager"), StepSettings(stage=2, kind="cost_centre"))
            administration.save(self.item, HandlingSettings(team=self.desk, steps=steps, plan=plan), by=self.ines)
            Rules.objects.create(pk=1, is_on=True)

    def test_from_the_form_to_the_end(self) -> None:
        page = self.sign_in(self.rui, phone=True, bypass_csp=True)
        self.orders(page)
        self.approves_by_mail()
        self.approves_in_the_portal()
        self.is_worked_on(page)
        self.is_done(page)
        self.is_rated(page)

    def orders(self, page: Page) -> None:
        page.goto(self.url("/catalogue"))
        self.is_well_made(page)
        page.get_by_role("link", name="Portatile o altro hardware").first.tap()
        page.get_by_label("Perché serve").fill("Quello vecchio non dura una mattina")
        page.get_by_label("Portatile", exact=True).check()
        expect(page.get_by_text("Standard, 14 pollici")).to_be_visible()  # the question follows at once
        expect(page.get_by_label("Perché serve")).to_have_value("Quello vecchio non dura una mattina")
        expect(page.get_by_label("Dove", exact=False).first).to_have_value("Milano, piano 2")
        self.expected_faults = ["422"]
        page.get_by_role("button", name="Invia la richiesta").tap()
        expect(page.get_by_role("alert")).to_contain_text("Modello")
        self.is_well_made(page)
        page.get_by_label("Standard, 14 pollici").check()
        self.picture(page, "catalogue-order-phone")
        page.get_by_role("button", name="Invia la richiesta").tap()
        expect(page.locator("#progress")).to_contain_text("In attesa di approvazione")
        expect(page.locator("#ordered")).to_contain_text("Standard, 14 pollici")
        self.is_well_made(page)
        self.picture(page, "catalogue-ordered-phone")

    def approves_by_mail(self) -> None:
        page = self.open(phone=True)
        page.goto(self.url(self.link_for(self.mia)))
        expect(page.locator("main")).to_contain_text("Questa pagina è solo per Mia Conti.")
        self.assert_not_sideways(page)
        self.picture(page, "approval-link-phone")
        page.get_by_role("button", name="Approva", exact=True).tap()
        expect(page.locator("h1")).to_have_text("Grazie")

    def approves_in_the_portal(self) -> None:
        page = self.sign_in(self.pia, bypass_csp=True)
        page.goto(self.url("/"))
        page.get_by_role("link", name="Le mie approvazioni").click()
        page.get_by_role("link", name="Portatile o altro hardware").click()
        self.is_well_made(page)
        page.get_by_role("button", name="Approva", exact=True).click()
        expect(page.locator("main")).to_contain_text("Niente aspetta la tua decisione.")

    def is_worked_on(self, page: Page) -> None:
        with scope(EVERY_CLIENT):
            self.assertEqual(Order.objects.get().state, "approved")
            ticket = Ticket.objects.get()
            for event in Event.objects.filter(ticket=ticket).select_related("ticket", "by").order_by("seq"):
                reactions.follow(event)  # what the worker does
            self.assertEqual(Task.objects.filter(ticket=ticket).count(), 3)
        for n, (key, who) in enumerate((("buy", self.alma), ("install", self.tove), ("bring", self.alma)), start=1):
            with scope(EVERY_CLIENT):
                fulfilment.finish(Task.objects.get(ticket=ticket, key=key), by=who)
            page.goto(self.url(f"/requests/{ticket.number}"))
            expect(page.locator("main")).to_contain_text(f"{n} passi su 3")

    def is_done(self, page: Page) -> None:
        with scope(EVERY_CLIENT):
            ticket = Ticket.objects.get()
            actions.resolve(ticket, by=self.alma, code="fulfilled", note="Il portatile è sulla tua scrivania.")
        page.goto(self.url(f"/requests/{ticket.number}"))
        expect(page.locator("#talk")).to_contain_text("Il portatile è sulla tua scrivania.")
        expect(page.locator("#ordered")).to_contain_text("Mia Conti")
        page.get_by_role("button", name="Sì, funziona di nuovo").tap()
        expect(page.locator("#progress")).to_contain_text("Chiuso")

    def is_rated(self, page: Page) -> None:
        page.get_by_text("Ottima", exact=True).tap()
        page.get_by_label("Che cosa è andato bene", exact=False).fill("In due giorni!")
        page.get_by_role("button", name="Invia la valutazione").tap()
        expect(page.locator(".rated")).to_contain_text("Ottima")
        self.is_well_made(page)
        with scope(EVERY_CLIENT):
            self.assertEqual(Rating.objects.get().score, 5)

    def link_for(self, person: Person) -> str:
        with scope(EVERY_CLIENT):
            row = Approval.objects.get(approver=person, decision="")
            return "/" + links.url(row, person).split("/", 3)[3]

    def is_well_made(self, page: Page) -> None:
        self.assert_accessible(page)
        self.assert_not_sideways(page)
