"""What a desk's own closed tickets teach: text -> label, with a confidence that was measured.

Pure: no Django, no database. Words and pairs of words, and pieces of words of 2 to 6 letters (which forgive typing errors,
endings and compounds, in any language), weighed by TF-IDF, and one linear support vector machine per label. The scores become
probabilities by one temperature, fitted on examples that the machine had not seen (temperature scaling: Guo et al., ICML
2017). What the model promises about itself (accuracy, the share it may decide alone) is measured on the same unseen examples.
"""

import io
import json
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

FEWEST = 50  # examples below which nothing is suggested
SHOWN = 3
FOLDS = 5
FEW = 300  # examples below which whole words repeat too seldom to be of use beside pieces of words
STRENGTHS = (0.15, 0.25, 0.5)  # of the fit to the examples; the best on unseen ones is taken
FEWEST_DECIDED = 20  # a precision of fewer decisions than this is chance
LOG_MOST_CERTAIN = 2.0
LONGEST = 4_000  # characters of a text that are read: what a ticket is about stands at its beginning

type Scores = np.ndarray[Any, np.dtype[np.floating[Any]]]  # (examples, labels)


class TooFew(Exception):
    """There are not enough examples (or labels) to learn from; `found` examples of `labels` labels."""

    def __init__(self, found: int, labels: int) -> None:
        self.found, self.labels = found, labels
        super().__init__(f"{found} examples of {labels} labels: at least {FEWEST} of 2 are needed")


@dataclass(frozen=True)
class Guess:
    """One suggestion: its label and how likely it is (0 to 1)."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Measured:
    """How good a set of guesses was. All are shares of 1; `macro_f1` is the mean over labels."""

    examples: int
    accuracy: float
    macro_f1: float
    top3: float


@dataclass(frozen=True)
class Alone:
    """What happens when guesses from this confidence on decide alone: the share decided, and how many of these are right."""

    confidence: float
    share: float
    precision: float


class Model:
    """What was learnt. Its labels are in the order of `Scores`' columns."""

    def __init__(self, features: FeatureUnion, machine: LinearSVC, temperature: float, unseen: "Unseen") -> None:
        self._features, self._machine, self._temperature = features, machine, temperature
        self.labels: list[str] = [str(label) for label in machine.classes_]
        self.unseen = unseen

    def probabilities(self, texts: Sequence[str]) -> Scores:
        """How likely each label is: (texts, labels), each row sums to 1."""
        scores = _scores(self._machine, self._features.transform([_read(text) for text in texts]))
        likely: Scores = softmax(scores * self._temperature, axis=1)
        return likely

    def suggest(self, text: str, most: int = SHOWN) -> list[Guess]:
        """The likeliest labels of a text, likeliest first."""
        likely = self.probabilities([text])[0]
        return [Guess(self.labels[i], float(likely[i])) for i in np.argsort(-likely)[:most]]

    def as_bytes(self) -> bytes:
        """The model as an archive of arrays: read back without running any code of the archive."""
        parts = dict(self._features.transformer_list)
        arrays: dict[str, Any] = {"weights": self._machine.coef_.astype(np.float16), "bias": self._machine.intercept_}
        arrays |= {f"idf_{name}": part.idf_.astype(np.float32) for name, part in parts.items()}
        words = {name: list(part.get_feature_names_out()) for name, part in parts.items()}
        about = {
            "labels": self.labels,
            "temperature": self._temperature,
            "unseen": self.unseen.as_data(),
            "words": words,
        }
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        """The model of `as_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            parts = []
            for name, words in about["words"].items():
                part = _vectorizer(name, {word: n for n, word in enumerate(words)})
                part.idf_ = arrays[f"idf_{name}"].astype(np.float64)
                parts.append((name, part))
            machine = LinearSVC()
            machine.classes_ = np.array(about["labels"])
            machine.coef_, machine.intercept_ = arrays["weights"].astype(np.float32), arrays["bias"]
        return cls(FeatureUnion(parts), machine, about["temperature"], Unseen(**about["unseen"]))


@dataclass(frozen=True)
class Unseen:
    """The guesses on examples that were kept from the machine: each one's confidence and whether it was right."""

    measured: dict[str, float]
    confidences: list[float]
    right: list[bool]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def alone(self, precision: float) -> Alone | None:
        """The lowest confidence from which guesses were right at least this often; None when no confidence gives that."""
        order = np.argsort(-np.array(self.confidences), kind="stable")
        sure, right = np.array(self.confidences)[order], np.array(self.right, dtype=float)[order]
        reached = np.cumsum(right) / np.arange(1, len(right) + 1)
        last_of_tie = np.append(sure[:-1] != sure[1:], True)
        good = np.flatnonzero((reached >= precision) & last_of_tie & (np.arange(1, len(right) + 1) >= FEWEST_DECIDED))
        if not len(good):
            return None
        n = int(good[-1])
        return Alone(float(sure[n]), (n + 1) / len(sure), float(reached[n]))


