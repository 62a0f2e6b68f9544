"""Pictures in a text: found, told in words, and put into a mail."""

from olmo.kernel.markdown import as_html
from olmo.tickets import pictures
from tests.cast import DeskTest


class Showing(DeskTest):
    def test_own_pictures_are_found_and_no_others(self) -> None:
        text = "![a](/files/12/a.png) ![b](https://x.example/b.png) [c](/files/13/c.png) ![a](/files/12/a.png)"
        self.assertEqual(pictures.ids_in(text), [12])

    def test_in_a_mail_it_is_a_part_of_it_and_a_strange_one_a_word(self) -> None:
        html = pictures.embedded(as_html("![a b](/files/12/a%20b.png) ![x](/files/99/x.png)"), {12: "12.abc@desk"})
        self.assertIn('<img src="cid:12.abc@desk" alt="a b"', html)
        self.assertIn("[x]", html)
        self.assertNotIn("/files/", html)

    def test_in_plain_text_its_name_stands(self) -> None:
        self.assertEqual(pictures.as_words("See ![a.png](/files/12/a.png)."), "See [a.png].")
