"""What a desk has laid up before its first ticket: agreements, templates, ready answers, macros, saved views."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.kernel import clock
from olmo.service_levels import actions as service_levels
from olmo.service_levels import loading
from olmo.service_levels.models import Agreement
from olmo.surveys import administration as surveys
from olmo.tickets import working
from olmo.tickets.preparing import TemplateSettings, save_template
from olmo.writing import canned

from . import content
from .methods import lay_up_procedures
from .stage import Stage
from .tasks import lay_up

BEFORE = timedelta(days=90)
AMENDED = timedelta(days=40)  # ago


def furnish(stage: Stage, kept: dict[str, Any], now: datetime) -> None:
    """Lay up what `kept` (content.kept) holds, as the administrator did it three months ago."""
    with clock.at(now - BEFORE):
        for name, targets in kept["agreements"].items():
            _agree(stage, name, targets, kept["calendars"])
        for place, row in enumerate(kept["templates"]):
            _template(stage, row, place)
        for row in kept["answers"]:
            texts = {language: row[language] for language in ("en", "it")}
            where: dict[str, Any] = {"scope": "desk", "folder": row["folder"], "tags": tuple(row["tags"])}
            canned.save(None, canned.Settings(title=row["title"], texts=texts, **where), by=stage.administrator)
        lay_up(stage, content.plans())
        lay_up_procedures(stage, content.procedures())
        for row in kept["macros"]:
            _macro(stage, row)
        for place, row in enumerate(kept["states"]):
            words = working.StateSettings(name=row["en"], names={"it": row["it"]}, status=row["status"], position=place)
            working.save(None, words, by=stage.administrator)
        _surveys(stage)
    with clock.at(now - AMENDED):
        for name, row in kept["amended"].items():
            _amend(stage, name, row)
    _views(stage, kept["views"])


def _surveys(stage: Stage) -> None:
    """The desk asks after each solution, nobody more than once a week, and looks at two kinds of solution again."""
    surveys.save_rules(surveys.RulesSettings(is_on=True, every_days=7), by=stage.administrator)
    for name in [key for key in stage.categories if key.startswith(("network", "hardware"))][:2]:
        surveys.save_check(stage.categories[name], days=5, by=stage.administrator)


def _agree(stage: Stage, name: str, targets: dict[str, list[int]], calendars: dict[str, Any]) -> None:
    by_priority = {key: {"first_response": first, "resolution": last} for key, (first, last) in targets.items()}
    terms = {
        "version": "1", "from": clock.now().isoformat(timespec="seconds"), "reason": "Signed", "calendar": next(iter(calendars)),
        "pauses": ["requester", "approval"], "targets": by_priority,
    }  # fmt: skip
    given = {"agreement": f"{name}, care", "client": name, "calendars": calendars, "terms": terms}
    loading.load(given, by=stage.administrator)


def _amend(stage: Stage, name: str, row: dict[str, Any]) -> None:
    """A second version of an agreement's terms, for tickets that open from a coming day on."""
    agreement = Agreement.objects.get(name=f"{name}, care")
    (first,) = agreement.terms.all()
    targets = first.content["targets"] | {
        key: {"first_response": answer, "resolution": solution} for key, (answer, solution) in row["targets"].items()
    }
    service_levels.amend(
        agreement, {**first.content, "targets": targets}, by=stage.administrator, version="2",
        valid_from=clock.now() + timedelta(days=7), reason=row["reason"],
    )  # fmt: skip


def _template(stage: Stage, row: dict[str, Any], place: int) -> None:
    texts = {name: row[name] for name in ("name", "kind", "subject", "text")}
    settings = TemplateSettings(
        **texts, names={"it": row["it"]}, category=stage.categories[row["category"]], urgency=row.get("urgency", 2),
        tags=tuple(row["tags"]), checklist=tuple(row.get("checklist", ())), needs_checklist=row.get("needs_checklist", False),
        position=place,
    )  # fmt: skip
    save_template(None, settings, by=stage.administrator)


def _macro(stage: Stage, row: dict[str, Any]) -> None:
    settings = MacroSettings(
        name=row["name"], names={"it": row["it"]}, steps=row["steps"], goes_on=row.get("goes_on", False),
        category=stage.categories.get(row.get("category", "")),
    )  # fmt: skip
    macros.save(None, settings, by=stage.administrator)


def _views(stage: Stage, views: dict[str, str]) -> None:
    saved = apps.get_model("desk", "SavedView")  # a row alone; the pages of the desk are no business of this room
    for name, query in views.items():
        saved.objects.get_or_create(name=name, owner=stage.administrator, defaults={"sharing": "desk", "query": query})
