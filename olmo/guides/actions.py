"""Verbs: build a troubleshooter, publish it, run it."""

import json
from datetime import timedelta
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from olmo.catalogue.models import Item
from olmo.kernel import clock, pictures
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.people.administration import require_unchanged
from olmo.people.audit import arranged, difference
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket

from . import queries, tree
from .models import Guide, Picture, Run, Version

LANGUAGES = ("en", "it")
LONGEST_TEXT = 4000
WAITS = timedelta(days=1)  # so long a picture waits for the step that it was chosen for
EXAMPLES = ("printer", "sign-in", "network")


def may_build(person: Person) -> bool:
    """Administrators, and whoever leads a team."""
    return person.is_agent and (person.is_administrator or person.led_teams.exists())


@transaction.atomic
def save(
    guide: Guide | None, *, by: Person, names: dict[str, str], words: dict[str, str] | None = None,
    client: Client | None = None, is_for_requesters: bool = True, is_active: bool = True, seen: str = "",
) -> Guide:  # fmt: skip
    """Change what a troubleshooter is called and for whom it is, or begin one.

    Raises NotAllowed, Conflict (somebody changed it since), Invalid (no name).
    """
    row = _locked(guide, by) if guide else Guide()
    before = state_of(row) if guide else {}
    require_unchanged(before, seen)
    _require_client(client, by)
    row.names = {code: said for code in LANGUAGES if (said := clean_line(names.get(code, ""), 120))}
    if not row.names:
        raise Invalid("name_en", _("A name is needed, in one language at least."))
    row.words = {code: said for code in LANGUAGES if (said := clean_line((words or {}).get(code, ""), 300))}
    row.client, row.is_for_requesters, row.is_active = client, is_for_requesters, is_active
    row.changed_by, row.changed_at = by, clock.now()
    row.save()
    arranged(by, f"troubleshooter: {row}", difference(before, state_of(row)))
    return row


def state_of(row: Guide) -> dict[str, Any]:
    """What is set, for the change log and to see whether it was changed since."""
    named = ("names", "words", "is_for_requesters", "is_active")
    return {"client": row.client_id, **{name: getattr(row, name) for name in named}}


@transaction.atomic
def save_step(
    guide: Guide, key: str, step: tree.Node, *, by: Person, seen: str = "", picture: bytes | None = None
) -> Guide:
    """Write one step of the draft. An answer that leads to "+" begins a new step. picture: a new one, in place of the step's.

    Raises NotAllowed, NotFound, Conflict (somebody changed the step since), Invalid (too many steps or answers, no such step,
    no picture that can be read).
    """
    row = _locked(guide, by)
    nodes = row.draft["nodes"]
    if key not in nodes:
        raise NotFound
    require_unchanged(nodes[key], seen)
    if picture is not None:
        step = {**step, "picture": _kept(row, picture).pk}
    nodes[key] = _clean_step(row, step)
    if len(nodes) > tree.MOST_STEPS:
        raise Invalid("answers", _("At most %(n)d steps.") % {"n": tree.MOST_STEPS})
    return _drafted(row, by)


@transaction.atomic
def remove_step(guide: Guide, key: str, *, by: Person) -> Guide:
    """Take a step out of the draft; answers that led to it lead nowhere then. Raises Conflict (the first one)."""
    row = _locked(guide, by)
    if key == row.draft["start"]:
        raise Conflict(_("The first step stays; change it instead."))
    if row.draft["nodes"].pop(key, None) is None:
        raise NotFound
    return _drafted(row, by)


@transaction.atomic
def add_picture(guide: Guide, data: bytes, *, by: Person) -> Picture:
    """Keep a picture for a step that is still being written; what no step came to name is gone the next day.

    Raises NotAllowed, Invalid("picture") (no picture, too large).
    """
    row = _locked(guide, by)
    _unused(row).filter(at__lt=clock.now() - WAITS).delete()
    return _kept(row, data)


def _kept(row: Guide, data: bytes) -> Picture:
    checked = pictures.written_anew(data, "picture", longest_side=1600)
    return Picture.objects.create(guide=row, data=checked.data, media_type=checked.media_type, at=clock.now())


