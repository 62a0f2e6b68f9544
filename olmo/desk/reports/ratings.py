"""How satisfied requesters are: for those who lead; and the very answers behind each number, also as a file."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from html import escape
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import spoken
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people.models import Person, Team
from olmo.reports import satisfaction
from olmo.reports.exports.streaming import Things
from olmo.reports.queries import Lens, leads
from olmo.reports.satisfaction import FEWEST, Result
from olmo.surveys.models import Rating
from olmo.tenancy.models import Client
from olmo.tickets.choices import SATISFIED, Score
from olmo.tickets.models import Category

from .. import places
from ..lists import files
from ..shell import DeskRequest, agents, page
from . import charts, numbers
from .looking import BY, DAYS, Look, clients, teams, today, word

APART: Mapping[str, type[Any]] = {"team": Team, "agent": Person, "category": Category, "client": Client}
COLUMNS = {"agent": "agent", "team": "team", "category": "category", "client": "client_id"}
SHOWN, MOST_ROWS = 50, 40
GOOD = "good"


@dataclass(frozen=True)
class Chosen:
    """Which answers are shown: of one value of what they are told apart by, of one score (or "good": the satisfied), of one week.

    week: its Monday, as 2026-03-02.
    """

    value: str = ""
    score: str = ""
    week: str = ""
    is_own: bool = False

    @classmethod
    def read(cls, data: QueryDict) -> "Chosen":
        """From an address. Raises Invalid."""
        for name in ("value", "score"):
            text = data.get(name, "")
            if text and (name, text) != ("score", GOOD) and whole_number(text) is None:
                raise _unknown(name, text)
        return cls(data.get("value", ""), data.get("score", ""), _week_of(data), data.get("own") == "1")

    def url(self, look: Look, view: str = "desk:report_answers", **more: str) -> str:
        """The page of these answers."""
        own = {"value": self.value, "score": self.score, "week": self.week, "own": "1" if self.is_own else "", **more}
        return reverse(view) + look.url() + "".join(f"&{urlencode({k: v})}" for k, v in own.items() if v)

    def within(self, lens: Lens) -> Lens:
        """The days of the lens that are in the chosen week."""
        if not self.week:
            return lens
        monday = date.fromisoformat(self.week)
        return replace(lens, first=max(lens.first, monday), last=min(lens.last, monday + timedelta(days=6)))

    def scored(self) -> dict[str, int]:
        """The condition on the score."""
        return {"score__gte": SATISFIED} if self.score == GOOD else {"score": int(self.score)} if self.score else {}


def _week_of(data: QueryDict) -> str:
    """The Monday in an address. Raises Invalid, also for one whose Sunday no calendar has."""
    text = data.get("week", "")
    try:
        monday = date.fromisoformat(text) if text else None
    except ValueError:
        raise _unknown("week", text) from None
    if monday and monday.year == MAXYEAR:
        raise _unknown("week", text)
    return monday.isoformat() if monday else ""


def _unknown(name: str, text: str) -> Invalid:
    return Invalid(name, _("“%(value)s” is not something that a report can show.") % {"value": text[:40]})


_COUNTS: files.Columns = {
    "result.n": pgettext_lazy("of a survey", "Answers"), "result.share": gettext_lazy("Satisfied, per cent"),
    "result.asked": gettext_lazy("Questions mailed"), "result.answered": gettext_lazy("Of these answered"),
}  # fmt: skip


@files.listing
@agents
def ratings(request: DeskRequest) -> HttpResponse:
    """The ratings of the days, clients and teams in the sentence. To those who lead nothing there is no such page."""
    led = leads(request.person)
    if led == ():
        raise NotFound
    look = _look(request)
    lens = look.lens(request.person, led)
    if request.method == "POST":
        return files.leave(
            request, files.Table(_("Ratings"), {"name": BY[look.by], **_COUNTS}, _apart(lens, look, most=None))
        )
    total, week = satisfaction.whole(lens), satisfaction.weeks(lens)
    context = {
        "sentence": _sentence(request, look, led), "is_lead": True, "by_word": BY[look.by], "fewest": FEWEST,
        "total": _line("", total, Chosen().url(look)), "before": satisfaction.whole(lens.before()).share,
        "scores": _scores(lens, look), "apart": _apart(lens, look), "weeks": [_week(look, monday, one) for monday, one in week],
        "chart": _chart(week), "words": _words(total), "answers_url": Chosen().url(look),
        "file_url": look.url(),
    }  # fmt: skip
    return page(request, "desk/reports/ratings.html", context)


@require_safe
@agents
def answers(request: DeskRequest) -> HttpResponse:
    """The very answers, with their words and tickets: of the teams that one leads; one's own for everybody."""
    look, chosen = _look(request), Chosen.read(request.GET)
    rows = _asked(request, look, chosen)
    after = request.GET.get("after", "")
    if after and whole_number(after) is None:
        raise Invalid("after", after[:80])
    start = int(after or 0)
    found = list(rows[start : start + SHOWN + 1])
    names, shown = _names(Person, [one.agent for one in found]), found[:SHOWN]
    back = reverse("desk:reports") if chosen.is_own else reverse("desk:report_ratings") + look.url()
    context = {
        "rows": [_answer(one, names) for one in shown], "is_own": chosen.is_own,
        "words": _narrowed(look, chosen), "back_url": back,
        "older_url": chosen.url(look, after=str(start + SHOWN)) if len(found) > SHOWN else "",
        "csv_url": chosen.url(look, "desk:report_answers_csv"), "xlsx_url": chosen.url(look, "desk:report_answers_xlsx"),
    }  # fmt: skip
    return page(request, "desk/reports/answers.html", context)


