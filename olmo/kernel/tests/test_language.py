"""Telling English from Italian."""

from unittest import TestCase

from olmo.kernel.language import guess


class Guessing(TestCase):
    def test_ordinary_messages(self) -> None:
        cases = {
            "Buongiorno, da stamattina la VPN cade ogni 3 minuti. Grazie": "it",
            "La stampante non funziona, potete sentire il tecnico?": "it",
            "Hello, since Monday my laptop is very slow and I cannot work.": "en",
            "Please reset the password of my account": "en",
        }
        for text, language in cases.items():
            self.assertEqual(guess(text), language, text)

    def test_too_little_to_tell(self) -> None:
        for text in ("", "VPN", "0x80070005 SAP Outlook", "🦊 42", "Ticket chiuso"):
            self.assertEqual(guess(text, "en"), "en", text)

    def test_a_quoted_word_of_the_other_language_changes_nothing(self) -> None:
        self.assertEqual(guess("Il programma dice the file is missing e non si apre più quando lo avvio da casa"), "it")
