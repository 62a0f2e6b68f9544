"""Synonyms and stop words are the desk's: changed by administrators, told in the change log, felt by the search."""

from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from unittest import mock

from django.apps import apps
from django.db import connection
from django.test import override_settings

from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.knowledge import administration, cli, indexing, jobs, search, vocabulary
from olmo.knowledge.models import StopWords, Synonyms, Translation
from olmo.people.administration import mark_of
from olmo.people.models import AuditLine
from olmo.tenancy.scope import scope

from .stage import KnowledgeTest


@override_settings(OLMO_SEMANTIC=False)
class Words(KnowledgeTest):
    def found(self, words: str, language: str = "en") -> list[str]:
        return [one.key for one in search.find(self.alma, words, language=language)]

    def test_a_new_group_makes_one_word_find_the_other(self) -> None:
        self.published("robot", title="The zyxomma does not move")
        self.assertEqual(self.found("frobnicator"), [])
        row = administration.save_synonyms(
            None, {"en": ["zyxomma", "frobnicator"], "it": ["frullone a nastro"]}, by=self.ines
        )
        indexing.rebuild()  # as the job does
        self.assertEqual(self.found("frobnicator"), ["robot"])
        self.assertEqual(self.found("il frullone a nastro è fermo", "it"), ["robot"])
        self.assertEqual(administration.uses([row]), {row.pk: 1})
        administration.remove_synonyms(row, by=self.ines)
        self.assertEqual(cli._reindex(Namespace()), 0)  # as an operator does
        self.assertEqual(self.found("frobnicator"), [])
        self.assertEqual(AuditLine.objects.filter(subject__startswith="synonyms").count(), 2)

    def test_what_waits_to_be_read_anew_is_found_meanwhile(self) -> None:
        for key in ("zyxomma", "frobnicator"):
            self.published(key, title=f"The {key} stops")
        seen, keep = [], indexing._keep_terms

        def looking(rows: Sequence[Translation]) -> None:
            seen.append([self.found(key) == [key] for key in ("zyxomma", "frobnicator")])
            keep(rows)

        with mock.patch.object(indexing, "AT_ONCE", 1), mock.patch.object(indexing, "_keep_terms", looking):
            self.assertEqual(indexing.rebuild(), 2)
        self.assertEqual(seen, [[False, True], [True, False]])
        self.assertEqual([self.found(key) for key in ("zyxomma", "frobnicator")], [["zyxomma"], ["frobnicator"]])

    def test_an_upgrade_reads_the_texts_of_organisations_anew_too(self) -> None:
        self.published("robot", title="The robot stops", audience="organisation", client=self.acme)
        Synonyms.objects.all().delete()
        upgrade = import_module("olmo.knowledge.migrations.0011_whole_phrases")
        with mock.patch.object(jobs.reindex, "defer") as job, scope([]):
            upgrade.read_anew(apps, connection.schema_editor())
        job.assert_called_once_with()

    def test_a_phrase_counts_as_a_whole_where_the_full_text_would_leave_a_single_word_of_it(self) -> None:
        administration.save_synonyms(None, {"en": ["out of zyxomma", "frobnicator"]}, by=self.ines)
        known = vocabulary.current()

        def named(text: str) -> bool:
            groups = search._read(text, "en", known, False).groups
            return any(
                "frobnicator" in known.names[pk].values() or "out of zyxomma" in known.names[pk].values()
                for pk in groups
            )

        self.assertTrue(named("we are out of zyxomma again"))
        self.assertTrue(named("frobnicators"))
        self.assertFalse(named("the zyxomma is out"))
        self.published("robot", title="Running out of zyxomma")
        self.published("other", title="The zyxomma of the office")
        self.assertEqual(self.found("frobnicator"), ["robot"])

    def test_words_that_say_nothing_are_passed_over(self) -> None:
        self.published("quux", title="Quuxing the printer")
        self.assertEqual(self.found("quuxing"), ["quux"])
        now = {code: [*words] for code, words in StopWords.objects.values_list("language", "words")}
        administration.save_stop_words({**now, "en": [*now["en"], "quuxing"]}, by=self.ines)
        indexing.rebuild()
        self.assertNotIn("quuxing", vocabulary.current().telling("quuxing the printer", "en"))

    def test_it_is_for_administrators_and_nobody_writes_over_another(self) -> None:
        row = Synonyms.objects.order_by("pk")[0]
        with self.assertRaises(NotAllowed):
            administration.save_synonyms(row, {"en": ["a1", "b1"]}, by=self.alma)
        seen = mark_of(administration.state_of(row))
        administration.save_synonyms(row, {"en": ["one", "two"]}, by=self.ines, seen=seen)
        with self.assertRaises(Conflict):
            administration.save_synonyms(row, {"en": ["three", "four"]}, by=self.ines, seen=seen)

    def test_what_cannot_be_is_refused(self) -> None:
        for words in (
            {"en": ["alone"]},
            {"en": ["fine", "?!"]},
            {"en": ["x" * 61, "y"]},
            {"it": [f"w{n}" for n in range(61)]},
        ):
            with self.assertRaises(Invalid):
                administration.save_synonyms(None, words, by=self.ines)