def export(request: DeskRequest, ending: str) -> HttpResponse:
    """The same answers as a file; the change log says who took them out."""
    look, chosen = _look(request), Chosen.read(request.GET)
    ids = array("q", _asked(request, look, chosen).values_list("pk", flat=True).iterator(chunk_size=10_000))
    things = Things(str(_("Ratings")), _columns(), _cells)
    return files.as_file(request, ids, things, ending=ending, what=f"ratings {_narrowed(look, chosen)}")


def as_file(ending: str) -> Any:
    """The view of one kind of file."""

    @require_POST
    @agents
    def view(request: DeskRequest) -> HttpResponse:
        return export(request, ending)

    return view


def figure(viewer: Person, mates: list[int] | None, lens: Lens) -> dict[str, Any]:
    """The line of an agent's own day: their own share, and the mean of their teams where enough people make it."""
    own = satisfaction.whole(lens, agents=[viewer.pk])
    theirs = satisfaction.whole(lens, agents=mates) if mates else None
    look = Look(days=str(lens.length)) if str(lens.length) in DAYS else Look(days="30")
    mean = _share(theirs) if theirs and theirs.n else ""
    drill = _part(own, look, is_own=True)
    return {"label": _("Satisfied with the help"), "own": _share(own), "drill": drill, "is_count": False, "mean": mean}


def headline(lens: Lens, look: Look) -> dict[str, Any]:
    """The one number of the desk's report: satisfied of the answers, leading to them."""
    now, before = satisfaction.whole(lens), satisfaction.whole(lens.before()).share
    link = _part(now, replace(look, by=look.by if look.by in APART else "team"))
    was = _("was %(n)s") % {"n": numbers.percent(before)} if before is not None else ""
    return {"said": _("satisfied with the help"), "value": _share(now), "drill": link, "more": was}


def _part(one: Result, look: Look, *, is_own: bool = False) -> SafeString:
    """Satisfied of the answers, each number leading to its own."""
    of, good = Chosen(is_own=is_own), Chosen(score=GOOD, is_own=is_own)
    return numbers.of_all(_link(one.satisfied, good.url(look)), _link(one.n, of.url(look)))


def _link(n: int, url: str) -> SafeString:
    words = numbers.whole(n)
    return SafeString(
        f'<a class="n-link" href="{escape(url)}">{words}</a>' if n else f'<span class="muted">{words}</span>'
    )


def _look(request: DeskRequest) -> Look:
    found = Look.read(request.GET)
    return found if found.by in APART else replace(found, by="team")


def _asked(request: DeskRequest, look: Look, chosen: Chosen) -> Any:
    viewer, led = request.person, leads(request.person)
    if led == () and not chosen.is_own:
        raise NotFound
    last = today()
    own = Lens(viewer=viewer, first=last - timedelta(days=int(look.days) - 1), last=last)
    lens = chosen.within(own if chosen.is_own else look.lens(viewer, led))
    narrowed = {COLUMNS[look.by]: int(chosen.value)} if chosen.value else {}
    return satisfaction.answers(
        lens, {**narrowed, **chosen.scored(), **({"agent": viewer.pk} if chosen.is_own else {})}
    )


def _sentence(request: DeskRequest, look: Look, led: tuple[int, ...] | None) -> list[dict[str, Any]]:
    by = [(name, label) for name, label in BY.items() if name in APART]
    return [
        {"text": _("Ratings of")}, word(look, "client", clients(request.person)), {"text": _("and")},
        word(look, "team", teams(led)), {"text": _("over")}, word(look, "days", list(DAYS.items())),
        {"text": _("told apart by")}, word(look, "by", by),
    ]  # fmt: skip


