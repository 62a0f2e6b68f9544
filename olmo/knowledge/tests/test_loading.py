"""Articles from a file: all of them or none, and what is wrong is told by line."""

import io
import json
import tempfile
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from olmo.knowledge import cli, loading, queries
from olmo.knowledge.models import Article, State, Version
from olmo.people.models import Person

from .stage import KnowledgeTest


def line(key: str = "a", **more: object) -> str:
    row = {"key": key, "lang": "en", "title": "Title", "summary": "Short", "body": "Long", "audience": "public"}
    return json.dumps({**row, **more})


class Loading(KnowledgeTest):
    def load(self, lines: Iterable[str]) -> loading.Kept:
        return loading.load(loading.lines_of(lines))

    def reasons(self, *lines: str) -> list[str]:
        with self.assertRaises(loading.Refused) as refused:
            self.load(lines)
        self.assertEqual(Article.objects.count(), 0)
        return refused.exception.reasons

    def test_lines_with_one_key_are_one_article_that_is_published(self) -> None:
        kept = self.load([line("KB-1"), line("KB-1", lang="it", title="Titolo"), "", line("b", audience="agents")])
        self.assertEqual((kept.articles, kept.texts, kept.new), (2, 3, 2))
        article = queries.by_key(self.rui, "KB-1")
        self.assertEqual((article.state, article.translations.count()), (State.PUBLISHED, 2))
        self.assertEqual(article.owner, self.ines)

    def test_a_second_time_changes_only_what_differs(self) -> None:
        self.load([line("a"), line("b")])
        kept = self.load([line("a"), line("b", body="Other"), line("c")])
        self.assertEqual((kept.same, kept.changed, kept.new), (1, 1, 1))
        self.assertEqual(Version.objects.filter(translation__article__key="b").count(), 2)

    def test_audiences_name_an_organisation_or_a_team(self) -> None:
        self.load([line("a", audience="organisation:Acme Industrial"), line("b", audience="team:network")])
        self.assertEqual(Article.objects.get(key="a").client, self.acme)
        self.assertEqual(Article.objects.get(key="b").team, self.network)

    def test_what_is_wrong_is_told_by_line_and_nothing_is_kept(self) -> None:
        wrong = {
            "line 2, lang:": line(lang="xx"),
            "line 2, audience:": line(audience="everybody"),
            "line 2, title:": line(title=""),
            "line 2, key:": line(key="with spaces"),
            "line 2, body:": line(body="x" * 10_000_000),
            "line 2, summary:": line(summary=["a"]),
            "line 2, JSON:": "{no",
        }
        for begin, text in wrong.items():
            (reason,) = self.reasons(line("fine"), text)
            self.assertTrue(reason.startswith(begin), reason[:200])

    def test_the_same_key_twice_names_both_lines(self) -> None:
        (reason,) = self.reasons(line("a"), line("b"), line("a", title="Other"))
        self.assertIn("line 3", reason)
        self.assertIn("line 1", reason)

    def test_one_article_has_one_audience(self) -> None:
        (reason,) = self.reasons(line("a"), line("a", lang="it", audience="agents"))
        self.assertIn("line 2", reason)

    def test_every_wrong_line_is_told_up_to_twenty(self) -> None:
        self.assertEqual(len(self.reasons(*[line(f"k{n}", lang="xx") for n in range(50)])), 20)


class Command(KnowledgeTest):
    def run_it(self, *words: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.main(words)
        return code, out.getvalue(), err.getvalue()

    def file(self, *lines: str) -> str:
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "articles.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        return str(path)

    def test_it_imports_and_finds(self) -> None:
        path = self.file(line("vpn", title="The VPN drops", extra="x"), line("print", title="Printer offline"))
        code, out, err = self.run_it("import", path)
        self.assertEqual(code, 0)
        self.assertIn("2 articles with 2 texts kept: 2 new", out)
        self.assertIn("left out: extra", err)
        _code, out, _err = self.run_it("search", "--lang", "it", "--limit", "3", "--json", "la vpn cade sempre")
        found = json.loads(out)
        self.assertEqual(set(found[0]), {"key", "score"})
        self.assertEqual(found[0]["key"], "vpn")

    def test_a_wrong_file_keeps_nothing_and_says_so(self) -> None:
        code, out, err = self.run_it("import", self.file(line("a"), line("b", lang="xx")))
        self.assertEqual((code, out), (1, ""))
        self.assertIn("line 2, lang", err)
        self.assertIn("nothing was kept", err)
        self.assertEqual(self.run_it("import", "/no/such/file")[0], 1)

    def test_a_desk_without_administrator_imports_too(self) -> None:
        Person.objects.update(is_administrator=False)
        self.assertEqual(self.run_it("import", self.file(line()))[0], 0)


class Folders(Command):
    def contents(self, folder: Path) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}

    def test_what_goes_out_comes_in_and_goes_out_the_same(self) -> None:
        tricky = "One\n<!-- cause -->\n\\<!-- cause -->\n---\n\n    code\nkey: x"
        rows = (
            line(
                "a/b", title="Title: with --- and “quotes”", body=tricky, solution="Do *this*.", audience="team:Network"
            ),
            line("a/b", lang="it", title="Titolo", audience="team:Network"),
            line("plain", summary="", body="Only\n\nbody", audience="organisation:Acme Industrial"),
        )
        self.assertEqual(self.run_it("import", self.file(*rows))[0], 0)
        top = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.assertIn("3 texts", self.run_it("export", str(top / "one"))[1])
        first = self.contents(top / "one")
        self.assertEqual(sorted(first), ["a%2Fb.en.md", "a%2Fb.it.md", "plain.en.md"])
        _code, out, _err = self.run_it("import", str(top / "one"))
        self.assertIn("2 articles with 3 texts kept: 0 new, 0 changed, 2 as they were", out)
        changed = top / "one" / "plain.en.md"
        changed.write_text(changed.read_text("utf-8").replace("Only", "Changed"), "utf-8")
        self.assertIn("1 changed", self.run_it("import", str(top / "one"))[1])
        self.run_it("export", str(top / "two"))
        self.assertEqual(
            self.contents(top / "two"), {**first, "plain.en.md": first["plain.en.md"].replace("Only", "Changed")}
        )

    def test_a_file_that_cannot_be_read_is_named_and_nothing_is_kept(self) -> None:
        top = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (top / "good.en.md").write_text("---\nkey: good\nlang: en\ntitle: T\naudience: public\n---\n\nBody\n", "utf-8")
        (top / "bad.en.md").write_text("no dashes", "utf-8")
        (top / "odd.en.md").write_text("---\ncolour: red\n---\n", "utf-8")
        (top / "bytes.en.md").write_bytes(b"\xff\xfe")
        code, _out, err = self.run_it("import", str(top))
        self.assertEqual(code, 1)
        for name in ("bad.en.md", "odd.en.md", "bytes.en.md"):
            self.assertIn(name, err)
        self.assertEqual(Article.objects.count(), 0)

    def test_nothing_is_written_over(self) -> None:
        top = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (top / "mine.txt").write_text("x", "utf-8")
        self.assertEqual(self.run_it("export", str(top))[0], 1)
        self.assertEqual([path.name for path in top.iterdir()], ["mine.txt"])
