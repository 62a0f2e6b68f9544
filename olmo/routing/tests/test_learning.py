"""What is learnt from tickets: how good, how honest about itself, and how it is kept."""

import resource
import unittest

import numpy as np
import pytest

from olmo.routing.triage import apart, learning
from olmo.routing.triage.learning import Model, TooFew, learn

from . import shared

pytestmark = pytest.mark.long
WORDS = {
    "network": (
        "vpn drops every hour",
        "wifi is slow in the meeting room",
        "no connection to the gateway",
        "cable unplugged",
    ),
    "printing": ("printer out of toner", "paper jam again", "stampante offline", "cannot print in colour"),
    "access": (
        "password expired",
        "locked out of my account",
        "need access to the folder",
        "accesso negato alla cartella",
    ),
}


def examples(each: int = 8) -> tuple[list[str], list[str]]:
    """`each` variations of every sentence, with what it is about."""
    pairs = [(f"{text} {n} times", label) for label, texts in WORDS.items() for text in texts for n in range(each)]
    return [text for text, _label in pairs], [label for _text, label in pairs]


def guessed(model: Model, texts: list[str]) -> list[str]:
    return [model.labels[i] for i in model.probabilities(texts).argmax(axis=1)]


class Learning(unittest.TestCase):
    def test_a_ticket_is_recognised_by_its_words_in_either_language(self) -> None:
        model = learn(*examples())
        self.assertEqual(
            guessed(model, ["the vpn drops", "toner is empty", "la stampante", "accesso negato"]),
            ["network", "printing", "printing", "access"],
        )

    def test_a_typing_error_does_not_hide_what_is_meant(self) -> None:
        self.assertEqual(learn(*examples()).suggest("my pasword has exipred")[0].label, "access")

    def test_the_three_likeliest_come_likeliest_first_and_their_chances_are_shares_of_one(self) -> None:
        guesses = learn(*examples()).suggest("print")
        self.assertEqual(len(guesses), 3)
        confidences = [guess.confidence for guess in guesses]
        self.assertEqual(confidences, sorted(confidences, reverse=True))
        self.assertAlmostEqual(sum(confidences), 1, places=5)

    def test_too_few_examples_or_one_label_only_teach_nothing(self) -> None:
        texts, labels = examples()
        with self.assertRaisesRegex(TooFew, "49 examples of"):
            learn(texts[:49], labels[:49])
        with self.assertRaises(TooFew):
            learn(texts, ["network"] * len(texts))

    def test_a_label_with_one_example_spoils_nothing(self) -> None:
        texts, labels = examples()
        model = learn([*texts, "the lift is stuck"], [*labels, "building"])
        self.assertIn("building", model.labels)
        self.assertEqual(model.suggest("vpn drops")[0].label, "network")

    def test_a_label_that_only_others_know_is_never_right(self) -> None:
        model = learn(*examples())
        measured = learning.measure(model.probabilities(["vpn", "vpn"]), model.labels, ["network", "catering"])
        self.assertEqual((measured.accuracy, measured.top3), (0.5, 0.5))

    def test_two_labels_are_enough(self) -> None:
        texts, labels = examples(10)
        pairs = [(t, label) for t, label in zip(texts, labels, strict=True) if label != "access"]
        model = learn([t for t, _label in pairs], [label for _t, label in pairs])
        self.assertEqual(guessed(model, ["toner", "vpn"]), ["printing", "network"])

    def test_learning_twice_gives_the_same(self) -> None:
        one, two = learn(*examples()), learn(*examples())
        np.testing.assert_array_equal(one.probabilities(["vpn"]), two.probabilities(["vpn"]))


class Keeping(unittest.TestCase):
    def test_a_model_that_was_kept_says_the_same(self) -> None:
        for texts, labels in (
            examples(),
            examples(40),
        ):  # with runs of letters alone, and with words beside pieces of words
            model = learn(texts, labels)
            again = Model.from_bytes(model.as_bytes())
            np.testing.assert_allclose(again.probabilities(texts), model.probabilities(texts), atol=2e-3)
            self.assertEqual(again.unseen, model.unseen)

    def test_the_archive_cannot_carry_code(self) -> None:
        import io
        import pickle

        file = io.BytesIO()
        np.savez(file, about=np.array([{"a": pickle.dumps("x")}], dtype=object))
        with self.assertRaises(ValueError):
            Model.from_bytes(file.getvalue())


class DecidingAlone(unittest.TestCase):
    def unseen(self, pairs: list[tuple[float, bool]]) -> learning.Unseen:
        return learning.Unseen({}, [c for c, _right in pairs], [right for _c, right in pairs])

    def test_it_begins_at_the_lowest_confidence_that_was_right_often_enough(self) -> None:
        unseen = self.unseen([(0.9, True)] * 30 + [(0.7, True)] * 8 + [(0.7, False)] * 2 + [(0.5, False)] * 10)
        alone = unseen.alone(0.95)
        self.assertEqual(alone, learning.Alone(0.7, 0.8, 0.95))
        self.assertEqual(unseen.alone(0.99), learning.Alone(0.9, 0.6, 1.0))

    def test_few_lucky_guesses_prove_nothing(self) -> None:
        self.assertIsNone(self.unseen([(0.9, True)] * 19 + [(0.5, False)] * 30).alone(0.95))


class RealTickets(unittest.TestCase):
    """Floors on other desks' tickets, by five parts: four teach, one asks."""

    def accuracy(self, texts: list[str], labels: list[str]) -> float:
        return learn(texts, labels).unseen.measured["accuracy"]

    def test_eight_topics(self) -> None:
        rows = shared.rows("tickets8_train.csv.gz")
        self.assertGreaterEqual(self.accuracy([r["Document"] for r in rows], [r["Topic_group"] for r in rows]), 0.84)

    def endava(self, column: str) -> float:
        rows = shared.rows("endava_tickets_train.csv.gz")
        return self.accuracy([f"{r['title']} {r['body']}" for r in rows], [r[column] for r in rows])

    def test_kinds_of_ticket(self) -> None:
        self.assertGreaterEqual(self.endava("ticket_type"), 0.99)

    def test_categories(self) -> None:
        self.assertGreaterEqual(self.endava("category"), 0.86)

    def test_five_thousand_tickets_are_learnt_within_a_minute_of_one_processor(self) -> None:
        """As the nightly learning does it: in a process of its own. Its time is counted by the processor, not by the clock."""
        known = [(f"{r['title']} {r['body']}", r["category"]) for r in shared.rows("endava_tickets_train.csv.gz")]
        known += [(r["Document"], r["Topic_group"]) for r in shared.rows("tickets8_train.csv.gz")]
        texts, labels = zip(*known[:5_000], strict=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        learnt = apart.learn(list(texts), list(labels))
        self.assertEqual(len(texts), 5_000)
        self.assertTrue(learnt.archive)
        self.assertLessEqual(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 60)

    def test_a_few_questions_teach_what_is_meant(self) -> None:
        sentences = shared.sentences("AskUbuntuCorpus.json.gz")

        def pick(key: str, known: bool) -> list[str]:
            return [s[key] for s in sentences if s["training"] is known]

        model = learn(pick("text", True), pick("intent", True))
        likely = model.probabilities(pick("text", False))
        self.assertGreaterEqual(learning.measure(likely, model.labels, pick("intent", False)).accuracy, 0.92)
