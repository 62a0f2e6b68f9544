"""Steps are Markdown, and the same steps again."""

from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from olmo.kernel.errors import Invalid
from olmo.procedures import steps
from olmo.procedures.steps import Record, Step

LINES = st.sampled_from(
    ["", "## x", "##", "- link: /a", "- expect: warm", "```", "```sh", "text", " indented", "- a list", "\u2028"]
)
TEXTS = st.lists(LINES, max_size=5).map("\n".join)
STEPS = st.builds(
    Step, title=st.sampled_from(["One", "## Two", "- link: /b"]), text=TEXTS, command=TEXTS,
    link=st.sampled_from(["", "/x", "/x>"]), record=st.sampled_from(Record), label=st.sampled_from(["", "A|B", "Colour "]),
    expect=st.sampled_from(["", "It is on | off"]),
    choices=st.sampled_from([(), ("red", "green"), ("a;b", "c")]),
)  # fmt: skip


class ReadingSteps(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(STEPS, min_size=1, max_size=3))
    def test_steps_that_are_taken_are_read_again_as_they_were_typed_or_their_field_is_named(
        self, typed: list[Step]
    ) -> None:
        try:
            kept = steps.checked(typed)
        except Invalid as refusal:
            self.assertRegex(refusal.field, r"^steps-[0-2]-(text|command|link|record|label|choices|expect)$")
        else:
            self.assertEqual(steps.parse("Before.\n\n" + steps.written(kept)), kept)

    def test_what_is_written_is_read_again(self) -> None:
        listed = [
            Step(title="One", text="Look.\n\n- a list\n- of two\n\n```\ncode of the text\n```", command="ls -l\npwd"),
            Step(
                title="Two", record=Record.CHOICE, label="Colour", choices=("red", "green"), expect="green", otherwise=1
            ),
            Step(title="Three", record=Record.YES_NO, link="https://wiki.example/x", text="Is it warm?"),
            Step(
                title="Four",
                text="```\n## not a step\n- link: /none\n```\nSo it is written.",
                command="# list\n## all\nls",
            ),
            Step(title="Five"),
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
        for text in (
            "",
            "## ",
            "## A\r\n- expect: x\r\n",
            "##\n- otherwise: x\n",
            "- record: what\n## A\n- record: nonsense | B\n```\nunclosed",
        ):
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
            "steps-0-text setting": Step(title="A", text="Read:\n- link: /b"),
            "steps-0-text command": Step(title="A", text="Type:\n```\nls\n```", expect="Files"),
            "steps-0-text open": Step(title="A", text="```\nls"),
            "steps-0-record": Step(title="A", label="Pages"),
        }
        for case, step in cases.items():
            with self.subTest(case), self.assertRaises(Invalid) as refused:
                steps.checked([step, Step(title="Last", command="ls")])
            self.assertEqual(refused.exception.field, case.split()[0])
        with self.assertRaises(Invalid):
            steps.checked([])
