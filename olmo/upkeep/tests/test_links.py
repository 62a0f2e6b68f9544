"""Web addresses in articles: asked with care, and dead only when two rounds found nothing there."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from unittest import mock

from django.test import SimpleTestCase, override_settings

from olmo.kernel import clock, markdown, outside
from olmo.kernel.errors import Invalid
from olmo.knowledge.models import Article
from olmo.knowledge.tests.stage import KnowledgeTest
from olmo.upkeep import checking, links
from olmo.upkeep.models import Fault, Link


class _Site(BaseHTTPRequestHandler):
    gone: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(
            404 if self.path in self.gone else {"/private": 401, "/moved": 302, "/ill": 503}.get(self.path, 200)
        )
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@override_settings(OLMO_LOOPBACK_TARGETS=True)
class AddressesOfArticles(KnowledgeTest):
    site: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.site = f"http://127.0.0.1:{server.server_port}"

    def setUp(self) -> None:
        super().setUp()
        _Site.gone, _Site.asked = set(), []

    def round(self, days: int) -> int:
        with clock.at(clock.now() + timedelta(days=days)):
            return links.refresh()

    def dead(self, article: Article) -> list[str]:
        article.refresh_from_db()
        return [fault.data["address"] for fault in checking.check(article) if fault.kind == Fault.Kind.LINK]

    def test_one_is_dead_when_two_rounds_found_nothing_and_lives_again_when_it_answers(self) -> None:
        article = self.published(body=f"[a]({self.site}/here) <{self.site}/gone#part>", audience="public")
        _Site.gone = {"/gone"}
        self.assertEqual((self.round(0), self.dead(article)), (0, []))
        self.assertEqual((self.round(1), self.dead(article)), (1, [f"{self.site}/gone"]))
        _Site.gone = set()
        self.assertEqual((self.round(2), self.dead(article)), (0, []))

    def test_what_wants_a_sign_in_leads_elsewhere_or_is_ill_is_not_dead(self) -> None:
        article = self.published(
            body=" ".join(f"<{self.site}/{name}>" for name in ("private", "moved", "ill")), audience="public"
        )
        for day in range(3):
            self.round(day)
        self.assertEqual(len(_Site.asked), 9)
        self.assertEqual(self.dead(article), [])

    def test_a_round_in_which_nobody_answers_counts_for_nobody(self) -> None:
        article = self.published(body=f"<{self.site}/a> <{self.site}/b>", audience="public")
        with mock.patch.object(outside, "get", side_effect=outside.Unreachable("no line")):
            for day in range(3):
                self.assertEqual(self.round(day), 0)
        self.assertEqual(self.dead(article), [])

    def test_a_name_that_leads_into_a_private_network_waits_its_turn_like_the_others(self) -> None:
        article = self.published(body=f"<{self.site}/a>", audience="public")
        with mock.patch.object(outside, "get", side_effect=Invalid("url", "private")):
            self.round(0)
        self.assertEqual((self.round(0), _Site.asked, self.dead(article)), (0, [], []))

    def test_each_is_asked_once_in_a_night_however_many_articles_name_it(self) -> None:
        for key in ("one", "two"):
            self.published(key, title=key, body=f"See {self.site}/shared.", audience="public")
        self.round(0)
        self.round(0)
        self.assertEqual(_Site.asked, ["/shared"])

    def test_one_that_its_text_no_longer_names_is_forgotten(self) -> None:
        article = self.published(body=f"<{self.site}/a>", audience="public")
        self.round(0)
        Article.objects.filter(pk=article.pk).update(state="retired")
        self.round(1)
        self.assertFalse(Link.objects.exists())

    def test_nothing_is_asked_where_the_operator_said_so(self) -> None:
        self.published(body=f"<{self.site}/a>", audience="public")
        with override_settings(OLMO_LINK_CHECK=False):
            self.assertEqual(self.round(0), 0)
        self.assertEqual(_Site.asked, [])


class WhatMayBeAsked(SimpleTestCase):
    def test_only_public_https_addresses_each_without_the_part_of_its_page(self) -> None:
        text = (
            "[w](https://en.example.org/wiki/Olm_(animal)#Habitat) https://en.example.org/a. http://old.example.org/ "
            "[i](https://intranet/) [m](mailto:a@example.org) [g](/guides/1) ![p](https://pics.example.org/x.png) `https://code.example.org`"
        )
        wanted = {
            "https://en.example.org/wiki/Olm_(animal)",
            "https://en.example.org/a",
            "https://pics.example.org/x.png",
        }
        self.assertEqual(links.named([text]), wanted)
        self.assertEqual(markdown.addresses("[a](/x) [b](/x)"), ["/x"])
