"""The page of a major incident: declare it, let others follow, answer all at once, end it."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from olmo.automation.models import Run
from olmo.escalation import major as verbs
from olmo.escalation.incidents import Major
from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.prepared import as_json
from olmo.people.queries import clients_seen_by
from olmo.status import majors as told
from olmo.tickets import family, queries
from olmo.tickets.models import Ticket
from olmo.tickets.undo import undoable

from .. import places, undoing
from ..forms.major import Declaration, Ending, Followers, StandDown, Words
from ..lists.files import Columns, Table, listing, page_or_file
from ..lists.filters import Filters
from ..shell import DeskRequest, SeeOther, agents, page


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def major(request: DeskRequest, number: int) -> HttpResponse:
    """What a lead does with a major incident. `step` says which: declare, follow, update, resolve, stand_down."""
    ticket = queries.by_number(request.person, number)
    if not verbs.may_declare(request.person, ticket):
        raise NotAllowed(_("Only those who lead a team, and administrators, declare a major incident."))
    known = verbs.of(ticket)
    given = _forms(request, ticket, known)
    step = request.POST.get("step", "")
    form = given.get(step)
    if form is not None and form.is_valid():
        try:
            with undoable(request.person, _("Major incident")) as made:
                said, run = _do(request, ticket, step, form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            field = refusal.field if isinstance(refusal, Invalid) and refusal.field in form.fields else None
            form.add_error(field, str(refusal.message))
        else:
            undoing.say(request, said, made.token)
            back = places.ticket(number) if step in ("resolve", "stand_down") else places.ticket(number, "major")
            return SeeOther(f"{reverse('desk:bulk_run', args=[run.pk])}?back={back}" if run else back)
    alike = verbs.alike(request.person, ticket) if known else []
    children = family.open_children(request.person, ticket)
    context = {
        "ticket": ticket, "known": known, **given, "alike": alike, "back_url": places.ticket(number),
        "said": verbs.announcements(request.person, ticket),
        "children": children[: family.AT_ONCE], "many": _many(ticket, len(children)),
        "wrong_step": step if form is not None else "", "chosen": request.POST.getlist("tickets"),
    }  # fmt: skip
    return page(request, "desk/major.html", context, status=422 if form is not None else 200)


def _many(ticket: Ticket, count: int) -> dict[str, str] | None:
    """Of so many that follow that a job does what is done to all: how many, and where they are listed."""
    if count <= family.AT_ONCE:
        return None
    words = ngettext("%(n)d ticket follows it.", "%(n)d tickets follow it.", count) % {"n": count}
    return {"words": words, "url": Filters(box="open", of=f"parent.{ticket.pk}").url()}


_COLUMNS: Columns = {
    "ticket.number": gettext_lazy("Ticket"), "ticket.subject": gettext_lazy("Subject"), "clients": gettext_lazy("Organisations"),
    "major.began_at": gettext_lazy("Beginning"), "major.ended_at": gettext_lazy("End"), "lasted": gettext_lazy("Duration"),
    "count": gettext_lazy("Reports below it"),
}  # fmt: skip


@listing
@agents
def listed(request: DeskRequest) -> HttpResponse:
    """Major incidents under way and over, with all that the portal said of them."""
    found = verbs.all_of(request.person)
    said = told.said_of([one.pk for one in found])
    names = dict(clients_seen_by(request.person).values_list("pk", "name"))
    children = {pk for one in found for pk in family.children_of(one.ticket)}
    seen = (
        set(queries.visible_to(request.person).filter(pk__in=children).values_list("pk", flat=True))
        if children
        else set()
    )
    rows = [
        {
            "major": one, "ticket": one.ticket, "url": places.ticket(one.ticket.number),
            "clients": _concerned(one, names), "said": said.get(one.pk, []),
            "lasted": spoken.minutes(int((one.ended_at - one.began_at).total_seconds() // 60)) if one.ended_at else "",
            "count": len(seen.intersection(family.children_of(one.ticket))),
            "count_url": Filters(box="all", of=f"parent.{one.ticket_id}").url(),
        }
        for one in found
    ]  # fmt: skip
    table = Table(gettext_lazy("Major incidents"), _COLUMNS, rows)
    return page_or_file(request, "desk/majors.html", {"rows": rows}, table)


def _concerned(major: Major, names: dict[int, str]) -> str:
    """Whom it concerns, as far as the viewer works with them; the others are counted."""
    if not major.clients:
        return _("All organisations")
    known = sorted(names[pk] for pk in major.clients if pk in names)
    others = len(major.clients) - len(known)
    if others:
        known.append(ngettext("%(n)d other", "%(n)d others", others) % {"n": others})
    return ", ".join(known)


def notice(ticket: Ticket, answer: Any) -> dict[str, Any] | None:
    """What the head of a ticket says. answer: what `verbs.notice` answered."""
    found = as_json(answer)
    if not found:
        return None
    pk, number = found
    if pk == ticket.pk:
        count = len(family.children_of(ticket))
        words = ngettext("%(n)d ticket follows it.", "%(n)d tickets follow it.", count) % {"n": count}
        url, action = places.ticket(number, "major"), _("Answer all")
        return {
            "tone": "brick",
            "icon": "alert",
            "title": _("Major incident."),
            "text": words,
            "url": url,
            "action": action,
        }
    words = _("It is answered and resolved there.")
    title = _("Part of the major incident %(number)s.") % {"number": number}
    return {"icon": "alert", "title": title, "text": words, "url": places.ticket(number), "action": _("Open it")}


def _forms(request: DeskRequest, ticket: Ticket, known: Major | None) -> dict[str, forms.Form]:
    """The forms of the page as it stands; the one that was sent has what was typed."""
    step = request.POST.get("step", "")

    def sent(name: str) -> Any:
        return request.POST if step == name else None

    if known is None:
        return {"declare": Declaration(sent("declare"), by=request.person)}
    return {
        "update": Words(sent("update")), "resolve": Ending(sent("resolve")),
        "stand_down": StandDown(sent("stand_down")),
        "follow": Followers(sent("follow"), candidates=verbs.alike(request.person, ticket)),
    }  # fmt: skip


def _do(request: DeskRequest, ticket: Ticket, step: str, data: dict[str, Any]) -> tuple[str, Run | None]:
    """Call the verb; returns what a toast says, and the job that goes on with it."""
    by = request.person
    if step == "declare":
        verbs.declare(ticket, by=by, **data)
        return _("Declared. The portal says so; now let the others follow."), None
    if step == "follow":
        chosen = queries.visible_to(by).filter(pk__in=data["tickets"])
        count = verbs.follow(ticket, list(chosen), by=by)
        words = ngettext("%(n)d ticket follows from now on.", "%(n)d tickets follow from now on.", count)
        return words % {"n": count}, None
    if step == "update":
        reached = verbs.update(ticket, by=by, **data)
        return _answered(reached), reached.run
    if step == "resolve":
        reached = verbs.resolve(ticket, by=by, **data)
        return _resolved(reached), reached.run
    verbs.stand_down(ticket, by=by, reason=data["reason"])
    return _("Stood down. The tickets stay as they are."), None


def _answered(reached: verbs.Reached) -> str:
    if reached.run:
        return _("The portal says it. The requesters of all that follow are answered one after the other.")
    count = reached.count
    return ngettext("%(n)d requester was answered.", "%(n)d requesters were answered.", count) % {"n": count}


def _resolved(reached: verbs.Reached) -> str:
    if reached.run:
        return _("It is resolved. What follows is resolved one after the other; what cannot be is named here.")
    count = reached.count
    return ngettext("%(n)d ticket was resolved.", "%(n)d tickets were resolved.", count) % {"n": count}
