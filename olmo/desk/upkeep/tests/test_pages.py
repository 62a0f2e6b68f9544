"""The pages of upkeep: who sees them, what they show, what is done there."""

from html import escape

from selectolax.lexbor import LexborHTMLParser

from olmo.desk.lists.filters import Filters
from olmo.desk.tests.test_knowledge import Pages
from olmo.knowledge.models import Article
from olmo.upkeep import checking, learning
from olmo.upkeep.models import Question, Topic
from olmo.writing import references


class Mending(Pages):
    def test_the_most_used_stand_first_and_only_what_the_viewer_may_know(self) -> None:
        for key, uses in (("seldom", 1), ("often", 9)):
            article = self.published(key, title=key.title(), audience="public", body="[x](/guides/999999)")
            Article.objects.filter(pk=article.pk).update(uses=uses)
        hidden = self.published("hidden", title="Hidden", audience="public", body="[x](/guides/999999)")
        Article.objects.filter(pk=hidden.pk).update(audience="team", team=self.desk)
        checking.check_all()
        ticket = self.report("It drops")
        references.used(Article.objects.get(key="often"), ticket, by=self.alma)
        shown = self.page(self.tove, "mending")
        of = f"article.{Article.objects.get(key='often').pk}"
        self.assertIn(f'href="/desk/?box=all&amp;of={of}">1</a>', shown)
        self.assertEqual(list(Filters(box="all", of=of).tickets(self.tove)), [ticket])
        self.assertIn("Used in 1 ticket<", self.page(self.tove, "article", int(of.partition(".")[2])))
        self.assertLess(shown.index("Often"), shown.index("Seldom"))
        self.assertIn("/guides/999999", shown)
        self.assertNotIn("Hidden", shown)
        self.assertIn("Hidden", self.page(self.alma, "mending"))
        self.assertEqual(hidden.state, "published")

    def test_looking_now_is_asked_by_a_press_and_once(self) -> None:
        for _time in range(2):
            self.assertEqual(self.post(self.alma, "mending_now").status_code, 303)
        self.assertIn("Nothing to mend", self.page(self.alma, "mending"))

    def test_questions_are_added_and_removed_on_the_article(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        self.post(self.alma, "article_questions", article.pk, lang="en", words="vpn drops")
        self.assertIn("place 1", self.page(self.tove, "article", article.pk))
        self.post(self.alma, "question_removal", Question.objects.get().pk)
        self.assertEqual(Question.objects.count(), 0)
        self.assertEqual(self.post(self.alma, "article_questions", article.pk, lang="xx", words="vpn").status_code, 404)


class Commonest(Pages):
    def behind(self, shown: str, of: str) -> int:
        """The number on a page that leads to these tickets; it is how many there are."""
        address = escape(Filters(box="all", of=of).url())
        said = next(
            link.text()
            for link in LexborHTMLParser(shown).css("a.n-link")
            if escape(link.attributes["href"] or "") == address
        )
        self.assertEqual(Filters(box="all", of=of).tickets(self.ines).count(), int(said), of)
        return int(said)

    def test_leads_see_and_name_them_and_nobody_else(self) -> None:
        for n in range(8):
            self.report(f"Printer jam in tray {n}", text="Paper jam in the printer")
            self.report(f"Password expired {n}", text="Reset the password")
            self.report(f"VPN tunnel drops {n}", text="The tunnel drops at home")
        learning.refresh()
        shown = self.page(self.ines, "topics")
        self.assertIn("missing", shown)
        for topic in Topic.objects.all():
            self.assertEqual(self.behind(shown, f"topic.{topic.pk}"), topic.figures["n"])
        topic = Topic.objects.order_by("pk")[0]
        self.assertFalse(Filters(box="all", of=f"topic.{topic.pk}").tickets(self.alma).exists())
        self.post(self.ines, "topic_name", topic.pk, given="Paper <b>jams</b>")
        self.assertIn("Paper &lt;b&gt;jams", self.page(self.ines, "topics", query="?all=1"))
        self.assertEqual(self.post(self.alma, "topic_name", topic.pk, given="x").status_code, 404)
        self.assertNotIn("desk/knowledge/topics", self.page(self.alma, "knowledge"))