def _unused(row: Guide) -> QuerySet[Picture]:
    trees = [row.draft, *Version.objects.filter(guide=row).values_list("tree", flat=True)]
    named = {node.get("picture") or 0 for one in trees for node in one["nodes"].values()}
    return Picture.objects.filter(guide=row).exclude(pk__in=named)


@transaction.atomic
def publish(guide: Guide, *, by: Person) -> Version:
    """Let runs begin with the tree as it is drafted. Raises NotAllowed, Invalid (a loop, a dead end; it names the step)."""
    row = _locked(guide, by)
    wrong = tree.faults(row.draft)
    if wrong:
        first = wrong[0]
        where = tree.name(row.draft, first.node) if first.node else ""
        raise Invalid("tree", f"{where}: {first.words}" if where else first.words)
    last = Version.objects.filter(guide=row).order_by("-number").first()
    if last is not None and not row.has_news:
        raise Conflict(_("Nothing was changed since it was published."))
    made = Version.objects.create(
        guide=row, number=last.number + 1 if last else 1, tree=row.draft, by=by, at=clock.now()
    )
    row.shown, row.has_news = made, False
    row.save(update_fields=["shown", "has_news"])
    arranged(by, f"troubleshooter: {row}", {"published": made.number})
    return made


def install_example(name: str, *, by: Person) -> Guide:
    """Bring an example in, published. Raises NotFound, NotAllowed, Conflict (it is there already)."""
    if name not in EXAMPLES:
        raise NotFound
    if Guide.objects.filter(example=name).exists():
        raise Conflict(_("This example is here already."))
    given = json.loads(files("olmo.guides.examples").joinpath(f"{name}.json").read_text(encoding="utf-8"))
    with transaction.atomic():
        row = save(None, by=by, names=given["names"], words=given["words"])
        row.draft, row.example = _unfolded(given), name
        row.save(update_fields=["draft", "example"])
        publish(row, by=by)
    row.refresh_from_db()
    return row


def _unfolded(given: dict[str, Any]) -> tree.Tree:
    """The tree of an example file, whose texts are [English, Italian]."""

    def both(pair: list[str]) -> dict[str, str]:
        return dict(zip(LANGUAGES, pair, strict=True))

    nodes = {}
    for key, one in given["nodes"].items():
        answers = [{"label": both(label), "to": to} for label, to in one.get("answers", [])]
        more = {name: one[name] for name in ("outcome", "category", "article") if name in one}
        nodes[key] = tree.node(
            one["kind"], title=both(one["title"]), text=both(one.get("text", ["", ""])), answers=answers, **more
        )
    return {"start": given["start"], "nodes": nodes}


@transaction.atomic
def begin(guide: Guide, *, by: Person, ticket: Ticket | None = None) -> Run:
    """Begin a run with the version that is shown. Raises NotFound."""
    found = queries.usable(by).filter(pk=guide.pk).select_related("shown").first()
    if found is None or found.shown is None:
        raise NotFound
    now = clock.now()
    client = ticket.client_id if ticket else by.client_id
    return Run.objects.create(
        version=found.shown, client_id=client, person=by, ticket=ticket, began_at=now, changed_at=now
    )


@transaction.atomic
def answer(run: Run, step: int, index: int, *, by: Person) -> Run:
    """Answer the step that came after so many answers; what was answered later falls away. Raises NotFound, Invalid, Conflict."""
    row = _own(run, by)
    if row.outcome:
        raise Conflict(_("This run is over. Begin again."))
    if not 0 <= step <= len(row.path):
        raise NotFound
    key = row.at_step(step)
    answers = row.version.tree["nodes"][key]["answers"]
    if not 0 <= index < len(answers):
        raise Invalid("answer", _("Choose one of the answers."))
    row.path = [*row.path[:step], [key, index]]
    row.changed_at = clock.now()
    row.save(update_fields=["path", "changed_at"])
    return row


@transaction.atomic
def end(run: Run, outcome: str, *, by: Person) -> Run:
    """Say how it ended; in a ticket the result becomes a note. A second word changes nothing. Raises NotFound, Invalid."""
    row = _own(run, by)
    if outcome not in Run.Outcome.values:
        raise Invalid("outcome", _("Say how it ended."))
    if row.outcome:
        return row
    row.outcome, row.changed_at = outcome, clock.now()
    row.save(update_fields=["outcome", "changed_at"])
    if row.ticket is not None and by.is_agent:
        tickets.note(row.ticket, by=by, message=tickets.NewMessage(text=as_text(row, row.ticket.language)))
    return row


