"""A promise in danger: a policy asks a lead, who takes care of it and gives it to the next tier, which resolves it.

And what one desk cannot solve alone: a major incident, a partner's desk, a call-back that was missed.
"""

from datetime import timedelta

from playwright.sync_api import Page, expect

from olmo.channels.tests.stage import arrive, delivered, do_jobs, mail, open_mailbox, relay
from olmo.escalation import actions as escalation
from olmo.escalation.administration import PolicySettings, StepSettings, save
from olmo.kernel import clock
from olmo.outbox.tests.sink import Sink
from olmo.service_levels import actions as service_levels
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Message, Status, Supplier, Ticket

from .base import PHONE, WIDE, Journey

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PROMISE = {
    "calendar": "Always",
    "pauses": [],
    "targets": {p: {"resolution": 240} for p in ("1", "2", "3", "4")},
}


class FromTheWarningToTheSolution(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.desk.leads.add(self.ines)
            long_ago = clock.now() - timedelta(days=30)
            hours = {day: [["00:00", "24:00"]] for day in DAYS}
            with clock.at(long_ago):
                service_levels.set_calendar("Always", {"zone": "UTC", "hours": hours}, by=self.ines)
                agreement = service_levels.agree("Acme", by=self.ines, client=self.acme)
                service_levels.amend(agreement, PROMISE, by=self.ines, version="1", valid_from=long_ago)

    def look_at(self, page: Page, name: str) -> None:
        for width, size in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(size)
            self.assert_not_sideways(page)
            self.assert_accessible(page)
            self.picture(page, f"{name}-{width}")
        page.set_viewport_size(WIDE)

    def make_policy(self, page: Page, *, is_looked_at: bool = True) -> None:
        """An administrator writes the policy down; what is wrong is said at its step."""
        self.expected_faults.append("422")
        page.goto(self.url("/desk/admin/policies/new"))
        page.fill("#id_name", "Solutions in time")
        expect(page.locator("#id_metric")).to_have_value("resolution")
        page.fill("#id_steps-0-value", "75")
        page.get_by_role("button", name="One more step").click()
        page.fill("#id_steps-1-value", "30")
        page.select_option("#id_steps-1-unit", "before")
        page.select_option("#id_steps-1-act", "page")
        page.fill("#id_steps-1-answer_minutes", "10")
        page.get_by_label("Only while nobody takes care of it").first.check()
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("#id_steps-0-only_untaken-wrong")).to_contain_text("No step before this one")
        page.get_by_label("Only while nobody takes care of it").first.uncheck()
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("svg.drawn circle")).to_have_count(2)
        if is_looked_at:
            self.look_at(page, "policy")

    def report_in_danger(self) -> Ticket:
        """A ticket that has 20 of its 240 minutes left, as the worker sees it."""
        with scope(EVERY_CLIENT):
            with clock.at(clock.now() - timedelta(minutes=1)):
                ticket = actions.open_ticket(
                    by=self.rui, requester=self.rui, client=self.acme, subject="The till does not print",
                    message=actions.NewMessage(text="Since this morning."), team=self.desk,
                )  # fmt: skip
            do_jobs()
            with clock.at(clock.now() + timedelta(minutes=219)):
                service_levels.sweep()
                while escalation.sweep():
                    pass
        return ticket

    def test_a_lead_is_asked_takes_care_and_the_next_tier_resolves_it(self) -> None:
        lead = self.sign_in(self.ines)
        self.make_policy(lead)
        ticket = self.report_in_danger()

        lead.goto(self.url("/desk/notices"))
        expect(lead.get_by_text("paged Ines Rota").first).to_be_visible()
        lead.goto(self.url("/desk/escalations"))
        expect(lead.locator(".came-up__one")).to_contain_text("Ines Rota is asked until")
        self.look_at(lead, "escalation-inbox")
        lead.get_by_role("button", name="I take care of it").click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota takes care of it (policy “Solutions in time”, step 2)")
        self.look_at(lead, "ticket-taken-care-of")

        lead.locator("[data-command=escalation]").click()
        lead.fill("#escalation-note", "Tried: another cable. I believe it is the print server.")
        lead.locator(".menu__form").get_by_role("button", name="Escalate").click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota escalated the ticket to Network")

        second = self.sign_in(self.tove)
        second.goto(self.url("/desk/escalations"))
        expect(second.locator(".came-up__one")).to_contain_text("I believe it is the print server.")
        second.goto(self.url(f"/desk/tickets/{ticket.number}/resolution"))
        second.fill("#resolution-note", "The print server runs again.")
        second.locator("form:has(#resolution-note)").get_by_role("button", name="Resolve").click()
        expect(second.locator("#ticket-head .badge").first).to_contain_text("Resolved")
        with scope(EVERY_CLIENT):
            do_jobs()
            self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.RESOLVED)

    def test_it_works_with_no_scripts(self) -> None:
        lead = self.sign_in(self.ines, scripts=False)
        self.make_policy(lead, is_looked_at=False)
        self.report_in_danger()
        lead.goto(self.url("/desk/notices"))
        lead.get_by_role("button", name="I take care of it").first.click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota takes care of it")


