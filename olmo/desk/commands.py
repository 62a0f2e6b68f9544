"""Every command of the desk, once. The keys, the palette, the hints in menus and the page of keys are made from this list.

A command works a control of the page (`data-command="reply"` on it), or an address, or what a script does when it hears the
event `command` (docs/keyboard.md). A new one is one entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from html import escape
from json import dumps
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Words
from olmo.people.models import Person


class Where(StrEnum):
    """Where a command can be given."""

    ANYWHERE = "anywhere"
    LIST = "list"  # a page with a list of tickets
    TICKET = "ticket"  # a page with a ticket
    COMPOSER = "composer"  # while an answer is being written


GROUPS: Mapping[str, Words] = {
    "go": _("Go to"),
    "do": _("Everywhere"),
    "list": _("In a list"),
    "ticket": _("On a ticket"),
    "write": _("Writing"),
}


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that can be done.

    key: as `keys.py` reads them: "r", "g m" (one after the other), "Mod+k" (Ctrl, on a Mac Cmd). path: an address of the desk;
    with where=TICKET, one below the ticket's. Where a control carries the command, the control is worked and not the address.
    """

    name: str
    label: Words
    group: str
    where: Where = Where.ANYWHERE
    key: str = ""
    path: str = ""
    icon: str = ""
    is_fixed: bool = False  # its key belongs to the way pages are worked, and cannot be changed
    is_plain: bool = True  # the palette offers it
    for_administrators: bool = False


_do, _go = partial(Command, group="do"), partial(Command, group="go")
_list = partial(Command, group="list", where=Where.LIST, is_plain=False)
_ticket = partial(Command, group="ticket", where=Where.TICKET)

