"""The line of a policy as it is drawn: where each step stands between the beginning, the due time and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.escalation.models import Act, Step, Unit

EXAMPLE_MINUTES = 480  # minutes before and after are drawn for a promise of eight hours
LEFT, WIDTH, NEAR = 24, 672, 24


@dataclass(frozen=True)
class Mark:
    """A step on the line. Pixels."""

    n: int
    x: int
    y: int
    is_asking: bool


@dataclass(frozen=True)
class Drawn:
    """The line: where it is due, and its steps."""

    due: int
    end: int
    marks: Sequence[Mark]


def drawn(steps: Sequence[Step]) -> Drawn | None:
    """The drawing of these steps; None without any."""
    if not steps:
        return None
    shares = [max(0.0, _share(step)) for step in steps]
    longest = max(1.25, *(share * 1.05 for share in shares))
    places = [LEFT + round(WIDTH * share / longest) for share in shares]
    marks: list[Mark] = []
    for n, (step, x) in enumerate(zip(steps, places, strict=True), start=1):
        above = sum(abs(mark.x - x) < NEAR for mark in marks)
        marks.append(Mark(n, x, 44 - 26 * min(above, 1) + (52 if above > 1 else 0), bool(step.answer_minutes)))
    return Drawn(LEFT + round(WIDTH / longest), LEFT + WIDTH, marks)


def in_words(steps: Iterable[Step]) -> list[str]:
    """Each step as a sentence."""
    return [_sentence(step) for step in steps]


def _share(step: Step) -> float:
    return step.value / 100 if step.unit == Unit.PERCENT else 1 + step.value / EXAMPLE_MINUTES


def _sentence(step: Step) -> str:
    said = f"{_when(step)}: {_what(step)}"
    if step.answer_minutes:
        words = ngettext(
            "the next in line is asked after %(minutes)d min without an answer, %(n)d round",
            "the next in line is asked after %(minutes)d min without an answer, %(n)d rounds", step.rounds,
        )  # fmt: skip
        said += "; " + words % {"minutes": step.answer_minutes, "n": step.rounds}
    if step.answer_minutes and step.again_minutes:
        said += "; " + _("over again after %(minutes)d min and longer, until somebody takes it") % {
            "minutes": step.again_minutes
        }
    if step.only_untaken:
        said += "; " + _("only while nobody takes care of it")
    return said + ("; " + _("not in quiet hours") if step.respects_quiet else "")


def _when(step: Step) -> str:
    if step.unit == Unit.PERCENT:
        return _("At %(percent)d %% of the time") % {"percent": step.value}
    if step.value == 0:
        return _("When it is due")
    words = (
        _("%(n)d working minutes before it is due") if step.value < 0 else _("%(n)d working minutes after it is due")
    )
    return words % {"n": abs(step.value)}


def _what(step: Step) -> str:
    whom = step.person or step.team or _("the ticket’s team")
    sentences = {
        Act.NOTIFY: _("tell %(whom)s"), Act.REASSIGN: _("give it to %(whom)s"), Act.RAISE: _("raise the priority"),
        Act.PAGE: _("page the on-call of %(whom)s"), Act.MANAGER: _("call the lead of %(whom)s"),
    }  # fmt: skip
    return sentences[Act(step.act)] % {"whom": whom}
