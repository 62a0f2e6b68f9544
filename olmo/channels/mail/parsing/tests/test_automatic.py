"""Mail of machines is told apart from mail of people (RFC 3834)."""

import pytest

from .messages import HEADER, mail


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x",
        "X-Autoreply: yes",
        "X-Autorespond: hello",
        "Precedence: auto_reply",
        "X-Auto-Response-Suppress: All\nSubject: Automatic reply: Printer",
    ],
)
def test_an_answer_of_a_program_is_recognised(field: str) -> None:
    found = mail("I am away.", head=f"From: rui@acme.example\n{field}\n")
    assert (found.auto_reply, found.is_automatic) == (True, True)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Printer",
        "Out of Office: Printer",
        "Risposta automatica: Stampante",
        "Automatische Antwort: Drucker",
        "Réponse automatique : Imprimante",
        "Respuesta automática: Impresora",
        "Fuori sede",
        "自動返信: x",
    ],
)
def test_a_vacation_subject_is_recognised(subject: str) -> None:
    assert mail("Back on Monday.", head=f"From: rui@acme.example\nSubject: {subject}\n").auto_reply


@pytest.mark.parametrize(
    "subject",
    [
        "Vacation request form does not open",
        "Out of office message cannot be switched on",
        "Automatic updates fail",
        "Re: Printer",
    ],
)
def test_a_ticket_about_such_things_is_a_persons_mail(subject: str) -> None:
    found = mail("Please help.", head=f"From: rui@acme.example\nSubject: {subject}\n")
    assert (found.auto_reply, found.is_automatic) == (False, False)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("Precedence: bulk", "Precedence"),
        ("Precedence: list", "Precedence"),
        ("List-Id: <news.example>", "List-Id"),
        ("X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress"),
        ("Return-Path: <>", "empty Return-Path"),
        ("Auto-Submitted: auto-forwarded", "Auto-Submitted"),
        ("X-Loop: help@desk.example", "X-Loop"),
    ],
)
def test_mail_that_must_not_be_answered_says_why(field: str, reason: str) -> None:
    found = mail("x", head=f"{HEADER}{field}\n")
    assert (found.is_automatic, found.automatic_reason, found.auto_reply) == (True, reason, False)


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON@x.example", "no-reply@x.example", "noreply@x.example", "owner-list@x.example"]
)
def test_a_robots_address_is_not_answered(sender: str) -> None:
    assert mail("x", head=f"From: {sender}\n").is_automatic


def test_a_persons_mail_with_auto_submitted_no_is_answered() -> None:
    assert not mail("x", head=f"{HEADER}Auto-Submitted: no\n").is_automatic


def test_the_mark_of_an_upstream_spam_filter_is_seen() -> None:
    assert mail("x", head=f"{HEADER}X-Spam-Flag: YES\n").spam
    assert mail("x", head=f"{HEADER}X-Spam-Status: Yes, score=9\n").spam
    assert not mail("x", head=f"{HEADER}X-Spam-Status: No, score=0\n").spam


def test_the_sender_behind_a_group_is_found() -> None:
    assert mail("x", head=f"{HEADER}X-Original-Sender: bea@b.example\n").original_sender == "bea@b.example"
