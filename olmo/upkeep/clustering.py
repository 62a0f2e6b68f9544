"""Kinds of request, found in the words of tickets alone. Pure: no Django, no database.

Words and pairs of words weighed by TF-IDF are brought down to a few dimensions (latent semantic analysis); beside them stand
vectors of meaning where there are any. K-means with a fixed beginning groups them, on at most `MOST` texts, so memory and time
are bounded. A group is named by the words that tell it from the others. From week to week a group keeps its identity: new
groups are matched to old ones by the tickets that they share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, v_measure_score
from sklearn.preprocessing import normalize

MOST, LONGEST = 20_000, 600  # texts that are grouped; characters of each that are read
FEWEST, FEWEST_EACH = 20, 3  # texts below which nothing is grouped; below which a group is none
DIMENSIONS, FEATURES = 100, 20_000
MOST_GROUPS = 60
SEED = 20
LEAST_SHARED = 0.25  # of the tickets of both that a new group shares with the old one whose name it keeps
NAMED_BY = 3
_WORD = r"(?u)\b[^\W\d_]{3,}\b"  # words without digits

type Table = np.ndarray[Any, np.dtype[np.floating[Any]]]


@dataclass(frozen=True)
class Group:
    """Texts of one kind: their positions, the one nearest to the middle first, and the words that tell them from others."""

    members: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """How well groups agree with labels that people gave (1: the same; 0: as chance does)."""

    texts: int
    groups: int
    labels: int
    adjusted_rand: float
    v_measure: float
    mutual_information: float


def groups_of(
    texts: Sequence[str], stop: Sequence[str] = (), meant: Table | None = None, count: int = 0
) -> list[Group]:
    """The groups of texts, the largest first. meant: a vector of meaning for each; count: how many groups, 0 lets it decide."""
    if len(texts) < FEWEST:
        return []
    read = [text[:LONGEST] for text in texts[:MOST]]
    words = TfidfVectorizer(
        sublinear_tf=True, ngram_range=(1, 2), min_df=2, max_df=0.4, max_features=FEATURES, stop_words=list(stop) or None,
        strip_accents="unicode", token_pattern=_WORD, dtype=np.float32,
    )  # fmt: skip
    try:
        table = words.fit_transform(read)
    except ValueError:  # no word stands in two of them
        return []
    space = _space(table, None if meant is None else meant[: len(read)])
    wanted = count or how_many(len(read))
    labels = KMeans(min(wanted, len(read)), n_init=4, random_state=SEED).fit(space).labels_
    return _named(table, space, labels, words.get_feature_names_out())


def how_many(texts: int) -> int:
    """How many groups so many texts are sought: as many as their square root over two, within bounds."""
    return int(np.clip(np.sqrt(texts / 2), 5, MOST_GROUPS))


def _space(table: Any, meant: Table | None) -> Table:
    dimensions = min(DIMENSIONS, min(table.shape) - 1)
    reduced: Table = normalize(TruncatedSVD(max(dimensions, 1), random_state=SEED).fit_transform(table))
    return reduced if meant is None else np.hstack([reduced, normalize(meant)])


def _named(table: Any, space: Table, labels: Any, features: Any) -> list[Group]:
    overall = np.asarray(table.mean(axis=0)).ravel()
    found = []
    for label in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == label)
        if len(members) < FEWEST_EACH:
            continue
        middle = space[members].mean(axis=0)
        nearest = members[np.argsort(-(space[members] @ middle), kind="stable")]
        telling = np.asarray(table[members].mean(axis=0)).ravel() - overall
        found.append(Group(tuple(int(n) for n in nearest), _words(features, telling)))
    return sorted(found, key=lambda group: (-len(group.members), group.words))


def _words(features: Any, telling: Any) -> tuple[str, ...]:
    """The words that tell a group from the others; a word that a chosen pair holds already is passed over."""
    chosen: list[str] = []
    for at in np.argsort(-telling, kind="stable")[:40]:
        name = str(features[at])
        if telling[at] > 0 and not any(set(name.split()) & set(other.split()) for other in chosen):
            chosen.append(name)
        if len(chosen) == NAMED_BY:
            break
    return tuple(chosen)


def matched(old: Mapping[int, set[int]], new: Sequence[set[int]]) -> dict[int, int]:
    """New group (its position) -> old one, the pairs that share most; each old one once. old, new: ids of tickets.

    Shared is counted among tickets that both weeks know, as the share of those of either (Jaccard).
    """
    if not old or not new:
        return {}
    names = list(old)
    known = set().union(*old.values()) & set().union(*new)
    shares = np.array([[_share(old[name] & known, group & known) for name in names] for group in new])
    rows, columns = linear_sum_assignment(-shares)
    return {int(r): names[c] for r, c in zip(rows, columns, strict=True) if shares[r, c] >= LEAST_SHARED}


def _share(one: set[int], other: set[int]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def agreement(texts: Sequence[str], labels: Sequence[str], meant: Table | None = None, count: int = 0) -> Agreement:
    """How well the groups of these texts agree with their labels; texts of no group count as a group of their own."""
    found = groups_of(texts, meant=meant, count=count)
    given = np.full(min(len(texts), MOST), -1)
    for number, group in enumerate(found):
        given[list(group.members)] = number
    told = list(labels[: len(given)])
    return Agreement(
        len(given), len(found), len(set(told)), float(adjusted_rand_score(told, given)),
        float(v_measure_score(told, given)), float(normalized_mutual_info_score(told, given)),
    )  # fmt: skip
