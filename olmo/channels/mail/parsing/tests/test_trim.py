"""New text is told apart from history and signatures, and nothing is lost."""

import pytest

from ..trim import trim
from .messages import mail, parts

ANSWER = "It works now, thank you.\n\nThe second printer does not."


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Mar 2, 2026 at 8:30 AM Help Desk <help@desk.example> wrote:",
        "On 02.03.26 08:30, Help Desk wrote:",
        "Il giorno lun 2 mar 2026 alle ore 08:30 Help Desk <help@desk.example> ha scritto:",
        "In data 2 marzo 2026 08:30:11 Help Desk <help@desk.example> ha scritto:",
        "Am 02.03.2026 um 08:30 schrieb Help Desk:",
        "Am Mo., 2. März 2026 um 08:30 Uhr schrieb Help Desk <help@desk.example>:",
        "Le lun. 2 mars 2026 à 08:30, Help Desk <help@desk.example> a écrit :",
        "El lun, 2 mar 2026 a las 8:30, Help Desk (<help@desk.example>) escribió:",
        "Em seg., 2 de mar. de 2026 às 08:30, Help Desk <help@desk.example> escreveu:",
        "Op ma 2 mrt 2026 om 08:30 schreef Help Desk <help@desk.example>:",
        "Den mån 2 mars 2026 kl 08:30 skrev Help Desk <help@desk.example>:",
        "Den man. 2. mar. 2026 kl. 08.30 skrev Help Desk <help@desk.example>:",
        "ma 2. maalisk. 2026 klo 8.30 Help Desk (help@desk.example) kirjoitti:",
        "pon., 2 mar 2026 o 08:30 Help Desk <help@desk.example> napisał(a):",
        "пн, 2 мар. 2026 г. в 08:30, Help Desk <help@desk.example>:",
        "2026年3月2日(月) 8:30 Help Desk <help@desk.example>:",
        "Help Desk <help@desk.example> 于2026年3月2日周一 08:30写道：",
        "2026-03-02 08:30 GMT+01:00 Help Desk <help@desk.example>:",
    ],
)
@pytest.mark.parametrize("quoted", ["> Did you restart it?\n> Alma", "Did you restart it?\nAlma"])
def test_an_attribution_in_any_language_begins_the_history(attribution: str, quoted: str) -> None:
    found = mail(f"{ANSWER}\n\n{attribution}\n\n{quoted}")
    assert found.new_text == ANSWER
    assert found.quoted_text.startswith(attribution)


def test_an_attribution_may_run_over_lines() -> None:
    found = mail(
        f"{ANSWER}\n\nOn Mon, Mar 2, 2026 at 8:30 AM Help Desk of the whole Provider <\nhelp@desk.example> wrote:\n\n> x"
    )
    assert found.new_text == ANSWER


@pytest.mark.parametrize(
    "block",
    [
        "From: Help <help@desk.example>\nSent: Monday, March 2, 2026 8:30 AM\nTo: Rui\nSubject: RE: Printer",
        "Da: Help <help@desk.example>\nInviato: lunedì 2 marzo 2026 08:30\nA: Rui\nOggetto: R: Stampante",
        "Von: Help <help@desk.example>\nGesendet: Montag, 2. März 2026 08:30\nAn: Rui\nBetreff: AW: Drucker",
        "De : Help <help@desk.example>\nEnvoyé : lundi 2 mars 2026 08:30\nÀ : Rui\nObjet : RE: Imprimante",
        "De: Help <help@desk.example>\nEnviado: lunes, 2 de marzo de 2026 8:30\nPara: Rui\nAsunto: RE: Impresora",
        "Van: Help <help@desk.example>\nVerzonden: maandag 2 maart 2026 08:30\nAan: Rui\nOnderwerp: RE: Printer",
        "Från: Help <help@desk.example>\nSkickat: den 2 mars 2026 08:30\nTill: Rui\nÄmne: SV: Skrivare",
        "Od: Help <help@desk.example>\nWysłano: 2 marca 2026 08:30\nDo: Rui\nTemat: Odp: Drukarka",
        "От: Help <help@desk.example>\nОтправлено: 2 марта 2026 г. 8:30\nКому: Rui\nТема: RE: Принтер",
        "差出人: Help <help@desk.example>\n送信日時: 2026年3月2日 8:30\n宛先: Rui\n件名: RE: プリンター",
        "发件人: Help <help@desk.example>\n发送时间: 2026年3月2日 8:30\n收件人: Rui\n主题: 回复: 打印机",
        "*From:* Help <help@desk.example>\n*Sent:* Monday\n*To:* Rui\n*Subject:* RE: Printer",
    ],
)
@pytest.mark.parametrize("above", ["", "________________________________\n", "-----Original Message-----\n"])
def test_a_header_block_of_an_office_program_begins_the_history(block: str, above: str) -> None:
    assert mail(f"{ANSWER}\n\n{above}{block}\n\nDid you restart it?").new_text == ANSWER


