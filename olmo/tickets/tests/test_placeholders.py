"""Prepared words: filled in once, in the language of the ticket, and nothing but words."""

from olmo.kernel.errors import Invalid
from olmo.kernel.placeholders import KNOWN, checked
from olmo.tickets.placeholders import READERS, filled
from tests.cast import DeskTest


class FillingIn(DeskTest):
    def test_names_and_numbers(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        words = filled("Dear {first_name}, #{number} ({subject}) is with {team}. {agent}", ticket, self.alma)
        self.assertEqual(words, f"Dear Rui, #{ticket.number} (VPN drops) is with Service desk. Alma Ferri")

    def test_each_name_has_a_reader(self) -> None:
        self.assertEqual(set(KNOWN), set(READERS))

    def test_a_value_is_never_read_again_nor_as_markdown(self) -> None:
        ticket = self.report("{agent} [click](http://evil.example) <b>")
        words = filled("{subject}", ticket, self.alma)
        self.assertEqual(words, r"{agent} \[click\](http://evil.example) \<b\>")

    def test_what_is_unknown_stays_and_is_named_when_it_is_saved(self) -> None:
        ticket = self.report("VPN")
        self.assertEqual(filled("{password} {__class__}", ticket, self.alma), "{password} {__class__}")
        with self.assertRaises(Invalid) as refused:
            checked("Hello {firstname}", "reply")
        self.assertIn("“{firstname}” stands for nothing.", str(refused.exception))
