"""Many tickets at once: choose what is to change, see what would happen ticket by ticket, and only then do it."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from olmo.automation import running
from olmo.automation.models import Run
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people import signin
from olmo.tickets import queries
from olmo.tickets.models import Ticket

from .. import places
from ..forms.macros import named
from ..forms.steps import ManyForm
from ..shell import DeskRequest, SeeOther, agents, is_part, page
from ..undoing import say
from .filters import Filters

MOST_SHOWN = 100  # tried before it is done; the others when it is done


@dataclass(frozen=True)
class Chosen:
    """The chosen tickets, in the order of their numbers. has_more: the list held more than can be changed at once."""

    tickets: list[Ticket]
    seen: dict[int, int]  # number -> the version that was shown
    has_more: bool = False

    @property
    def words(self) -> str:
        """For the hidden field that carries the choice on: "1001:4 1002:7"."""
        return " ".join(f"{t.number}:{self.seen.get(t.number, t.version)}" for t in self.tickets)

    def but(self, numbers: set[int]) -> "Chosen":
        """Without the tickets of these numbers."""
        return replace(self, tickets=[t for t in self.tickets if t.number not in numbers])

    def pairs(self) -> list[tuple[int, int]]:
        """Id and version shown of each."""
        return [(t.pk, self.seen.get(t.number, t.version)) for t in self.tickets]


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def bulk(request: DeskRequest) -> HttpResponse:
    """The steps: the form, its preview, the change."""
    chosen = choose(request)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    form = ManyForm(request.POST if step else None, by=request.person, tickets=chosen.tickets)
    if not step:
        return _shown(request, chosen, form)
    if not form.is_valid():
        return _shown(request, chosen, form, status=422)
    if step != "apply":
        return _previewed(request, chosen, form)
    try:
        label = _("Changed several tickets")
        run = running.begin(chosen.but(_left_out(request)).pairs(), by=request.person, steps=form.steps, label=label)
    except Invalid as refusal:
        form.add_error(None, str(refusal.message))
        return _shown(request, chosen, form, status=422)
    if run.finished_at:
        say(request, told(run), run.undoable.token if run.undoable else "")
    return SeeOther(f"{reverse('desk:bulk_run', args=[run.pk])}?back={_back(request)}")


@require_safe
@agents
def run(request: DeskRequest, pk: int) -> HttpResponse:
    """What was done and what was refused; how far it is, while a job works on it."""
    found = Run.objects.select_related("undoable").filter(pk=pk, by=request.person, is_trial=False).first()
    if found is None:
        raise NotFound
    refused = [result for result in found.results if result[2] == "refused"]
    is_undoable = found.undoable is not None and found.undoable.undone_at is None and found.finished_at is not None
    context = {
        "run": found, "total": len(found.tickets), "now": len(found.results), "done": found.count("done"),
        "same": found.count("same"),
        "refused": [{"number": n, "url": places.ticket(n) if n else "", "words": words} for n, _pk, _state, words in refused],
        "named": named(found.steps), "back_url": _back(request), "title": told(found),
        "token": found.undoable.token if is_undoable and found.undoable else "",
    }  # fmt: skip
    answer = page(request, "desk/bulk_run.html", context)
    if found.finished_at is None:
        answer.headers["Refresh"] = "2"
    return answer


def choose(request: DeskRequest) -> Chosen:
    """The tickets that the address or the form names: `tickets` (carried on), `ticket` (ticked), or all of a list (`all`)."""
    data = request.POST if request.method == "POST" else request.GET
    visible = queries.visible_to(request.person)
    if words := data.get("tickets", ""):
        seen = dict(_pair(word) for word in words.split()[: running.MOST])
        return Chosen(_rows(visible, list(seen)), seen)
    if data.get("all"):
        rows = Filters.read(data).tickets(request.person).order_by("-number")[: running.MOST + 1]
        numbers = list(rows.values_list("number", flat=True))
        return Chosen(_rows(visible, numbers[: running.MOST]), {}, len(numbers) > running.MOST)
    return Chosen(_rows(visible, [_number(word) for word in data.getlist("ticket")[: running.MOST]]), {})


def told(run: Run) -> str:
    """In a sentence what came of it."""
    if run.finished_at is None:
        return _("%(now)d of %(total)d tickets so far") % {"now": len(run.results), "total": len(run.tickets)}
    done, refused = run.count("done"), run.count("refused")
    words = [ngettext("%(n)d ticket was changed.", "%(n)d tickets were changed.", done) % {"n": done}]
    if refused:
        words.append(ngettext("%(n)d was refused.", "%(n)d were refused.", refused) % {"n": refused})
    if run.undoable is not None and run.undoable.undone_at is not None:
        words.append(_("Then it was undone."))
    return " ".join(words)


def _previewed(request: DeskRequest, chosen: Chosen, form: ManyForm) -> HttpResponse:
    if not form.steps:
        form.add_error(None, _("Choose what is to change."))
        return _shown(request, chosen, form, status=422)
    now = Chosen(chosen.tickets, {}, chosen.has_more)  # from here on, what is shown now counts as seen
    versions, left_out = now.words, _left_out(request)
    effects = running.preview(chosen.tickets[:MOST_SHOWN], by=request.person, steps=form.steps)
    counts = {state: sum(e.state == state for e in effects) for state in ("done", "same", "refused")}
    effects.sort(key=lambda effect: effect.state != "refused")
    rows = [{"effect": e, "url": places.ticket(e.number), "is_ticked": e.number not in left_out} for e in effects]
    rest = chosen.tickets[MOST_SHOWN:]
    hidden = len(rest)
    trial = running.try_out([(t.pk, t.version) for t in rest], by=request.person, steps=form.steps) if rest else None
    extra = {
        "rows": rows,
        "counts": counts,
        "versions": versions,
        "hidden": hidden,
        "can_act": counts["done"] or hidden,
    }
    extra |= _of_trial(trial) if trial else {}
    return _shown(request, chosen, form, extra=extra)


@require_safe
@agents
def trial(request: DeskRequest, pk: int) -> HttpResponse:
    """What would become of the tickets that a preview does not show, as far as the job has tried them."""
    found = Run.objects.filter(pk=pk, by=request.person, is_trial=True).first()
    if found is None:
        raise NotFound
    context = {**_of_trial(found), "title": _("What would happen"), "back_url": reverse("desk:list")}
    if is_part(request):
        return render(request, "desk/bulk_trial.html#trial", context)
    answer = page(request, "desk/bulk_trial.html", context)
    if found.finished_at is None:
        answer.headers["Refresh"] = "2"
    return answer


def _of_trial(found: Run) -> dict[str, Any]:
    refused = [result for result in found.results if result[2] == "refused"]
    return {
        "trial": found, "trial_url": reverse("desk:bulk_trial", args=[found.pk]), "trial_total": len(found.tickets),
        "tried": {state: found.count(state) for state in ("done", "same", "refused")}, "trial_now": len(found.results),
        "trial_refused": [{"number": n, "url": places.ticket(n) if n else "", "words": words} for n, _pk, _s, words in refused],
    }  # fmt: skip


def _left_out(request: DeskRequest) -> set[int]:
    """Numbers of the tickets whose tick in the preview was taken away."""
    shown, ticked = ({_number(word) for word in request.POST.getlist(name)} for name in ("shown", "kept"))
    return shown - ticked


def _shown(
    request: DeskRequest, chosen: Chosen, form: ManyForm, *, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    number = len(chosen.tickets)
    title = ngettext("Change %(n)d ticket", "Change %(n)d tickets", number) % {"n": number}
    context = {
        "title": title, "chosen": chosen, "form": form, "back_url": _back(request), "versions": chosen.words,
        "some": [{"ticket": t, "url": places.ticket(t.number)} for t in chosen.tickets[:8]], "more": max(0, number - 8),
        **(extra or {}),
    }  # fmt: skip
    return page(request, "desk/bulk.html", context, status=status)


def _rows(visible: Any, numbers: list[int]) -> list[Ticket]:
    related = visible.select_related("client", "requester", "team", "assignee")
    return list(related.filter(number__in=numbers).order_by("-number"))


def _pair(word: str) -> tuple[int, int]:
    number, _colon, version = word.partition(":")
    return _number(number), _number(version)


def _number(word: str) -> int:
    if whole_number(word) is None:
        raise Invalid("ticket", _("“%(number)s” is not a ticket’s number.") % {"number": word[:30]})
    return int(word)


def _back(request: DeskRequest) -> str:
    """The list to go back to."""
    url = request.POST.get("back") or request.GET.get("back") or request.POST.get("next") or ""
    return signin.local(url) or reverse("desk:list")
