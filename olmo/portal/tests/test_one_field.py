"""The one field of the portal: what answers, what is held out, and what goes with a report."""

from datetime import UTC, datetime
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from olmo.catalogue import usual
from olmo.catalogue.models import Item
from olmo.escalation import major
from olmo.knowledge import administration, indexing, search
from olmo.knowledge.models import StopWords
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people import signin
from olmo.selfservice import actions, queries
from olmo.selfservice.models import Visit
from olmo.tickets.models import Category, Ticket
from olmo.upkeep import topics


class OneField(KnowledgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.rui, backend=signin.BACKEND)
        self.article = self.published(title="The VPN drops", summary="Often after an update.", audience="public")

    def typed(self, words: str) -> str:
        answer = self.client.get(reverse("portal:guides"), {"q": words}, headers={"X-Live": "1"})
        return answer.content.decode()

    def test_articles_outages_and_forms_answer_together(self) -> None:
        area = Category.objects.create(name="VPN and network")
        usual.add(by=self.ines)
        outage = self.report("VPN is down for all")
        major.declare(outage, by=self.ines, text_en="The gateway is being restarted.")
        part = self.typed("vpn drops")
        self.assertIn("The VPN drops", part)
        self.assertIn("The gateway is being restarted.", part)
        self.assertIn(f"category={area.pk}", part)
        self.assertIn(reverse("portal:order", args=[Item.objects.get(key="vpn").pk]), part)
        self.assertLess(part.index("gateway"), part.index("The VPN drops"), "what goes on now stands first")

    def test_words_that_say_nothing_suggest_no_form(self) -> None:
        usual.add(by=self.ines)
        Category.objects.create(name="Moving with everything")
        for words in ("with the, for", "vorrei questo per una con"):  # each is in some summary
            part = self.typed(words)
            self.assertNotIn("/catalogue/", part)
            self.assertNotIn("category=", part)
        self.assertIn("/catalogue/", self.typed("vorrei una password"))
        now = {code: [*words] for code, words in StopWords.objects.values_list("language", "words")}
        administration.save_stop_words({**now, "it": [*now["it"], "password"]}, by=self.ines)
        self.assertNotIn("/catalogue/", self.typed("vorrei una password"))

    def test_a_search_is_in_vain_when_only_something_remote_and_no_form_answers(self) -> None:
        indexing.understand()
        self.typed("how the vpn drops")
        self.typed("opening hours of the cafeteria")
        with mock.patch.object(search, "NEAR", 1.5):
            self.assertIn("The VPN drops", self.typed("vpn falls down often"))
        self.assertEqual(
            {words for words, *_more in topics.gaps()}, {"opening hours of the cafeteria", "vpn falls down often"}
        )
        Category.objects.create(name="Cafeteria")
        self.typed("cafeteria prices")
        self.assertEqual(len(topics.gaps()), 2)

    def test_who_is_held_out_sees_no_articles_but_outages_and_forms(self) -> None:
        major.declare(self.report("VPN is down"), by=self.ines, text_en="The gateway is being restarted.")
        actions.visit(self.rui)
        Visit.objects.update(is_measured=True, is_held_out=True)
        part = self.typed("vpn drops")
        self.assertNotIn("The VPN drops", part)
        self.assertIn("The gateway is being restarted.", part)
        self.assertIn("subject=vpn%20drops", part)

    def test_what_was_tried_goes_with_the_report_and_the_reporter_is_told(self) -> None:
        self.typed("vpn drops")
        self.client.get(reverse("portal:guide", args=[self.article.pk]))
        page = self.client.get(reverse("portal:new"), {"subject": "vpn drops"})
        self.assertContains(page, "goes with your report")
        self.assertContains(page, "The VPN drops")
        given = {"subject": "vpn drops", "text": "Every minute.", "affected": "3", "pressing": "2"}
        self.client.post(reverse("portal:new"), given)
        tried = queries.tried(self.alma, Ticket.objects.get())
        self.assertEqual(tried, queries.Tried(["vpn drops"], [(self.article.pk, "The VPN drops")]))
        self.client.force_login(self.alma, backend=signin.BACKEND)
        beside = self.client.get(reverse("desk:articles", args=[Ticket.objects.get().number]))
        self.assertContains(beside, "Tried before asking")

    def test_that_solved_it_is_counted(self) -> None:
        self.typed("vpn drops")
        address = reverse("portal:judgement", args=[self.article.pk])
        page = self.client.post(address, {"helped": "yes"}, follow=True)
        self.assertEqual(page.status_code, 200)
        with self.at(datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")):
            self.assertEqual(queries.counts(self.ines)["solved"], 1)

    def test_the_start_shows_what_helps_most_and_the_subject_areas(self) -> None:
        top = Category.objects.create(name="Accounts")
        Category.objects.create(name="Passwords", parent=top)
        page = self.client.get("/")
        self.assertContains(page, "The VPN drops")
        self.assertContains(page, f"?category={top.pk}")
        self.assertContains(page, "Passwords")

    def test_the_start_costs_the_same_however_much_there_is(self) -> None:
        self.client.get("/")
        with CaptureQueriesContext(connection) as before:
            self.client.get("/")
        for n in range(4):
            self.published(f"more-{n}", title=f"More {n}", audience="public")
            Category.objects.create(name=f"Area {n}", parent=Category.objects.create(name=f"Above {n}"))
        with CaptureQueriesContext(connection) as after:
            self.client.get("/")
        self.assertEqual(len(after), len(before))
        self.assertLessEqual(len(after), 20)  # with what is ordered most, and whether they approve
