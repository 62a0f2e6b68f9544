"""What a reader says of an article reaches its owner, once, by the ways that they chose."""

from datetime import UTC, datetime, time, timedelta

from olmo.channels.tests.stage import do_jobs
from olmo.kernel import clock
from olmo.knowledge import actions, feedback, jobs
from olmo.knowledge.actions import Settings
from olmo.knowledge.models import Article
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.notifications import pushing, queries, suggested
from olmo.notifications.models import Alert, Preference, Rhythm
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.tenancy.scope import scope

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Suggesting(KnowledgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.article = self.published(audience="public")

    def mails(self, person: Person) -> list[Envelope]:
        return list(Envelope.objects.filter(purpose="suggestion", to=person.email))

    def shown(self, person: Person) -> list[Alert]:
        return list(Alert.objects.filter(person=person, kind="suggestion"))

    def test_its_owner_hears_of_it_once_in_their_language_and_reads_why(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(language="it")
        row = feedback.suggest(self.article, "The address is <wrong>", by=self.rui)
        do_jobs()
        jobs.suggested.func(suggestion=row.pk)
        (mail,) = self.mails(self.alma)
        self.assertEqual(mail.subject, "Rui Alves propone una modifica a “The VPN drops”.")
        for words in (
            "The address is <wrong>",
            f"/desk/knowledge/{self.article.pk}#suggestions",
            "perché l’articolo è tuo",
        ):
            self.assertIn(words, mail.text)
        self.assertIn("The address is &lt;wrong&gt;", mail.html)
        self.assertEqual([(one.suggestion, one.why) for one in self.shown(self.alma)], [(row, "owner")])
        self.assertEqual(Alert.objects.exclude(person=self.alma).filter(kind="suggestion").count(), 0)

    def test_each_chooses_the_ways_and_the_hours(self) -> None:
        Preference.objects.create(person=self.alma, kind="suggestion", channel="page", is_on=False)
        Rhythm.objects.create(person=self.alma, quiet_from=time(11), quiet_until=time(15))
        with clock.at(NOON):
            feedback.suggest(self.article, "Too short", by=self.rui)
            do_jobs()
        self.assertEqual(self.shown(self.alma), [])
        self.assertEqual(self.mails(self.alma)[0].next_at, NOON + timedelta(hours=3))
        Preference.objects.create(person=self.alma, kind="suggestion", channel="mail", is_on=False)
        feedback.suggest(self.article, "Still too short", by=self.rui)
        do_jobs()
        self.assertEqual(len(self.mails(self.alma)), 1)

    def test_nobody_is_told_what_they_say_themselves_and_a_new_owner_is_told_what_is_open(self) -> None:
        feedback.suggest(self.article, "Too short", by=self.alma)
        done = feedback.suggest(self.article, "Too long", by=self.rui)
        feedback.answer(done, by=self.alma, is_changed=False, words="It is not")
        do_jobs()
        self.assertEqual(self.shown(self.alma), [])
        found = Article.objects.get(pk=self.article.pk)
        wanted = Settings(key=found.key, owner=self.tove, audience=found.audience)
        actions.change_settings(found, wanted, by=self.alma)
        do_jobs()
        self.assertEqual([one.suggestion.words for one in self.shown(self.tove) if one.suggestion], ["Too short"])
        self.assertEqual(len(self.mails(self.tove)), 1)

    def test_a_device_shows_it_until_it_is_answered(self) -> None:
        row = feedback.suggest(self.article, "Too short", by=self.rui)
        push = Envelope(reference=f"{pushing.SUGGESTION}{row.pk}:{self.alma.pk}")
        shown = pushing._shown(self.alma, push)
        assert shown is not None
        self.assertEqual((shown["body"], shown["url"]), ("Too short", suggested.place(row)))
        self.assertIsNone(pushing._shown(self.tove, push))
        feedback.answer(row, by=self.alma, is_changed=False, words="It is not")
        self.assertIsNone(pushing._shown(self.alma, push))

    def test_who_may_not_see_the_article_any_more_finds_nothing_of_it_among_the_notices(self) -> None:
        theirs = self.published("of-acme", audience="organisation", client=self.acme)
        feedback.suggest(theirs, "Too short", by=self.rui)
        do_jobs()
        self.assertEqual(len(queries.alerts(self.alma, limit=9)), 1)
        self.alma.clients.add(self.bolt)
        elsewhere = Person.objects.get(pk=self.alma.pk)
        with scope([self.bolt.pk]):
            self.assertEqual(Alert.objects.filter(kind="suggestion").count(), 0)
        self.assertEqual(queries.alerts(elsewhere, limit=9), [])
        self.assertFalse(feedback.mine(elsewhere).exists())