COMMANDS: tuple[Command, ...] = (
    _do(name="palette", label=_("Find or do"), key="Mod+k", path="search", icon="search", is_plain=False),
    _do(name="new", label=_("New ticket"), key="c", path="tickets/new", icon="plus"),
    _do(name="take-next", label=_("Take the next ticket"), key="f", path="tickets/next", icon="play"),
    _do(name="search", label=_("Search"), key="/", path="search", icon="search"),
    _do(name="keys", label=_("Show all keys"), key="?", path="keys", icon="help"),
    _do(name="undo", label=_("Undo what was just done"), key="z", icon="undo"),
    _do(name="nav", label=_("Narrow or widen the navigation"), key="[", icon="sidebar"),
    _do(name="theme-light", label=_("Colours: light"), icon="sun"),
    _do(name="theme-dark", label=_("Colours: dark"), icon="sun"),
    _do(name="theme-system", label=_("Colours: as the system"), icon="sun"),
    _do(name="presence-active", label=_("I am active"), icon="play", path="availability"),
    _do(name="presence-away", label=_("I am away"), key="B", icon="snooze", path="availability"),
    _do(name="presence-off", label=_("I am off"), icon="pause", path="availability"),
    _do(name="account", label=_("My account"), path="/account", icon="user"),
    _do(name="sign-out", label=_("Sign out"), icon="leave"),
    _go(name="box-todo", label=_("To do"), key="g i", path="?box=todo", icon="inbox"),
    _go(name="box-snoozed", label=pgettext_lazy("bucket", "Waiting"), key="g w", path="?box=snoozed", icon="waiting"),
    _go(name="box-finished", label=pgettext_lazy("bucket", "Done"), key="g d", path="?box=finished", icon="done"),
    _go(name="box-mine", label=_("My work"), key="g m", path="?box=mine", icon="user"),
    _go(name="box-teams", label=_("Team work"), key="g t", path="?box=teams", icon="users"),
    _go(name="box-escalated", label=_("Escalations"), key="g x", path="?box=escalated", icon="escalate"),
    _go(name="box-unassigned", label=_("Unassigned"), key="g u", path="?box=unassigned", icon="newcomer"),
    _go(name="box-callbacks", label=_("Call-backs"), key="g c", path="?box=callbacks", icon="phone"),
    _go(name="box-followups", label=_("Follow-ups"), path="?box=followups", icon="check"),
    _go(name="box-mentions", label=_("Mentions"), key="g @", path="?box=mentions", icon="at"),
    _go(name="escalations", label=_("Escalation inbox"), key="g z", path="escalations", icon="escalate"),
    _go(name="majors", label=_("Major incidents"), path="majors", icon="alert"),
    _go(name="handover", label=_("Hand over my tickets"), path="handover", icon="escalate"),
    _go(name="notices", label=_("Notices"), key="g n", path="notices", icon="bell"),
    _go(name="views", label=_("Saved views"), key="g v", path="views", icon="star"),
    _go(name="box-open", label=_("All open"), key="g o", path="?box=open", icon="todo"),
    _go(name="box-all", label=_("All tickets"), key="g a", path="?box=all", icon="archive"),
    _go(name="drafts", label=_("My drafts"), key="g f", path="drafts", icon="pen"),
    _go(name="answers-list", label=_("Ready answers"), path="canned", icon="chat"),
    _go(name="availability", label=_("My availability"), path="availability", icon="waiting"),
    _go(name="oncall", label=_("Who is on call"), path="oncall", icon="phone"),
    _go(name="tasks", label=_("My tasks"), key="g j", path="tasks", icon="list"),
    _go(name="week", label=_("My week"), key="g e", path="week", icon="calendar"),
    _go(name="macros", label=_("Macros"), path="macros", icon="macro"),
    _go(name="troubleshooters", label=_("Troubleshooters"), path="troubleshooters", icon="help"),
    _go(name="status", label=_("Service status"), path="status", icon="globe"),
    _go(name="approvals", label=_("My approvals"), path="approvals", icon="check"),
    _go(name="ordering", label=_("Order for somebody"), path="orders/new", icon="bag"),
    _go(name="knowledge", label=_("Knowledge"), key="g k", path="knowledge", icon="book"),
    _go(name="mending", label=_("Articles to mend"), path="knowledge/mending", icon="shield"),
    _go(name="asset-list", label=_("Assets"), key="g l", path="assets", icon="laptop"),
    _go(name="procedures", label=_("Procedures"), key="g y", path="procedures", icon="numbers"),
    _go(name="contracts", label=_("Contracts"), path="contracts/", icon="shield"),
    _go(name="reports", label=_("Reports"), key="g r", path="reports/", icon="chart"),
    _go(name="admin", label=_("Administration"), key="g s", path="admin/", icon="gear", for_administrators=True),
    _list(name="next", label=_("Next ticket in the list"), key="j", icon="down"),
    _list(name="previous", label=_("Previous ticket in the list"), key="k", icon="up"),
    _list(name="open", label=_("Open the ticket"), key="o", icon="right"),
    _list(name="select", label=_("Select the ticket"), key="x", icon="check"),
    _list(name="clear", label=_("Give the selection up"), key="Escape", is_fixed=True),
    _list(name="read", label=_("Mark as read or unread"), key="U", icon="eye"),
    _ticket(name="back", label=_("Back to the list"), key="u", icon="left"),
    _ticket(name="assignment", label=_("Assign"), key="a", path="assignment", icon="user"),
    _ticket(name="escalation", label=_("Escalate"), key="e", path="escalation", icon="escalate"),
    _ticket(name="care", label=_("Take care of it, as a policy asks"), key="F", icon="check"),
    _ticket(name="major", label=_("Major incident"), path="major", icon="alert"),
    _ticket(name="return", label=_("Give an escalation back"), path="return", icon="undo"),
    _ticket(name="hold", label=_("Hold"), key="h", icon="snooze"),
    _ticket(name="hold_end", label=_("Resume"), icon="play"),
    _ticket(name="resolution", label=_("Resolve"), key="d", icon="check"),
    _ticket(name="reopening", label=_("Reopen"), icon="undo"),
    _ticket(name="ticket_macros", label=_("Use a macro"), key="q", path="macros", icon="macro"),
    _ticket(name="priority", label=_("Change the priority"), key="p", path="priority", icon="flag"),
    _ticket(name="category", label=_("Change the category"), key="y", path="category", icon="folder"),
    _ticket(name="working_state", label=_("Change the working state"), key="i", path="working_state", icon="todo"),
    _ticket(name="tags", label=_("Change the tags"), key="l", path="tags", icon="tag"),
    _ticket(name="assets", label=_("Change the assets"), path="assets", icon="laptop"),
    _ticket(name="due", label=_("Change the due date"), path="due", icon="calendar"),
    _ticket(name="kind", label=_("Change the kind"), path="kind", icon="form"),
    _ticket(name="subject", label=_("Change the subject"), path="subject", icon="pen"),
    _ticket(name="requester", label=_("Change the requester"), path="requester", icon="user"),
    _ticket(name="watchers", label=_("Change who follows"), key="w", path="watchers", icon="eye"),
    _ticket(name="following", label=_("Choose what I am told of this ticket"), path="following", icon="bell"),
    _ticket(name="links", label=_("Link to another ticket"), path="links", icon="link"),
    _ticket(name="merge", label=_("Merge into another ticket"), key="m", path="merge", icon="merge"),
    _ticket(name="call", label=_("Note a call"), path="call", icon="phone"),
    _ticket(name="callback", label=_("Promise a call-back"), path="callback", icon="phone"),
    _ticket(name="follow_up", label=_("Look at it again some days later"), path="follow_up", icon="check"),
    _ticket(name="followed_up", label=_("Say what became of a follow-up"), path="followed_up", icon="check"),
    _ticket(name="timer", label=_("Start or stop the timer"), key="t", icon="waiting"),
    _ticket(name="work", label=_("Enter time"), path="work", icon="waiting"),
    _ticket(name="checklist", label=_("Change the checklist"), path="checklist", icon="todo"),
    _ticket(name="ticket_tasks", label=_("Tasks and plans"), key="T", path="tasks", icon="list"),
    _ticket(name="ticket_procedures", label=_("Procedures for the ticket"), key="Y", path="procedures", icon="numbers"),
    _ticket(name="task_new", label=_("Add a task"), path="tasks/new", icon="plus"),
    _ticket(name="more", label=_("More actions"), key=".", path="more", icon="more"),
    Command(name="reply", label=_("Write a reply"), group="write", where=Where.TICKET, key="r", icon="reply"),
    Command(name="note", label=_("Write an internal note"), group="write", where=Where.TICKET, key="n", icon="lock"),
    Command(name="partner", label=_("Write to a partner"), group="write", where=Where.TICKET, icon="out"),
    Command(
        name="answers", label=_("Insert a ready answer"), group="write", where=Where.TICKET, key="v", path="answers", icon="book"
    ),
    Command(name="quote", label=_("Quote the last message"), group="write", where=Where.TICKET, icon="chat"),
    Command(name="schedule", label=_("Send later"), group="write", where=Where.TICKET, key="s", icon="snooze"),
    Command(name="drafting", label=_("Save, share or throw the draft away"), group="write", where=Where.TICKET, icon="pen"),
    Command(name="send", label=_("Send"), group="write", where=Where.COMPOSER, key="Mod+Enter", icon="send", is_plain=False),
)  # fmt: skip

