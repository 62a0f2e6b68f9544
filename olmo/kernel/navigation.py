"""The places of the desk's navigation, printed by Python: every page repeats them, and as a template they took a fifth of it."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from olmo.kernel import marks

LOOSE = "<ul>{items}</ul>"
GROUP = (
    '<details class="nav__group" data-fold="{name}"{open}><summary class="nav__title">{title}{mark}</summary>'
    "<ul>{items}</ul></details>"
)
ITEM = '<li><a class="nav__item" href="{url}"{command}{active}>{mark}<span>{label}</span>{count}</a></li>\n'

FOLDED = frozenset({"own"})  # until the reader opens them

type Item = Mapping[str, Any]  # see desk_base.html


def places(nav: Iterable[Item], folds: Mapping[str, bool]) -> SafeString:
    """The items under the titles of their groups. folds: which of them the reader opened or folded (see `folds_of`)."""
    groups = groupby(nav, key=lambda item: (str(item["group"]), item.get("fold", "")))
    return SafeString("".join(_group(title, name, list(items), folds) for (title, name), items in groups))


def folds_of(kept: str) -> dict[str, bool]:
    """What the cookie of the navigation says: "own+.desk-" -> own is open, desk is folded; anything else says nothing."""
    words = [word for word in kept[:200].split(".") if word[-1:] in ("+", "-")]
    return {word[:-1]: word.endswith("+") for word in words}


def _group(title: str, name: str, items: list[Item], folds: Mapping[str, bool]) -> str:
    listed = "".join(map(_item, items))
    if not title:
        return LOOSE.format(items=listed)
    is_open = any(item.get("active") for item in items) or folds.get(name, name not in FOLDED)
    return GROUP.format(
        name=escape(name),
        open=" open" if is_open else "",
        title=escape(title),
        mark=marks.icon("right", "s"),
        items=listed,
    )


def _item(item: Item) -> str:
    command, team, count = item.get("command"), item.get("team"), item.get("count")
    late = " count--late" if item.get("is_late") else ""
    return ITEM.format(
        url=escape(item["url"]),
        command=f' data-command="{command}"' if command else "",
        active=' aria-current="page"' if item.get("active") else "",
        mark=marks.who(team, "team", mute=True) if team else marks.icon(item.get("icon") or "inbox"),
        label=escape(str(item["label"])),
        count=f'<span class="count{late}">{count}</span>' if count else "",
    )
