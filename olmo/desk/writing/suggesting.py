"""What the composer offers while somebody types: addresses, colleagues, ready answers, the last message quoted. JSON."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import spoken
from olmo.kernel.errors import NotFound
from olmo.kernel.text import clean_line
from olmo.people.models import Kind, Person
from olmo.tickets import queries
from olmo.tickets.models import MessageKind
from olmo.writing import canned

from ..forms.values import colleagues
from ..shell import DeskRequest, agents

MOST = 8
MOST_QUOTED = 10_000


@require_safe
@agents
def addresses(request: DeskRequest, number: int) -> HttpResponse:
    """People of the ticket's organisation by name or address."""
    ticket = queries.by_number(request.person, number)
    known = Person.objects.filter(kind=Kind.REQUESTER, client_id=ticket.client_id, is_active=True).exclude(email=None)
    found = known.filter(_named(request) | Q(email__icontains=_typed(request))).order_by("name", "pk")[:MOST]
    return _rows([{"label": one.name, "note": one.email, "insert": f"{one.email}, "} for one in found])


@require_safe
@agents
def mentions(request: DeskRequest, number: int) -> HttpResponse:
    """Agents who may see the ticket, by name: to be mentioned in a note."""
    ticket = queries.by_number(request.person, number)
    found = colleagues(ticket).filter(_named(request)).exclude(pk=request.person.pk)[:MOST]
    return _rows(
        [{"label": one.name, "note": one.title, "insert": f"[@{_plain(one.name)}](person:{one.pk}) "} for one in found]
    )


@require_safe
@agents
def answers(request: DeskRequest, number: int) -> HttpResponse:
    """Ready answers by words, each as it would be inserted in this ticket."""
    ticket = queries.by_number(request.person, number)
    rows = []
    for answer in canned.find(request.person, _typed(request))[:MOST]:
        text = canned.text_for(answer, ticket, request.person)
        note = f"{answer.folder} · {text[:160]}" if answer.folder else text[:160]
        used = reverse("desk:canned_use", args=[number, answer.pk])
        rows.append({"label": answer.title, "note": note, "insert": text, "used": used})
    return _rows(rows)


@require_POST
@agents
def use(request: DeskRequest, number: int, pk: int) -> HttpResponse:
    """Count that a ready answer was used on a ticket."""
    ticket = queries.by_number(request.person, number)
    found = canned.usable_by(request.person).filter(pk=pk).first()
    if found is None:
        raise NotFound
    canned.used(found, ticket, by=request.person)
    return HttpResponse(status=204)


@require_safe
@agents
def quote(request: DeskRequest, number: int) -> HttpResponse:
    """The newest message from outside, as a quotation in Markdown: {"text"}."""
    ticket = queries.by_number(request.person, number)
    talk = queries.messages(request.person, ticket).filter(
        kind=MessageKind.PUBLIC, is_from_desk=False, redacted_at=None
    )
    last = talk.select_related("author").order_by("-at", "-pk").first()
    if last is None:
        return JsonResponse({"text": ""})
    head = _("On %(when)s, %(name)s wrote:") % {"when": spoken.moment(last.at), "name": last.author.name}
    return JsonResponse(
        {"text": "\n".join(f"> {line}".rstrip() for line in [head, "", *last.text[:MOST_QUOTED].splitlines()])}
    )


def _rows(rows: list[dict[str, Any]]) -> JsonResponse:
    return JsonResponse({"rows": rows})


def _typed(request: DeskRequest) -> str:
    return clean_line(request.GET.get("q", ""), 80)


def _named(request: DeskRequest) -> Q:
    return Q(name__icontains=_typed(request))


def _plain(name: str) -> str:
    """A name that cannot end the brackets around it."""
    return name.replace("[", "").replace("]", "")
