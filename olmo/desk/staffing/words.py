"""Whether somebody is there, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.kernel import spoken
from olmo.kernel.errors import Words
from olmo.people.models import Person
from olmo.staffing.availability import Reason, Verdict

_NOW: Mapping[Reason, tuple[Words, Words]] = {
    Reason.HERE: (_("There"), _("There, shift until %(at)s")),
    Reason.EXTRA: (_("There outside the shift"), _("There outside the shift, until %(at)s")),
    Reason.LEFT: (_("Not with the desk any more"), _("Not with the desk any more")),
    Reason.ABSENT: (_("Absent"), _("Absent until %(at)s")),
    Reason.OFF: (pgettext_lazy("presence", "Off"), _("Off until %(at)s")),
    Reason.AWAY: (pgettext_lazy("presence", "Away"), _("Away until %(at)s")),
    Reason.OUTSIDE: (_("Outside any shift"), _("Outside any shift; the next one begins %(at)s")),
}
_TONES: Mapping[Reason, str] = {Reason.HERE: "elm", Reason.EXTRA: "elm", Reason.AWAY: "ochre", Reason.ABSENT: "slate"}


def told(verdict: Verdict) -> str:
    """Whether somebody is there, and until when."""
    plain, until = _NOW[verdict.reason]
    return str(until) % {"at": spoken.near_inside(verdict.until)} if verdict.until else str(plain)


def tone(verdict: Verdict) -> str:
    """The colour of a badge that says so."""
    return _TONES.get(verdict.reason, "")


def with_deputy(verdict: Verdict, people: Mapping[int, Person]) -> str:
    """The same, with who stands in."""
    deputy = people.get(verdict.deputy) if verdict.deputy else None
    words = told(verdict)
    return f"{words} · " + str(_("%(name)s stands in")) % {"name": deputy.name} if deputy else words