def test_answers_between_quotes_stay_with_the_quotes_they_answer() -> None:
    body = "On Mon, Mar 2, 2026 Help <help@desk.example> wrote:\n> Which floor?\nThe third.\n> Which printer?\nThe left one."
    found = mail(body)
    assert found.new_text.startswith("> Which floor?\nThe third.\n> Which printer?\nThe left one.")


def test_an_answer_below_the_quote_is_found() -> None:
    found = mail("On Mon, Mar 2, 2026 Help <help@desk.example> wrote:\n> Which floor?\n\nThe third.")
    assert found.new_text == "The third."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nRui Alves\nAcme, +351 21 000 00 00",
        "--\nRui",
        "Sent from my iPhone",
        "Inviato da iPhone",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone",
        "Get Outlook for Android",
        "Kind regards,\n\nRui Alves\nAcme",
        "Cordiali saluti\nRui Alves\nAcme, ufficio acquisti",
        "Rui Alves\nrui@acme.example\n+351 21 000 00 00",
        "_______________________________________________\nhelp mailing list\nhelp@lists.example",
    ],
)
def test_a_signature_is_folded(signature: str) -> None:
    found = mail(f"{ANSWER}\n\n{signature}")
    assert found.new_text == ANSWER
    assert found.segments[-1].kind == "signature"


@pytest.mark.parametrize(
    "text",
    [
        "I saw two things:\n-- first the light was red\n-- then it went out",
        "The steps:\n\nOpen\n-----\nClick it\n\nClose\n-----\nClick again",
        "Please reset these:\n\nrui@acme.example\nbea@b.example\nala@c.example",
        "From: the third floor\nnothing prints.",
        "On Monday it printed, on Tuesday it did not.\nWho wrote: 'fixed'?",
        "> This is the only line",
        "It works.\n\nBest regards\n\nRui",
        "Error: 550 mailbox full\nDate: today",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_what_only_looks_like_history_stays(text: str) -> None:
    assert mail(text).new_text == text


def test_a_forward_without_a_word_has_the_forwarded_mail_as_its_news() -> None:
    body = "---------- Forwarded message ---------\nFrom: Bea <bea@b.example>\nDate: Mon, 2 Mar 2026\nSubject: VPN\n\nIt is down."
    found = mail(body, head="From: rui@acme.example\nSubject: Fwd: VPN\n")
    assert found.new_text == "It is down."
    assert found.forwarded_from == "bea@b.example"


def test_the_html_containers_help_where_the_words_do_not() -> None:
    plain = "Content-Type: text/plain\n\nAll good.\n\nyesterday Help said\nDid you restart?"
    html = 'Content-Type: text/html\n\n<p>All good.</p><div class="gmail_quote">yesterday Help said<br>Did you restart?</div>'
    found = parts(plain, html, kind="alternative")
    assert found.new_text == "All good."


def test_html_alone_is_split_at_its_containers() -> None:
    found = mail('<p>All good.</p><div id="divRplyFwdMsg">Did you restart?</div>', kind="text/html")
    assert (found.new_text, found.quoted_text) == ("All good.", "Did you restart?")


def test_the_segments_joined_are_the_text() -> None:
    text = f"{ANSWER}\n\n-- \nRui\n\nOn Mon, Mar 2, 2026 Help <help@desk.example> wrote:\n> x\n\n"
    assert "".join(segment.text for segment in trim(text).segments) == text
    assert [segment.kind for segment in trim(text).segments] == ["new", "signature", "quote"]
