"""Many tickets at once: form, preview, change, result, undo."""

from olmo.automation.models import Run
from olmo.tickets import actions
from olmo.tickets.models import Status, Ticket

from .base import PageTest, Visit

URL = "/desk/bulk"


class ChangingMany(PageTest):
    def fields(self, page: Visit) -> dict[str, str]:
        return {name: page.value(f".many [name={name}]") for name in ("tickets", "back")}

    def step(self, page: Visit, step: str, **data: object) -> Visit:
        return Visit(self.as_(self.alma).post(URL, {**self.fields(page), "step": step, **data}, follow=True))

    def test_from_ticks_to_undo(self) -> None:
        one, two, done = (self.report(n) for n in ("VPN", "Printer", "Done"))
        actions.resolve(done, by=self.alma, code="fixed")
        page = self.get(f"{URL}?ticket={one.number}&ticket={two.number}&ticket={done.number}&back=/desk/%3Fbox%3Dopen")
        self.assertEqual(page.words("h1"), ["Change 3 tickets"])
        wanted = {"assignee": "me", "state": "hold", "reason": "requester"}
        shown = self.step(page, "preview", **wanted)
        self.assertIn("This ticket is finished; reopen it before you put it on hold.", shown.text)
        self.assertIn("Alma Ferri put the ticket on hold: Waiting for the requester", shown.text)
        self.assertEqual(Ticket.objects.filter(status=Status.WAITING).count(), 0)
        after = self.step(shown, "apply", **wanted)
        self.assertEqual(after.words(".toast span"), ["2 tickets were changed. 1 was refused."])
        self.assertIn(f"#{done.number}", after.text)
        self.assertEqual(Ticket.objects.filter(status=Status.WAITING, assignee=self.alma).count(), 2)
        action = after.one(".toast form").attributes["action"] or ""
        self.as_(self.alma).post(action)
        self.assertEqual(Ticket.objects.filter(status=Status.NEW, assignee=None).count(), 2)

    def test_all_that_a_list_shows(self) -> None:
        for n in range(3):
            self.report(f"Ticket {n}", tags=["vpn"])
        self.report("Other")
        page = self.get(f"{URL}?all=1&box=open&tag=vpn")
        self.assertEqual(page.words("h1"), ["Change 3 tickets"])

    def test_the_list_leads_there_with_its_ticks_and_as_a_whole_and_back(self) -> None:
        ticket = self.report("VPN", tags=["vpn"])
        page = self.get("/desk/?box=open&tag=vpn")
        ticked = self.post(URL, {"ticket": ticket.number, "next": page.value("#list [name=next]")})
        self.assertEqual(ticked.words("h1"), ["Change 1 ticket"])
        self.assertEqual(ticked.value(".many [name=back]"), page.value("#list [name=next]"))
        whole = next(a.attributes["href"] or "" for a in page.all("#list a") if "all=1" in (a.attributes["href"] or ""))
        self.report("Other")
        self.assertEqual(self.get(whole).words("h1"), ["Change 1 ticket"])

    def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(self) -> None:
        ticket = self.report("VPN")
        page = self.get(f"{URL}?ticket={ticket.number}")
        bad = self.step(page, "preview", state="hold", note="Zanzibar")
        self.assertEqual(bad.status, 422)
        self.assertIn("Say what the ticket waits for.", bad.text)
        self.assertIn("Zanzibar", bad.one("textarea[name=note]").text())
        self.assertIn("Choose what is to change.", self.step(page, "preview").text)
        self.assertEqual(self.get(f"{URL}?ticket=x").status, 422)
        self.assertIn("No ticket is chosen.", self.get(URL).text)

    def test_what_was_changed_since_the_preview_is_refused(self) -> None:
        ticket = self.report("VPN")
        shown = self.step(self.get(f"{URL}?ticket={ticket.number}"), "preview", assignee="me")
        actions.assign(ticket, by=self.tove, team=None, assignee=self.tove)
        after = self.step(shown, "apply", assignee="me")
        self.assertIn("Somebody changed this in the meantime.", after.text)
        ticket.refresh_from_db()
        self.assertEqual(ticket.assignee, self.tove)

    def test_strangers_tickets_and_runs_do_not_exist(self) -> None:
        ours = self.report("Acme's")
        self.assertIn("No ticket is chosen.", self.get(f"{URL}?ticket={ours.number}", by=self.otto).text)
        page = self.get(f"{URL}?ticket={ours.number}")
        self.step(page, "apply", kind="service_request")
        run = Run.objects.get()
        self.assertEqual(self.get(f"{URL}/{run.pk}", by=self.tove).status, 404)
        self.assertEqual(self.get(URL, by=self.rui).status, 404)
