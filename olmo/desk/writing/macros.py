"""Macros on the ticket: those that fit, what one would do, doing it; and the pages where they are kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.automation.models import Macro
from olmo.kernel import placeholders
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people.administration import mark_of
from olmo.people.models import Team
from olmo.tickets import queries
from olmo.tickets.models import Ticket

from ..admin import used
from ..admin.pages import administrators, or_404, show, typed
from ..forms.macros import MacroForm, as_typed, named
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, is_part, page
from ..undoing import say


@require_safe
@agents
def choices(request: DeskRequest, number: int) -> HttpResponse:
    """The macros that fit a ticket: a menu for scripts, a page without."""
    ticket = queries.by_number(request.person, number)
    found = [
        {"label": str(macro), "icon": "macro", "url": reverse("desk:macro_use", args=[number, macro.pk])}
        for macro in macros.offered(request.person, ticket)
    ]
    found.append({"label": _("Look after macros…"), "icon": "gear", "url": reverse("desk:macros")})
    context = {"title": _("Macros"), "acts": found, "ticket": ticket, "back_url": reverse("desk:ticket", args=[number])}
    if is_part(request):
        return render(request, "desk/acts.html#acts", context)
    return page(request, "desk/acts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def use(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """What a macro would do to this ticket, with its words to be changed; then doing it."""
    ticket = queries.by_number(request.person, number)
    macro = macros.of_ticket(request.person, ticket, pk)
    if request.method != "POST":
        return _asked(request, macro, ticket)
    words = {name: request.POST[name] for name in macros.TEXTS if name in request.POST}
    seen = request.POST.get("seen", "")
    steps = macros.steps_for(macro, ticket, request.person, **words)
    try:
        made = macros.use(
            macro,
            ticket,
            by=request.person,
            steps=steps,
            seen=whole_number(seen, 9),
        )
    except (Invalid, Conflict, NotFound) as refusal:
        return _asked(request, macro, ticket, words=words, wrong=str(refusal.message), status=409)
    say(request, _("“%(macro)s” was done on #%(number)s.") % {"macro": macro, "number": number}, made.token)
    following = macros.next_for(request.person, ticket) if request.POST.get("then") == "next" else None
    return SeeOther(reverse("desk:ticket", args=[following.number if following else number]))


_COLUMNS: Columns = {
    "one": gettext_lazy("Name"), "changes": gettext_lazy("Changes"), "whose": gettext_lazy("Who has it"),
    "where": gettext_lazy("Offered"), "one.uses": gettext_lazy("Used"), "one.is_active": gettext_lazy("Active"),
}  # fmt: skip


@listing
@agents
def listed(request: DeskRequest) -> HttpResponse:
    """All that somebody may use, to be found by a word of their name, with how often each was used."""
    words = typed(request).lower()
    rows = [
        {
            "one": m, "changes": ", ".join(named(m.steps)), "whose": _whose(m), "where": _where(m),
            "mine": macros.may_change(request.person, m),
        }
        for m in macros.known_to(request.person)
        if not words or words in f"{m.name} {m}".lower()
    ]  # fmt: skip
    context = {"rows": rows, "typed": typed(request)}
    if request.path.startswith(reverse("desk:admin")):
        return _administered(request, context)
    around = {"base": "desk/alone.html", "back_url": reverse("desk:list")}
    table = Table(gettext_lazy("Macros"), _COLUMNS, rows)
    return page_or_file(request, "desk/admin/macros.html", {**context, **around}, table)


@administrators
def _administered(request: DeskRequest, context: dict[str, Any]) -> HttpResponse:
    """The same list, among the sections of administration."""
    return show(request, "macros", "macros", {**context, "base": "desk/admin/base.html"}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def one(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """A macro to be changed, or a new one."""
    macro = or_404(macros.known_to(request.person), pk) if pk else None
    if macro is not None and not macros.may_change(request.person, macro):
        raise NotFound
    form = MacroForm(request.POST or None, by=request.person, initial=_first(macro))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (saved := _saved(request, form, macro)):
            messages.success(request, _("%(name)s was saved.") % {"name": saved})
            return SeeOther(reverse("desk:macros"))
    context = {
        "form": form, "title": str(macro) if macro else _("New macro"), "macro": macro, "cancel_url": reverse("desk:macros"),
        "known": [{"name": name, "words": words} for name, words in placeholders.offered()],
        "used": used.tickets(macros.places(request.person, macro, used.MOST)) if macro else [],
    }  # fmt: skip
    return page(request, "desk/macro.html", {**context, "base": "desk/alone.html"}, status=status)


@require_POST
@agents
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a macro."""
    macro = or_404(macros.known_to(request.person), pk)
    macros.remove(macro, by=request.person)
    messages.success(request, _("%(name)s was removed.") % {"name": macro})
    return SeeOther(reverse("desk:macros"))


def _asked(
    request: DeskRequest,
    macro: Macro,
    ticket: Ticket,
    *,
    words: dict[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page that shows what would happen."""
    ticket = queries.by_number(request.person, ticket.number)
    version, steps = ticket.version, macros.steps_for(macro, ticket, request.person)
    context = {
        "macro": macro, "ticket": ticket, "effect": macros.shown(macro, ticket, request.person), "seen": version, "wrong": wrong,
        "reply": (words or {}).get("reply", steps.get("reply", "")), "note": (words or {}).get("note", steps.get("note", "")),
        "has_reply": "reply" in macro.steps, "has_note": "note" in macro.steps,
        "back_url": reverse("desk:ticket", args=[ticket.number]),
    }  # fmt: skip
    return page(request, "desk/macro_use.html", context, status=status)


def _saved(request: DeskRequest, form: MacroForm, macro: Macro | None) -> Macro | None:
    data = form.cleaned_data
    whose = data["whose"]
    values = MacroSettings(
        name=data["name"], names={"it": data["name_it"], "en": data["name_en"]}, steps=form.steps, goes_on=data["goes_on"],
        is_own=whose == "own", team=Team.objects.get(pk=whose.removeprefix("team-")) if whose.startswith("team-") else None,
        client=data["client"], category=data["on_category"], kind=data["on_kind"], language=data["on_language"],
        is_active=data["is_active"],
    )  # fmt: skip
    try:
        return macros.save(macro, values, by=request.person, seen=data["seen"])
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return None


def _first(macro: Macro | None) -> dict[str, Any]:
    """What the form shows at first."""
    if macro is None:
        return {"whose": "own", "is_active": True}
    whose = "own" if macro.owner_id else f"team-{macro.team_id}" if macro.team_id else "desk"
    return {
        **as_typed(macro.steps),
        "name": macro.name, "name_it": macro.names.get("it", ""), "name_en": macro.names.get("en", ""),
        "is_active": macro.is_active, "goes_on": macro.goes_on, "whose": whose, "client": macro.client_id,
        "on_category": macro.category_id, "on_kind": macro.kind, "on_language": macro.language,
        "seen": mark_of(macros.state_of(macro)),
    }  # fmt: skip


def _whose(macro: Macro) -> str:
    if macro.owner_id:
        return _("Only me")
    return macro.team.name if macro.team else _("The whole desk")


def _where(macro: Macro) -> str:
    """The conditions in a few words."""
    found = [macro.client, macro.category, macro.get_kind_display(), macro.get_language_display()]
    return " · ".join(str(one) for one in found if one) or _("everywhere")
