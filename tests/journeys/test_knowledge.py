"""Knowledge in a browser: an agent writes, another reviews, a requester on a phone finds it in Italian; without scripts too."""

from django.urls import reverse

from olmo.knowledge import actions, indexing
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import Article, Feedback
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .base import Journey


class Knowledge(Journey):
    def article(self) -> Article:
        """A published one in two languages."""
        with scope(EVERY_CLIENT):
            texts = {
                "en": Text(
                    title="The VPN drops", summary="It falls every few minutes.", solution="1. Restart.\n2. Wait."
                ),
                "it": Text(title="La VPN cade", summary="Cade ogni pochi minuti.", solution="1. Riavvia.\n2. Aspetta."),
            }
            wanted = Settings(key="vpn-drops", owner=self.alma, audience="public", topic="Network")
            article, _changed = actions.take_in(wanted, texts, by=robot("Olmo"), reason="x")
            indexing.show(article)
        return article

    def with_password(self, person: Person) -> None:
        """Let a requester sign in by a password."""
        with scope(EVERY_CLIENT):
            person.set_password(f"{person.first_name.lower()}'s long password")
            person.save()

    def test_an_agent_writes_another_approves_and_it_is_published(self) -> None:
        alma = self.sign_in(self.alma)
        alma.goto(self.url("/desk/knowledge"))
        alma.locator(".seeker [name=q]").fill("wifi")
        alma.locator("form[data-leaves][action*='q=wifi']").wait_for()  # the file is what is shown
        alma.get_by_role("link", name="New article").click()
        alma.locator("#id_key").fill("wifi-weak")
        alma.locator("#id_audience").select_option("public")
        alma.locator("#id_title").fill("The wireless is weak")
        alma.locator("#id_summary").fill("Pages load slowly in the corner office.")
        self.assert_accessible(alma)
        self.picture(alma, "knowledge-new")
        alma.get_by_role("button", name="Save as a draft").click()
        alma.get_by_role("button", name="Ask for review").click()
        alma.get_by_text("Waits for somebody who did not write it.").wait_for()
        with scope(EVERY_CLIENT):
            article = Article.objects.get(key="wifi-weak")
        tove = self.sign_in(self.tove)
        tove.goto(self.url(reverse("desk:article", args=[article.pk])))
        tove.get_by_role("button", name="Approve").click()
        tove.get_by_role("button", name="Publish").click()
        tove.get_by_text("Published", exact=True).first.wait_for()
        self.assert_accessible(tove)
        self.picture(tove, "knowledge-article")

    def test_a_requester_on_a_phone_finds_an_answer_in_italian(self) -> None:
        article = self.article()
        self.with_password(self.bea)
        page = self.sign_in(self.bea, phone=True)
        page.goto(self.url("/"))
        page.locator("#ask").press_sequentially("il collegamento da casa cade")
        page.locator("#answers a.answer").first.wait_for()
        self.assert_accessible(page)
        self.picture(page, "guides-phone")
        page.locator("#answers a.answer").first.click()
        page.get_by_role("heading", name="La VPN cade").wait_for()
        self.assert_accessible(page)
        self.picture(page, "guide-phone")
        page.get_by_role("button", name="Ha risolto", exact=True).click()
        page.get_by_text("Bene, è risolto.").first.wait_for()
        with scope(EVERY_CLIENT):
            self.assertTrue(Feedback.objects.get(article=article).is_helpful)

    def test_without_scripts_it_is_found_and_flagged(self) -> None:
        self.article()
        self.with_password(self.rui)
        page = self.sign_in(self.rui, scripts=False)
        page.goto(self.url("/"))
        page.locator("#ask").fill("vpn")
        page.get_by_role("button", name="Find an answer").click()
        page.get_by_role("link", name="The VPN drops").click()
        page.get_by_text("Something is wrong or missing").click()
        page.locator("#kb-words").fill("Step 3 is missing")
        page.get_by_role("button", name="Send", exact=True).click()
        alma = self.sign_in(self.alma, scripts=False)
        alma.goto(self.url("/desk/knowledge?show=tasks"))
        alma.get_by_text("Step 3 is missing").wait_for()
        alma.goto(self.url("/desk/knowledge?q=tunnel"))
        self.picture(alma, "knowledge-list")
        alma.get_by_role("link", name="The VPN drops").click()
        alma.get_by_role("link", name="Italian beside it").click()
        alma.get_by_text("La VPN cade").first.wait_for()
        self.picture(alma, "knowledge-pair")
