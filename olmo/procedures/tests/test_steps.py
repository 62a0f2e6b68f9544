"""Steps are Markdown, and the same steps again."""

from unittest import TestCase

from olmo.kernel.errors import Invalid
from olmo.procedures import steps
from olmo.procedures.steps import Record, Step


class ReadingSteps(TestCase):
    def test_what_is_written_is_read_again(self) -> None:
        listed = [
            Step(title="One", text="Look.\n\n- a list\n- of two\n\n```\ncode of the text\n```", command="ls -l\npwd"),
            Step(
                title="Two", record=Record.CHOICE, label="Colour", choices=("red", "green"), expect="green", otherwise=1
            ),
            Step(title="Three", record=Record.YES_NO, link="https://wiki.example/x", text="Is it warm?"),
            Step(title="Four"),
        ]
        self.assertEqual(steps.parse(steps.written(listed)), listed)

    def test_choices_without_a_name_for_them_are_kept(self) -> None:
        listed = [Step(title="Look at the lamp", record=Record.CHOICE, choices=("red", "green"))]
        self.assertEqual(steps.parse(steps.written(listed)), listed)

    def test_italian_words_and_what_stands_before_the_first_step(self) -> None:
        told = "- registra: numero | Porta\n- atteso: è verde\n- altrimenti: ferma\n"
        text = f"Premessa.\n\n## Luce della porta\n{told}```bash\nping x\n```"
        self.assertEqual(
            steps.parse(text),
            [Step(title="Luce della porta", record=Record.NUMBER, label="Porta", expect="è verde", command="ping x")],
        )

    def test_any_text_is_read(self) -> None:
        for text in ("", "## ", "##\n- otherwise: x\n", "- record: what\n## A\n- record: nonsense | B\n```\nunclosed"):
            for step in steps.parse(text):
                self.assertIsInstance(step, Step)

    def test_what_cannot_work_is_named_at_its_step(self) -> None:
        cases = {
            "steps-0-title": Step(title=" "),
            "steps-0-choices": Step(title="A", record=Record.CHOICE, choices=("one",)),
            "steps-0-otherwise": Step(title="A", expect="x", otherwise=1),
            "steps-0-expect": Step(title="A", otherwise=2),
            "steps-0-link": Step(title="A", link="javascript:alert(1)"),
            "steps-0-command": Step(title="A", command="```"),
            "steps-0-text": Step(title="A", text="## B"),
        }
        for field, step in cases.items():
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                steps.checked([step, Step(title="Last")])
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Invalid):
            steps.checked([])
