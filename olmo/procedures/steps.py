"""Steps as Markdown, and back: so a procedure is a text like any article, and a file of it is a procedure.

    ## Look at the light of the port          the title; what is to be done stands below it, in Markdown

    At both ends of the cable.

    - record: number | Port                   also text, yesno, or choice | Label | red; green
    - expect: It is green
    - otherwise: 4                            the step to go to when it is not; stop (or nothing) ends the run
    - link: https://wiki.example/ports
    ```
    show port status                          a command to copy
    ```

The words before the colon may be Italian (registra, atteso, altrimenti, collegamento; the kinds testo, numero, scelta, sìno).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line

MOST_STEPS, MOST_CHOICES = 60, 20
STOP = 0
_LINE = re.compile(r"- (record|registra|expect|atteso|otherwise|altrimenti|link|collegamento): *(.+)", re.IGNORECASE)
_FENCE = re.compile(r"^```[^\n]*\n(.*?)\n```[ \t]*$", re.MULTILINE | re.DOTALL)
_WORDS = {"registra": "record", "atteso": "expect", "altrimenti": "otherwise", "collegamento": "link"}
_KINDS = {"testo": "text", "numero": "number", "scelta": "choice", "sìno": "yesno", "sino": "yesno"}
_STOPS = frozenset({"stop", "ferma", "fermarsi"})


class Record(StrEnum):
    """What is written down at a step."""

    NOTHING = ""
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yesno"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. otherwise: the number of the step that follows when it did not go as expected; STOP ends the run."""

    title: str
    text: str = ""
    record: Record = Record.NOTHING
    label: str = ""
    choices: tuple[str, ...] = ()
    expect: str = ""
    otherwise: int = STOP
    link: str = ""
    command: str = ""


def parse(text: str) -> list[Step]:
    """The steps of a text; what stands before the first heading is none of them. It reads whatever there is."""
    found: list[Step] = []
    for part in re.split(r"^## +", f"\n{text}", flags=re.MULTILINE)[1:]:
        title, _break, rest = part.partition("\n")
        found.append(_step(clean_line(title, 200), rest))
    return found


def _step(title: str, rest: str) -> Step:
    fences = _FENCE.findall(rest)
    if fences:  # the last one is the command; what else is code belongs to the text
        before, _fence, _behind = rest.rpartition(f"```{_opening(rest)}\n{fences[-1]}\n```")
        rest = before + _behind
    step = Step(title=title, command=fences[-1] if fences else "")
    kept = []
    for line in rest.splitlines():
        matched = _LINE.fullmatch(line.strip())
        if matched:
            step = _with(step, matched[1].lower(), matched[2].strip())
        else:
            kept.append(line)
    return replace(step, text="\n".join(kept).strip())


def _opening(rest: str) -> str:
    """What stands behind the backticks of the last block ("bash")."""
    return str(re.findall(r"^```([^\n]*)\n.*?\n```[ \t]*$", rest, flags=re.MULTILINE | re.DOTALL)[-1])


def _with(step: Step, word: str, value: str) -> Step:
    match _WORDS.get(word, word):
        case "record":
            kind, label, choices, *_more = [*(part.strip() for part in value.split("|")), "", ""]
            kind = _KINDS.get(kind.lower(), kind.lower())
            known = Record(kind) if kind in set(Record) else Record.TEXT
            return replace(
                step, record=known, label=label, choices=tuple(c.strip() for c in choices.split(";") if c.strip())
            )
        case "expect":
            return replace(step, expect=value)
        case "otherwise":
            is_number = value.isascii() and value.isdecimal() and len(value) < 4
            return replace(step, otherwise=int(value) if is_number else STOP)
        case _:
            return replace(step, link=value.strip("<>"))


def written(steps: Sequence[Step]) -> str:
    """The steps as Markdown; `parse` reads the same steps from it."""
    return "\n\n".join(_markdown(step) for step in steps)


def _markdown(step: Step) -> str:
    lines = [f"## {step.title}"]
    if step.text:
        lines += ["", step.text]
    said = []
    if step.record:
        parts = [step.record.value, step.label, "; ".join(step.choices)]
        said.append("- record: " + " | ".join(parts).rstrip(" |"))
    if step.expect:
        said.append(f"- expect: {step.expect}")
    if step.otherwise != STOP:
        said.append(f"- otherwise: {step.otherwise}")
    if step.link:
        said.append(f"- link: {step.link}")
    if said:
        lines += ["", *said]
    if step.command:
        lines += ["", "```", step.command, "```"]
    return "\n".join(lines)


def checked(steps: Sequence[Step]) -> list[Step]:
    """Steps as they are kept. Raises Invalid ("steps", "steps-<n>-<field>")."""
    if not steps:
        raise Invalid("steps", _("A procedure has at least one step."))
    if len(steps) > MOST_STEPS:
        raise Invalid("steps", _("A procedure has at most %(most)d steps.") % {"most": MOST_STEPS})
    found = [_clean(step) for step in steps]
    for n, field, words in problems(found):
        raise Invalid(f"steps-{n}-{field}", words)
    return found


def _clean(step: Step) -> Step:
    return replace(
        step, title=clean_line(step.title, 200), text=clean(step.text, 10_000).strip(),
        label=clean_line(step.label, 120).replace("|", "/"),
        choices=tuple(dict.fromkeys(clean_line(c, 120).replace(";", ",").replace("|", "/") for c in step.choices if c.strip())),
        expect=clean_line(step.expect, 500), link=clean_line(step.link, 500), command=clean(step.command, 2000).strip(),
    )  # fmt: skip


def problems(steps: Sequence[Step]) -> list[tuple[int, str, str]]:
    """What is wrong with steps: (place, field, reason). A text that was written by hand may have some."""
    found: list[tuple[int, str, str]] = []
    for n, step in enumerate(steps):
        if not step.title:
            found.append((n, "title", _("Say what is to be done.")))
        if step.record == Record.CHOICE and not 1 < len(step.choices) <= MOST_CHOICES:
            found.append((n, "choices", _("Name from two to %(most)d choices.") % {"most": MOST_CHOICES}))
        if step.otherwise and not step.expect:
            found.append((n, "expect", _("Say what is expected, or the other way is never taken.")))
        if step.otherwise == n + 1 or step.otherwise > len(steps):
            found.append((n, "otherwise", _("There is no other step %(n)d to go to.") % {"n": step.otherwise}))
        if step.link and not step.link.startswith(("http://", "https://", "/")):
            found.append((n, "link", _("A link begins with https:// or with / for a page of Olmo.")))
        if "```" in step.command:
            found.append((n, "command", _("A command cannot hold three backticks.")))
        if re.search(r"^## ", step.text, re.MULTILINE):
            found.append((n, "text", _("A line that begins with ## would be a step of its own.")))
    return found
