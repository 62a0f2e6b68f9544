"""From an author by a second person to the readers, and away from them again."""

from datetime import date

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.knowledge import actions, queries
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import Article, State, Step
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.scope import scope

from .stage import KnowledgeTest


class Publishing(KnowledgeTest):
    def sees(self, person: Person, key: str = "vpn-drops") -> bool:
        return queries.visible_to(person).filter(key=key).exists()

    def test_a_second_person_approves_and_then_readers_see_it(self) -> None:
        article = self.draft(audience="public")
        actions.ask_review(article, by=self.alma, reviewer=self.tove)
        self.assertFalse(self.sees(self.rui))
        actions.approve(article, by=self.tove)
        self.assertFalse(self.sees(self.rui))
        actions.publish(article, by=self.alma)
        self.assertTrue(self.sees(self.rui))
        kinds = list(Step.objects.filter(article=article).values_list("kind", flat=True))
        self.assertEqual(kinds, ["published", "approved", "review_asked", "written", "created"])

    def test_nobody_approves_what_they_wrote(self) -> None:
        article = self.draft()
        actions.write(article, "it", Text(title="La VPN cade"), by=self.tove)
        actions.ask_review(article, by=self.alma)
        for author in (self.alma, self.tove):
            with self.assertRaises(NotAllowed):
                actions.approve(article, by=author)
        actions.approve(article, by=self.ines)
        with self.assertRaises(Invalid):
            other = self.draft("other")
            actions.ask_review(other, by=self.alma, reviewer=self.alma)

    def test_nothing_is_published_without_approval(self) -> None:
        article = self.draft()
        with self.assertRaises(Conflict):
            actions.publish(article, by=self.alma)
        actions.ask_review(article, by=self.alma)
        with self.assertRaises(Conflict):
            actions.publish(article, by=self.alma)
        actions.approve(article, by=self.tove)
        actions.write(article, "en", Text(title="Something else"), by=self.tove)  # the approval was of another text
        with self.assertRaises(Conflict):
            actions.publish(article, by=self.alma)

    def test_readers_keep_the_published_text_while_a_new_one_is_written(self) -> None:
        article = self.published(audience="public")
        actions.write(article, "en", Text(title="Half written"), by=self.alma)
        translation = queries.by_key(self.rui, "vpn-drops").translations.get()
        assert translation.shown is not None
        self.assertEqual(translation.shown.title, "The VPN drops")
        self.assertTrue(translation.has_news)

    def test_what_is_sent_back_is_a_draft_with_the_reason(self) -> None:
        article = self.draft()
        actions.ask_review(article, by=self.alma)
        with self.assertRaises(Invalid):
            actions.send_back(article, "  ", by=self.tove)
        actions.send_back(article, "Say which client.", by=self.tove)
        self.assertEqual((article.state, article.remark), (State.DRAFT, "Say which client."))

    def test_nothing_new_is_not_reviewed(self) -> None:
        article = self.published()
        with self.assertRaises(Conflict):
            actions.ask_review(article, by=self.alma)

    def test_requesters_review_and_publish_nothing(self) -> None:
        article = self.published(audience="public")
        actions.write(article, "en", Text(title="New"), by=self.alma)
        for verb in (actions.ask_review, actions.approve, actions.publish, actions.retire):
            with self.assertRaises(NotAllowed):
                verb(article, by=self.rui)

    def test_retired_it_leaves_the_readers_and_comes_back_by_review(self) -> None:
        article = self.published(audience="public")
        with self.assertRaises(NotAllowed):
            actions.retire(article, by=self.tove)  # neither owner nor administrator
        actions.retire(article, by=self.alma, reason="The client is gone")
        self.assertFalse(self.sees(self.rui))
        actions.revive(article, by=self.ines)
        self.assertFalse(self.sees(self.rui))
        self.bring_out(article)
        self.assertTrue(self.sees(self.rui))


