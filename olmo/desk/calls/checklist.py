"""The checklist beside a ticket: progress, and one press to tick an item off."""

from html import escape
from typing import Any

from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel import marks
from olmo.kernel.errors import NotFound
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets import actions, queries
from olmo.tickets.actions.checklists import words_of
from olmo.tickets.models import Ticket

from .. import places
from ..shell import DeskRequest, SeeOther, agents

_FORM = '<form method="post" action="{url}" class="checklist">{token}<ul role="list">{items}</ul></form>'
_ITEM = (
    '<li><button class="checklist__item" name="{name}" value="{pk}" aria-pressed="{pressed}">{box}'
    '<span dir="auto">{text}</span>{by}</button></li>'
)
_BOX = '<span class="checklist__box" aria-hidden="true">{}</span>'
_PROGRESS = (
    '<p class="checklist__progress"><progress max="{all}" value="{done}" aria-label="{label}"></progress> '
    "<small>{words}</small></p>"
)


def section(ticket: Ticket, token: str) -> dict[str, Any]:
    """The section of the panel. token: the hidden field of its form."""
    items = ticket.checklist.get("items", [])
    edit = {
        "label": _("Items"),
        "noun": "checklist",
        "value": _edit_words(ticket),
        "url": places.ticket(ticket.number, "checklist"),
    }
    return {"title": _("Checklist"), "html": _printed(ticket, items, token) if items else "", "facts": [edit]}


def _edit_words(ticket: Ticket) -> str:
    if not ticket.checklist:
        return _("None yet")
    return _("Needed before resolving") if ticket.checklist.get("is_required") else _("Edit")


def _printed(ticket: Ticket, items: list[dict[str, Any]], token: str) -> SafeString:
    words, done = words_of(ticket), sum(1 for item in items if item.get("by"))
    people = dict(
        Person.objects.filter(pk__in={item["by"] for item in items if item.get("by")}).values_list("pk", "name")
    )
    said = _("%(done)d of %(all)d done") % {"done": done, "all": len(items)}
    progress = _PROGRESS.format(all=len(items), done=done, label=escape(_("Checklist")), words=escape(said))
    rows = "".join(_item(item, words.get(item["id"], ""), people.get(item.get("by", 0), "")) for item in items)
    url = places.ticket(ticket.number, "ticks")
    return SafeString(progress + _FORM.format(url=url, token=token, items=rows))


def _item(item: dict[str, Any], text: str, name: str) -> str:
    is_done = bool(item.get("by"))
    return _ITEM.format(
        name="untick" if is_done else "tick", pk=item["id"], pressed="true" if is_done else "false",
        box=_BOX.format(marks.icon("check", "s") if is_done else ""), text=escape(text or _("(erased)")),
        by=f"<small>{escape(name)}</small>" if name else "",
    )  # fmt: skip


@require_POST
@agents
def ticks(request: DeskRequest, number: int) -> HttpResponse:
    """Tick an item off (`tick`), or take its tick away (`untick`)."""
    ticket = queries.by_number(request.person, number)
    name = "tick" if "tick" in request.POST else "untick"
    pk = request.POST.get(name, "")
    if whole_number(pk) is None:
        raise NotFound
    actions.tick(ticket, by=request.person, item=int(pk), is_done=name == "tick")
    return SeeOther(places.ticket(number))
