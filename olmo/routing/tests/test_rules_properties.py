"""What holds for any rules and tickets: a decision is deterministic, the order is kept, logic is sound, a dry run is true."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from olmo.routing.rules.folding import folded, phrase
from olmo.routing.rules.implying import always, contradiction, excludes, implies
from olmo.routing.rules.matching import ADDED, SETTABLE, Condition, Hours, Rule, decide, fits, holds

WORDS = ("vpn", "vpn slow", "print*", "printer", "réseau", "no toner", "toner")
TEXTS = ("The VPN slow today", "Printer, no toner", "RESEAU", "", "printing vpn", "Toner!")
VALUES: dict[str, tuple[Any, ...]] = {
    "client": (1, 2), "channel": ("mail", "portal"), "category": (1, 2, ""), "team": (1, 2, ""), "priority": (1, 2, 3, 4),
    "kind": ("incident", "service_request"), "vip": (True,), "impact": (1, 2, 3), "working_state": (1, ""),
}  # fmt: skip
WEEK = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in range(2, 9) for hour in (0, 6, 12, 18, 23)]


class Nowhere:
    """A desk where everything is possible."""

    def may_have(self, name: str, value: Any, state: Any) -> bool:
        return True

    def is_working(self, calendar: int, at: datetime) -> bool:
        return (at.hour + calendar) % 2 == 0

    def priority(self, client: int, impact: int, urgency: int) -> int:
        return max(1, min(4, impact + urgency - 1))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    what = draw(st.sampled_from([*VALUES, "subject", "text", "words", "tags", "domain", "time", "calendar", "field:n"]))
    if what in ("subject", "text", "words"):
        values = draw(st.frozensets(st.sampled_from([phrase(word) for word in WORDS]), min_size=1, max_size=3))
        return Condition(what, draw(st.sampled_from(["any", "all", "none"])), values)
    if what in ("tags", "domain"):
        values = draw(st.frozensets(st.sampled_from("abc"), min_size=1))
        return Condition(what, draw(st.sampled_from(["any", "none"] + ["all"] * (what == "tags"))), values)
    if what == "time":
        hours = draw(
            st.frozensets(
                st.builds(_hours, st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23)),
                min_size=1,
                max_size=2,
            )
        )
        return Condition(what, draw(st.sampled_from(["any", "none"])), hours)
    if what == "field:n":
        how = draw(st.sampled_from(["any", "none", "least", "most"]))
        size = 1 if how in ("least", "most") else 3
        return Condition(what, how, draw(st.frozensets(st.sampled_from([1.0, 2.0, 3.0]), min_size=1, max_size=size)))
    values = draw(st.frozensets(st.sampled_from(VALUES.get(what, (0, 1))), min_size=1))
    return Condition(what, draw(st.sampled_from(["any", "none"])), values)


def _hours(days: frozenset[int], start: int) -> Hours:
    return Hours(days, time(start), time((start + 9) % 24), "UTC")


@st.composite
def outcomes(draw: st.DrawFn) -> dict[str, Any]:
    found = {
        name: draw(st.sampled_from(VALUES.get(name, (1, 2))))
        for name in draw(st.sets(st.sampled_from(SETTABLE), max_size=3))
    }
    found = {name: value for name, value in found.items() if value != ""}
    return found | ({"tags": draw(st.lists(st.sampled_from("abc"), max_size=2))} if draw(st.booleans()) else {})


rules = st.builds(
    Rule, pk=st.integers(1, 99), name=st.just("r"), version=st.just(1), conditions=st.lists(conditions(), max_size=3).map(tuple),
    outcome=outcomes(), needs_all=st.booleans(), queue=st.sampled_from(["", "channel-mail", "channel-portal"]),
    fills=st.booleans(), stops=st.booleans(),
)  # fmt: skip


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    channel = draw(st.sampled_from(VALUES["channel"]))
    subject, text = (folded(draw(st.sampled_from(TEXTS))) for _n in range(2))
    plain = {name: draw(st.sampled_from(values)) or None for name, values in VALUES.items()}
    return {
        **plain, "channel": channel, "vip": draw(st.booleans()), "subject": subject, "text": text, "words": f"{subject}\n{text}",
        "urgency": draw(st.integers(1, 3)), "assignee": None, "status": "new", "mailbox": None, "language": "en", "requester": 1,
        "tags": draw(st.frozensets(st.sampled_from("abc"))), "domain": draw(st.frozensets(st.sampled_from("abc"))),
        "followers": frozenset(), "queues": frozenset({f"channel-{channel}"}), "at": draw(st.sampled_from(WEEK)),
        "fields": {"n": draw(st.sampled_from([None, 1.0, 2.0, 3.0]))},
    }  # fmt: skip


class Matching(TestCase):
    @settings(max_examples=200, deadline=None)
    @given(states(), st.lists(rules, max_size=6))
    def test_the_same_ticket_and_rules_give_the_same_decision(self, state: dict[str, Any], ruled: list[Rule]) -> None:
        before = dict(state)
        first = decide(state, ruled, Nowhere())
        self.assertEqual(first, decide(state, ruled, Nowhere()))
        self.assertEqual(state, before)

    @settings(max_examples=300, deadline=None)
    @given(states(), st.lists(rules, max_size=6))
    def test_what_an_earlier_rule_has_set_is_never_overwritten(self, state: dict[str, Any], ruled: list[Rule]) -> None:
        found = decide(state, ruled, Nowhere())
        if found.after["status"] != state["status"]:
            return  # whoever gets a new ticket opens it, and its working state falls away with the status
        spoken: dict[str, Any] = {}
        for act in found.acts:
            for name in SETTABLE:
                if name in act.sets:
                    self.assertNotIn(name, spoken)
                    spoken[name] = act.sets[name]
        self.assertEqual({name: found.after[name] for name in spoken}, spoken)
        for name in ADDED:
            self.assertGreaterEqual(found.after[name], state[name])
        untouched = set(SETTABLE) - found.claimed
        self.assertEqual({name: found.after[name] for name in untouched}, {name: state[name] for name in untouched})

    @settings(max_examples=200, deadline=None)
    @given(states(), st.lists(rules, max_size=5), rules)
    def test_a_rule_at_the_end_changes_nothing_of_what_the_others_do(
        self, state: dict[str, Any], ruled: list[Rule], last: Rule
    ) -> None:
        alone, more = decide(state, ruled, Nowhere()), decide(state, [*ruled, last], Nowhere())
        self.assertEqual(more.acts[: len(alone.acts)], alone.acts)
        self.assertGreaterEqual(more.claimed, alone.claimed)

    @settings(max_examples=100, deadline=None)
    @given(states(), st.lists(rules, max_size=5), st.sampled_from(SETTABLE))
    def test_what_somebody_has_set_meanwhile_is_left_alone(
        self, state: dict[str, Any], ruled: list[Rule], name: str
    ) -> None:
        after = decide(state, ruled, Nowhere(), {name}).after
        is_opened = after["status"] != state["status"]  # a working state belongs to its status and falls away with it
        self.assertEqual(after[name], None if name == "working_state" and is_opened else state[name])


class Logic(TestCase):
    @settings(max_examples=1500, deadline=None)
    @given(conditions(), conditions(), st.lists(states(), min_size=5, max_size=5))
    def test_what_follows_follows_for_every_ticket(
        self, one: Condition, other: Condition, seen: list[dict[str, Any]]
    ) -> None:
        met = [(holds(state, one, Nowhere()), holds(state, other, Nowhere())) for state in seen]
        if implies(one, other):
            self.assertNotIn((True, False), met)
        if excludes(one, other):
            self.assertNotIn((True, True), met)

    @settings(max_examples=600, deadline=None)
    @given(rules, rules, st.lists(states(), min_size=5, max_size=5))
    def test_rules_that_always_fit_together_do(self, one: Rule, other: Rule, seen: list[dict[str, Any]]) -> None:
        other = replace(other, queue="")
        for state in seen:
            is_mine = not one.queue or one.queue in state["queues"]
            fit = [is_mine and fits(state, one, Nowhere()) is not None, fits(state, other, Nowhere()) is not None]
            if always(one, other):
                self.assertNotEqual(fit, [True, False])
            if contradiction(one):
                self.assertFalse(fit[0])

    def test_it_knows_what_is_plain(self) -> None:
        vpn, slow = (
            Condition("subject", "any", frozenset({phrase("vpn")})),
            Condition("words", "any", frozenset({phrase("VPN")})),
        )
        self.assertTrue(implies(vpn, slow))
        self.assertFalse(implies(slow, vpn))
        self.assertTrue(
            implies(
                Condition("subject", "any", frozenset({phrase("printers")})),
                Condition("subject", "any", frozenset({phrase("print*")})),
            )
        )
        night, monday = _hours(frozenset({0}), 20), Hours(frozenset({0, 1}), time(0), time(0), "UTC")
        self.assertTrue(
            implies(Condition("time", "any", frozenset({night})), Condition("time", "any", frozenset({monday})))
        )
        self.assertTrue(
            excludes(Condition("field:n", "least", frozenset({3.0})), Condition("field:n", "most", frozenset({2.0})))
        )


class Words(TestCase):
    def test_capitals_accents_and_signs_do_not_matter(self) -> None:
        for text, sought, is_there in (
            ("Perché il RÉSEAU?", "perche", True), ("réseau", "Reseau", True), ("printer", "print", False),
            ("printer", "print*", True), ("the printer", "the print", False), ("e-mail down", "mail", True), ("", "x", False),
            ("Straße", "STRASSE", True), ("no\ntoner", "no toner", True),
        ):  # fmt: skip
            self.assertEqual(phrase(sought) in folded(text), is_there, (text, sought))

    def test_hours_over_midnight_and_in_their_zone(self) -> None:
        night = Hours(frozenset({4}), time(22), time(6), "Europe/Rome")
        self.assertTrue(night.holds(datetime(2026, 3, 6, 21, 30, tzinfo=UTC)))  # Friday 22:30 in Rome
        self.assertTrue(night.holds(datetime(2026, 3, 7, 4, 59, tzinfo=UTC)))
        self.assertFalse(night.holds(datetime(2026, 3, 7, 5, 0, tzinfo=UTC)))
        self.assertFalse(night.holds(datetime(2026, 3, 7, 21, 30, tzinfo=UTC)))


def _plainly(text: str) -> str:
    """Folding as it is defined: no accents, no case, words of letters and digits."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return f" {' '.join(re.findall(r'[^\W_]+', plain.casefold()))} "


class Folding(TestCase):
    @settings(max_examples=300, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    def test_characters_that_are_folded_one_by_one_make_the_words_of_the_definition(self, text: str) -> None:
        self.assertEqual(folded(text), _plainly(text))

    def test_signs_and_writings_of_all_kinds(self) -> None:
        for text in ("Perché_no?", "Straße ΑΣ ς", "İstanbul ŉ ǆ", "१२ ٣", "VPN-7\u00a0è giù", "ﬁn ½", "a\u0345b", ""):
            with self.subTest(text):
                self.assertEqual(folded(text), _plainly(text))
