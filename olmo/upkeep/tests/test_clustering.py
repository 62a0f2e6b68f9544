"""Grouping texts, naming groups, knowing them again. Pure."""

import random

from olmo.upkeep import clustering

KINDS = {
    "printer": [
        "printer jam in tray two",
        "paper jam printer corridor",
        "printer tray jam again",
        "jam of paper in printer",
    ],
    "password": [
        "password expired cannot sign",
        "reset my password please",
        "password reset for account",
        "expired password",
    ],
    "tunnel": ["vpn tunnel drops", "tunnel vpn disconnects home", "vpn falls from home", "home vpn tunnel dropping"],
}


def _texts() -> tuple[list[str], list[str]]:
    rows = [(text, label) for label, texts in KINDS.items() for text in texts * 4]
    random.Random(4).shuffle(rows)
    return [text for text, _label in rows], [label for _text, label in rows]


def test_texts_of_one_kind_stand_together_and_are_named_by_their_words() -> None:
    texts, labels = _texts()
    found = clustering.groups_of(texts, count=3)
    assert [len(group.members) for group in found] == [16, 16, 16]
    for group in found:
        (label,) = {labels[n] for n in group.members}
        assert any(word in KINDS[label][0] or word in " ".join(KINDS[label]) for word in " ".join(group.words).split())


def test_the_same_texts_give_the_same_groups() -> None:
    texts, _labels = _texts()
    assert clustering.groups_of(texts, count=3) == clustering.groups_of(texts, count=3)


def test_few_texts_and_texts_without_a_common_word_make_no_groups() -> None:
    assert clustering.groups_of(["printer jam"] * (clustering.FEWEST - 1)) == []
    assert clustering.groups_of(["".join(chr(97 + (n // 26**k) % 26) for k in range(4)) for n in range(40)]) == []


def test_agreement_with_labels_is_one_where_groups_are_theirs() -> None:
    texts, labels = _texts()
    assert clustering.agreement(texts, labels, count=3).adjusted_rand == 1


def test_a_group_keeps_its_identity_while_it_shares_its_tickets() -> None:
    old = {7: {1, 2, 3, 4}, 8: {10, 11, 12}}
    assert clustering.matched(old, [{10, 11, 12, 13}, {2, 3, 4, 5}, {30, 31}]) == {0: 8, 1: 7}


def test_each_old_group_is_kept_once_and_a_stranger_is_new() -> None:
    assert clustering.matched({7: {1, 2, 3, 4}}, [{1, 2, 3}, {4, 9}]) == {0: 7}
    assert clustering.matched({7: {1, 2, 3, 4}}, [{9, 10}]) == {}
    assert clustering.matched({}, [{1}]) == {}
