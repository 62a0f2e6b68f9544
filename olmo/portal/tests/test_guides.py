"""Guides in the portal: found, read and judged by requesters, who see only what is for them."""

from django.test import Client as Browser
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from olmo.assets.tests.base import take_in
from olmo.knowledge import actions, feedback, files
from olmo.knowledge.actions import Text
from olmo.knowledge.models import Suggestion
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people import signin
from olmo.people.models import Person


class Guides(KnowledgeTest):
    def browser(self, person: Person) -> Browser:
        browser = Browser()
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def test_the_one_field_answers_and_else_becomes_a_request(self) -> None:
        article = self.published(title="The VPN drops", summary="Often after an update.", audience="public")
        browser = self.browser(self.rui)
        self.assertContains(browser.get("/"), 'name="q"')
        page = browser.get(reverse("portal:guides"), {"q": "remote access disconnects"})
        self.assertContains(page, "The VPN drops")
        self.assertContains(page, "subject=remote%20access")
        part = browser.get(reverse("portal:guides"), {"q": "vpn"}, headers={"X-Live": "1"})
        self.assertNotContains(part, "<html")
        self.assertContains(part, reverse("portal:guide", args=[article.pk]))
        self.assertContains(browser.get(reverse("portal:new"), {"q": "vpn is dead"}), "vpn is dead")

    def test_it_is_read_in_one_s_own_language_where_there_is_one(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        actions.write(article, "it", Text(title="La VPN cade"), by=self.alma)
        self.bring_out(article)
        address = reverse("portal:guide", args=[article.pk])
        self.assertContains(self.browser(self.bea).get(address), "La VPN cade")
        self.assertContains(self.browser(self.bea).get(address + "?lang=en"), "The VPN drops")
        self.assertContains(self.browser(self.rui).get(address), "The VPN drops")

    def test_a_file_stands_there_once_it_was_published_with_the_article(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        file = files.keep(by=self.alma, name="steps.txt", media_type="text/plain", chunks=[b"1. Wait."], size=8)
        actions.change_files(article, [file.pk], [], by=self.alma)
        browser, address = self.browser(self.rui), reverse("portal:guide", args=[article.pk])
        self.assertNotContains(browser.get(address), "steps.txt")
        self.assertEqual(browser.get(files.address(file)).status_code, 404)
        self.bring_out(article)
        self.assertContains(browser.get(address), "steps.txt")
        self.assertEqual(browser.get(files.address(file)).status_code, 200)

    def test_those_about_a_device_stand_beside_it_as_far_as_one_may_read_them(self) -> None:
        dock = self.published(
            "dock", title="Second screen stays dark", audience="public", products=("Lenovo ThinkPad",)
        )
        for key, more in (("inside", {}), ("bolt", {"audience": "organisation", "client": self.bolt})):
            self.published(key, title=f"Not for Rui: {key}", products=("LT-0042",), **more)
        self.draft("half", title="Not for Rui: half", audience="public", products=("LT-0042",))
        for tag, model in (("LT-0042", "ThinkPad T14"), ("LT-0043", "Yoga")):
            take_in(self.acme, tag, by=self.alma, person=self.rui, name=model, maker="Lenovo", model=model)
        browser = self.browser(self.rui)
        rows = LexborHTMLParser(browser.get(reverse("portal:devices")).content).css(".my-devices > li")
        self.assertEqual(
            [[link.attributes["href"] for link in row.css(".my-devices__guides a")] for row in rows],
            [[reverse("portal:guide", args=[dock.pk])], []],
        )
        self.assertIn("Second screen stays dark", rows[0].text())

    def test_what_is_not_for_them_is_not_there(self) -> None:
        hidden = (
            self.published("agents", title="Zyxomma for agents"),
            self.published("acme", title="Zyxomma for Acme", audience="organisation", client=self.acme),
            self.draft("draft", title="Zyxomma half written", audience="public"),
        )
        browser = self.browser(self.bea)
        for article in hidden:
            for name in ("guide", "judgement"):
                address = reverse(f"portal:{name}", args=[article.pk])
                answer = browser.post(address, {"helped": "yes"}) if name == "judgement" else browser.get(address)
                self.assertEqual(answer.status_code, 404)
        for query in ("", "?q=zyxomma"):
            self.assertNotContains(browser.get(reverse("portal:guides") + query), "Zyxomma")

    def test_they_say_whether_it_helped_and_what_is_wrong(self) -> None:
        article = self.published(audience="public")
        address = reverse("portal:judgement", args=[article.pk])
        browser = self.browser(self.rui)
        self.assertEqual(browser.post(address, {"helped": "yes", "words": ""}).status_code, 303)
        self.assertEqual(feedback.counts(article), (1, 0))
        browser.post(address, {"words": "The picture is old"})
        self.assertEqual([row.words for row in feedback.tasks(self.alma)], ["The picture is old"])
        browser.post(address, {"words": "  "})
        self.assertEqual(Suggestion.objects.count(), 1)
