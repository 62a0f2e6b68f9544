"""Our own line above which to answer is found again in any quoted copy."""

import pytest

from .. import MARKER_EN, MARKER_IT, MARKERS
from .messages import mail


@pytest.mark.parametrize("marker", [MARKER_EN, MARKER_IT])
@pytest.mark.parametrize("wrapped", ["{}", "> {}", ">> > {}", "*{}*", "  {}  ", "| {}"])
def test_everything_from_the_marker_on_is_history(marker: str, wrapped: str) -> None:
    found = mail(f"New words.\n\n{wrapped.format(marker)}\n\nOld words of ours.")
    assert found.new_text == "New words."
    assert "Old words of ours." in found.quoted_text


def test_the_attribution_above_the_marker_goes_with_it() -> None:
    found = mail(f"New words.\n\nHelp Desk <help@desk.example> 2026-03-02 08:30:\n\n> {MARKER_EN}\n> Old words.")
    assert found.new_text == "New words."


def test_a_marker_in_html_is_found() -> None:
    assert mail(f"<p>New words.</p><div><p>{MARKER_IT}</p><p>Old</p></div>", kind="text/html").new_text == "New words."


@pytest.mark.parametrize(
    "line", ["##- Please type your reply above this line -##", "=-=-= Bitte oberhalb dieser Zeile antworten =-=-="]
)
def test_the_markers_of_other_desks_cut_when_they_ask_to_write_above(line: str) -> None:
    assert mail(f"New words.\n\n{line}\n\nOld words.").new_text == "New words."


def test_every_language_of_ours_has_a_marker() -> None:
    assert set(MARKERS) == {"en", "it"}
