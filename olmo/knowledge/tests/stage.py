"""What the tests of knowledge share: an article as somebody writes it, and the way to its readers."""

from typing import Any

from olmo.knowledge import actions
from olmo.knowledge.actions import Settings, Text
from olmo.knowledge.models import Article
from olmo.people.models import Person
from tests.cast import DeskTest


class KnowledgeTest(DeskTest):
    """A test that writes articles."""

    def draft(
        self, key: str = "vpn-drops", *, by: Person | None = None, title: str = "The VPN drops", **more: Any
    ) -> Article:
        """An article in English with a first text."""
        parts = {name: more.pop(name) for name in ("summary", "solution", "body", "workaround") if name in more}
        author = by or self.alma
        article = actions.create(Settings(key=key, owner=author, **more), by=author)
        actions.write(article, "en", Text(title=title, **parts), by=author, reason="First text")
        return article

    def published(self, key: str = "vpn-drops", **more: Any) -> Article:
        """An article that Tove approved."""
        article = self.draft(key, **more)
        self.bring_out(article)
        return article

    def bring_out(self, article: Article) -> None:
        """Review and publish what was written."""
        actions.ask_review(article, by=self.alma)
        actions.approve(article, by=self.tove)
        actions.publish(article, by=self.alma)
