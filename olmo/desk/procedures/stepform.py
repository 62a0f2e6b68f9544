"""The form of a procedure in one language: its title, and its steps, a row of fields each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Invalid
from olmo.procedures import steps
from olmo.procedures.steps import MOST_STEPS, Record, Step
from olmo.procedures.writing import Draft
from olmo.tickets.models import Category

from ..forms.growing import row_count
from ..forms.refusable import Refusable
from ..forms.values import CategoryChoice, categories

NAMES = ("title", "text", "record", "label", "choices", "expect", "otherwise", "link", "command", "remove")
RECORDS = (
    (Record.NOTHING, _("nothing")), (Record.TEXT, _("a text")), (Record.NUMBER, _("a number")),
    (Record.CHOICE, _("one of these")), (Record.YES_NO, _("yes or no")),
)  # fmt: skip
Row = dict[str, Any]


def _line(label: Any, *, hint: Any = "", limit: int = 500) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=limit, help_text=hint, widget=widget)


def _area(label: Any, rows: int, *, hint: Any = "", limit: int = 10_000) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=limit, help_text=hint, widget=widget)


class ProcedureForm(Refusable):
    """Presses on `fill` save nothing: `step` adds an empty one, `markdown` takes over what was pasted."""

    use_required_attribute = False
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    rows = forms.IntegerField(required=False, min_value=0, max_value=MOST_STEPS, widget=forms.HiddenInput)
    title = _line(_("Title"), limit=200)
    summary = _area(_("When it is used"), 2, hint=_("In the words of those who look for it."), limit=2000)
    key = _line(_("Key"), hint=_("A short name without spaces: printer-prints-nothing."), limit=80)
    category = CategoryChoice(
        label=_("Category"),
        empty_label=_("No category"),
        help_text=_("Beside tickets of this category it is suggested first."),
    )
    markdown = _area(_("Or paste a whole procedure as Markdown"), 3, limit=100_000)
    reason = _line(_("What changed, and why"), limit=300)

    def __init__(
        self, data: Any = None, *, draft: Draft | None = None, category: Category | None = None, is_new: bool = False,
        seen: int | None = None,
    ) -> None:  # fmt: skip
        self.typed = data
        known = list(draft.steps) if draft else []
        first = {"title": draft.title, "summary": draft.summary} if draft else {}
        super().__init__(
            data,
            label_suffix="",
            auto_id="procedure-%s",
            initial={**first, "category": category.pk if category else None, "seen": seen},
        )
        fields: dict[str, Any] = self.fields
        fields["category"].plant(categories())
        for name in ("reason",) if is_new else ("key", "markdown"):
            del fields[name]
        self.initial["rows"] = row_count(data, len(known), MOST_STEPS)
        for place in range(self.initial["rows"]):
            self._add(place, known[place] if place < len(known) else None)

    def _add(self, place: int, step: Step | None) -> None:
        first: Mapping[str, Any] = asdict(step) if step else {}
        shown = {**first, "choices": "; ".join(first.get("choices", ())), "otherwise": first.get("otherwise") or None}
        fields: dict[str, forms.Field] = {
            "title": _line(_("What is to be done"), limit=200),
            "text": _area(_("How"), 3, hint=_("Markdown: lists, links, `commands`.")),
            "record": forms.ChoiceField(label=_("Write down"), choices=RECORDS, required=False),
            "label": _line(_("What that is called"), limit=120),
            "choices": _line(_("Choices, by semicolons"), limit=2000),
            "expect": _line(_("What is expected")),
            "otherwise": forms.IntegerField(
                label=_("If not, go to step"), required=False, min_value=1, max_value=MOST_STEPS,
                help_text=_("Empty: stop and escalate."),
            ),
            "link": _line(_("Link to a page")),
            "command": _area(_("Command to copy"), 2, limit=2000),
            "remove": forms.BooleanField(label=_("Remove this step"), required=False),
        }  # fmt: skip
        for name, field in fields.items():
            self.fields[f"steps-{place}-{name}"] = field
            self.initial.setdefault(f"steps-{place}-{name}", shown.get(name))

    def step_rows(self) -> list[Row]:
        """The steps with their bound fields, for the template."""
        return [
            {"n": n + 1, **{name: self[f"steps-{n}-{name}"] for name in NAMES}} for n in range(self.initial["rows"])
        ]

    def draft(self) -> Draft:
        """What was typed; empty rows and those to be removed are left out, and what others say of their numbers follows."""
        given = self.cleaned_data
        self.places = [n for n in range(self.initial["rows"]) if self._is_kept(n)]
        numbers = {place + 1: n + 1 for n, place in enumerate(self.places)}
        found = [_step({name: given[f"steps-{n}-{name}"] for name in NAMES}, numbers) for n in self.places]
        return Draft(title=given["title"], summary=given["summary"], steps=found, reason=given.get("reason", ""))

    def _is_kept(self, place: int) -> bool:
        told = {name: self.cleaned_data[f"steps-{place}-{name}"] for name in NAMES}
        return not told.pop("remove") and any(str(value or "").strip() for value in told.values())

    def field_of(self, refusal: Invalid) -> str:
        """The verb counts the steps that it got, the page the rows that it shows."""
        name = refusal.field
        start, number, part = [*name.split("-", 2), "", ""][:3]
        if start == "steps" and number.isdecimal() and int(number) < len(self.places):
            name = f"steps-{self.places[int(number)]}-{part}"
        return {"steps": "steps-0-title", "body": "title"}.get(name, name)

    def filled(self, what: str, **more: Any) -> "ProcedureForm":
        """The same form with one more empty step, or with the steps that were pasted; nothing is saved."""
        data = self.typed.copy()
        if what == "markdown" and (listed := steps.parse(data.get("markdown", ""))[:MOST_STEPS]):
            _paste(data, listed)
        else:
            data["rows"] = str(min(self.initial["rows"] + 1, MOST_STEPS))
        return ProcedureForm(data, **more)


def _paste(data: Any, listed: Sequence[Step]) -> None:
    """Write pasted steps into the fields, and the title of the text where there is none."""
    first = data["markdown"].lstrip().partition("\n")[0]
    if first.startswith("# ") and not data.get("title"):
        data["title"] = first[2:].strip()[:200]
    data["rows"], data["markdown"] = str(len(listed)), ""
    for n, step in enumerate(listed):
        told = {**asdict(step), "choices": "; ".join(step.choices), "otherwise": str(step.otherwise or "")}
        for name, value in told.items():
            data[f"steps-{n}-{name}"] = value


def _step(row: Row, numbers: Mapping[int, int]) -> Step:
    otherwise = row["otherwise"] or 0
    return Step(
        title=row["title"], text=row["text"], record=Record(row["record"] or ""), label=row["label"],
        choices=tuple(part.strip() for part in row["choices"].split(";") if part.strip()), expect=row["expect"],
        otherwise=numbers.get(otherwise, MOST_STEPS + 1) if otherwise else 0, link=row["link"], command=row["command"],
    )  # fmt: skip