BY_NAME: Mapping[str, Command] = {command.name: command for command in COMMANDS}


def offered(person: Person) -> list[Command]:
    """The commands that this person can give."""
    return [command for command in COMMANDS if person.is_administrator or not command.for_administrators]


def key_of(command: Command, person: Person) -> str:
    """The key of a command as this person set it; "" for none."""
    return str(person.keys.get(command.name, command.key))


def context(request: HttpRequest) -> dict[str, Callable[[], SafeString]]:
    """For every template: `commands`, the list as scripts read it (JSON, escaped)."""
    return {"commands": lambda: _data(getattr(request, "person", None))}


def _data(person: Person | None) -> SafeString:
    if person is not None and person.is_requester:
        return _printed(get_language(), (), only=Where.COMPOSER)
    own = tuple(sorted(person.keys.items())) if person else ()
    return _printed(get_language(), own, is_administrator=bool(person and person.is_administrator))


@lru_cache(maxsize=512)
def _printed(
    _language: str | None,
    own: tuple[tuple[str, str], ...],
    *,
    is_administrator: bool = False,
    only: Where | None = None,
) -> SafeString:
    """One line of JSON: [name, label, where, key, address, icon, whether the palette offers it], ..."""
    keys = dict(own)
    rows: list[list[Any]] = [
        [c.name, str(c.label), str(c.where), keys.get(c.name, c.key), _address(c), c.icon, int(c.is_plain)]
        for c in COMMANDS
        if (is_administrator or not c.for_administrators) and only in (None, c.where)
    ]
    return SafeString(escape(dumps(rows, ensure_ascii=False, separators=(",", ":"))))


def _address(command: Command) -> str:
    """An address of the site, or the last part of one below the ticket's."""
    if command.where is Where.TICKET or command.path.startswith("/"):
        return command.path
    return reverse("desk:list") + command.path if command.path else ""
