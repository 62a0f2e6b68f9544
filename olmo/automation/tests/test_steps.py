"""Steps make every change that people make by hand, but for those left out for a reason."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from olmo.automation.steps import apply
from olmo.fulfilment import administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.steps import Step
from olmo.tickets import actions
from olmo.tickets.changes import KINDS
from olmo.tickets.models import Event, LinkKind

from .stage import Stepping

# Why a kind of change is not for many tickets at once, nor for a macro (docs/changing-many.md says it to people).
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "it happens by itself, or by people outside the desk": (
        "opened", "received", "delivery_failed", "callback_missed", "chain_stopped", "warned", "breached", "rejudged",
        "partner_answered", "rated", "rating_asked", "escalation_unanswered", "policy_stepped",
    ),
    "it takes something back: Undo, and on the one ticket its own button": ("undone", "unmerged", "released"),
    "words about the one ticket, or to the people of it": (
        "called", "callback_done", "escalated", "given_back", "escalation_taken", "partner_asked", "partner_referenced",
        "major_declared", "major_updated", "major_ended", "follow_up_planned", "follow_up_done", "follow_up_dropped", "waived",
    ),
    "what becomes of the one message or the one draft": (
        "redacted", "split_off", "comment_erased", "approval_asked", "approval_given", "approval_withdrawn", "draft_returned",
        "send_scheduled", "send_cancelled", "send_stopped",
    ),
    "who did which piece of the work": (
        "item_ticked", "item_unticked", "plan_renewed", "task_added", "task_ready", "task_waits", "task_begun", "task_done",
        "task_reopened", "task_skipped", "task_cancelled", "task_given", "task_dated", "task_reworded", "task_ticked",
        "task_overdue", "procedure_started", "procedure_stepped", "procedure_paused", "procedure_resumed", "procedure_ended",
    ),
    "answers of a form, and who approved them": (
        "order_placed", "order_changed", "order_approval_asked", "order_approval_reminded", "order_approved", "order_rejected",
        "order_settled",
    ),
    "it has a page of its own for many tickets": ("handed_over",),
}  # fmt: skip


class EveryChange(Stepping):
    def test_is_a_step_that_can_be_shown_and_undone_or_is_left_out_for_a_reason(self) -> None:
        left_out, reached = [kind for kinds in LEFT_OUT.values() for kind in kinds], self.reached()
        ours = {kind for kind, cls in KINDS.items() if cls.__module__.startswith("olmo.tickets.changes.")}
        self.assertEqual(sorted([*left_out, *reached]), sorted(ours))
        for kind in sorted(reached - {"absorbed"}):  # the other end of "merged"
            self.assertTrue(KINDS[kind].plan and KINDS[kind].noun, kind)
            self.assertFalse(KINDS[kind].is_final, kind)

    def reached(self) -> set[str]:
        """The kinds of change that steps make; of a plan that is started its tasks follow."""
        plan = administration.save(None, PlanSettings(name="Move", steps=[Step(key="one", title="Pack")]), by=self.ines)
        merge = {"merge": self.parent.number}
        return {kind for steps in (*self.examples(), merge) for kind in self.kinds(steps)} | {
            *self.kinds({"plan": plan.pk})[:1]
        }

    def kinds(self, steps: dict[str, Any]) -> list[str]:
        """What these steps log on this ticket, and on the one into which it goes."""
        with transaction.atomic():
            self.ready_for(steps)
            newest = Event.objects.latest("pk").pk
            apply(self.ticket, by=self.alma, steps=steps)
            found = list(Event.objects.filter(pk__gt=newest).order_by("pk").values_list("kind", flat=True))
            transaction.set_rollback(True)
        return found

    def ready_for(self, steps: dict[str, Any]) -> None:
        """What must be so for these steps to change something."""
        if steps.get("state") == "resume":
            actions.hold(self.ticket, by=self.alma, reason="third_party")
        if steps.get("state") == "reopened":
            actions.resolve(self.ticket, by=self.alma, code="fixed")
        if steps.get("parent") == "none":
            actions.link(self.ticket, self.parent, by=self.alma, kind=LinkKind.CHILD)