class Audiences(KnowledgeTest):
    def readers(self, **settings: object) -> set[str]:
        key = f"a{Article.objects.count()}"
        self.published(key, **settings)
        people = (self.rui, self.bea, self.alma, self.tove, self.ines, self.otto)
        return {person.first_name for person in people if queries.visible_to(person).filter(key=key).exists()}

    def test_each_is_read_by_its_own(self) -> None:
        agents = {"Alma", "Tove", "Ines", "Otto"}
        self.assertEqual(self.readers(audience="public"), agents | {"Rui", "Bea"})
        self.assertEqual(self.readers(audience="agents"), agents)
        self.assertEqual(self.readers(audience="organisation", client=self.acme), {"Rui", "Alma", "Tove", "Ines"})

    def test_that_of_a_team_is_read_by_its_members_and_administrators(self) -> None:
        article = self.draft("team", audience="team", team=self.network, by=self.tove)
        actions.ask_review(article, by=self.tove)
        actions.approve(article, by=self.ines)
        actions.publish(article, by=self.tove)
        self.assertFalse(queries.visible_to(self.alma).filter(key="team").exists())
        self.assertTrue(queries.visible_to(self.tove).filter(key="team").exists())

    def test_the_database_hides_another_organisation_s_by_itself(self) -> None:
        self.published("a", audience="organisation", client=self.acme)
        with scope([self.bolt.pk]):
            self.assertEqual(Article.objects.count(), 0)

    def test_what_expired_is_not_read_any_more(self) -> None:
        self.published(audience="public", expires_on=date(2026, 3, 2))
        with self.at("2026-03-01 12:00"):
            self.assertTrue(queries.visible_to(self.rui).exists())
        with self.at("2026-03-02 12:00"):
            self.assertFalse(queries.visible_to(self.rui).exists())
            self.assertEqual([one.key for one in queries.overdue(self.alma)], ["vpn-drops"])


class Keeping(KnowledgeTest):
    def test_owner_and_administrators_change_what_is_set_and_the_trail_says_what(self) -> None:
        article = self.published()
        wanted = Settings(key="vpn-falls", owner=self.tove, audience="public")
        with self.assertRaises(NotAllowed):
            actions.change_settings(article, wanted, by=self.otto)
        actions.change_settings(article, wanted, by=self.alma)
        step = Step.objects.filter(article=article, kind="settings").get()
        self.assertEqual(step.data["audience"], ["agents", "public"])
        with self.assertRaises(NotAllowed):
            actions.change_settings(article, wanted, by=self.alma)  # it is Tove's now

    def test_a_review_that_finds_it_right_sets_the_next_one(self) -> None:
        article = self.published(review_on=date(2026, 1, 1))
        self.assertEqual(len(queries.overdue(self.alma)), 1)
        with self.assertRaises(Invalid):
            actions.reviewed(article, by=self.alma, next_on=date(2020, 1, 1))
        actions.reviewed(article, by=self.alma, next_on=date(2200, 1, 1))
        self.assertEqual(len(queries.overdue(self.alma)), 0)


class TakingIn(KnowledgeTest):
    def test_a_robot_publishes_at_once_and_twice_changes_nothing(self) -> None:
        olmo = robot("Olmo")
        wanted = Settings(key="imported", owner=self.alma, audience="public")
        article, changed = actions.take_in(wanted, {"en": Text(title="A"), "it": Text(title="B")}, by=olmo, reason="x")
        self.assertEqual((article.state, sorted(changed)), (State.PUBLISHED, ["en", "it"]))
        _same, changed = actions.take_in(wanted, {"en": Text(title="A")}, by=olmo, reason="x")
        self.assertEqual(changed, [])
        with self.assertRaises(NotAllowed):
            actions.take_in(wanted, {"en": Text(title="C")}, by=self.alma, reason="x")
        with self.assertRaises(NotFound):
            queries.by_key(self.rui, "nothing")
