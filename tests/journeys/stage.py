"""One thing of each kind that has a page of its own: what the walk through every page looks at."""

from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from olmo.assets import many
from olmo.assets.models import Load
from olmo.assets.tests.base import take_in
from olmo.automation.models import Macro
from olmo.automation.models import Run as BulkRun
from olmo.catalogue import actions as catalogue
from olmo.catalogue.actions import ItemSettings, ServiceSettings
from olmo.catalogue.models import FormVersion
from olmo.channels.models import Mailbox
from olmo.desk.models import SavedView
from olmo.escalation.models import Policy
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.steps import Step
from olmo.guides import actions as guides
from olmo.kernel.tokens import new_token, token_digest
from olmo.knowledge import actions as knowledge
from olmo.knowledge import administration as vocabulary
from olmo.people.actions import enrol_requester
from olmo.people.models import CostCentre, Person, SignInLink
from olmo.procedures import running, writing
from olmo.procedures.steps import Record
from olmo.procedures.steps import Step as ProcedureStep
from olmo.requests import links as approvals
from olmo.requests import ordering
from olmo.requests.models import Approval, Order
from olmo.requests.tests.stage import FIELDS
from olmo.requests.wanted import Wanted
from olmo.routing.rules import keeping, trying
from olmo.routing.rules.keeping import RuleSettings
from olmo.selfservice import widget
from olmo.service_levels import actions as levels
from olmo.service_levels.models import AgreementKind
from olmo.staffing.models import Absence, Layer, Pattern, Schedule, Skill
from olmo.status import actions as status
from olmo.status import administration as components
from olmo.status.administration import ComponentSettings
from olmo.status.models import Subscriber
from olmo.status.subscribing import CONFIRM, LEAVE
from olmo.surveys import links as surveys
from olmo.surveys.models import Check, Invitation
from olmo.surveys.queries import solution_of
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Category, CustomField, Message, Status, Supplier, Template, Ticket, WorkingState
from olmo.worklog.models import Activity, Entry
from olmo.writing.models import Draft, ReadyAnswer
from tests.cast import Cast

NAMES = {"en": "Printing", "it": "Stampa"}
DAY = date(2026, 3, 2)


