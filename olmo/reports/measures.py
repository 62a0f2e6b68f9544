"""The measures: what each is called, what counts, and where it comes from. Words are ITIL's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Words

type Unit = Literal["tickets", "percent", "minutes", "weight"]


@dataclass(frozen=True)
class Measure:
    """A named number. source: the sum (or the column of facts) that it reads, and what it is a share of."""

    label: Words
    unit: Unit
    counts: Words  # what counts, for the reader
    source: str
    of: str = ""


MEASURES: Mapping[str, Measure] = {
    "opened": Measure(
        _("Opened"), "tickets", _("Tickets that came in on these days, merged ones too."), "opened"
    ),
    "resolved": Measure(
        _("Resolved"), "tickets",
        _("Tickets whose present solution was given on these days. One that was reopened since counts again when it is solved."),
        "resolved",
    ),
    "open": Measure(_("Open"), "tickets", _("Tickets that are new, open or waiting now."), "open"),
    "reopened": Measure(
        _("Reopened"), "tickets", _("Tickets that were last reopened on these days; each counts once."), "reopened"
    ),
    "reopen_rate": Measure(
        _("Reopen rate"), "percent", _("Reopened tickets for each hundred resolved in the same days."), "reopened", "resolved"
    ),
    "first_contact": Measure(
        _("Solved at first contact"), "percent",
        _("Of the resolved: those solved with one answer at most, without a question back, an escalation or a reopening."),
        "first_contact", "resolved",
    ),
    "in_time": Measure(
        _("Solved in time"), "percent",
        _(
            "Of the resolved with a promise: those that kept their service level or, without one, their due date. A breach"
            " that was waived counts as broken; where there are any, the share without them stands beside it."
        ),
        "kept", "promised",
    ),
    "prompt": Measure(
        _("Answered in time"), "percent",
        _(
            "Of the first answers: those that kept their service level or, without one, came within 1 hour (critical), 4 hours"
            " (high), 1 day (normal) or 3 days (low). A breach that was waived counts as broken; where there are"
            " any, the share without them stands beside it."
        ),
        "prompt", "answered",
    ),
    "response": Measure(
        _("First response"), "minutes",
        _("From opening to the desk’s first answer to the requester, around the clock, of tickets first answered on these days."),
        "response_minutes",
    ),
    "resolution": Measure(
        _("Resolution time"), "minutes",
        _("From opening to the present solution, around the clock and waiting included, of tickets resolved on these days."),
        "resolution_minutes",
    ),
    "load": Measure(
        _("Load"), "weight",
        _("Open tickets of an agent, each weighing 8 (critical), 4 (high), 2 (normal) or 1 (low)."), "weight",
    ),
}  # fmt: skip
