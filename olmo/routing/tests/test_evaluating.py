"""`olmo triage evaluate`, run as people run it."""

import csv
import gzip
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from .test_learning import examples

RUN = "import sys; from olmo.ops.cli import main; sys.exit(main())"


class Evaluating(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        texts, labels = examples(12)
        self.train = self.file("train.csv", texts, labels)
        self.test = self.file("test.csv.gz", ["no vpn", "more toner", "account locked", "lift stuck"], [
            "network", "printing", "access", "building",
        ])  # fmt: skip

    def file(self, name: str, texts: list[str], labels: list[str]) -> Path:
        path = self.folder / name
        text = io.StringIO()
        rows = [("", text_, label) for text_, label in zip(texts, labels, strict=True)]
        csv.writer(text).writerows([("title", "body", "topic"), *rows])
        data = text.getvalue().encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def run_olmo(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, "triage", "evaluate", *words], capture_output=True, text=True, check=False
        )

    def test_it_prints_how_good_the_guesses_are(self) -> None:
        done = self.run_olmo(str(self.train), str(self.test), "--text", "title", "--text", "body", "--label", "topic")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(
            done.stdout, r"(?s)accuracy +0\.7500\nmacro-F1 +0\.\d{4}\ntop-3 +0\.7500\ndecided alone +[01]\.\d{4}"
        )

    def test_it_prints_them_for_programs(self) -> None:
        done = self.run_olmo(str(self.train), str(self.test), "--text", "body", "--label", "topic", "--json")
        report = json.loads(done.stdout)
        self.assertEqual((report["tested_on"], report["accuracy"], report["top3"]), (4, 0.75, 0.75))

    def refused(self, *words: str) -> str:
        done = self.run_olmo(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        return done.stderr

    def test_a_wrong_column_is_named_with_those_that_there_are(self) -> None:
        said = self.refused(str(self.train), str(self.test), "--text", "words", "--label", "topic")
        self.assertIn("no column words; there are title, body, topic", said)

    def test_a_file_that_cannot_be_read_is_named(self) -> None:
        broken = self.folder / "broken.csv.gz"
        broken.write_bytes(b"\x1f\x8bnothing")
        for path in (self.folder / "absent.csv", broken):
            self.assertIn(str(path), self.refused(str(path), str(self.test), "--text", "body", "--label", "topic"))

    def test_too_few_examples_are_told(self) -> None:
        few = self.file("few.csv", ["vpn"] * 10, ["network"] * 10)
        said = self.refused(str(few), str(self.test), "--text", "body", "--label", "topic")
        self.assertIn("at least 50", said)
