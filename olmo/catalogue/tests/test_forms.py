"""Forms as data and their answers: conditions, loops, checks of every kind. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.test import SimpleTestCase
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from olmo.catalogue import definition, forms
from olmo.catalogue.answering import Known, asked, check, readable
from olmo.catalogue.definition import Choice, Condition, Field, Form
from olmo.kernel import clock
from olmo.kernel.errors import Invalid


def ask(key: str, kind: str = "text", **more: Any) -> Field:
    return Field(key=key, kind=kind, labels={"en": key.title(), "it": f"{key} it"}, hints={}, **more)


def choose(key: str, *keys: str, kind: str = "choice", **more: Any) -> Field:
    choices = tuple(Choice(one, {"en": one.title(), "it": f"{one} it"}) for one in keys)
    return ask(key, kind, choices=choices, **more)


def _nobody(text: str) -> int:
    if text != "rui@acme.example":
        raise Invalid("person", "Nobody is known by that.")
    return 7


KNOWN = Known(
    asset=lambda text: int(text.removeprefix("PC-")),
    person=_nobody,
    names=lambda ids: dict.fromkeys(ids, "Rui"),
    files=lambda ids: {pk: "a.txt" for pk in ids if pk < 100},
)
LAPTOP = Form((
    choose("kind", "laptop", "other"),
    choose("model", "light", "strong", when=Condition("kind", "is", ("laptop",)), is_required=True),
    ask("why", when=Condition("model", "in", ("strong",)), is_required=True),
    ask("part", "section", when=Condition("kind", "set")),
    ask("room"),
))  # fmt: skip


class Asking(SimpleTestCase):
    def test_a_question_follows_from_the_answers_of_those_before_it(self) -> None:
        self.assertEqual(asked(LAPTOP, {}), {"kind"})
        self.assertEqual(asked(LAPTOP, {"kind": "other"}), {"kind", "part", "room"})
        self.assertIn("why", asked(LAPTOP, {"kind": "laptop", "model": "strong"}))

    def test_the_answer_to_a_hidden_question_asks_nothing(self) -> None:
        self.assertNotIn("why", asked(LAPTOP, {"kind": "other", "model": "strong"}))

    def test_a_loop_is_refused_by_its_names(self) -> None:
        form = Form((
            ask("a", when=Condition("c")), ask("b", when=Condition("a")), ask("c", when=Condition("b")),
        ))  # fmt: skip
        with self.assertRaises(Invalid) as refused:
            definition.require_sound(form)
        self.assertIn("A → C → B → A", str(refused.exception.message))

    def test_a_loop_over_a_section_is_refused_too(self) -> None:
        form = Form((ask("part", "section", when=Condition("room")), ask("room")))
        with self.assertRaises(Invalid):
            definition.require_sound(form)

    def test_what_cannot_be_asked_is_refused_by_field(self) -> None:
        wrong = {
            "form": Form((ask("part", "section"),)),
            "a": Form((ask("a"), ask("a"))),
            "choices": Form((choose("a"),)),
            "columns": Form((ask("a", "table"),)),
            "when_field": Form((ask("a", when=Condition("gone")),)),
            "when_values": Form((choose("a", "x"), ask("b", when=Condition("a", "is", ("y",))))),
            "most": Form((ask("a", "number", least=5, most=2),)),
            "not_before": Form((ask("a", "date", not_before="b"), ask("b"))),
        }
        for field, form in wrong.items():
            with self.assertRaises(Invalid) as refused:
                definition.require_sound(form)
            self.assertEqual(refused.exception.field, field)

    def test_a_form_is_read_as_it_was_written(self) -> None:
        self.assertEqual(definition.read(LAPTOP.as_data()), LAPTOP)

    def test_what_differs_from_a_former_form_is_told(self) -> None:
        after = Form((choose("kind", "laptop"), ask("room", is_required=True), ask("cost", "number")))
        told = [str(one) for one in definition.differences(LAPTOP, after)]
        self.assertIn("“Cost” is asked now.", told)
        self.assertIn("“Room” is needed now.", told)
        self.assertIn("“Kind” does not offer Other any more.", told)
        self.assertIn("“Why” is not asked any more.", told)


class Checking(SimpleTestCase):
    def judged(self, field: Field, value: Any) -> Any:
        return check(Form((field,)), {field.key: value}, KNOWN)

    def test_an_answer_to_a_question_that_is_not_asked_is_dropped_with_the_reason(self) -> None:
        found = check(LAPTOP, {"kind": "other", "model": "light", "room": " 12 "}, KNOWN)
        self.assertEqual((found.values, found.wrong), ({"kind": "other", "room": "12"}, {}))
        self.assertEqual(found.dropped, ["“Model” was left out: with the other answers it is not asked."])

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        found = check(LAPTOP, {"kind": "laptop", "model": "huge", "room": "x" * 501}, KNOWN)
        self.assertEqual(set(found.wrong), {"model", "room"})
        self.assertIn("501 characters of at most 500", found.wrong["room"])

    def test_each_kind_is_read_or_refused(self) -> None:
        good = [
            (ask("a", "number"), "12,50", 12.5),
            (ask("a", "number"), "3", 3),
            (ask("a", "date"), "2026-09-01", "2026-09-01"),
            (choose("a", "x", "y", kind="choices"), ["x", "y", "x"], ["x", "y"]),
            (ask("a", "person"), "rui@acme.example", 7),
            (ask("a", "file"), ["5", "101", "x"], [5]),
            (ask("a", "long"), "one\ntwo", "one\ntwo"),
            (ask("a", "asset"), "PC-12", 12),
        ]
        for field, value, kept in good:
            self.assertEqual(self.judged(field, value).values, {"a": kept})
        for field, value in [
            (ask("a", "number"), "nan"), (ask("a", "number"), "1e400"), (ask("a", "number", most=3), "4"),
            (ask("a", "date"), "2026-13-01"), (ask("a", "date"), "0001-01-01"), (choose("a", "x", kind="choices"), ["z"]),
            (ask("a", "person"), "nobody"), (ask("a", "file", most=1), ["1", "2"]), (ask("a", is_required=True), "  "),
        ]:  # fmt: skip
            self.assertEqual(list(self.judged(field, value).wrong), ["a"], (field, value))

    def test_a_day_comes_neither_before_another_one_nor_is_it_past(self) -> None:
        form = Form((
            choose("limited", "yes", "no"), ask("from", "date", not_past=True, when=Condition("limited", "is", ("yes",))),
            ask("until", "date", not_before="from"),
        ))  # fmt: skip
        cases = [
            ("yes", "2026-09-01", "2026-09-01", {}),
            ("yes", "2026-09-02", "2026-09-01", {"until": "It comes before “From” (2 September 2026)."}),
            ("yes", "2026-08-31", "2026-08-01", {"from": "This day has passed: choose today or a later one."}),
            ("no", "2026-09-02", "2026-09-01", {}),
        ]
        with clock.at(datetime(2026, 9, 1, 12, tzinfo=UTC)):
            for limited, since, until, wrong in cases:
                answers = {"limited": limited, "from": since, "until": until}
                self.assertEqual(check(form, answers, KNOWN).wrong, wrong)
            kept = replace(KNOWN, before={"from": "2026-08-31"})
            answers = {"limited": "yes", "from": "2026-08-31"}
            self.assertEqual(check(form, answers, kept).wrong, {})

    def test_a_table_says_which_row_and_column_is_wrong(self) -> None:
        table = ask("a", "table", columns=(ask("what", is_required=True), ask("n", "number")))
        self.assertEqual(self.judged(table, [{"what": "x", "n": "2"}, {}]).values, {"a": [{"what": "x", "n": 2}]})
        self.assertIn(
            "Row 2, N: “x” is not a number.", self.judged(table, [{"what": "a"}, {"what": "b", "n": "x"}]).wrong["a"]
        )

    def test_a_thousand_rows_are_refused_with_the_number(self) -> None:
        table = ask("a", "table", columns=(ask("what"),))
        pasted = MultiValueDict({"a_a-paste": ["\n".join(f"row {n}" for n in range(1000))]})
        rows = forms.rows_of(table, pasted, "a_a")
        self.assertEqual(len(rows), 1000)
        self.assertIn("There are 1000 rows, and at most 20", self.judged(table, rows).wrong["a"])
        self.assertIn("row 999", str(forms.AnswersForm(Form((table,)), {"a": rows})["a_a"]))

    def test_answers_are_read_in_the_readers_language(self) -> None:
        with override("it"):
            parts = readable(LAPTOP, {"kind": "laptop", "model": "light"}, KNOWN)
        read = [(line.label, line.text) for line in parts[0].lines]
        self.assertEqual(read, [("kind it", "laptop it"), ("model it", "light it")])

    def test_a_pasted_choice_is_known_by_its_words(self) -> None:
        table = ask("a", "table", columns=(ask("what"), choose("rights", "read", "write")))
        pasted = MultiValueDict({"a_a-paste": ["Projects\tRead\nPlans;write it"], "a_a-0-what": ["First"]})
        self.assertEqual(
            forms.rows_of(table, pasted, "a_a"),
            [{"what": "First"}, {"what": "Projects", "rights": "read"}, {"what": "Plans", "rights": "write"}],
        )


class Drawing(SimpleTestCase):
    def test_only_what_is_asked_is_drawn_and_the_rest_is_kept(self) -> None:
        drawn = forms.AnswersForm(LAPTOP, {"kind": "other", "model": "light"})
        self.assertEqual(list(drawn.fields), ["a_kind", "a_room"])
        self.assertEqual(list(drawn.kept()), [("kept_model", "light")])

    def test_a_table_that_is_hidden_keeps_its_rows(self) -> None:
        table = ask(
            "rooms", "table", columns=(ask("what"), ask("n", "number")), when=Condition("kind", "is", ("laptop",))
        )
        form, rows = Form((choose("kind", "laptop", "other"), table)), [{"what": "A; b\tc", "n": "2"}, {"what": "D"}]
        kept = dict(forms.AnswersForm(form, {"kind": "other", "rooms": rows}).kept())
        self.assertEqual(forms.answers_of(form, MultiValueDict({"kept_rooms": [kept["kept_rooms"]]})), {"rooms": rows})
        for wrong in ("{", "[1]", '{"what": 1}', "[" * 100_000, '[{"other": "x"}]'):
            self.assertEqual(forms.answers_of(form, MultiValueDict({"kept_rooms": [wrong]})).get("rooms", [{}])[0], {})

    def test_the_groups_follow_the_sections(self) -> None:
        drawn = forms.AnswersForm(LAPTOP, {"kind": "other"}, wrong={"room": "Too small."})
        self.assertEqual([group.title for group in drawn.groups()], ["", "Part"])
        self.assertEqual(drawn["a_room"].errors, ["Too small."])

    def test_known_of_the_person_is_filled_in_at_first(self) -> None:
        form = Form((ask("mail", source="email"), ask("room", source="location")))
        self.assertEqual(forms.first_answers(form, {"email": "rui@acme.example"}), {"mail": "rui@acme.example"})