class Stage(Cast):
    """`things`: by the address up to an argument, what stands in its place. `numbers`: where another ticket is needed.

    `asking`: what the query of an address says that is no page without it.
    """

    ticket: Ticket
    things: dict[str, Any]
    numbers: dict[str, int]
    asking: dict[str, str]

    def furnish(self) -> None:
        """One of each kind. To be called in a scope that shows every client."""
        self.ticket = self.reported("Printer")
        message = Message.objects.filter(ticket=self.ticket)[0]
        self.things = {
            "desk/tickets": self.ticket.number,
            "requests": self.ticket.number,
            "desk/tickets/<int:number>/messages": message,
            "desk/admin/triage": "team",
            "desk/choices": "team",
            "desk/admin/words": vocabulary.save_synonyms(None, {"en": ["printer", "copier"]}, by=self.ines),
        }
        self.numbers, self.asking = {}, {}
        for furnish in (
            self.solved,
            self.people,
            self.desk_work,
            self.configured,
            self.promised,
            self.methods,
            self.orders,
            self.telling,
        ):
            furnish()

    def reported(self, subject: str) -> Ticket:
        return actions.open_ticket(
            by=self.rui, requester=self.rui, client=self.acme, subject=subject, message=NewMessage(text="Help.")
        )

    def solved(self) -> None:
        """A ticket about whose end Rui is asked."""
        ticket = self.reported("Scanner")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.resolve(ticket, by=self.alma, code="fixed", note="Cleaned.")
        solution, now = solution_of(ticket), timezone.now()
        assert solution is not None
        asked = Invitation.objects.create(
            client=self.acme, ticket=ticket, solution=solution.seq, person=self.rui, made_at=now,
            ends_at=now + timedelta(days=9),
        )  # fmt: skip
        self.things["rating"] = surveys.token(asked, 5)
        self.numbers["requests/<int:number>/rating"] = ticket.number

    def people(self) -> None:
        now = timezone.now()
        schedule = Schedule.objects.create(team=self.desk, name="Nights", zone="Europe/Rome")
        self.things |= {
            "desk/people": self.rui,
            "desk/availability/of": self.alma,
            "desk/availability/absences": Absence.objects.create(
                person=self.ines, starts_at=now, ends_at=now + timedelta(days=2)
            ),
            "desk/availability/shifts": Pattern.objects.create(
                person=self.ines, zone="Europe/Rome", valid_from=DAY, hours={"mon": [["09:00", "17:00"]]}
            ),
            "desk/oncall": schedule,
            "desk/oncall/layers": Layer.objects.create(schedule=schedule, name="First", starts_on=DAY),
            "desk/admin/organisations": self.acme,
            "desk/admin/agents": self.alma,
            "desk/admin/requesters": self.rui,
            "sign-in/link": self.linked(),
            "desk/admin/costcentres": CostCentre.objects.create(
                client=self.acme, code="4711", name="Sales", owner=self.rui
            ),
            "desk/admin/teams": self.desk,
            "desk/admin/tiers": self.desk.tier,
            "desk/admin/assignment": self.desk,
            "desk/admin/skills": Skill.objects.create(name="Networks"),
            "desk/admin/brands": self.acme,
        }

    def linked(self) -> str:
        """A link with which Rui may sign in."""
        token = new_token()
        SignInLink.objects.create(person=self.rui, digest=token_digest(token), address="rui@acme.example")
        return token

    def desk_work(self) -> None:
        now = timezone.now()
        self.laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        edit = many.Edit(values={"state": "in_stock", "person": None})
        pairs = [(one.asset.pk, one.mark) for one in many.preview([self.laptop], edit, by=self.ines)]
        run = {"by": self.ines, "label": "Bulk", "steps": {"tags_add": ["a"]}, "tickets": [], "made_at": now}
        activity = Activity.objects.create(name="Visit")
        entry = Entry.objects.create(
            client=self.acme,
            ticket=self.ticket,
            person=self.ines,
            activity=activity,
            day=DAY,
            minutes=20,
            created_at=now,
        )
        self.things |= {
            "desk/assets": self.laptop,
            "desk/assets/many": many.change(pairs, edit, by=self.ines),
            "desk/admin/assets": self.laptop.kind,
            "desk/assets/import": Load.objects.create(
                client=self.acme,
                by=self.ines,
                name="a.csv",
                text="tag,name,kind,state\nLT-1,ThinkPad,Laptop,in_stock\n",
                at=now,
            ),
            "desk/views": SavedView.objects.create(name="Mine", owner=self.ines, query="box=todo"),
            "desk/work": entry,
            "desk/admin/time": activity,
            "desk/macros": Macro.objects.create(name="Close", steps={"tags_add": ["a"]}),
            "desk/tickets/<int:number>/macros": Macro.objects.create(name="Tag", steps={"tags_add": ["b"]}),
            "desk/bulk": BulkRun.objects.create(finished_at=now, **run),
            "desk/bulk/trials": BulkRun.objects.create(is_trial=True, finished_at=now, **run),
            "desk/canned": ReadyAnswer.objects.create(title="Thanks", texts={"en": "Thank you."}),
            "desk/drafts": Draft.objects.create(ticket=self.ticket, author=self.ines, text="Hello", updated_at=now),
        }

    def configured(self) -> None:
        category = Category.objects.create(name="Printing", names=NAMES)
        rule = RuleSettings(
            name="Printers",
            content={
                "conditions": [{"what": "subject", "how": "any", "values": ["printer"]}],
                "outcome": {"team": self.desk.pk},
            },
        )
        self.things |= {
            "desk/admin/states": WorkingState.objects.create(name="Parts", status=Status.OPEN),
            "desk/admin/suppliers": Supplier.objects.create(name="Paper Ltd", email="paper@paper.example"),
            "desk/admin/categories": category,
            "desk/admin/surveys/checks": Check.objects.create(category=category, days=3),
            "desk/admin/fields": CustomField.objects.create(key="floor", label="Floor", kind="text"),
            "desk/admin/templates": Template.objects.create(name="Starter", subject="A new colleague", text="Begin."),
            "desk/admin/policies": Policy.objects.create(name="Late", since=timezone.now()),
            "desk/admin/mailboxes": Mailbox.objects.create(
                address="help@acme.example", imap_host="mail.example", imap_user="help"
            ),
            "desk/admin/rules": keeping.save(None, rule, by=self.ines),
        }
        self.things["desk/admin/rules/trials"] = trying.begin(self.ines)

    def promised(self) -> None:
        calendar = levels.set_calendar(
            "Office", {"zone": "Europe/Rome", "hours": {"mon": [["09:00", "17:00"]]}}, by=self.ines
        )
        self.things |= {
            "desk/admin/calendars": calendar,
            "desk/admin/agreements": levels.agree("Gold", by=self.ines, client=self.acme),
            "desk/contracts": self.acme,
            "desk/contracts/beside": levels.agree(
                "Network", by=self.ines, client=None, kind=AgreementKind.OPERATIONAL, team=self.network
            ),
        }

    def methods(self) -> None:
        """A plan under way on the ticket, a procedure that is run, and a troubleshooter."""
        steps = [
            Step(key="a", title="Order", team=self.desk.pk, checklist=["One"]),
            Step(key="b", title="Hand over", needs=["a"]),
        ]
        plan = administration.save(None, PlanSettings(name="Laptop", steps=steps), by=self.ines)
        method = [
            ProcedureStep(title="Look", record=Record.CHOICE, choices=("red", "green")),
            ProcedureStep(title="Restart"),
        ]
        draft = writing.Draft(title="Printer", steps=method)
        procedure = writing.create(key="printer", language="en", draft=draft, by=self.alma)
        knowledge.ask_review(procedure.article, by=self.alma)
        knowledge.approve(procedure.article, by=self.tove)
        knowledge.publish(procedure.article, by=self.alma)
        self.things |= {
            "desk/admin/plans": plan,
            "desk/tasks": fulfilment.start(self.ticket, plan, by=self.alma).tasks[0],
            "desk/procedures": procedure,
            "desk/procedures/<int:pk>/texts": "en",
            "desk/procedures/runs": running.do(
                running.start(self.ticket, procedure, by=self.alma), 1, by=self.alma, value="red"
            ),
        }

    def orders(self) -> None:
        """A laptop that can be ordered: Rui wants one, and is asked about one for Mia."""
        wanted = ServiceSettings(key="workplace", names={"en": "Workplace", "it": "Postazione"}, owner=self.alma)
        service = catalogue.save_service(None, wanted, by=self.ines)
        names = {"en": "Laptop", "it": "Portatile"}
        item = catalogue.save_item(None, ItemSettings(key="laptop", names=names, service=service), by=self.ines)
        for field in FIELDS:
            catalogue.put_field(item, field, by=self.ines)
        catalogue.publish(item, by=self.ines)
        version = FormVersion.objects.get(item=item)
        mia = enrol_requester(self.acme, "Mia Conti", "mia@acme.example")
        own, hers = (
            ordering.place(Wanted(version=version, values={"model": "light"}, recipient=one), by=one)
            for one in (self.rui, mia)
        )
        self.things |= {
            "desk/admin/services": service,
            "desk/admin/items": item,
            "desk/admin/forms": version,
            "desk/orders/new": item,
            "desk/admin/items/<int:pk>/form/field": "model",
            "desk/approvals": self.asked(self.ines, own),
            "catalogue": item,
            "my-approvals": self.asked(self.rui, hers),
            "approvals": approvals.url(self.asked(self.alma, hers), self.alma).rpartition("/")[2],
        }
        self.numbers |= dict.fromkeys(
            ["desk/tickets/<int:number>/order", "requests/<int:number>/order"], own.ticket.number
        )
        self.asking |= {
            "desk/orders/new/<int:pk>": f"for={self.rui.pk}",
            "desk/admin/items/<int:pk>/form/fields/new": "kind=text",
        }

    def asked(self, person: Person, order: Order) -> Approval:
        now = timezone.now()
        return Approval.objects.create(
            client=self.acme, order=order, approver=person, round=1, stage=1, step=1, kind="person", quorum=1, revision=1,
            asked_at=now, expires_at=now + timedelta(days=9),
        )  # fmt: skip

    def telling(self) -> None:
        """What is told to requesters: articles, troubleshooters, disturbances, and a widget."""
        article = knowledge.create(knowledge.Settings(key="vpn", owner=self.alma, audience="public"), by=self.alma)
        knowledge.write(article, "en", knowledge.Text(title="The VPN drops", body="Restart."), by=self.alma)
        knowledge.ask_review(article, by=self.alma)
        knowledge.approve(article, by=self.tove)
        knowledge.publish(article, by=self.alma)
        guide = guides.install_example("printer", by=self.ines)
        own, theirs = (guides.begin(guide, by=one) for one in (self.ines, self.rui))
        settings = status.Settings(
            kind="incident", title_en="Mail is late", title_it="Posta in ritardo", begins_at=timezone.now()
        )
        happening = status.tell(settings, by=self.ines, text_en="We look.", text_it="Verifichiamo.")
        component = components.save_component(None, ComponentSettings(name="Mail", names={}), by=self.ines)
        page = components.save_page(self.acme, by=self.ines, is_public=True, slug="acme")
        subscriber = Subscriber.objects.create(address="leo@acme.example", client=self.acme, asked_at=timezone.now())
        window = widget.save(self.acme, by=self.ines, origins=["https://acme.example"], is_active=True)
        self.things |= {
            "desk/knowledge": article,
            "desk/knowledge/<int:pk>/texts": "en",
            "desk/knowledge/<int:pk>/versions": "en",
            "guides": article,
            "widget/<str:token>": article,
            "desk/troubleshooters": guide,
            "desk/troubleshooters/runs": own,
            "troubleshooters": guide,
            "troubleshooters/runs": theirs,
            "desk/status": happening,
            "status/happenings": happening,
            "desk/admin/components": component,
            "desk/admin/components/pages": self.acme,
            "desk/admin/widgets": self.acme,
        }
        self.things |= {
            "desk/troubleshooters/<int:pk>/steps": next(iter(guide.draft["nodes"])),
            "desk/troubleshooters/runs/<int:pk>": 0,
            "troubleshooters/runs/<int:pk>": 0,
            "status/of": page.slug,
            "status/confirm": signing.dumps(subscriber.pk, salt=CONFIRM),
            "status/leave": signing.dumps(subscriber.pk, salt=LEAVE),
            "widget": window.key,
        }
