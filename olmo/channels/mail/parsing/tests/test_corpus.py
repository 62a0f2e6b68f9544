"""The public corpus of real messages: all are read, and every field is at least as good as the better baseline."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[5]
SHARED = Path(os.environ.get("OLMO_SHARED", ROOT.parent / "shared"))
FLOORS = {  # share of the expectations of a family of fields that must hold
    ("from_email", "from_name"): 1.0,
    ("subject",): 0.954,
    ("text_equals", "text_contains", "text_contains_any", "text_not_contains"): 0.98,
    ("bounce",): 0.98,
    ("bounced_recipients",): 0.95,
    ("bounce_permanent",): 0.95,
    ("auto_reply",): 0.97,
    ("feedback_report",): 0.95,
    ("attachments_include", "attachment_count", "attachment_sizes", "tnef_attachments"): 0.977,
    ("reply_equals", "reply_contains", "reply_not_contains"): 0.85,
}


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the corpus' own scorer says about our parser."""
    scorer, corpus = SHARED / "tools" / "mail_corpus.py", SHARED / "mail-corpus"
    if not scorer.exists() or not corpus.exists():
        pytest.skip(f"the mail corpus is not here ({SHARED}); OLMO_SHARED names another folder")
    out = tmp_path_factory.mktemp("corpus") / "score.json"
    command = f"{sys.executable} -m olmo.channels.mail.parsing --serve"
    run = [sys.executable, str(scorer), "--corpus", str(corpus), "--command", command, "--serve", "--json", str(out)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_every_message_is_read_and_stored_whole(score: dict[str, Any]) -> None:
    assert score["crashed"] == []
    assert score["stored_whole"][0] == score["messages"]


def test_all_expectations_together(score: dict[str, Any]) -> None:
    held, asked = score["total"]
    assert held / asked >= 0.97


@pytest.mark.parametrize("names", FLOORS, ids=lambda names: names[0])
def test_each_field_is_above_its_floor(score: dict[str, Any], names: tuple[str, ...]) -> None:
    held = sum(score["field"][name][0] for name in names)
    asked = sum(score["field"][name][1] for name in names)
    assert held / asked >= FLOORS[names]