class MoreThanOneDeskCanDo(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.desk.leads.add(self.ines)
            self.rui.set_password("rui's long password")
            self.rui.save()

    def came(self, subject: str, text: str = "Since this morning.") -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject, team=self.desk,
                message=actions.NewMessage(text=text),
            )  # fmt: skip

    def test_a_major_incident_is_declared_followed_answered_once_and_ended(self) -> None:
        parent, child = self.came("Network down in Padova"), self.came("Network down on the second floor")
        lead, requester = self.sign_in(self.ines), self.sign_in(self.rui, phone=True)
        lead.goto(self.url(f"/desk/tickets/{parent.number}/major"))
        lead.fill("#id_text_en", "The network of Padova is down. We are at it.")
        lead.get_by_role("button", name="Declare it").click()
        requester.goto(self.url("/"))
        expect(requester.locator(".major")).to_contain_text("The network of Padova is down.")

        lead.locator(f".tick:has-text('{child.number}') input").check()
        lead.get_by_role("button", name="Let these follow").click()
        expect(lead.get_by_role("link", name=child.subject)).to_be_visible()
        lead.locator("form:has([value=update]) [name=text_en]").fill("A switch is being replaced.")
        lead.get_by_role("button", name="Answer all").click()
        expect(lead.get_by_text("2 requesters were answered.")).to_be_visible()
        requester.goto(self.url(f"/requests/{child.number}"))
        expect(requester.locator("main")).to_contain_text("A switch is being replaced.")
        expect(requester.locator(".major")).to_contain_text("A switch is being replaced.")

        lead.locator("form:has([value=resolve]) [name=text_en]").fill("It works again.")
        lead.get_by_role("button", name="Resolve all").click()
        expect(lead.locator("#ticket-head .badge").first).to_contain_text("Resolved")
        requester.reload()
        expect(requester.locator("main")).to_contain_text("It works again.")
        expect(requester.locator(".major")).to_have_count(0)
        lead.goto(self.url("/desk/majors"))
        lead.get_by_text("What was said").click()
        expect(lead.locator(".came-up__said li")).to_have_count(3)
        self.assert_accessible(lead)

    def test_a_partner_is_asked_in_the_composer_and_answers_into_the_same_ticket(self) -> None:
        with scope(EVERY_CLIENT):
            open_mailbox()
            Supplier.objects.create(name="Carrier", email="support@carrier.example")
        ticket = self.came("Line down", "Nothing works since nine.")
        for scripts in (True, False):
            agent = self.sign_in(self.alma, scripts=scripts)
            agent.goto(self.url(f"/desk/tickets/{ticket.number}"))
            agent.locator("label:has(#as-partner)").click()
            send = agent.get_by_role("button", name="Send to Carrier")
            expect(send).to_be_visible()
            expect(agent.locator("[data-send=reply], [data-send=note]").locator("visible=true")).to_have_count(0)
            agent.locator(".composer__along:not(.composer__work) summary").click()
            agent.get_by_label("Nothing works since nine.").check()
            agent.fill("#partner-text", f"Please check the line, scripts: {scripts}.")
            if scripts:
                self.assert_accessible(agent)
            send.click()
            expect(agent.locator("#log")).to_contain_text(f"Please check the line, scripts: {scripts}.")
        with scope(EVERY_CLIENT), relay(Sink()) as sink:
            out = next(m for m in delivered(sink) if "carrier.example" in m["To"])
            body = out.get_body(("plain",))
            assert body is not None
            self.assertIn("Nothing works since nine.", body.get_content())
            answer = mail(
                "A cable is cut.", sender="support@carrier.example", to=out["Reply-To"], subject=f"Case INC7 - {out['Subject']}",
                in_reply_to=out["Message-ID"],
            )  # fmt: skip
            row = arrive(answer, sender="support@carrier.example")
            self.assertEqual(Message.objects.get(pk=row.message_id or 0).ticket, ticket)
        agent.reload()
        expect(agent.locator("#log")).to_contain_text("A cable is cut.")
        expect(agent.locator("#panel")).to_contain_text("INC7")
        requester = self.sign_in(self.rui)
        requester.goto(self.url(f"/requests/{ticket.number}"))
        expect(requester.locator("main")).to_contain_text("Nothing works since nine.")
        self.assertFalse({"cable", "Carrier"} & set(requester.locator("main").inner_text().split()))

    def test_a_call_is_promised_missed_escalated_and_made(self) -> None:
        with scope(EVERY_CLIENT):
            steps = [StepSettings(unit="minutes", value=10, act="page", answer_minutes=5)]
            save(None, PolicySettings(name="Calls in time", metric="callback", steps=steps), by=self.ines)
        ticket = self.came("The till does not print")
        agent = self.sign_in(self.alma)
        agent.goto(self.url(f"/desk/tickets/{ticket.number}/callback"))
        agent.locator("[name=slot]").first.check()
        agent.get_by_role("button", name="Promise the call").click()
        expect(agent.locator("#log")).to_contain_text("promised a call-back")
        with scope(EVERY_CLIENT):
            do_jobs()
            promised = Ticket.objects.get(pk=ticket.pk).callback_at
            assert promised is not None
            with clock.at(promised + timedelta(minutes=11)):
                actions.mark_missed()
                while escalation.sweep():
                    pass
            do_jobs()
        lead = self.sign_in(self.ines)
        lead.goto(self.url("/desk/escalations"))
        lead.get_by_role("button", name="I take care of it").click()
        expect(lead.locator("#log")).to_contain_text("Ines Rota takes care of it")
        lead.goto(self.url(f"/desk/tickets/{ticket.number}/outcome"))
        lead.fill("#outcome-note", "It prints again.")
        lead.locator("form:has(#outcome-note)").get_by_role("button", name="Save").click()
        expect(lead.locator("#log")).to_contain_text("It prints again.")
        with scope(EVERY_CLIENT):
            self.assertIsNone(Ticket.objects.get(pk=ticket.pk).callback_at)