def _scores(lens: Lens, look: Look) -> list[dict[str, Any]]:
    found = satisfaction.scores(lens)
    return [
        {"label": score.label, "n": numbers.whole(found.get(score, 0)), "url": Chosen(score=str(score.value)).url(look)}
        for score in sorted(Score, reverse=True)
    ]


def _apart(lens: Lens, look: Look, most: int | None = MOST_ROWS) -> list[dict[str, Any]]:
    found = satisfaction.results(lens, look.by)
    names = _names(APART[look.by], map(int, found))
    ranked = sorted(found.items(), key=lambda row: -row[1].n)[:most]
    return [_line(names.get(int(value)) or _("none"), one, Chosen(value=value).url(look)) for value, one in ranked]


def _line(name: str, one: Result, url: str) -> dict[str, Any]:
    response = numbers.percent(one.response)
    return {
        "name": name, "n": numbers.whole(one.n), "url": url if one.n else "", "share": _share(one), "interval": one.interval,
        "result": one, "response": response, "asked": numbers.whole(one.asked), "answered": numbers.whole(one.answered),
    }  # fmt: skip


def _share(one: Result) -> str:
    if not one.n:
        return "–"
    return numbers.percent(one.share) if one.is_enough else _("too few")


def _week(look: Look, monday: date, one: Result) -> dict[str, Any]:
    return {**_line("", one, Chosen(week=monday.isoformat()).url(look)), "label": _week_said(monday)}


def _week_said(monday: date) -> str:
    return _("week of %(day)s") % {"day": spoken.short_day(monday)}


def _chart(week: list[tuple[Any, Result]]) -> Any:
    told = [(monday, one) for monday, one in week if one.is_enough]
    if len(told) < 2:
        return ""
    label = _("Satisfied requesters in per cent, week by week; the same figures stand in the table")
    return charts.bars([(spoken.short_day(monday), one.share or 0, False) for monday, one in told], label)


def _words(total: Result) -> str:
    if not total.is_enough or total.interval is None:
        return _("Fewer than %(n)d answers: a share would say nothing.") % {"n": FEWEST}
    low, high = total.interval
    words = _(
        "%(share)s %% were satisfied; as few as %(low)s %% or as many as %(high)s %% would fit these answers as well."
    )
    return words % {"share": total.share, "low": low, "high": high}


def _narrowed(look: Look, chosen: Chosen) -> str:
    """Which answers are shown, in words."""
    words = [str(DAYS[look.days])]
    if chosen.value:
        words.append(
            f"{BY[look.by]}: {_names(APART[look.by], [int(chosen.value)]).get(int(chosen.value)) or _('none')}"
        )
    if chosen.week:
        words.append(_week_said(date.fromisoformat(chosen.week)))
    if chosen.score == GOOD:
        words.append(_("satisfied"))
    elif chosen.score and int(chosen.score) in Score.values:
        words.append(str(Score(int(chosen.score)).label))
    return ", ".join(words)


def _answer(one: Rating, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "score": Score(one.score).label, "is_bad": one.score < SATISFIED - 1, "comment": one.comment, "at": one.at,
        "number": one.ticket.number, "subject": one.ticket.subject, "url": places.ticket(one.ticket.number),
        "person": one.person.name, "client": one.client.name, "agent": names.get(one.agent, ""), "is_erased": bool(one.erased_at),
    }  # fmt: skip


def _names(model: type[Any], ids: Iterable[int]) -> dict[int, str]:
    return {row.pk: str(row) for row in model.objects.filter(pk__in=list(ids))}


def _columns() -> dict[str, str]:
    return {
        "at": _("When"), "number": _("Ticket"), "subject": _("Subject"), "client": _("Organisation"), "person": _("Requester"),
        "agent": _("Agent"), "team": _("Team"), "category": _("Category"), "score": _("Rating"), "comment": _("Words"),
    }  # fmt: skip


def _cells(some: Sequence[int]) -> list[list[Any]]:
    """The cells of some ratings, in this order."""
    found = Rating.objects.select_related("ticket", "client", "person").in_bulk(list(some))
    rows = [found[pk] for pk in some if pk in found]
    agent, team, category = (
        _names(APART[name], {getattr(one, name) for one in rows}) for name in ("agent", "team", "category")
    )
    return [
        [one.at, one.ticket.number, one.ticket.subject, one.client.name, one.person.name, agent.get(one.agent, ""),
         team.get(one.team, ""), category.get(one.category, ""), str(Score(one.score).label), one.comment]
        for one in rows
    ]  # fmt: skip
