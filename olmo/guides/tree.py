"""A decision tree as plain data, and what is wrong with one: pure functions.

tree: {"start": key, "nodes": {key: node}}. node: {"kind", "title": {"en", "it"}, "text": {"en", "it"}, "picture": id or 0,
"answers": [{"label": {"en", "it"}, "to": key}]}; an outcome has "outcome" ("solved", "report", "article", "order") and for it
"category" (id or 0), "article" (id) or "item" (id, of the catalogue) with "fills" ({question: key of a step, "*": all}) instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST_STEPS, MOST_ANSWERS = 100, 6
KINDS = ("question", "check", "action", "picture", "outcome")
OUTCOMES = ("solved", "report", "article", "order")

type Node = dict[str, Any]
type Tree = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a step. node: its key; "" for the whole tree."""

    node: str
    words: str


def empty() -> Tree:
    """A tree to begin with: one question without answers."""
    return {"start": "1", "nodes": {"1": node("question")}}


def node(kind: str, *, en: str = "", it: str = "", **more: Any) -> Node:
    """A step."""
    known: Node = {
        "kind": kind,
        "title": {"en": en, "it": it},
        "text": {"en": "", "it": ""},
        "picture": 0,
        "answers": [],
    }
    return {**known, **more}


def said(texts: dict[str, str], language: str) -> str:
    """Of a text in several languages the one that is wanted, else another."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


def name(tree: Tree, key: str, language: str = "en") -> str:
    """How a step is named in sentences."""
    found = tree["nodes"].get(key)
    title = said(found["title"], language) if found else ""
    return f"{key} “{title}”" if title else key


def faults(tree: Tree) -> list[Fault]:
    """Everything that keeps a tree from being published; each names its step."""
    nodes: dict[str, Node] = tree.get("nodes", {})
    if tree.get("start") not in nodes:
        return [Fault("", _("There is no first step."))]
    found = [fault for key, one in nodes.items() for fault in _of_node(tree, key, one)]
    reached = set(_walk(tree))
    found += [Fault(key, _("Nothing leads to this step.")) for key in nodes if key not in reached]
    loop = _loop(tree)
    if loop:
        way = " → ".join(name(tree, key) for key in loop)
        found.append(Fault(loop[0], _("It goes in a circle: %(way)s") % {"way": way}))
    return found


def _of_node(tree: Tree, key: str, one: Node) -> Iterator[Fault]:
    if not any(one["title"].values()):
        yield Fault(key, _("It has no title."))
    if one["kind"] == "outcome":
        yield from _of_outcome(key, one)
        return
    if one["kind"] == "picture" and not one.get("picture"):
        yield Fault(key, _("It has no picture."))
    if not one["answers"]:
        yield Fault(key, _("Nothing leads on from here: add an answer, or make it an outcome."))
    for answer in one["answers"]:
        if not any(answer["label"].values()):
            yield Fault(key, _("One of its answers has no words."))
        if answer["to"] not in tree["nodes"]:
            yield Fault(key, _("The answer “%(label)s” leads nowhere.") % {"label": said(answer["label"], "en")})


def _of_outcome(key: str, one: Node) -> Iterator[Fault]:
    if one.get("outcome") not in OUTCOMES:
        yield Fault(key, _("Say how it ends."))
    elif one["outcome"] == "article" and not one.get("article"):
        yield Fault(key, _("Choose the article."))
    elif one["outcome"] == "order" and not one.get("item"):
        yield Fault(key, _("Choose what is ordered."))


def ways(tree: Tree, key: str) -> list[str]:
    """The steps that one leads to."""
    return [answer["to"] for answer in tree["nodes"][key]["answers"] if answer["to"] in tree["nodes"]]


def _walk(tree: Tree) -> Iterator[str]:
    """Every step that can be reached, in the order in which somebody may come to it."""
    waiting, known = [tree["start"]], set()
    while waiting:
        key = waiting.pop(0)
        if key not in known:
            known.add(key)
            yield key
            waiting += ways(tree, key)


def in_order(tree: Tree) -> list[str]:
    """All steps: those that are reached, and then the others."""
    reached = list(_walk(tree)) if tree["start"] in tree["nodes"] else []
    return reached + [key for key in tree["nodes"] if key not in reached]


def _loop(tree: Tree) -> list[str]:
    """A way that comes back to where it was, from there to there; nothing when there is none."""
    done: set[str] = set()
    path: list[str] = []
    stack = [(tree["start"], iter(ways(tree, tree["start"])))]
    path.append(tree["start"])
    while stack:
        _key, further = stack[-1]
        nxt = next(further, None)
        if nxt is None:
            stack.pop()
            done.add(path.pop())
        elif nxt in path:
            return [*path[path.index(nxt) :], nxt]
        elif nxt not in done:
            path.append(nxt)
            stack.append((nxt, iter(ways(tree, nxt))))
    return []


def transcript(tree: Tree, path: list[Any], language: str) -> list[tuple[str, str]]:
    """What was asked and what was answered, in a language."""
    rows = []
    for key, index in path:
        one = tree["nodes"][key]
        answer = one["answers"][index]
        rows.append((said(one["title"], language), said(answer["label"], language)))
    return rows
