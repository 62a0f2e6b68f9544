"""The registry of commands: whole, without clashes, and what pages print of it."""

import json
import re
from pathlib import Path

from olmo.desk.commands import BY_NAME, COMMANDS, GROUPS, Where, key_of
from olmo.desk.keys import conflicts, written

from .base import PageTest

ROOT = Path(__file__).resolve().parents[3]
_ON_CONTROLS = re.compile(r'data-command="([\w-]+)"')
_ANSWERED = re.compile(r'does\("([\w-]+)"')


def sources(*patterns: str) -> str:
    return "\n".join(
        p.read_text() for pattern in patterns for p in sorted(ROOT.glob(pattern)) if "tests" not in p.parts
    )


class TheRegistry(PageTest):
    def test_names_are_told_once(self) -> None:
        self.assertEqual(len(BY_NAME), len(COMMANDS))
        self.assertLessEqual({c.group for c in COMMANDS}, set(GROUPS))

    def test_usual_keys_do_not_clash_and_are_written_as_they_are_kept(self) -> None:
        usual = {command.name: command.key for command in COMMANDS}
        self.assertEqual(conflicts(usual, list(COMMANDS)), {})
        for command in COMMANDS:
            if not command.is_fixed:
                with self.subTest(command=command.name):
                    self.assertEqual(written(command.key), command.key)

    def test_every_control_and_script_names_a_command_of_the_registry(self) -> None:
        on_controls = _ON_CONTROLS.findall(sources("olmo/*/templates/**/*.html", "olmo/**/*.py"))
        answered = _ANSWERED.findall(sources("assets/js/*.js"))
        self.assertGreater(len(on_controls), 8)
        self.assertEqual([name for name in (*on_controls, *answered) if name not in BY_NAME], [])

    def test_every_address_of_a_command_answers(self) -> None:
        ticket = self.report("Printer")
        for command in COMMANDS:
            if command.where is Where.TICKET and command.path:
                with self.subTest(command=command.name):
                    self.assertEqual(self.get(self.url(ticket, command.path), by=self.ines).status, 200)
        for name, _label, where, _key, path, _icon, _plain in self.printed("/desk/", by=self.ines):
            if where != Where.TICKET and path:
                with self.subTest(command=name):
                    self.assertEqual(self.get(path, by=self.ines).status, 200)

    def test_every_box_of_the_navigation_can_be_reached_without_its_link(self) -> None:
        paths = {name: path for name, _label, _where, _key, path, *_rest in self.printed("/desk/")}
        boxes = [name for name in paths if name.startswith("box-")]
        self.assertGreater(len(boxes), 5)
        self.assertEqual([name for name in boxes if not paths[name]], [])

    def test_a_page_prints_them_in_the_language_and_with_the_keys_of_its_reader(self) -> None:
        self.alma.language, self.alma.keys = "it", {"reply": "v"}
        self.alma.save()
        labels = {name: (label, key) for name, label, _where, key, *_rest in self.printed("/desk/")}
        self.assertEqual(labels["new"], ("Nuovo ticket", "c"))
        self.assertEqual(labels["reply"][1], "v")
        self.assertNotIn("admin", labels)
        self.assertEqual(key_of(BY_NAME["reply"], self.tove), "r")

    def test_a_requester_is_told_of_the_composer_alone(self) -> None:
        names = [row[0] for row in self.printed("/", by=self.rui)]
        self.assertEqual(names, ["send"])

    def printed(self, url: str, **more: object) -> list[list[str]]:
        page = self.get(url, **more)  # type: ignore[arg-type]
        found: list[list[str]] = json.loads(page.one("#commands").attributes["data-all"] or "")
        return found
