"""What a night finds wrong with articles, and test questions."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection

from olmo.catalogue import usual
from olmo.catalogue.models import FormVersion, Item
from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.knowledge.models import Article
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.people.models import AuditLine
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket
from olmo.upkeep import checking, clustering, jobs, lasting, learning, questions, topics
from olmo.upkeep.models import Fault, Topic
from olmo.writing import references


class TestQuestions(KnowledgeTest):
    def test_one_is_looked_up_at_once(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        self.assertEqual(questions.add(article, "en", "vpn drops", by=self.alma).rank, 1)

    def test_one_that_finds_nothing_is_a_fault_until_it_does(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        row = questions.add(article, "en", "zebra crossing", by=self.alma)
        (fault,) = checking.check(article)
        self.assertEqual(fault.kind, Fault.Kind.QUESTION)
        self.assertIn("zebra crossing", checking.sentence(fault))
        questions.remove(row, by=self.alma)
        self.assertEqual(checking.check(article), [])
        self.assertEqual(Fault.objects.count(), 0)

    def test_only_agents_who_read_it_ask_and_nothing_twice(self) -> None:
        article = self.published(audience="public")
        Article.objects.filter(pk=article.pk).update(audience="team", team=self.desk)
        with self.assertRaises(NotFound):
            questions.add(article, "en", "vpn", by=self.tove)
        with self.assertRaises(NotFound):
            questions.add(article, "en", "vpn", by=self.rui)
        Article.objects.filter(pk=article.pk).update(audience="public", team=None)
        with self.assertRaises(NotAllowed):
            questions.add(article, "en", "vpn", by=self.rui)
        questions.add(article, "en", "vpn", by=self.alma)
        for words in ("vpn", " ?! ", ""):
            with self.assertRaises(Invalid):
                questions.add(article, "en", words, by=self.alma)


class WhatIsWrong(KnowledgeTest):
    def kinds(self, article: Article) -> list[str]:
        article.refresh_from_db()
        return [fault.kind for fault in checking.check(article)]

    def test_links_that_lead_nowhere(self) -> None:
        other = self.published("other", audience="public", title="Other")
        body = f"[a](/guides/{other.pk}) [b](/guides/999999) ![c](/files/knowledge/888/x.png) [d](https://elsewhere.example/guides/123)"
        article = self.published(body=body, audience="public")
        addresses = [fault.data["address"] for fault in checking.check(article)]
        self.assertEqual(addresses, ["/guides/999999", "/files/knowledge/888"])
        usual.add(by=self.ines)
        item = Item.objects.get(key="vpn")
        article = self.published(
            "leads", body=f"[a](/catalogue/{item.pk}?x=1) [b](/troubleshooters/77)", audience="public"
        )
        self.assertEqual([fault.data["address"] for fault in checking.check(article)], ["/troubleshooters/77"])
        gone = [f"/catalogue/{item.pk}", "/troubleshooters/77"]
        FormVersion.objects.filter(item=item).update(withdrawn_at=clock.now())
        self.assertEqual([fault.data["address"] for fault in checking.check(article)], gone)
        FormVersion.objects.filter(item=item).update(withdrawn_at=None)
        Item.objects.filter(pk=item.pk).update(is_active=False)
        self.assertEqual([fault.data["address"] for fault in checking.check(article)], gone)

    def test_days_that_are_past(self) -> None:
        article, today = self.published(), clock.now().date()
        Article.objects.filter(pk=article.pk).update(review_on=today)
        self.assertEqual(self.kinds(article), ["review"])
        Article.objects.filter(pk=article.pk).update(expires_on=today)
        self.assertEqual(self.kinds(article), ["expired"])
        self.assertEqual(checking.check_all(), 1)

    def test_a_draft_has_no_faults(self) -> None:
        article = self.draft()
        Article.objects.filter(pk=article.pk).update(review_on=clock.now().date())
        self.assertEqual(checking.check_all(), 0)

    def solved(self, subject: str, *, uses: Article | None = None) -> Ticket:
        ticket = self.report(subject)
        if uses:
            references.used(uses, ticket, by=self.alma)
        tickets.resolve(ticket, by=self.alma, code="fixed")
        return ticket

    def test_tickets_that_used_it_and_came_back_contradict_it(self) -> None:
        article = self.published(audience="public")
        first = self.solved("VPN", uses=article)
        tickets.reopen(first, by=self.alma)
        tickets.resolve(first, by=self.alma, code="fixed")
        self.assertEqual(self.kinds(article), [])  # one alone is chance
        second = self.solved("VPN again", uses=article)
        tickets.reopen(second, by=self.alma)
        tickets.resolve(second, by=self.alma, code="fixed")
        self.assertEqual(lasting.came_back([first.pk, second.pk]), {first.pk, second.pk})
        self.assertEqual(self.kinds(article), ["reopened"])

    def test_a_requester_who_asks_again_within_a_week_contradicts_it(self) -> None:
        article = self.published(audience="public")
        first = self.solved("VPN", uses=article)
        again = self.report("VPN once more")
        self.assertEqual(lasting.came_back([first.pk], [first.pk, again.pk]), {first.pk})
        with clock.at(clock.now() + timedelta(days=8)):
            late = self.report("VPN a week later")
        self.assertEqual(lasting.came_back([first.pk], [first.pk, late.pk]), set())

    def test_newer_tickets_of_its_kind_that_do_without_contradict_it(self) -> None:
        article = self.published(audience="public")
        solved = [self.solved(f"VPN {n}") for n in range(checking.FEWEST_OTHERWISE)]
        now = clock.now()
        Topic.objects.create(
            words=["vpn"], article=article, ticket_ids=[one.pk for one in solved], first_at=now, at=now
        )
        Topic.objects.create(words=["tunnel"], article=article, first_at=now, at=now)  # another kind that it answers
        self.assertEqual(self.kinds(article), ["unused"])
        for ticket in solved[:2]:
            references.used(article, ticket, by=self.alma)
        self.assertNotIn("unused", self.kinds(article))


class KindsOfRequest(KnowledgeTest):
    def reported(self, times: int = 8) -> None:
        for n in range(times):
            self.report(f"Printer jam in tray {n}", text="Paper jam in the printer, tray jam.")
            self.report(f"Password expired {n}", text="My password expired, reset the password.")
            self.report(f"VPN tunnel drops {n}", text="The VPN tunnel drops from home.")

    def test_they_are_found_with_their_best_article_and_known_again(self) -> None:
        article = self.published(
            title="Printer: paper jam in a tray", summary="Paper jam in the printer", audience="public"
        )
        self.reported()
        self.assertGreaterEqual(learning.refresh(), 3)
        jam = next(topic for topic in topics.top() if "jam" in str(topic))
        self.assertEqual(jam.article, article)
        self.assertIsNone(next(topic for topic in topics.top() if "password" in str(topic)).article)
        self.assertEqual(sum(jam.weeks), len(jam.ticket_ids))
        Topic.objects.filter(pk=jam.pk).update(name="Paper jams")
        before = {topic.pk for topic in topics.top()}
        learning.refresh()
        self.assertEqual({topic.pk for topic in topics.top()}, before)
        self.assertEqual(Topic.objects.get(pk=jam.pk).name, "Paper jams")

    def test_grouping_and_each_few_articles_hold_no_transaction_of_another_step(self) -> None:
        self.reported(times=1)
        for n in range(3):
            self.published(f"a{n}", audience="public")
        before, seen = len(connection.atomic_blocks), {"grouped": [], "checked": []}  # type: ignore[var-annotated]
        group, check = clustering.groups_of, checking.check

        def grouped(*given: Any) -> list[clustering.Group]:
            seen["grouped"].append(len(connection.atomic_blocks))
            return group(*given)

        def checked(article: Article) -> list[Fault]:
            seen["checked"].append(connection.atomic_blocks[before])
            return check(article)

        with (
            patch.object(clustering, "groups_of", grouped), patch.object(checking, "check", checked),
            patch.object(checking, "IN_ONE", 1),
        ):  # fmt: skip
            jobs.nightly()
        self.assertEqual(seen["grouped"], [before])
        self.assertEqual(len({id(block) for block in seen["checked"]}), 3)

    def test_who_leads_for_all_organisations_names_one_and_the_log_has_it(self) -> None:
        now = clock.now()
        topic = Topic.objects.create(words=["vpn", "tunnel"], first_at=now, at=now)
        self.assertEqual(str(topics.rename(topic.pk, " VPN\x00 falls ", by=self.ines)), "VPN falls")
        line = AuditLine.objects.get(subject="kind of request: vpn, tunnel")
        self.assertEqual((line.by, line.change), (self.ines, {"name": ["", "VPN falls"]}))
        for person in (self.alma, self.otto, self.rui):
            with self.assertRaises(NotFound):
                topics.rename(topic.pk, "x", by=person)

    def test_too_few_tickets_make_no_kinds(self) -> None:
        self.reported(times=3)
        self.assertEqual(learning.refresh(), 0)

    def test_a_saving_is_told_only_from_enough_tickets(self) -> None:
        self.assertIsNone(learning._saving([10] * 9, [30] * 50))
        self.assertEqual(learning._saving([10] * 10, [40] * 10), 0.75)
        self.assertEqual(learning._saving([40] * 10, [10] * 10), 0.0)
