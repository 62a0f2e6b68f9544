"""Ready answers: whose they are, their languages, and that only listed words are filled in."""

from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine
from olmo.writing import canned
from olmo.writing.canned import Settings
from olmo.writing.languages import language_of
from olmo.writing.models import ReadyAnswer
from tests.cast import DeskTest


class Canning(DeskTest):
    def save(self, text: str = "Hello {first_name}", scope: str = "own", **more: object) -> ReadyAnswer:
        by = more.pop("by", self.alma)
        wanted = Settings(title="Greeting", scope=scope, texts={"en": text, "it": more.pop("it", "")}, **more)  # type: ignore[arg-type, dict-item]
        return canned.save(None, wanted, by=by)  # type: ignore[arg-type]

    def test_this_tickets_values_are_filled_in(self) -> None:
        ticket = self.report("Printer")
        row = self.save("{first_name}, {number}, {subject}: {agent}, {organisation}")
        self.assertEqual(
            canned.text_for(row, ticket, self.alma), f"Rui, {ticket.number}, Printer: Alma Ferri, Acme Industrial"
        )

    def test_the_tickets_language_decides(self) -> None:
        row = self.save("Hello", it="Buongiorno")
        bolt = self.report("Camion", by=self.bea, language="it")
        self.assertEqual(canned.text_for(row, bolt, self.alma), "Buongiorno")
        self.assertEqual(canned.text_for(self.save("Only English"), bolt, self.alma), "Only English")

    def test_an_unknown_word_is_refused_by_name(self) -> None:
        for text in ("{{7*7}}", "{{ticket.owner.password}}", "{password}", "{{ }}"):
            with self.assertRaises(Invalid) as refused:
                self.save(text)
            self.assertEqual(refused.exception.field, "text_en")

    def test_nothing_else_is_ever_evaluated(self) -> None:
        ticket = self.report("{agent} {{7*7}}")
        row = self.save("{% include 'x' %} {0.__class__} %(x)s {subject}")
        self.assertEqual(
            canned.text_for(row, ticket, self.alma), "{% include 'x' %} {0.__class__} %(x)s {agent} {{7\\*7}}"
        )

    def test_ones_own_is_nobody_elses(self) -> None:
        row = self.save()
        self.assertEqual(list(canned.find(self.alma, "greet hello")), [row])
        for person in (self.tove, self.ines, self.rui):
            self.assertEqual(list(canned.find(person, "")), [])
            with self.assertRaises(NotFound):
                canned.save(row, Settings(title="x", scope="own", texts={"en": "x"}), by=person)

    def test_a_teams_is_its_members(self) -> None:
        row = self.save(scope="team", team=self.desk)
        self.assertEqual(list(canned.find(self.ines, "")), [row])
        self.assertEqual(list(canned.find(self.tove, "")), [])
        with self.assertRaises(Invalid):
            self.save(scope="team", team=self.network)

    def test_the_desks_is_an_administrators_and_leaves_a_line(self) -> None:
        with self.assertRaises(Invalid) as refused:
            self.save(scope="desk")
        self.assertEqual(refused.exception.field, "scope")
        row = self.save(scope="desk", by=self.ines)
        self.assertEqual(AuditLine.objects.latest("pk").subject, "ready answer: Greeting")
        self.assertEqual(list(canned.find(self.otto, "")), [row])
        with self.assertRaises(NotAllowed):
            canned.remove(row, by=self.alma)

    def test_the_most_used_comes_first_and_its_newest_use(self) -> None:
        self.save("one")
        second = self.save("two")
        vpn, mail = self.report("VPN"), self.report("Mail")
        for day, ticket in enumerate((vpn, mail, vpn), start=2):
            with self.at(f"2026-03-0{day} 09:00"):
                canned.used(second, ticket, by=self.alma)
        self.assertEqual(canned.places(self.alma, second, 5), [vpn, mail])
        self.assertEqual(next(iter(canned.find(self.alma, ""))), second)

    def test_what_is_called_so_comes_before_what_only_says_so(self) -> None:
        says = canned.save(None, Settings(title="Ending", scope="own", texts={"en": "Your first ticket"}), by=self.alma)
        canned.used(says, self.report("VPN"), by=self.alma)
        called = canned.save(
            None, Settings(title="We look into it", scope="own", tags=("first",), texts={"en": "Soon."}), by=self.alma
        )
        for words in ("first", "fir"):
            self.assertEqual(list(canned.find(self.alma, words)), [called, says], words)


class Languages(DeskTest):
    def test_an_evident_language_is_known_and_a_doubtful_one_is_not(self) -> None:
        self.assertEqual(language_of("Please try again and tell us if it works for you."), "en")
        self.assertEqual(language_of("Buongiorno, la stampante non è più in linea, può riprovare?"), "it")
        for text in (
            "",
            "OK",
            "VPN Cisco 4.2",
            "> the and you for that\n> with this have",
            "`the and for you with this`",
        ):
            self.assertIsNone(language_of(text))
