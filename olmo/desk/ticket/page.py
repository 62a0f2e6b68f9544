"""The page of a ticket, and the menus that are fetched when they are opened."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.escalation import major
from olmo.escalation import queries as escalation
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.prepared import Part
from olmo.kernel.presence import pass_for
from olmo.kernel.text import whole_number
from olmo.notifications import actions as notifications
from olmo.notifications import following as muting
from olmo.notifications.following import Level
from olmo.people.models import Person
from olmo.routing.rules import why
from olmo.service_levels import queries as promised
from olmo.surveys import queries as surveys
from olmo.tickets import actions as tickets
from olmo.tickets import conversation, mentions, queries, signatures, suppliers
from olmo.tickets import partners as at_partners
from olmo.tickets.models import Message, Status, Ticket
from olmo.tickets.sentences import describe
from olmo.worklog import queries as worklog
from olmo.writing import queries as written
from olmo.writing.models import Kind

from ..assets import beside as assets
from ..forms import ChangeForm
from ..lists import following
from ..shell import DeskRequest, agents, is_ahead, is_part, page
from ..writing.composer import Typed, composer
from ..writing.drafts import cards
from . import facts
from .log import log
from .panel import panel
from .timeline import timeline

MOST_QUOTED = 12  # lines of a note that is answered


@require_safe
@agents
def show(request: DeskRequest, number: int) -> HttpResponse:
    """The ticket, opened at its newest messages. Whoever opens it has read it, unless a script only asks ahead."""
    ticket = queries.by_number(request.person, number)
    return whole(request, ticket, is_read=not is_ahead(request))


def _quoting(request: DeskRequest, ticket: Ticket, typed: Typed) -> Typed:
    """As the address asks: `as` names the text that is shown; `note`, the id of a note, quotes it and mentions its author."""
    typed.kind = request.GET["as"] if request.GET.get("as") in Kind.values else typed.kind
    if (forwarded := _forwarded(request, ticket)) and not typed.texts.get(Kind.REPLY, "").strip():
        typed.texts[Kind.REPLY] = forwarded
        return typed
    text = request.GET.get("note", "")
    pk = whole_number(text) or 0
    found = conversation.messages(request.person, ticket, limit=1, only=[pk]) if pk else []
    if not found or not found[0].is_internal or typed.texts.get(Kind.NOTE, "").strip():
        return typed
    author = queries.messages(request.person, ticket).get(pk=pk).author
    lines = mentions.plain(found[0].text).strip().splitlines()[:MOST_QUOTED]
    quote = "\n".join(f"> {line}" for line in lines)
    mention = f"{mentions.written(author)} " if author.is_agent and author.pk != request.person.pk else ""
    typed.kind = Kind.NOTE
    typed.texts[Kind.NOTE] = f"{quote}\n\n{mention}"
    return typed


def _forwarded(request: DeskRequest, ticket: Ticket) -> str:
    """The words of a partner that an agent wants to forward: as a reply to be looked at and sent."""
    text = request.GET.get("forward", "")
    pk = whole_number(text) or 0
    found = conversation.messages(request.person, ticket, limit=1, only=[pk]) if pk else []
    if not found or not found[0].partner or found[0].redacted_at:
        return ""
    return "\n".join(f"> {line}" for line in found[0].text.strip().splitlines()) + "\n\n"


def whole(
    request: DeskRequest, ticket: Ticket, *, typed: Typed | None = None, opened: ChangeForm | None = None,
    extra: dict[str, Any] | None = None, status: int = 200, is_read: bool = False,
) -> HttpResponse:  # fmt: skip
    """The page of a ticket. typed: what could not be sent. opened: the form that stands open, with what it needs in `extra`."""
    viewer = request.person
    around, told = (
        conversation.around(viewer, ticket, _also(viewer, ticket)),
        timeline(viewer, ticket, before=_before(request)),
    )
    live = f"ticket:{ticket.pk}"
    drafts = written.of_ticket(viewer, ticket) if around.also["drafts"] else []
    own = [draft for draft in drafts if draft.author_id == viewer.pk and draft.is_open]
    typed = typed or _quoting(request, ticket, Typed.saved(own))
    if is_read and around.read_up_to < ticket.version:
        queries.mark_read(viewer, ticket)
        notifications.read(viewer, ticket=ticket)
    context: dict[str, Any] = {
        "ticket": ticket,
        "live": live,
        "back_url": following.list_of(request).url(),
        "head": facts.head(ticket, around),
        "here": _pass(request, ticket),
        "log": log(told, live=live, seen=ticket.version),
        "newest_url": told.newest_url,
        "panel": panel(
            facts.sections(viewer, ticket, around, _token(request)), live=live, **_opened(request, opened, extra)
        ),
        "composer": composer(viewer, ticket, typed, told, around.also),
        "waiting": cards(viewer, ticket, drafts),
        "opened": opened,
        **(extra or {}),
    }
    if is_part(request):
        return render(request, "desk/ticket.html#parts", context, status=status)
    return page(request, "desk/ticket.html", context, status=status)


def _also(viewer: Person, ticket: Ticket) -> dict[str, Part]:
    """What other rooms keep about a ticket, or whether they keep anything: most tickets have none of it."""
    supplier: dict[str, Part] = {"supplier": suppliers.named(ticket.supplier_id)} if ticket.supplier_id else {}
    return {
        "drafts": written.any_of_ticket(ticket), "clocks": promised.any_of(ticket), "timer": worklog.any_timer(viewer),
        "level": muting.kept(viewer, ticket),
        "totals": worklog.summing(viewer, ticket), "work": worklog.choices(),
        "signatures": signatures.held(ticket), "ruled": why.log_of(ticket),
        "asked": escalation.asked(ticket), "partners": at_partners.listed(ticket.pk), "offered": at_partners.offered(),
        "major": major.notice(ticket),
        "rated": surveys.last_rating(ticket), "follow_ups": surveys.open_follow_ups(ticket), **supplier,
        **assets.part(ticket),
    }  # fmt: skip


def _token(request: DeskRequest) -> str:
    """The hidden field of a form that is printed by Python."""
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'


def _opened(request: DeskRequest, opened: ChangeForm | None, extra: dict[str, Any] | None) -> dict[str, str]:
    """The form that stands open in the panel, if it is one of those."""
    if opened is None:
        return {}
    form = render_to_string("desk/form.html", {"form": opened, **(extra or {})}, request)
    return {"opened": opened.noun, "form": form}


def around_form(request: DeskRequest, form: ChangeForm) -> dict[str, Any]:
    """What desk/form.html needs beside the form: what others did meanwhile."""
    return {"clashes": describe(request.person, form.clashes) if form.clashes else []}


@require_safe
@agents
def presence(request: DeskRequest, number: int) -> HttpResponse:
    """{"pass": a new pass}: a page that stands open for long asks whether its reader may still see the ticket."""
    return JsonResponse({"pass": _pass(request, queries.by_number(request.person, number))})


def _pass(request: DeskRequest, ticket: Ticket) -> str:
    """What lets this page say that its reader is here (see kernel.presence)."""
    return pass_for(
        person=request.person.pk, name=request.person.name, session=request.session.session_key or "",
        client=ticket.client_id, ticket=ticket.pk, number=ticket.number,
    )  # fmt: skip


@require_safe
@agents
def more(request: DeskRequest, number: int) -> HttpResponse:
    """The further actions of a ticket: a menu for scripts, a page without."""
    ticket = queries.by_number(request.person, number)
    return acts(request, ticket, _("More actions"), _more(request.person, ticket))


def _more(viewer: Person, ticket: Ticket) -> list[dict[str, Any]]:
    def to(noun: str, label: str, icon: str, **extra: Any) -> dict[str, Any]:
        return {
            "noun": noun,
            "label": label,
            "icon": icon,
            "url": reverse(f"desk:{noun}", args=[ticket.number]),
            **extra,
        }

    found = [to("subject", _("Change the subject…"), "pen"), to("links", _("Link to another ticket…"), "link")]
    if ticket.merged_into_id is None:
        found.append(to("merge", _("Merge into another ticket…"), "merge"))
    if ticket.is_active and major.may_declare(viewer, ticket):
        found.append(to("major", _("Major incident…"), "alert"))
    if ticket.is_active and (origin := tickets.came_from(ticket)):
        found.insert(0, to("return", _("Give back to %(team)s…") % {"team": origin.name}, "undo"))
    follows = viewer.pk in ticket.watcher_ids
    word, name = (_("Stop following"), "remove") if follows else (_("Follow"), "person")
    found.append(to("watchers", word, "eye", is_post=True, name=name, value=viewer.pk))
    is_muted = muting.level_of(viewer, ticket) == Level.MUTED
    mute, level = (_("Hear of it again"), Level.USUAL) if is_muted else (_("Mute this ticket"), Level.MUTED)
    found.append(to("following", mute, "bell", is_post=True, name="level", value=level.value))
    unread = {"label": _("Mark as unread"), "icon": "bell", "url": reverse("desk:reads"), "is_post": True}
    found.append({**unread, "name": "ticket", "value": ticket.number})
    if ticket.status != Status.CLOSED:
        found.append(
            to("closure", _("Close for good"), "archive", is_post=True, confirm=_("Close this ticket for good?"))
        )
    return found


def acts(request: DeskRequest, ticket: Ticket, title: str, found: list[dict[str, Any]]) -> HttpResponse:
    """A menu of actions: a part for scripts, a page of its own without."""
    context = {
        "title": title,
        "acts": found,
        "ticket": ticket,
        "back_url": reverse("desk:ticket", args=[ticket.number]),
    }
    if is_part(request):
        return render(request, "desk/acts.html#acts", context)
    return page(request, "desk/acts.html", context)


def message_of(request: DeskRequest, number: int, pk: int) -> Message:
    """A message of a ticket (or of one merged into it) that the agent may see. Raises NotFound."""
    ticket = queries.by_number(request.person, number)
    found = queries.messages(request.person, ticket).select_related("ticket").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _before(request: DeskRequest) -> int | None:
    text = request.GET.get("before", "")
    if not text:
        return None
    if whole_number(text) is None:
        raise Invalid("before", text[:30])
    return int(text)
