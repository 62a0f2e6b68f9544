"""How a test of steps speaks: one of everything that they name, and each of them at work."""

from datetime import timedelta
from typing import Any

from olmo.assets.tests.base import take_in
from olmo.kernel import clock
from olmo.tickets import actions
from olmo.tickets.models import Category, CustomField, Supplier, WorkingState
from tests.cast import DeskTest


class Stepping(DeskTest):
    """With one of everything that steps name."""

    def setUp(self) -> None:
        super().setUp()
        CustomField.objects.create(key="room", label="Room", kind="text")
        self.category = Category.objects.create(name="Network")
        self.doing = WorkingState.objects.create(name="Looking", status="new")
        self.printers = Supplier.objects.create(name="Printers Ltd")
        for client in (self.acme, self.bolt):
            take_in(client, "NB-1", by=self.ines)
        self.parent, self.later = self.report("Outage"), (clock.now() + timedelta(days=2)).isoformat()
        self.ticket = self.report("VPN drops", team=self.desk, tags=["old"], fields={"room": "12"})
        actions.adjust_checklist(self.ticket, by=self.alma, add=["Badge"])
        actions.promise_callback(self.ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        actions.watch(self.ticket, by=self.alma, person=self.tove)

    def examples(self) -> list[dict[str, Any]]:
        """Each step once or more, but for plans and merges."""
        return [
            {"requester": self.bea.pk}, {"requester": self.rui.pk, "subject": "Other"}, {"subject": "Outage"},
            {"language": "it"}, {"kind": "service_request"}, {"category": self.category.pk}, {"category": "none"},
            {"impact": 1, "urgency": 1}, {"fields": {"room": "14"}}, {"fields": {"room": None}},
            {"tags_add": ["vpn"], "tags_remove": ["old"]}, {"assets_add": ["NB-1"]}, {"assets_remove": ["NB-1"]},
            {"due_at": self.later}, {"due_days": 3}, {"due_at": "none"}, {"follow": self.ines.pk}, {"unfollow": self.tove.pk},
            {"team": self.network.pk, "assignee": "me"}, {"team": "none"}, {"assignee": "none"},
            {"checklist_add": ["Laptop"], "checklist_required": "yes"}, {"checklist_remove": ["Badge"]},
            {"callback_at": self.later}, {"callback_hours": 3}, {"callback_at": "none"},
            {"parent": self.parent.number}, {"parent": "none"}, {"note": "Look"}, {"reply": "We look at it."},
            {"state": "hold", "reason": "third_party", "supplier": self.printers.pk}, {"state": "resume"},
            {"state": "resolved", "code": "fixed"},
            {"state": "closed"}, {"state": "reopened"}, {"working_state": self.doing.pk}, {"working_state": "none"},
        ]  # fmt: skip
