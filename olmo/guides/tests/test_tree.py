"""What is wrong with a tree: loops, dead ends, ways to nowhere, each named."""

from unittest import TestCase

from olmo.guides import tree
from olmo.guides.actions import EXAMPLES, _unfolded


def ask(key: str, *to: str, kind: str = "question") -> tree.Node:
    return tree.node(kind, en=f"Q{key}", answers=[{"label": {"en": f"to {one}"}, "to": one} for one in to])


END = tree.node("outcome", en="Done", outcome="solved")


def of(**nodes: tree.Node) -> tree.Tree:
    return {"start": "a", "nodes": nodes}


class Faults(TestCase):
    def said(self, found: tree.Tree) -> list[str]:
        return [f"{fault.node}: {fault.words}" for fault in tree.faults(found)]

    def test_a_whole_tree_has_none(self) -> None:
        self.assertEqual(self.said(of(a=ask("a", "b", "z"), b=ask("b", "z"), z=END)), [])

    def test_a_loop_is_refused_with_its_way(self) -> None:
        found = self.said(of(a=ask("a", "b"), b=ask("b", "c", "z"), c=ask("c", "b"), z=END))
        self.assertEqual(found, ["b: It goes in a circle: b “Qb” → c “Qc” → b “Qb”"])
        self.assertEqual(len(self.said(of(a=ask("a", "a", "z"), z=END))), 1)

    def test_steps_that_meet_again_are_no_loop(self) -> None:
        self.assertEqual(
            self.said(of(a=ask("a", "b", "c"), b=ask("b", "d"), c=ask("c", "d"), d=ask("d", "z"), z=END)), []
        )

    def test_dead_ends_and_ways_to_nowhere_name_their_step(self) -> None:
        self.assertEqual(
            self.said(of(a=ask("a", "b", "x"), b=ask("b"))),
            [
                "a: The answer “to x” leads nowhere.",
                "b: Nothing leads on from here: add an answer, or make it an outcome.",
            ],
        )

    def test_other_things_that_readers_would_stumble_over(self) -> None:
        cases = {
            "It has no title.": of(a=tree.node("outcome", outcome="solved")),
            "Say how it ends.": of(a=tree.node("outcome", en="x")),
            "Choose the article.": of(a=tree.node("outcome", en="x", outcome="article")),
            "It has no picture.": of(a=ask("a", "z", kind="picture"), z=END),
            "Nothing leads to this step.": of(a=ask("a", "z"), z=END, y=END),
            "There is no first step.": {"start": "a", "nodes": {}},
        }
        for words, found in cases.items():
            with self.subTest(words):
                self.assertIn(words, " ".join(self.said(found)))

    def test_a_deep_tree_is_walked_without_end_of_breath(self) -> None:
        nodes = {f"n{n}": ask(str(n), f"n{n + 1}") for n in range(5000)} | {"n5000": END}
        self.assertEqual(tree.faults({"start": "n0", "nodes": nodes}), [])

    def test_the_examples_are_whole_and_in_both_languages(self) -> None:
        import json
        from importlib.resources import files

        for name in EXAMPLES:
            given = json.loads(files("olmo.guides.examples").joinpath(f"{name}.json").read_text(encoding="utf-8"))
            found = _unfolded(given)
            self.assertEqual(tree.faults(found), [], name)
            for node in found["nodes"].values():
                texts = [node["title"], *(answer["label"] for answer in node["answers"])]
                self.assertTrue(all(text["en"] and text["it"] for text in texts), name)
                self.assertEqual(bool(node["text"]["en"]), bool(node["text"]["it"]))
