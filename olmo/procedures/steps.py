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
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line, whole_number

MOST_STEPS, MOST_CHOICES = 60, 20
STOP = 0
_LINE = re.compile(r"- (record|registra|expect|atteso|otherwise|altrimenti|link|collegamento): *(.+)", re.IGNORECASE)
_HEADING = re.compile(r"## +")
_WORDS = {"registra": "record", "atteso": "expect", "altrimenti": "otherwise", "collegamento": "link"}
_KINDS = {"testo": "text", "numero": "number", "scelta": "choice", "sìno": "yesno", "sino": "yesno"}


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


_NEXT = Step(title="Next", command="next")  # whatever stands before it, it is read as this


def parse(text: str) -> list[Step]:
    """The steps of a text; what stands before the first heading is none of them. It reads whatever there is."""
    return [_step(clean_line(lines[0][0][2:], 200), lines[1:]) for lines in _parts(text)[1:]]


def preface(text: str) -> str:
    """What stands before the first heading."""
    return "\n".join(line for line, _block in _parts(text)[0]).strip()


Line = tuple[str, int]  # and the number of the block of code that it is of, its fences included; 0: it is none


def _parts(text: str) -> list[list[Line]]:
    """The lines before the first heading, and those of each step. A heading within a block of code is none."""
    parts: list[list[Line]] = [[]]
    for line, block in _lines(clean(text).split("\n")):
        if not block and _HEADING.match(line):
            parts.append([])
        parts[-1].append((line, block))
    return parts


def _lines(lines: list[str]) -> list[Line]:
    """Which lines are code: from a fence to the next one. A fence that is never closed opens nothing."""
    closings = [n for n, line in enumerate(lines) if line.rstrip() == "```"]
    found: list[Line] = []
    at = block = 0
    while at < len(lines):
        closing = bisect_right(closings, at) if lines[at].startswith("```") else len(closings)
        end = closings[closing] if closing < len(closings) else at
        block += end > at
        found += [(line, block if end > at else 0) for line in lines[at : end + 1]]
        at = end + 1
    return found


def _step(title: str, lines: list[Line]) -> Step:
    lines, command = _command(lines)
    step = Step(title=title, command=command)
    kept = []
    for line, block in lines:
        matched = None if block else _LINE.fullmatch(line.strip())
        if matched:
            step = _with(step, matched[1].lower(), matched[2].strip())
        else:
            kept.append(line)
    return replace(step, text="\n".join(kept).strip())


def _command(lines: list[Line]) -> tuple[list[Line], str]:
    """The lines without the command: the block of code behind which no words stand. Other code belongs to the text."""
    end = len(lines)
    while end and not lines[end - 1][1] and _is_bare(lines[end - 1][0].strip()):
        end -= 1
    block = lines[end - 1][1] if end else 0
    if not block:
        return lines, ""
    code = [line for line, of in lines if of == block]
    return lines[: end - len(code)] + lines[end:], "\n".join(code[1:-1])


def _is_bare(line: str) -> bool:
    return not line or bool(_LINE.fullmatch(line))


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
            number = whole_number(value, 3)
            return replace(step, otherwise=STOP if number is None else number)
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
        elif parse(written([step, _NEXT])) != [step, _NEXT]:
            found.append((n, *_misread(step)))
    return found


def _misread(step: Step) -> tuple[str, str]:
    """Which field would not be read as it was written, and why."""
    lines = _lines(step.text.split("\n"))
    plain = [line.strip() for line, block in lines if not block]
    if any(not block and _HEADING.match(line) for line, block in lines):
        return "text", _("A line that begins with ## would be a step of its own.")
    if setting := next((line for line in plain if _LINE.fullmatch(line)), ""):
        return "text", _("The line “%(line)s” is a setting of the step: it has a field below.") % {"line": setting}
    if any(line.startswith("```") for line in plain):
        return "text", _("A block of code is not closed: ``` is missing below it.")
    if _command(lines)[1]:
        return "text", _("A block of code at the end is the command to copy: it has a field below.")
    if not step.record and (step.label or step.choices):
        return "record", _("Choose what is written down, or leave its name and its choices empty.")
    same = replace(step, title=step.title or "-")
    read = (parse(_markdown(same)) or [same])[0]
    differs = next(
        (name for name in ("link", "expect", "label", "choices") if getattr(read, name) != getattr(step, name)), "text"
    )
    return differs, _("This would not be read as it is written here: write it in other words.")