def report(run: Run, ticket: Ticket, *, by: Person) -> None:
    """A run became a request. Raises NotFound."""
    row = _own(run, by)
    Run.objects.filter(pk=row.pk, ticket=None).update(
        ticket=ticket, outcome=Run.Outcome.REPORTED, changed_at=clock.now()
    )


def as_text(run: Run, language: str) -> str:
    """The way that was gone, for a note or a report."""
    guide = run.version.guide
    lines = [f"{tree.said(guide.names, language)}:"]
    lines += [f"– {asked} {answered}" for asked, answered in tree.transcript(run.version.tree, run.path, language)]
    end = run.version.tree["nodes"][run.here]
    if end["kind"] == "outcome":
        lines.append(f"→ {tree.said(end['title'], language)}")
    if run.outcome:
        lines.append(f"({Run.Outcome(run.outcome).label})")
    return "\n".join(lines)


def _own(run: Run, by: Person) -> Run:
    rows = Run.objects.select_for_update(of=("self",)).select_related("version__guide", "ticket__client")
    row = rows.filter(pk=run.pk, person=by).first()
    if row is None:
        raise NotFound
    return row


def _locked(guide: Guide, by: Person) -> Guide:
    if not may_build(by):
        raise NotAllowed
    row = Guide.objects.select_for_update(of=("self",)).filter(pk=guide.pk).first()
    if row is None:
        raise NotFound
    _require_client(row.client, by)
    return row


def _require_client(client: Client | None, by: Person) -> None:
    if not may_build(by):
        raise NotAllowed
    of = clients_of(by)
    if not isinstance(of, EveryClient) and (client is None or client.pk not in of):
        raise Invalid("client", _("Choose an organisation that you work for."))


def _drafted(row: Guide, by: Person) -> Guide:
    row.has_news, row.changed_by, row.changed_at = True, by, clock.now()
    row.save()
    return row


def _clean_step(row: Guide, step: tree.Node) -> tree.Node:
    if step["kind"] not in tree.KINDS:
        raise Invalid("kind", _("Choose what kind of step it is."))
    made = tree.node(
        step["kind"],
        title={code: clean_line(step["title"].get(code, ""), 200) for code in LANGUAGES},
        text={code: clean(step["text"].get(code, ""), LONGEST_TEXT).strip() for code in LANGUAGES},
        picture=int(step.get("picture") or 0),
    )
    if made["picture"] and not Picture.objects.filter(pk=made["picture"], guide=row).exists():
        raise Invalid("picture", _("This picture is not here."))
    if step["kind"] == "outcome":
        return {**made, **_clean_outcome(row, step)}
    if len(step["answers"]) > tree.MOST_ANSWERS:
        raise Invalid("answers", _("At most %(n)d answers.") % {"n": tree.MOST_ANSWERS})
    made["answers"] = [_clean_answer(row, one) for one in step["answers"]]
    return made


def _clean_outcome(row: Guide, step: tree.Node) -> dict[str, Any]:
    """How a step ends: its outcome, and what that one needs."""
    made = {"outcome": step.get("outcome") or "", **{name: step.get(name) or 0 for name in ("category", "article")}}
    if made["outcome"] != "order":
        return made
    item = step.get("item") or 0
    if item and not Item.objects.filter(pk=item).exists():
        raise Invalid("item", _("Choose what is ordered."))
    steps = {*row.draft["nodes"], "*"}
    fills = {str(key)[:60]: to for key, to in (step.get("fills") or {}).items() if to in steps}
    return {**made, "item": item, "fills": fills}


def _clean_answer(row: Guide, given: dict[str, Any]) -> dict[str, Any]:
    nodes, to = row.draft["nodes"], str(given["to"])
    if to == "+":
        to = str(max((int(key) for key in nodes if key.isdecimal()), default=0) + 1)
        nodes[to] = tree.node("question")
    elif to and to not in nodes:
        raise Invalid("answers", _("There is no step %(key)s.") % {"key": to[:20]})
    return {"label": {code: clean_line(given["label"].get(code, ""), 120) for code in LANGUAGES}, "to": to}
