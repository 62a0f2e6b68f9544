"""What happens to the tasks of a ticket. Their words and states are the room `fulfilment`'s: the ticket's row does not change.

was: the state before, so that it can be taken back. person, team: whose the task is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.kernel.errors import Words

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class _OfTask:
    """Something about a task, or about several of a plan."""

    is_activity = False
    is_mark = True
    is_felt = True
    noun: ClassVar[Words] = pgettext_lazy("taken back", "task")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class PlanStarted(_OfTask, Change):
    """A plan was started: its tasks are there. title: the name of the plan at that time."""

    noun: ClassVar[Words] = pgettext_lazy("taken back", "plan")
    words = _("%(by)s started the plan “%(title)s”")
    plan = _("Start the plan “%(title)s”")
    run: int
    title: str
    version: int
    tasks: list[int]


@dataclass(frozen=True, kw_only=True)
class PlanRenewed(_OfTask, Change):
    """A plan under way follows its newest version now."""

    is_final = True
    words = _("%(by)s brought the plan “%(title)s” to version %(version)s")
    run: int
    title: str
    version: int


@dataclass(frozen=True, kw_only=True)
class TaskAdded(_OfTask, Change):
    """One more task, beside any plan."""

    words = _("%(by)s added the task “%(task)s”")
    task: int


@dataclass(frozen=True, kw_only=True)
class TaskReady(_OfTask, Change):
    """It waits for nothing any more."""

    words = _("The task “%(task)s” can be done (%(whose)s)")
    plan = _("One task can be done at once (%(whose)s)")
    task: int
    was: str
    person: int | None = None
    team: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskWaits(_OfTask, Change):
    """It waits again: what it needs was taken up once more."""

    words = _("The task “%(task)s” waits again")
    task: int
    was: str


@dataclass(frozen=True, kw_only=True)
class TaskBegun(_OfTask, Change):
    """Somebody works on it."""

    words = _("%(by)s began the task “%(task)s”")
    task: int
    was: str
    from_person: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskDone(_OfTask, Change):
    """It is done."""

    words = _("%(by)s finished the task “%(task)s”")
    task: int
    was: str


@dataclass(frozen=True, kw_only=True)
class TaskReopened(_OfTask, Change):
    """It is to do again."""

    is_final = True
    words = _("%(by)s took the task “%(task)s” up again")
    task: int
    was: str


@dataclass(frozen=True, kw_only=True)
class TaskSkipped(_OfTask, Change):
    """It is not needed here. by_condition: its plan says so. The reason is with the task."""

    words = _("%(by)s skipped the task “%(task)s”")
    plan = _("One task is not needed here")
    task: int
    was: str
    by_condition: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(_OfTask, Change):
    """It will not be done. The reason is with the task."""

    words = _("%(by)s cancelled the task “%(task)s”")
    task: int
    was: str


@dataclass(frozen=True, kw_only=True)
class TaskGiven(_OfTask, Change):
    """It is somebody else's."""

    words = _("%(by)s gave the task “%(task)s” to %(whose)s")
    task: int
    person: int | None = None
    team: int | None = None
    from_person: int | None = None
    from_team: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskDated(_OfTask, Change):
    """It is due at another time."""

    words = _("%(by)s set the due time of the task “%(task)s” to %(due_at)s")
    task: int
    due_at: datetime | None = None
    minutes: int | None = None
    was_due_at: datetime | None = None
    was_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskReworded(_OfTask, Change):
    """Its words, what it needs or who may see it were changed."""

    is_final = True
    words = _("%(by)s changed the task “%(task)s”")
    task: int


@dataclass(frozen=True, kw_only=True)
class TaskTicked(_OfTask, Change):
    """A line of its checklist was ticked off, or its tick taken away."""

    words = _("%(by)s ticked off line %(line)s of the task “%(task)s”")
    task: int
    line: int
    is_done: bool = True


@dataclass(frozen=True, kw_only=True)
class TaskOverdue(_OfTask, Change):
    """Its time has passed."""

    is_final = True
    words = _("The task “%(task)s” is overdue (%(whose)s)")
    task: int
    due_at: datetime
    person: int | None = None
    team: int | None = None
