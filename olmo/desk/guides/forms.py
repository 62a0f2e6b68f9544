"""The forms of the builder: what a troubleshooter is called, and one of its steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.catalogue import definition
from olmo.catalogue import queries as catalogue
from olmo.catalogue.definition import FieldKind, Form
from olmo.catalogue.models import Item
from olmo.guides import actions, ordering, tree
from olmo.guides.models import Guide
from olmo.kernel.errors import Invalid
from olmo.knowledge import queries as knowledge
from olmo.people.administration import mark_of
from olmo.people.models import Person
from olmo.people.queries import clients_seen_by
from olmo.selfservice.queries import title_of
from olmo.tenancy.models import Client
from olmo.tickets.models import Category

from ..forms.refusable import Refusable

KIND_WORDS = {
    "question": _("Question: what is it?"), "check": _("Check: look whether …"), "action": _("Action: do this"),
    "picture": _("Picture: look at this"), "outcome": _("Outcome: it ends here"),
}  # fmt: skip
OUTCOME_WORDS = {
    "solved": _("Solved"), "report": _("A report, with the answers in it"), "article": _("An article"),
    "order": _("An order, with the answers filled in"),
}  # fmt: skip


def _line(label: Any, limit: int = 120) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))


class GuideForm(Refusable):
    """What it is called, what finds it, and for whom it is."""

    name_en = _line(_("Name in English"))
    name_it = _line(_("Name in Italian"))
    words_en = _line(_("Words that find it, in English"), 300)
    words_it = _line(_("Words that find it, in Italian"), 300)
    client = forms.ModelChoiceField(
        Client.objects.none(), label=_("Organisation"), required=False, empty_label=_("Everybody’s")
    )
    is_for_requesters = forms.BooleanField(label=_("Requesters use it too"), required=False, initial=True)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False

    def __init__(self, data: Any = None, *, by: Person, guide: Guide | None = None) -> None:
        super().__init__(data, initial=_known(guide) if guide else {}, label_suffix="")
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = clients_seen_by(by).order_by("name")

    @property
    def values(self) -> dict[str, Any]:
        """What the verb wants."""
        given = self.cleaned_data
        return {
            "names": {"en": given["name_en"], "it": given["name_it"]},
            "words": {"en": given["words_en"], "it": given["words_it"]},
            "client": given["client"], "is_for_requesters": given["is_for_requesters"], "is_active": given["is_active"],
            "seen": given["seen"],
        }  # fmt: skip


def _known(guide: Guide) -> dict[str, Any]:
    return {
        "name_en": guide.names.get("en", ""), "name_it": guide.names.get("it", ""), "words_en": guide.words.get("en", ""),
        "words_it": guide.words.get("it", ""), "client": guide.client_id, "is_for_requesters": guide.is_for_requesters,
        "is_active": guide.is_active, "seen": mark_of(actions.state_of(guide)),
    }  # fmt: skip


class StepForm(Refusable):
    """One step: what it says, and where its answers lead or how it ends."""

    kind = forms.ChoiceField(label=_("What kind of step"), choices=list(KIND_WORDS.items()))
    title_en = _line(_("Title in English"), 200)
    title_it = _line(_("Title in Italian"), 200)
    text_en = _text(_("Text in English"))
    text_it = _text(_("Text in Italian"))
    file = forms.FileField(label=_("Picture"), required=False, help_text=_("PNG, JPEG or WebP, up to 2 MB."))
    drop_picture = forms.BooleanField(label=_("Take the picture away"), required=False)
    outcome = forms.ChoiceField(label=_("How it ends"), choices=[("", "–"), *OUTCOME_WORDS.items()], required=False)
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), label=_("Subject area of the report"), required=False, empty_label="–"
    )
    article = forms.ChoiceField(label=_("Article"), required=False)
    item = forms.ModelChoiceField(
        Item.objects.none(), label=_("What is ordered"), required=False, empty_label="–",
        help_text=_("After saving you say which answers its form is filled in with."),
    )  # fmt: skip
    picture = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**62)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *, by: Person, guide: Guide, key: str) -> None:
        node = guide.draft["nodes"][key]
        super().__init__(data, files, initial=_of_step(node), label_suffix="")
        language = "en"
        others = [(one, tree.name(guide.draft, one, language)) for one in tree.in_order(guide.draft) if one != key]
        targets = [("", "–"), ("+", str(_("A new step"))), *others]
        for n in range(tree.MOST_ANSWERS):
            for code, label in (("en", _("In English")), ("it", _("In Italian"))):
                self.fields[f"answer_{n}_{code}"] = _line(label)
            self.fields[f"answer_{n}_to"] = forms.ChoiceField(label=_("leads to"), choices=targets, required=False)
        field = self.fields["article"]
        assert isinstance(field, forms.ChoiceField)
        readable = knowledge.visible_to(by).filter(published_at__isnull=False).prefetch_related("translations__shown")
        field.choices = [("", "–"), *((str(one.pk), title_of(one)) for one in readable[:300])]
        self.guide, self.was = guide, node.get("item") or 0
        offered = self.fields["item"]
        assert isinstance(offered, forms.ModelChoiceField)
        offered.queryset = catalogue.items(by) | Item.objects.filter(
            pk=self.was
        )  # what the step names stays, whatever it is now
        self._ask_fills(others)

    def field_of(self, refusal: Invalid) -> str:
        """What is wrong with a picture stands where it was chosen."""
        return {"picture": "file"}.get(refusal.field, refusal.field)

    def _ask_fills(self, others: list[tuple[str, str]]) -> None:
        """For each question of the form that is ordered: which step of the walk answers it."""
        steps = [pair for pair in others if self.guide.draft["nodes"][pair[0]]["answers"]]
        form = _form_of(self.was)
        self.filled = [one.key for one in form.questions if one.kind in ordering.FILLABLE] if form else []
        for key in self.filled:
            one = form.field(key) if form else None
            whole = (
                [(ordering.EVERYTHING, str(_("The whole walk, as text")))] if one and one.kind == FieldKind.LONG else []
            )
            self.fields[f"fill_{key}"] = forms.ChoiceField(
                label=str(one), choices=[("", "–"), *whole, *steps], required=False
            )

    def fill_rows(self) -> list[forms.BoundField]:
        """The questions that can be filled in."""
        return [self[f"fill_{key}"] for key in self.filled]

    def rows(self) -> list[list[forms.BoundField]]:
        """The answers, each with its three fields."""
        return [[self[f"answer_{n}_{part}"] for part in ("en", "it", "to")] for n in range(tree.MOST_ANSWERS)]

    @property
    def file_bytes(self) -> bytes | None:
        """The picture that was chosen now."""
        file = self.cleaned_data.get("file")
        if file is None:
            return None
        file.seek(0)
        return bytes(file.read(3 * 2**20))

    @property
    def picture_now(self) -> int:
        """The picture of the step: of what was sent, else of what is known."""
        sent = self.cleaned_data.get("picture") if self.is_bound else None
        return int(self.initial["picture"] if sent is None else sent)

    def step(self) -> tree.Node:
        """The step as the verb wants it."""
        given = self.cleaned_data
        answers = [
            {"label": {"en": given[f"answer_{n}_en"], "it": given[f"answer_{n}_it"]}, "to": given[f"answer_{n}_to"]}
            for n in range(tree.MOST_ANSWERS)
            if given[f"answer_{n}_en"] or given[f"answer_{n}_it"] or given[f"answer_{n}_to"]
        ]
        return {
            "kind": given["kind"], "title": {"en": given["title_en"], "it": given["title_it"]},
            "text": {"en": given["text_en"], "it": given["text_it"]}, "answers": answers,
            "picture": 0 if given["drop_picture"] else self.picture_now,
            "outcome": given["outcome"], "category": given["category"].pk if given["category"] else 0,
            "article": int(given["article"] or 0), "item": given["item"].pk if given["item"] else 0, "fills": self._fills(),
        }  # fmt: skip

    @property
    def is_another_item(self) -> bool:
        """Whether another thing is ordered now than was, so that its questions have to be looked at."""
        given, item = self.cleaned_data, self.cleaned_data["item"]
        orders = given["kind"] == "outcome" and given["outcome"] == "order"
        return orders and item is not None and item.pk != self.was

    def _fills(self) -> dict[str, str]:
        if self.is_another_item:
            form = _form_of(self.cleaned_data["item"].pk)
            return ordering.usual(form, self.guide.draft) if form else {}
        return {key: step for key in self.filled if (step := self.cleaned_data[f"fill_{key}"])}


def _form_of(item: int) -> Form | None:
    found = Item.objects.filter(pk=item).first() if item else None
    version = catalogue.form_in_force(found) if found else None
    return definition.read(version.content) if version else None


def _of_step(node: tree.Node) -> dict[str, Any]:
    known: dict[str, Any] = {
        "kind": node["kind"], "title_en": node["title"].get("en", ""), "title_it": node["title"].get("it", ""),
        "text_en": node["text"].get("en", ""), "text_it": node["text"].get("it", ""), "outcome": node.get("outcome", ""),
        "category": node.get("category") or None, "article": str(node.get("article") or ""),
        "picture": node.get("picture") or 0, "seen": mark_of(node), "item": node.get("item") or None,
        **{f"fill_{key}": step for key, step in (node.get("fills") or {}).items()},
    }  # fmt: skip
    for n, answer in enumerate(node["answers"]):
        known |= {f"answer_{n}_{code}": answer["label"].get(code, "") for code in ("en", "it")}
        known[f"answer_{n}_to"] = answer["to"]
    return known
