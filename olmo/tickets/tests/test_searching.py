"""What people type and what they find."""

from olmo.kernel.errors import Invalid
from olmo.tickets import actions, finding, queries
from tests.cast import DeskTest


class Searching(DeskTest):
    def found(self, text: str, viewer: object = None) -> list[str]:
        return [row["subject"] for row in finding.search(viewer or self.alma, text)]  # type: ignore[arg-type]

    def test_accents_endings_and_beginnings_are_free(self) -> None:
        self.report("Perché la stampante è offline", language="it")
        for words in ("stampanti", "stampan", "perche offline", "PERCHÉ"):
            self.assertEqual(self.found(words), ["Perché la stampante è offline"], words)

    def test_every_word_must_occur_and_a_phrase_in_order(self) -> None:
        self.report("VPN timeout at home")
        self.report("Timeout of the proxy")
        self.assertEqual(self.found("vpn timeout"), ["VPN timeout at home"])
        self.assertEqual(self.found('"timeout at home"'), ["VPN timeout at home"])
        self.assertEqual(self.found('"home at timeout"'), [])
        self.assertEqual(self.found("the timeout home"), ["VPN timeout at home"])

    def test_words_of_messages_and_names_of_files_count(self) -> None:
        ticket = self.report("Sap", text="Error 0x80070005 on pc-0042")
        draft = actions.attach(
            by=self.rui, client_id=self.acme.pk, name="trace_route.log", media_type="", chunks=[b""], size=0
        )
        actions.receive(ticket, by=self.rui, message=self.say("Attached.", uploads=[draft.pk]))
        for words in ("0x80070005", "pc-0042", "trace_route.log", "route"):
            self.assertEqual(self.found(words), ["Sap"], words)

    def test_a_number_comes_first(self) -> None:
        one = self.report("One")
        self.report(f"Speaks of {one.number}")
        self.assertEqual(self.found(str(one.number)), ["One", f"Speaks of {one.number}"])
        self.assertEqual(self.found(f"#{one.number}")[0], "One")

    def test_the_subject_outranks_the_body(self) -> None:
        self.report("Something else", text="the firewall once")
        self.report("Firewall rule")
        self.report("Another", text="a firewall too")
        self.assertEqual(self.found("firewall")[0], "Firewall rule")

    def test_conditions(self) -> None:
        with self.at("2026-02-01 10:00"):
            old = self.report("VPN old", team=self.network, tags=["vpn"])
        with self.at("2026-04-01 10:00"):
            self.report("VPN new", by=self.bea)
            actions.resolve(old, by=self.alma, code="fixed")
        cases = {
            "vpn status:resolved": ["VPN old"], "vpn status:active": ["VPN new"], "team:net": ["VPN old"], "tag:vpn": ["VPN old"],
            "from:bea@": ["VPN new"], "before:2026-03-01": ["VPN old"], "vpn after:2026-03-01": ["VPN new"],
            "client:bolt": ["VPN new"], "assignee:none vpn status:new": ["VPN new"], "priority:1": [],
        }  # fmt: skip
        for words, subjects in cases.items():
            self.assertEqual(self.found(words), subjects, words)

    def test_a_wrong_word_is_named(self) -> None:
        for words, said in (("colour:red vpn", "colour"), ("status:banana", "banana"), ("before:soon", "soon")):
            with self.assertRaises(Invalid) as refused:
                self.found(words)
            self.assertEqual(refused.exception.field, "q")
            self.assertIn(said, str(refused.exception))

    def test_no_query_breaks_it(self) -> None:
        self.report("VPN")
        for words in (
            "'",
            '"',
            "\\",
            "a:b",
            "&|!():*<->",
            "%_",
            "the",
            "🦊",
            "x" * 5000,
            "'; drop table x --",
            ":",
            "!!!",
            "a' b\\c",
        ):
            try:
                self.found(words)
            except Invalid as refused:
                self.assertEqual(refused.field, "q")

    def test_a_requester_finds_own_tickets_by_public_words_only(self) -> None:
        mine = self.report("Mine", text="zebra")
        actions.note(mine, by=self.alma, message=self.say("giraffe"))
        self.report("Not mine", by=self.bea, text="zebra giraffe")
        self.assertEqual(self.found("zebra", self.rui), ["Mine"])
        self.assertEqual(self.found("giraffe", self.rui), [])
        self.assertEqual(sorted(self.found("giraffe")), ["Mine", "Not mine"])
        self.assertEqual(self.found("giraffe", self.otto), ["Not mine"])

    def test_lists_continue_where_they_ended(self) -> None:
        for hour in range(7):
            with self.at(f"2026-03-02 {hour:02}:00"):
                self.report(f"T{hour}", impact=1 + hour % 3)
        for sort in queries.SORTS:
            seen, after = [], ""
            while True:
                page = queries.page(queries.box(self.alma, "open"), sort=sort, after=after, size=3)
                seen += [row["subject"] for row in page.rows]
                after = page.after
                if not after:
                    break
            self.assertEqual(sorted(seen), [f"T{n}" for n in range(7)], sort)
