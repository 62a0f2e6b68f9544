"""`mail parse` answers with one JSON object per message."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from ..cli import main, serve
from .messages import HEADER

RAW = (HEADER + "\nIt is broken.\n\nOn Mon, Mar 2, 2026 Help <help@desk.example> wrote:\n> x\n").encode()


def test_a_file_is_printed_as_json(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(RAW)
    assert main([str(path)]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    assert found["from"] == {"name": "Rui Alves", "email": "rui@acme.example"}
    assert found["reply"] == "It is broken."
    assert (found["raw_size"], found["raw_sha256"]) == (len(RAW), hashlib.sha256(RAW).hexdigest())


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.eml")]) == 1
    assert "none.eml" in capsys.readouterr().err


def test_without_a_file_it_says_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "--serve" in capsys.readouterr().err


def test_serving_answers_each_path_on_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a b.eml"
    path.write_bytes(RAW)
    out = io.BytesIO()
    serve(io.BytesIO(f"{path}\n{tmp_path}/none\n{path}\n".encode()), out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer.get("subject") for answer in answers] == ["Printer", None, "Printer"]
    assert "crash" in answers[1]
