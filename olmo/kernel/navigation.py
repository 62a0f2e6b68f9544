"""The places of the desk's navigation, printed by Python: every page repeats them, and as a template they took a fifth of it."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from olmo.kernel import marks

GROUP = "<div>{title}<ul>{items}</ul></div>"
TITLE = '<h2 class="nav__title">{}</h2>'
ITEM = '<li><a class="nav__item" href="{url}"{command}{active}>{mark}<span>{label}</span>{count}</a></li>\n'

type Item = Mapping[str, Any]  # see desk_base.html


def places(nav: Iterable[Item]) -> SafeString:
    """The items under the titles of their groups."""
    groups = groupby(nav, key=lambda item: str(item["group"]))
    return SafeString("".join(_group(title, list(items)) for title, items in groups))


def _group(title: str, items: list[Item]) -> str:
    words, more = escape(title), items[0].get("more")
    if more:
        words = f'<a href="{reverse(more)}">{words}</a>'
    return GROUP.format(title=TITLE.format(words) if title else "", items="".join(map(_item, items)))


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
