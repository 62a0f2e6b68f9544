"""The keys of a person: how a key is written, which may be chosen, and the page where they are changed."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.text import clean_line
from olmo.people.models import Person

from .commands import GROUPS, Command, key_of, offered
from .shell import DeskRequest, SeeOther, agents, is_part, page

LONGEST = 3  # keys in a row
_NAMES = {
    "ctrl": "Mod", "strg": "Mod", "cmd": "Mod", "meta": "Mod", "mod": "Mod", "⌘": "Mod", "alt": "Alt", "shift": "Shift",
    "maiusc": "Shift",
}  # fmt: skip
_ORDER = ("Mod", "Alt", "Shift")
_LAST = re.compile(r"\S|F\d{1,2}|Enter|Home|End|PageUp|PageDown|Insert|Delete")
_FUNCTION = {name.lower(): name for name in ("Enter", "Home", "End", "PageUp", "PageDown", "Insert", "Delete")}
# What a browser does itself, or what text fields need: Ctrl and one of these.
_BROWSER = frozenset("acvxzytwnrlpfhjdsou0+-")


def written(text: str) -> str:
    """A key as it is kept, from what somebody typed ("ctrl+K" is "Mod+k"). Raises ValueError with the reason."""
    parts = [_part(part) for part in clean_line(text, 60).split(" ") if part]
    if len(parts) > LONGEST:
        raise ValueError(_("At most three keys in a row."))
    if len(parts) > 1 and any("Mod" in part or "Alt" in part for part in parts):
        raise ValueError(_("Keys in a row stand alone, without Ctrl or Alt."))
    return " ".join(parts)


def _part(text: str) -> str:
    *modifiers, last = text.split("+") if text != "+" and not text.endswith("++") else [*text[:-2].split("+"), "+"]
    found = {_NAMES.get(word.lower(), "") for word in modifiers if word}
    last = _FUNCTION.get(last.lower(), last.upper() if re.fullmatch(r"[fF]\d{1,2}", last) else last)
    if "" in found or not _LAST.fullmatch(last):
        raise ValueError(_("“%(key)s” is not a key. Examples: r, g m, Ctrl+k, Alt+Shift+e.") % {"key": text})
    if found & {"Mod", "Alt"}:
        last = last.lower() if len(last) == 1 else last
    elif "Shift" in found and len(last) == 1:
        found, last = set(), last.upper()  # a browser tells the letter that comes out
    if found == {"Mod"} and last in _BROWSER:
        raise ValueError(_("Ctrl+%(key)s belongs to the browser.") % {"key": last})
    if last == "Enter" and not found:
        raise ValueError(_("Enter presses what has the focus, so it cannot be given away."))
    return "+".join([*(name for name in _ORDER if name in found), last])


def conflicts(chosen: Mapping[str, str], commands: list[Command]) -> dict[str, str]:
    """What is wrong with these keys, by the name of the command: the same key twice, or a key that begins another one."""
    found: dict[str, str] = {}
    for command in commands:
        key = chosen[command.name]
        other = next((o for o in commands if o is not command and key and _clash(key, chosen[o.name])), None)
        if other is not None:
            found[command.name] = _("%(key)s is taken by “%(command)s”.") % {
                "key": shown(chosen[other.name]),
                "command": other.label,
            }
    return found


def _clash(one: str, other: str) -> bool:
    return bool(other) and (f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} "))


def shown(key: str) -> str:
    """A key as people know it: "g m" is "G then M", "Mod+k" is "Ctrl+K"."""
    return f" {_('then')} ".join(_said(part) for part in key.split(" ")) if key else ""


def _said(part: str) -> str:
    is_capital = len(part) == 1 and part.isalpha() and part.isupper()
    words = ["Shift", part] if is_capital else part.replace("Mod", "Ctrl").split("+") if part != "+" else ["+"]
    return "+".join(word.upper() if len(word) == 1 else word for word in words)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def keys(request: DeskRequest) -> HttpResponse:
    """All commands with their keys: to read (a part, for the `?` key), and to change."""
    person, commands = request.person, offered(request.person)
    present = {command.name: key_of(command, person) for command in commands}
    if request.method != "POST":
        if is_part(request):
            return render(request, "desk/keys.html#list", {"groups": _groups(commands, present, {}), "person": person})
        return _page(request, commands, present)
    if "reset" in request.POST:
        return _keep(request, {}, has_single_keys=True)
    typed = {
        command.name: present[command.name] if command.is_fixed else request.POST.get(command.name, present[command.name])
        for command in commands
    }  # fmt: skip
    chosen, wrong = _checked(typed, commands)
    if wrong:
        return _page(request, commands, typed, wrong, has_single_keys="single" in request.POST)
    own = {command.name: chosen[command.name] for command in commands if chosen[command.name] != command.key}
    return _keep(request, own, has_single_keys="single" in request.POST)


def _checked(typed: Mapping[str, str], commands: list[Command]) -> tuple[dict[str, str], dict[str, str]]:
    """The keys as they are kept, and what is wrong with them."""
    chosen: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for command in commands:
        try:
            chosen[command.name] = command.key if command.is_fixed else written(typed[command.name])
        except ValueError as reason:
            chosen[command.name], wrong[command.name] = "", str(reason)
    return chosen, {**conflicts(chosen, commands), **wrong}


def _keep(request: DeskRequest, own: dict[str, str], *, has_single_keys: bool) -> HttpResponse:
    person: Person = request.person
    person.keys, person.has_single_keys = own, has_single_keys
    person.save(update_fields=["keys", "has_single_keys"])
    messages.success(
        request, _("Your keys were changed.") if own or not has_single_keys else _("Your keys are the usual ones.")
    )
    return SeeOther(reverse("desk:keys"))


def _page(
    request: DeskRequest, commands: list[Command], present: Mapping[str, str], wrong: Mapping[str, str] | None = None,
    *, has_single_keys: bool | None = None,
) -> HttpResponse:  # fmt: skip
    context: dict[str, Any] = {
        "groups": _groups(commands, present, wrong or {}),
        "wrong": [(c.name, c.label, wrong[c.name]) for c in commands if c.name in wrong] if wrong else [],
        "has_single_keys": request.person.has_single_keys if has_single_keys is None else has_single_keys,
        "is_changed": bool(request.person.keys) or not request.person.has_single_keys,
    }
    return page(request, "desk/keys.html", context, status=422 if wrong else 200)


def _groups(
    commands: list[Command], present: Mapping[str, str], wrong: Mapping[str, str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    def row(command: Command) -> dict[str, Any]:
        key = present[command.name]
        return {
            "name": command.name, "label": command.label, "key": key, "is_fixed": command.is_fixed,
            "shown": [shown(part) for part in key.split(" ") if part], "usual": shown(command.key),
            "wrong": wrong.get(command.name, ""), "is_own": key != command.key,
        }  # fmt: skip

    return [(str(label), [row(c) for c in commands if c.group == group]) for group, label in GROUPS.items()]
