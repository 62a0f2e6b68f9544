"""Many tickets at once: form, preview, change, result, undo."""

from datetime import timedelta

from django.urls import reverse

from olmo.automation import jobs, steps
from olmo.automation.models import Run
from olmo.kernel import clock
from olmo.tickets import actions
from olmo.tickets.models import CustomField, Status, Supplier, Ticket

from ..forms.macros import MacroForm
from ..forms.steps import ManyForm
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
        self.assertIn("Put on hold: Waiting for the requester", shown.text)
        self.assertEqual(Ticket.objects.filter(status=Status.WAITING).count(), 0)
        after = self.step(shown, "apply", **wanted)
        self.assertEqual(after.words(".toast span"), ["2 tickets were changed. 1 was refused."])
        self.assertIn(f"#{done.number}", after.text)
        self.assertEqual(Ticket.objects.filter(status=Status.WAITING, assignee=self.alma).count(), 2)
        action = after.one(".toast form").attributes["action"] or ""
        self.as_(self.alma).post(action)
        self.assertEqual(Ticket.objects.filter(status=Status.NEW, assignee=None).count(), 2)
        run = reverse("desk:bulk_run", args=[Run.objects.get(is_trial=False).pk])
        self.assertEqual(self.get(run).words("h1"), ["2 tickets were changed. 1 was refused. Then it was undone."])

    def test_a_row_of_the_preview_is_left_out(self) -> None:
        one, two = self.report("VPN"), self.report("Printer")
        page = self.get(f"{URL}?ticket={one.number}&ticket={two.number}")
        shown = self.step(page, "preview", assignee="me")
        self.assertEqual(
            [box.attributes["value"] for box in shown.all("[name=kept][checked]")], [str(two.number), str(one.number)]
        )
        ticks = {"shown": [one.number, two.number], "kept": [two.number]}
        again = self.step(shown, "preview", assignee="me", **ticks)
        self.assertEqual([box.attributes["value"] for box in again.all("[name=kept][checked]")], [str(two.number)])
        self.step(again, "apply", assignee="me", **ticks)
        self.assertEqual([t.number for t in Ticket.objects.filter(assignee=self.alma)], [two.number])
        nobody = self.step(again, "apply", assignee="me", shown=[one.number, two.number])
        self.assertIn("Choose some tickets first.", nobody.text)

    def test_a_due_date_is_dropped_and_a_field_emptied(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text")
        ticket = self.report("Chairs", fields={"room": "12"})
        actions.set_due(ticket, by=self.alma, due_at=clock.now() + timedelta(days=1))
        page = self.get(f"{URL}?ticket={ticket.number}")
        both = self.step(page, "preview", no_due="on", due_at="2099-01-01T10:00", emptied="room", field_room="13")
        self.assertIn("Either set a due date or drop it.", both.text)
        self.assertIn("Either fill a field in or empty it.", both.text)
        self.step(page, "apply", no_due="on", emptied="room")
        ticket.refresh_from_db()
        self.assertEqual((ticket.due_at, ticket.fields), (None, {}))

    def test_requester_subject_call_back_and_checklist(self) -> None:
        ticket = self.report("Chairs")
        page = self.get(f"{URL}?ticket={ticket.number}")
        printers = Supplier.objects.create(name="Printers Ltd")
        wrong = {"requester": "nobody@example.org", "no_callback": "on", "callback_at": "2099-01-01T10:00"}
        shown = self.step(
            page, "preview", **wrong, supplier=printers.pk, checklist_add="Badge", checklist_remove="badge"
        )
        for words in (
            "Nobody has the name or address “nobody@example.org”.",
            "Either promise a call or take it back.",
            "Either add an item or remove it.",
            "Only a third party that the ticket waits for has a name.",
        ):
            self.assertIn(words, shown.text)
        more = {"requester": self.bea.name, "subject": "Desks", "callback_at": "2099-01-01T10:00"}
        more |= {"checklist_add": "Badge\nKey", "checklist_required": "yes", "state": "hold"}
        more |= {"reason": "third_party", "supplier": str(printers.pk)}
        shown = self.step(page, "preview", **more)
        self.assertIn(f"Make {self.bea.name} ({self.bolt}) the requester", shown.text)
        self.step(shown, "apply", **more)
        ticket.refresh_from_db()
        self.assertEqual((ticket.requester, ticket.client, ticket.subject), (self.bea, self.bolt, "Desks"))
        self.assertEqual(ticket.supplier, printers)
        self.assertEqual((ticket.callback_at is None, len(ticket.checklist["items"])), (False, 2))
        self.step(self.get(f"{URL}?ticket={ticket.number}"), "apply", no_callback="on", checklist_remove="Key")
        ticket.refresh_from_db()
        self.assertEqual((ticket.callback_at, len(ticket.checklist["items"])), (None, 1))
        other = self.get(f"{URL}?ticket={ticket.number}", by=self.otto)
        data = {**self.fields(other), "step": "preview", "requester": self.rui.name}
        answer = Visit(self.as_(self.otto).post(URL, data))
        self.assertIn(f"Nobody has the name or address “{self.rui.name}”.", answer.text)

    def test_each_step_has_its_field(self) -> None:
        fields = {*ManyForm.base_fields, *MacroForm.base_fields, "fields"}
        self.assertEqual([name for names, _act in steps._ORDER for name in names if name not in fields], [])
        shown = [{name for _title, names in form.groups for name in names} for form in (ManyForm, MacroForm)]
        for form, names in zip((ManyForm, MacroForm), shown, strict=True):
            self.assertEqual({*form.base_fields} - names - {"seen"}, set())

    def test_the_first_hundred_are_shown_and_a_job_counts_the_others(self) -> None:
        numbers = [self.report(f"Ticket {n}").number for n in range(103)]
        page = self.get(f"{URL}?all=1&box=open")
        shown = self.step(page, "preview", kind="service_request")
        self.assertEqual(len(shown.all("[name=kept]")), 100)
        self.assertIn("3 more tickets: 0 tried so far", " ".join(shown.words("#trial")))
        trial = Run.objects.get()
        jobs.go_on(trial.pk)
        place = f"{URL}/trials/{trial.pk}"
        self.assertEqual(
            self.look_again(place).words("#trial p"), ["3 more tickets: 3 would change · 0 so already · 0 refused"]
        )
        self.assertIn("3 would change", self.get(place).text)
        self.assertEqual(self.get(place, by=self.tove).status, 404)
        self.assertEqual(self.get(f"{URL}/{trial.pk}").status, 404)
        self.step(shown, "apply", kind="service_request", shown=numbers[-1])
        self.assertEqual(len(Run.objects.get(is_trial=False).tickets), 102)

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
