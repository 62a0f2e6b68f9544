"""Search: what is found, how it is marked, and a query that is not understood."""

from django.test import SimpleTestCase
from django.utils.html import escape

from olmo.desk.lists.searching import highlighter

from .base import PageTest


class Searching(PageTest):
    def test_words_are_found_and_marked(self) -> None:
        self.report("Stampante bloccata", text="Perché non funziona?")
        self.report("VPN")
        visit = self.get("/desk/search?q=stampan")
        self.assertEqual(visit.words(".row mark"), ["Stampante"])
        self.assertEqual(visit.value("#q"), "stampan")

    def test_an_exact_number_comes_first(self) -> None:
        first = self.report("Printer")
        self.report(f"About {first.number}")
        self.assertEqual(self.get(f"/desk/search?q={first.number}").words(".row > .number")[0], str(first.number))

    def test_a_word_that_is_not_understood_is_named_beside_the_field(self) -> None:
        visit = self.get("/desk/search?q=vpn+stato:open")
        self.assertEqual(visit.status, 422)
        self.assertIn("“stato:” is not a word that the search knows.", visit.words("#q-wrong")[0])
        self.assertEqual(visit.value("#q"), "vpn stato:open")
        self.assertEqual(visit.one("#q").attributes["aria-invalid"], "true")

    def test_another_client_is_not_found(self) -> None:
        self.report("Xylophone")
        self.assertEqual(self.get("/desk/search?q=xylophone", by=self.otto).all(".row"), [])
        self.assertEqual(self.get("/desk/search?q=xylophone", by=self.rui).status, 404)

    def test_nothing_found_says_what_to_try(self) -> None:
        self.assertEqual(self.get("/desk/search?q=xylophone").words(".blank h2"), ["Nothing found"])
        self.assertEqual(self.get("/desk/search").status, 200)


class Marking(SimpleTestCase):
    def test_accents_and_case_do_not_matter_and_markup_stays_text(self) -> None:
        mark = highlighter(["perche", "b"])
        self.assertEqual(
            mark("Perché <b>no</b>"), "<mark>Perché</mark> &lt;<mark>b</mark>&gt;no&lt;/<mark>b</mark>&gt;"
        )
        self.assertEqual(highlighter([])("a < b"), escape("a < b"))
        self.assertEqual(highlighter(["(a+)+"])("a (a+)+ b"), "a <mark>(a+)+</mark> b")

    def test_letters_that_change_their_length_are_left_alone(self) -> None:
        self.assertEqual(highlighter(["x"])("İ x"), "İ x")