def learn(texts: Sequence[str], labels: Sequence[str]) -> Model:
    """Learn from examples. Raises TooFew below 50 examples or 2 labels. Takes some seconds for 5,000 examples."""
    counted = Counter(labels)
    if len(texts) < FEWEST or len(counted) < 2:
        raise TooFew(len(texts), len(counted))
    read, truth = [_read(text) for text in texts], np.array(labels)
    strength, scores, seen = _on_unseen(read, truth)
    temperature = _temperature(scores[seen], np.searchsorted(np.unique(truth), truth[seen]))
    likely = softmax(scores[seen] * temperature, axis=1)
    names = np.unique(truth)
    unseen = Unseen(
        asdict(measure(likely, names, truth[seen])),
        [round(float(c), 4) for c in likely.max(axis=1)],
        [bool(r) for r in names[likely.argmax(axis=1)] == truth[seen]],
    )
    features = _features(len(read))
    return Model(features, _machine(strength).fit(features.fit_transform(read), truth), temperature, unseen)


def measure(likely: Scores, names: Any, truth: Any) -> Measured:
    """Compare probabilities with the truth. names: the labels of the columns. A true label without a column is never right."""
    names, truth = np.asarray(names), np.asarray(truth)
    order = np.argsort(-likely, axis=1)
    first = names[order[:, 0]]
    among = (names[order[:, :SHOWN]] == truth[:, None]).any(axis=1)
    f1 = f1_score(truth, first, average="macro", labels=np.unique(truth), zero_division=0)
    return Measured(len(truth), float((first == truth).mean()), float(f1), float(among.mean()))


def _on_unseen(read: list[str], truth: Any) -> tuple[float, Scores, Any]:
    """Scores of every example by a machine that had not seen it: the best strength, the scores, and which examples have some.

    An example whose label is the only one of its kind has no machine that knows the label; it counts as guessed wrong.
    """
    names = np.unique(truth)
    strengths = STRENGTHS if len(read) >= FEW else (1.0,)
    scores = {c: np.full((len(read), len(names)), -10.0) for c in strengths}
    folds = min(FOLDS, max(2, Counter(truth.tolist()).most_common(1)[0][1]))
    splitter = StratifiedKFold(folds, shuffle=True, random_state=0)
    for known, kept in _parts(splitter, read, truth):
        features = _features(len(known))
        learnt = features.fit_transform([read[n] for n in known])
        asked = features.transform([read[n] for n in kept])
        for c in strengths:
            machine = _machine(c).fit(learnt, truth[known])
            scores[c][np.ix_(kept, np.searchsorted(names, machine.classes_))] = _scores(machine, asked)
    best = max(strengths, key=lambda c: (names[scores[c].argmax(axis=1)] == truth).mean())
    return best, scores[best], np.arange(len(read))


def _parts(splitter: StratifiedKFold, read: list[str], truth: Any) -> list[Any]:
    with warnings.catch_warnings():  # a label too rare to be in every part is no fault of anybody's
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(read, truth))


def _temperature(scores: Scores, truth: Any) -> float:
    """The factor on scores under which the probabilities are likeliest to have produced the truth.

    Bounded, for examples that are told apart without a fault would make every guess a certainty.
    """
    rows = np.arange(len(truth))

    def surprise(log_factor: float) -> float:
        return float(-log_softmax(scores * np.exp(log_factor), axis=1)[rows, truth].mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, LOG_MOST_CERTAIN), method="bounded").x))


def _scores(machine: LinearSVC, features: Any) -> Scores:
    scores = np.asarray(features @ machine.coef_.T + machine.intercept_)
    return np.hstack([-scores, scores]) if scores.shape[1] == 1 else scores


def _machine(strength: float) -> LinearSVC:
    return LinearSVC(C=strength, random_state=0)


def _features(examples: int) -> FeatureUnion:
    names = ["words", "pieces"] if examples >= FEW else ["runs"]
    return FeatureUnion([(name, _vectorizer(name)) for name in names])


def _vectorizer(name: str, vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(**_WEIGHED[name], sublinear_tf=True, vocabulary=vocabulary, dtype=np.float32)


# Words and pairs of them; pieces of words; runs of letters across words.
_WEIGHED: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 2), "max_features": 150_000},
    "pieces": {"analyzer": "char_wb", "ngram_range": (2, 6), "max_features": 250_000},
    "runs": {"analyzer": "char", "ngram_range": (2, 5)},
}


def _read(text: str) -> str:
    return text[:LONGEST]
