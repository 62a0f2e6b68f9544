"""Articles and their texts: begun, written, restored; nothing is lost and nobody writes over somebody else."""

from django.db import DatabaseError, transaction

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.knowledge import actions, queries
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import Article, State, Step, Version

from .stage import KnowledgeTest


class Beginning(KnowledgeTest):
    def test_it_is_a_draft_that_agents_know_of_and_requesters_do_not(self) -> None:
        self.draft(audience="public")
        self.assertEqual(queries.by_key(self.tove, "vpn-drops").state, State.DRAFT)
        with self.assertRaises(NotFound):
            queries.by_key(self.rui, "vpn-drops")

    def test_a_key_names_one_article(self) -> None:
        self.draft()
        with self.assertRaises(Invalid) as refused:
            actions.create(Settings(key="vpn-drops", owner=self.tove), by=self.tove)
        self.assertEqual(refused.exception.field, "key")
        self.assertEqual(Article.objects.count(), 1)

    def test_what_cannot_be_is_refused_by_field(self) -> None:
        wrong = {
            "key": Settings(key="With spaces!", owner=self.alma),
            "audience": Settings(key="a", owner=self.alma, audience="everyone"),
            "client": Settings(key="a", owner=self.alma, audience="organisation"),
            "team": Settings(key="a", owner=self.alma, audience="team"),
            "owner": Settings(key="a", owner=self.rui),
        }
        for field, settings in wrong.items():
            with self.assertRaises(Invalid) as refused:
                actions.create(settings, by=self.alma)
            self.assertEqual(refused.exception.field, field)
        self.assertEqual(Article.objects.count(), 0)

    def test_requesters_begin_none(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.create(Settings(key="a", owner=self.alma), by=self.rui)

    def test_an_agent_of_one_organisation_writes_for_that_one_only(self) -> None:
        with self.assertRaises(Invalid):
            actions.create(Settings(key="a", owner=self.otto, audience="organisation", client=self.acme), by=self.otto)


class Writing(KnowledgeTest):
    def test_each_text_is_kept(self) -> None:
        article = self.draft()
        actions.write(article, "en", Text(title="The VPN falls"), by=self.tove, reason="Plainer")
        actions.write(article, "it", Text(title="La VPN cade"), by=self.tove)
        titles = [version.title for version in queries.versions(article, "en")]
        self.assertEqual(titles, ["The VPN falls", "The VPN drops"])
        self.assertEqual(queries.versions(article, "it").get().number, 1)
        kinds = list(Step.objects.filter(article=article).values_list("kind", flat=True))
        self.assertEqual(kinds, ["written", "written", "written", "created"])

    def test_a_stale_page_writes_over_nobody(self) -> None:
        article = self.draft()
        seen = article.version
        actions.write(article, "en", Text(title="One"), by=self.tove)
        with self.assertRaises(Conflict):
            actions.write(article, "en", Text(title="Other"), by=self.alma, seen=seen)
        self.assertEqual(Version.objects.count(), 2)

    def test_what_cannot_be_is_refused_by_field(self) -> None:
        article = self.draft()
        wrong = {
            "title": ("en", Text(title=" ")),
            "language": ("xx", Text(title="A")),
            "body": ("en", Text(title="A", body="x" * 10_000_000)),
        }
        for field, (language, text) in wrong.items():
            with self.assertRaises(Invalid) as refused:
                actions.write(article, language, text, by=self.alma)
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Invalid):
            actions.write(article, "en", Text(title="The VPN drops"), by=self.alma)  # nothing changed
        self.assertEqual(Version.objects.count(), 1)

    def test_an_article_of_another_team_or_organisation_is_not_there(self) -> None:
        for article in (
            self.draft("a", audience="team", team=self.desk),
            self.draft("b", audience="organisation", client=self.acme),
        ):
            for stranger in (self.otto if article.client_id else self.tove, self.bea):
                with self.assertRaises(NotFound):
                    actions.write(article, "en", Text(title="Mine"), by=stranger)

    def test_an_old_text_is_brought_back_as_a_new_version(self) -> None:
        article = self.draft()
        actions.write(article, "en", Text(title="Worse"), by=self.alma)
        first = queries.versions(article, "en").get(number=1)
        actions.restore(article, first, by=self.tove)
        newest = queries.versions(article, "en").first()
        assert newest is not None
        self.assertEqual((newest.number, newest.title, newest.author), (3, "The VPN drops", self.tove))

    def test_a_version_of_another_article_is_not_brought_back(self) -> None:
        article, other = self.draft(), self.draft("other")
        with self.assertRaises(NotFound):
            actions.restore(article, queries.versions(other, "en").get(), by=self.alma)

    def test_the_database_lets_nobody_change_what_was_written(self) -> None:
        self.draft()
        for rows in (Version.objects.all(), Step.objects.all()):
            with self.assertRaises(DatabaseError), transaction.atomic():
                rows.delete()
        with self.assertRaises(DatabaseError), transaction.atomic():
            Version.objects.update(title="Forged")
