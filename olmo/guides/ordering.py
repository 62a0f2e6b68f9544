"""A troubleshooter that ends with an order: which answers of its run fill in which questions of the form."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language

from olmo.catalogue.definition import WITH_CHOICES, Field, FieldKind, Form
from olmo.catalogue.models import Item

from . import tree
from .actions import as_text
from .models import Run

EVERYTHING = "*"  # the whole walk, as text
FILLABLE = (*WITH_CHOICES, FieldKind.TEXT, FieldKind.LONG)


def usual(form: Form, draft: tree.Tree) -> dict[str, str]:
    """What fills in what, at first: a step that asks in the words of a question, and the whole walk in the first long text."""
    steps = {words: key for key, one in draft["nodes"].items() for words in _words(one["title"]) if one["answers"]}
    found = {}
    for one in form.questions:
        step = next((steps[words] for words in _words(one.labels) if words in steps), "")
        if one.kind in FILLABLE and step:
            found[one.key] = step
    long = next((one.key for one in form.questions if one.kind == FieldKind.LONG and one.key not in found), "")
    return {**found, long: EVERYTHING} if long else found


def fills(run: Run, item: Item) -> Callable[[Form], dict[str, Any]]:
    """What a run puts into the form of the item with which it ended; nothing into any other one."""
    end = run.version.tree["nodes"][run.here]
    wanted: Mapping[str, str] = end.get("fills") or {} if end.get("item") == item.pk else {}

    def of(form: Form) -> dict[str, Any]:
        asked = {one.key: one for one in form.questions if one.key in wanted}
        return {key: value for key, one in asked.items() if (value := _value(one, run, wanted[key]))}

    return of


def _value(one: Field, run: Run, step: str) -> Any:
    language = (get_language() or "en")[:2]
    if step == EVERYTHING:
        return as_text(run, language) if one.kind == FieldKind.LONG else ""
    given = dict(run.path)
    if step not in given:
        return ""
    label = run.version.tree["nodes"][step]["answers"][given[step]]["label"]
    if one.kind not in WITH_CHOICES:
        return tree.said(label, language)
    chosen = [choice.key for choice in one.choices if _words(choice.labels) & _words(label)][:1]
    return chosen if one.kind == FieldKind.CHOICES else "".join(chosen)


def _words(texts: Mapping[str, str]) -> set[str]:
    return {said.casefold().strip(" ?.!:") for said in texts.values() if said}
