"""The agents' pages of knowledge: what is found, written, reviewed and answered there."""

from datetime import date
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from olmo.channels.tests.stage import do_jobs
from olmo.desk.shell import look
from olmo.knowledge import actions, feedback
from olmo.knowledge.actions import Text
from olmo.knowledge.models import Article, State, Suggestion, Version
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people import signin
from olmo.people.models import Person


class Pages(KnowledgeTest):
    def browser(self, person: Person) -> Browser:
        browser = Browser()
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def page(self, person: Person, name: str, *args: Any, query: str = "", **headers: str) -> str:
        answer = self.browser(person).get(reverse(f"desk:{name}", args=args) + query, headers=headers)
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        return answer.content.decode()

    def post(self, person: Person, name: str, *args: Any, **data: Any) -> Any:
        return self.browser(person).post(reverse(f"desk:{name}", args=args), data)

    def test_the_list_finds_by_words_and_narrows(self) -> None:
        self.published(title="The VPN drops", topic="Network", audience="public")
        self.draft("half", title="Half a thought")
        everything = self.page(self.tove, "knowledge")
        self.assertIn("The VPN drops", everything)
        self.assertIn("Half a thought", everything)
        found = self.page(self.tove, "knowledge", query="?q=tunnel")
        self.assertIn("The VPN drops", found)
        self.assertNotIn("Half a thought", found)
        self.assertIn("Half a thought", self.page(self.tove, "knowledge", query="?q=thought"))
        self.assertNotIn("Half a thought", self.page(self.tove, "knowledge", query="?show=published"))
        self.assertNotIn("The VPN drops", self.page(self.tove, "knowledge", query="?topic=Other"))
        part = self.page(self.tove, "knowledge", query="?q=tunnel", **{"X-Live": "1"})
        self.assertNotIn("<html", part)

    def test_an_article_is_begun_reviewed_by_another_and_published(self) -> None:
        data = {
            "key": "wifi",
            "audience": "public",
            "owner": self.alma.pk,
            "language": "en",
            "title": "Weak wireless",
            "body": "**Move.**",
        }
        answer = self.post(self.alma, "article_new", **data)
        article = Article.objects.get(key="wifi")
        self.assertRedirects(
            answer, reverse("desk:article", args=[article.pk]), status_code=303, fetch_redirect_response=False
        )
        self.assertIn("<strong>Move.</strong>", self.page(self.alma, "article", article.pk))
        self.post(self.alma, "article_review", article.pk, reviewer=self.tove.pk, seen=Article.objects.get().version)
        self.assertIn("Tove Lind", self.page(self.alma, "article", article.pk))
        self.post(self.alma, "article_approval", article.pk)
        article.refresh_from_db()
        self.assertEqual(article.state, State.IN_REVIEW)  # nobody approves what they wrote
        self.post(self.tove, "article_return", article.pk, remark="Which building?")
        self.assertIn("Which building?", self.page(self.alma, "article", article.pk))
        self.post(self.alma, "article_review", article.pk)
        self.post(self.tove, "article_approval", article.pk)
        self.post(self.alma, "article_publication", article.pk)
        article.refresh_from_db()
        self.assertEqual(article.state, State.PUBLISHED)

    def test_a_refused_form_keeps_what_was_typed(self) -> None:
        self.draft("wifi")
        data = {
            "key": "wifi",
            "audience": "public",
            "owner": self.alma.pk,
            "language": "it",
            "title": "Debole",
            "body": "Molto testo",
        }
        answer = self.post(self.alma, "article_new", **data)
        self.assertContains(answer, "Molto testo", status_code=422)
        self.assertContains(answer, "Another article has this key.", status_code=422)
        answer = self.post(self.alma, "article_new", **{**data, "key": "other", "title": ""})
        self.assertContains(answer, "Give it a title.", status_code=422)
        self.assertEqual(Article.objects.count(), 1)

    def test_a_stale_edit_is_told_and_saved_at_the_second_try(self) -> None:
        article = self.draft()
        seen = article.version
        actions.write(article, "en", Text(title="Tove was faster"), by=self.tove)
        answer = self.post(self.alma, "article_edit", article.pk, "en", title="Mine", body="Typed", seen=seen)
        self.assertContains(answer, "Typed", status_code=409)
        article.refresh_from_db()
        self.assertContains(answer, f'name="seen" value="{article.version}"', status_code=409)
        self.assertEqual(Version.objects.count(), 2)

    def test_an_edit_in_another_language_stands_beside_the_first(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        self.assertIn("The VPN drops", self.page(self.alma, "article_edit", article.pk, "it"))
        self.post(self.alma, "article_edit", article.pk, "it", title="La VPN cade", seen=article.version)
        page = self.page(self.alma, "article", article.pk, query="?lang=en&beside=it&text=newest")
        self.assertIn("La VPN cade", page)
        self.assertEqual(
            self.browser(self.alma).get(reverse("desk:article_edit", args=[article.pk, "xx"])).status_code, 404
        )

    def test_the_other_language_is_read_as_readers_read_it(self) -> None:
        article = self.published(title="The VPN drops", solution="Open **Settings**")
        self.assertIn("<strong>Settings</strong>", self.page(self.alma, "article_edit", article.pk, "it"))

    def test_who_approves_sees_what_is_to_be_approved(self) -> None:
        article = self.published(title="The VPN drops", body="old words")
        actions.write(article, "en", Text(title="The VPN drops", body="new words"), by=self.alma, reason="Clearer")
        actions.ask_review(article, by=self.alma)
        self.assertIn("new words", self.page(self.tove, "article", article.pk))
        self.assertIn("old words", self.page(self.tove, "article", article.pk, query="?lang=en&text=shown"))
        self.assertIn("old words", self.page(self.alma, "article", article.pk))

    def test_a_date_of_review_is_written_in_italian_too(self) -> None:
        article = self.published(title="The VPN drops", review_on=date(2027, 3, 1))
        self.tove.language = "it"
        self.tove.save()
        self.assertIn("1 marzo 2027", self.page(self.tove, "article", article.pk))

    def test_versions_show_what_differs_and_bring_an_old_one_back(self) -> None:
        article = self.draft(title="First", body="same\nold line")
        actions.write(article, "en", Text(title="First", body="same\nnew line"), by=self.tove, reason="Clearer")
        page = self.page(self.alma, "article_versions", article.pk, "en")
        self.assertIn("<del>old line</del>", page)
        self.assertIn("<ins>new line</ins>", page)
        self.assertIn("Clearer", page)
        old = Version.objects.get(number=1)
        self.post(self.alma, "article_restoration", article.pk, version=old.pk, lang="en")
        self.assertEqual(Version.objects.get(number=3).body, "same\nold line")

    def test_a_script_in_an_article_does_nothing(self) -> None:
        bad = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> ![p](https://evil.example/p.png)"
        article = self.published(title="<b>Bold</b>", body=bad, audience="public")
        page = self.page(self.alma, "article", article.pk)
        self.assertNotIn("<script>alert", page)
        self.assertNotIn('href="javascript', page)
        self.assertNotIn("<img src", page)
        self.assertIn("&lt;b&gt;Bold", page)

    def test_settings_are_changed_by_those_who_keep_it(self) -> None:
        article = self.draft()
        data = {
            "key": "new-key",
            "audience": "organisation",
            "client": self.acme.pk,
            "owner": self.tove.pk,
            "seen": article.version,
        }
        self.assertEqual(self.post(self.tove, "article_settings", article.pk, **data).status_code, 403)
        self.assertEqual(
            self.post(self.alma, "article_settings", article.pk, **{**data, "client": ""}).status_code, 422
        )
        self.assertEqual(self.post(self.alma, "article_settings", article.pk, **data).status_code, 303)
        article.refresh_from_db()
        self.assertEqual((article.key, article.owner, article.client), ("new-key", self.tove, self.acme))
        stale = self.post(self.ines, "article_settings", article.pk, **{**data, "key": "newer-key"})
        self.assertContains(stale, f'name="seen" value="{article.version}"', status_code=409)
        self.assertEqual(self.browser(self.otto).get(reverse("desk:article", args=[article.pk])).status_code, 404)
        offered = self.page(self.otto, "article_new")
        self.assertEqual([name in offered for name in (self.bolt.name, self.acme.name)], [True, False])

    def test_suggestions_are_the_owner_s_tasks_until_they_are_answered(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        self.post(self.tove, "article_suggestions", article.pk, words="The address is wrong")
        self.assertIn("The address is wrong", self.page(self.alma, "knowledge", query="?show=tasks"))
        self.assertNotIn("The address is wrong", self.page(self.tove, "knowledge", query="?show=tasks"))
        row = Suggestion.objects.get()
        do_jobs()
        for page in ("tasks", "notices"):
            said = self.page(self.alma, page)
            self.assertIn("The address is wrong", said)
            self.assertIn(f"{reverse('desk:article', args=[article.pk])}#suggestions", said)
            self.assertNotIn("The address is wrong", self.page(self.tove, page))
        self.assertEqual((look(self.alma).suggestions, look(self.tove).suggestions), (1, 0))
        self.assertIn("The address is wrong", self.page(self.ines, "tasks", query="?whose=all"))
        self.assertNotIn("The address is wrong", self.page(self.alma, "tasks", query="?whose=teams"))
        self.page(self.ines, "article", article.pk)
        self.assertEqual(look(self.alma).notices, 1)
        self.page(self.alma, "article", article.pk)
        self.assertEqual(look(self.alma).notices, 0)
        self.post(self.tove, "suggestion_answer", row.pk, outcome="declined", words="No")
        self.post(self.alma, "suggestion_answer", row.pk, outcome="declined", words="")
        self.post(self.alma, "suggestion_answer", row.pk, outcome="changed", words="")
        row.refresh_from_db()
        self.assertEqual(row.state, Suggestion.State.OPEN)  # not the owner; no reason; nothing was written
        actions.write(article, "en", Text(title="The VPN drops", body="Right address"), by=self.alma)
        self.post(self.alma, "suggestion_answer", row.pk, outcome="changed", words="")
        row.refresh_from_db()
        self.assertEqual((row.state, row.answered_by), (Suggestion.State.CHANGED, self.alma))
        self.assertEqual(look(self.alma).suggestions, 0)
        self.assertNotIn("The address is wrong", self.page(self.alma, "tasks"))

    def test_readers_are_counted_once_each(self) -> None:
        article = self.published(audience="public")
        self.post(self.tove, "article_rating", article.pk, helped="no")
        self.post(self.tove, "article_rating", article.pk, helped="yes")
        feedback.rate(article, by=self.rui, is_helpful=False, words="Too short")
        self.assertEqual(feedback.counts(article), (1, 1))
        article.refresh_from_db()
        self.assertEqual(article.helped, 1)
        feedback.rate(article, by=self.tove, is_helpful=False)
        article.refresh_from_db()
        self.assertEqual(article.helped, 0)
        self.assertEqual(Suggestion.objects.get().words, "Too short")

    def test_what_is_overdue_has_a_list(self) -> None:
        article = self.published()
        Article.objects.filter(pk=article.pk).update(review_on="2020-01-01")
        self.assertIn("review was due", self.page(self.alma, "knowledge", query="?show=overdue"))
        self.post(self.alma, "article_confirmation", article.pk, review_on="2200-01-01")
        self.assertNotIn("review was due", self.page(self.alma, "knowledge", query="?show=overdue"))

    def test_the_palette_finds_articles(self) -> None:
        self.published(title="The VPN drops")
        self.assertIn("The VPN drops", self.page(self.tove, "palette", query="?q=tunnel", **{"X-Live": "1"}))

    def test_retired_it_is_kept_and_can_come_back(self) -> None:
        article = self.published(audience="public")
        self.post(self.alma, "article_retirement", article.pk, reason="Old")
        self.assertEqual(Article.objects.get().state, State.RETIRED)
        self.post(self.alma, "article_revival", article.pk)
        self.assertEqual(Article.objects.get().state, State.DRAFT)
