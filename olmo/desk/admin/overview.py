"""The first page of administration: what needs attention, and what each section is for."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from olmo.channels import queries as channels
from olmo.channels.models import Mailbox
from olmo.fulfilment import administration as plans
from olmo.fulfilment.models import Plan
from olmo.kernel.errors import Words
from olmo.outbox import queries as outbox
from olmo.outbox.models import Envelope, State
from olmo.people.models import Person
from olmo.routing.rules import keeping

from ..shell import DeskRequest
from . import finding
from .pages import SECTIONS, administrators, show, typed

# section -> what it is for, in one sentence
PURPOSES: Mapping[str, Words] = {
    "agreements": gettext_lazy(
        "What is promised to whom: times by priority, from when on, and the history of every amendment."
    ),
    "services": gettext_lazy("What the desk provides, to whom, at what price, and who looks after it."),
    "items": gettext_lazy("What people order, by forms that are built here, without code."),
    "calendars": gettext_lazy("When time counts: weekly hours, public holidays and other days, by country and zone."),
    "surveys": gettext_lazy(
        "Whether, when and whom the desk asks how the help was; what follows a bad one; which solved tickets are looked at again."
    ),
    "words": gettext_lazy(
        "What people call the same thing, so that their words find articles; words that say nothing."
    ),
    "suppliers": gettext_lazy("Third parties that work is handed to, and how many tickets wait for each."),
    "policies": gettext_lazy("Who hears of it, and what is done, before a promise is broken and after."),
    "provider": gettext_lazy("Who runs this desk: its name, its address, its signature."),
    "organisations": gettext_lazy(
        "Whom the desk helps, by which mail domains they are known, and what matters to them."
    ),
    "agents": gettext_lazy("Who works here, in which teams, for whom, and who administers."),
    "teams": gettext_lazy("Who takes tickets together, and to whom they escalate."),
    "requesters": gettext_lazy("Who asks for help, and how they are reached."),
    "cost_centres": gettext_lazy("Who pays within an organisation, and who approves what is charged."),
    "assignment": gettext_lazy("How the tickets of each team find their agent: by hand, in turn, by work or by skill."),
    "skills": gettext_lazy("What agents can and categories need, and how well."),
    "capacity": gettext_lazy("How much agents take at once, what tickets weigh, and who has how much now."),
    "oncall": gettext_lazy("Who is called out of hours: rotations, layers, and when nobody is."),
    "states": gettext_lazy("The desk’s own words for how work stands, beneath each status."),
    "categories": gettext_lazy("What tickets are about, and which team takes them first."),
    "fields": gettext_lazy("What else tickets of an organisation or a category hold."),
    "macros": gettext_lazy("Several changes and prepared words in one press, for everybody or for a team."),
    "answers": gettext_lazy(
        "Texts that agents insert while they write, in each language, for a team or for everybody."
    ),
    "tags": gettext_lazy("Words that agents give to tickets: rename, merge and remove them everywhere."),
    "kinds": gettext_lazy("What sorts of things people work with: laptops, phones, licences."),
    "templates": gettext_lazy("What a new ticket begins from: its words, its team, its checklist."),
    "plans": gettext_lazy("What several teams do for a ticket, step by step: in order, in parallel, under conditions."),
    "activities": gettext_lazy("What agents are at when they enter time, and how minutes are counted."),
    "rules": gettext_lazy(
        "Which tickets go to which team, and what else is set by itself, in order; tried before it is saved."
    ),
    "triage": gettext_lazy("What new tickets probably are, learnt from finished ones, and what it may set alone."),
    "brands": gettext_lazy(
        "How the portal and the mails of each organisation look: name, logo, colours, host name, footer."
    ),
    "widgets": gettext_lazy("Search, report and status on an organisation’s own intranet pages, by one script tag."),
    "components": gettext_lazy("What can fail, and whose status is read without signing in."),
    "mailboxes": gettext_lazy("The addresses to which requests are sent, and how their mail is fetched."),
    "incoming": gettext_lazy("Mail that could not become a ticket, with its reason."),
    "outgoing": gettext_lazy("Mail that could not be delivered or still waits."),
    "changes": gettext_lazy("Who changed which setting, when, from what to what."),
}


@require_safe
@administrators
def overview(request: DeskRequest) -> HttpResponse:
    """What needs attention, and all sections."""
    subjects = [
        {
            "title": title,
            "items": [{"label": label, "words": PURPOSES[name], "url": _url(name)} for name, label in items],
        }
        for title, items in SECTIONS
    ]
    words = typed(request)
    context = {
        "subjects": subjects, "attention": list(_attention(request.person)), "way": [], "typed": words,
        "found": finding.find(words, PURPOSES) if words else [],
    }  # fmt: skip
    return show(request, "", "overview", context)


def _attention(viewer: Person) -> Iterator[dict[str, Any]]:
    """What an administrator should look at, the worst first, as banners."""
    if failing := list(channels.mailboxes(viewer).filter(is_active=True, health=Mailbox.Health.FAILING)):
        names = ", ".join(mailbox.address for mailbox in failing)
        yield _banner("brick", _("Mail cannot be fetched."), names, "mailboxes")
    if parked := channels.parked(viewer).count():
        words = ngettext("%(n)d message could not be processed.", "%(n)d messages could not be processed.", parked)
        yield _banner("brick", words % {"n": parked}, _("It is kept whole, with the reason."), "incoming")
    if failed := Envelope.objects.filter(state__in=[State.FAILED, State.HELD]).count():
        words = ngettext("%(n)d mail could not be delivered.", "%(n)d mails could not be delivered.", failed)
        yield _banner("ochre", words % {"n": failed}, "", "outgoing")
    if broken := keeping.broken():
        words = ngettext("%(n)d rule does not work any more.", "%(n)d rules do not work any more.", len(broken))
        yield _banner("ochre", words % {"n": len(broken)}, ", ".join(f"“{name}”" for name in broken[:8]), "rules")
    if broken := [str(one) for one in Plan.objects.filter(is_active=True) if plans.wrong_with(one)]:
        words = ngettext(
            "%(n)d plan names somebody who takes no tasks.",
            "%(n)d plans name somebody who takes no tasks.",
            len(broken),
        )
        yield _banner("ochre", words % {"n": len(broken)}, ", ".join(f"“{name}”" for name in broken[:8]), "plans")
    waiting = outbox.waiting()
    if waiting.count and not waiting.has_relay:
        words = ngettext("%(n)d mail waits for a relay.", "%(n)d mails wait for a relay.", waiting.count)
        how = _("No mail leaves until OLMO_SMTP_URL names the relay for outgoing mail.")
        yield _banner("ochre", words % {"n": waiting.count}, how, "outgoing")


def _banner(tone: str, title: str, text: str, section: str) -> dict[str, Any]:
    return {"tone": tone, "icon": "alert", "title": title, "text": text, "url": _url(section), "action": _("Look")}


def _url(section: str) -> str:
    return reverse(f"desk:admin_{section}")
