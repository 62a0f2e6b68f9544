"""Personal data leaves a text that becomes an article, and what left is told."""

from unittest import TestCase

from olmo.knowledge.anonymous import cleaned


class LeavingOut(TestCase):
    def test_names_addresses_and_numbers_are_left_out_and_told(self) -> None:
        text = (
            "Hello Alma,\n\nmy VPN drops. Rui Alves (rui@acme.example, +39 059 555 0100) sees it too. "
            "Alves restarted it. My account is IT60X0542811101000000123456.\n\nKind regards\nRui\nAcme Industrial"
        )
        found = cleaned(text, ["Rui Alves", "Alma Ferri", "Acme Industrial"], "en")
        self.assertEqual(
            found.text,
            "my VPN drops. [name] ([address], [number]) sees it too. [name] restarted it. My account is [number].",
        )
        self.assertLessEqual({"rui@acme.example", "+39 059 555 0100", "Rui Alves", "Alves"}, set(found.removed))

    def test_in_italian_too(self) -> None:
        found = cleaned("Buongiorno,\nBea Bruni non stampa.\nGrazie mille\nBea", ["Bea Bruni"], "it")
        self.assertEqual(found.text, "[nome] non stampa.")

    def test_what_says_nothing_of_anybody_stays(self) -> None:
        text = "Error 0x80070775 in version 7.4.1 on port 8443.\nRestart the client, then wait 10 minutes."
        found = cleaned(text, ["Al Bo"], "en")
        self.assertEqual((found.text, found.removed), (text, []))
