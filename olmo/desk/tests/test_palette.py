"""What the palette finds, and for whom."""

from .base import PageTest


class Finding(PageTest):
    def found(self, query: str, **more: object) -> list[tuple[str, str]]:
        page = self.look_again(f"/desk/palette?{query}", **more)  # type: ignore[arg-type]
        self.assertEqual(page.status, 200)
        return [(o.attributes["href"] or "", o.text()) for o in page.all("[role=option]")]

    def test_a_ticket_by_its_number_and_by_its_words(self) -> None:
        ticket = self.report("Stampante bloccata")
        for typed in (str(ticket.number), "stamp", "bloccata+stampante"):
            with self.subTest(typed=typed):
                urls = [url for url, _text in self.found(f"q={typed}")]
                self.assertIn(self.url(ticket), urls)

    def test_people_of_every_kind_by_their_names(self) -> None:
        self.assertIn("Rui Alves", dict(self.found("q=alves"))[f"/desk/people/{self.rui.pk}"])
        self.assertIn(f"/desk/people/{self.tove.pk}", dict(self.found("q=tove")))

    def test_for_no_words_the_tickets_that_were_open_last_in_that_order(self) -> None:
        one, two = self.report("One"), self.report("Two")
        urls = [url for url, _text in self.found(f"recent={two.number},{one.number},junk,999999")]
        self.assertEqual(urls, [self.url(two), self.url(one)])

    def test_nobody_finds_what_they_may_not_see(self) -> None:
        ticket = self.report("Secret of Acme")
        for query in (f"q={ticket.number}", "q=secret", f"recent={ticket.number}", "q=alves"):
            with self.subTest(query=query):
                self.assertEqual(self.found(query, by=self.otto), [])
        self.assertEqual(self.look_again("/desk/palette?q=secret", by=self.rui).status, 404)

    def test_half_typed_words_of_the_search_find_nothing_instead_of_failing(self) -> None:
        self.assertEqual(self.found("q=stato:"), [])
        self.assertEqual(self.found("q=status:nonsense"), [])

    def test_a_name_cannot_bring_markup_along(self) -> None:
        self.report("<img src=x> & co")
        page = self.look_again("/desk/palette?q=co")
        self.assertEqual(page.all("img"), [])

    def test_without_scripts_it_is_the_search(self) -> None:
        page = self.get("/desk/palette?q=printer")
        self.assertEqual((page.status, page.location), (303, "/desk/search?q=printer"))
