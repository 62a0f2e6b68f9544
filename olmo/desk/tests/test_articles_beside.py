"""Articles beside a ticket: suggested, put into the answer and counted; and an article begun from how a ticket was solved."""

from django.urls import reverse

from olmo.knowledge.models import Article
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket
from olmo.writing import queries as drafts
from olmo.writing.models import Reference

from .test_knowledge import Pages


class Beside(Pages):
    def ticket(self) -> Ticket:
        return self.report("The tunnel to the office disconnects", text="Since the update it falls every minute.")

    def test_what_may_answer_is_suggested(self) -> None:
        self.published(title="The VPN drops", audience="public")
        ticket = self.ticket()
        self.assertIn(f"/tickets/{ticket.number}/articles", self.page(self.alma, "ticket", ticket.number))
        part = self.page(self.alma, "articles", ticket.number, **{"X-Live": "1"})
        self.assertIn("The VPN drops", part)
        self.assertNotIn("<html", part)

    def test_a_link_for_the_requester_stands_in_the_reply_and_counts_once(self) -> None:
        article = self.published(title="The VPN drops", audience="public")
        ticket = self.ticket()
        for _time in range(2):
            self.post(self.alma, "ticket_article", ticket.number, link=article.pk)
        draft = drafts.open_draft(self.alma, ticket, "reply")
        assert draft is not None
        self.assertIn(reverse("portal:guide", args=[article.pk]), draft.text)
        self.assertEqual(Reference.objects.count(), 1)
        self.assertEqual(Article.objects.get().uses, 1)
        self.assertIn("used here", self.page(self.alma, "articles", ticket.number))

    def test_the_text_of_one_for_agents_stands_in_the_note(self) -> None:
        article = self.published(title="Reset the tunnel", solution="Run **reset**.")
        ticket = self.ticket()
        self.post(self.alma, "ticket_article", ticket.number, text=article.pk)
        self.assertIsNone(drafts.open_draft(self.alma, ticket, "reply"))
        note = drafts.open_draft(self.alma, ticket, "note")
        assert note is not None
        self.assertEqual(note.text, "Run **reset**.")

    def test_what_was_typed_before_stays(self) -> None:
        article = self.published(title="The VPN drops", audience="public", body="Restart.")
        ticket = self.ticket()
        self.post(self.alma, "ticket_article", ticket.number, link=article.pk)
        self.post(self.alma, "ticket_article", ticket.number, text=article.pk)
        draft = drafts.open_draft(self.alma, ticket, "reply")
        assert draft is not None
        self.assertTrue(draft.text.startswith("[The VPN drops]"))
        self.assertTrue(draft.text.endswith("Restart."))

    def test_neither_draft_nor_what_one_may_not_read_is_used(self) -> None:
        ticket = self.report("Truck", by=self.bea)
        half = self.draft("half")
        self.post(self.alma, "ticket_article", ticket.number, link=half.pk)
        secret = self.published("secret", audience="organisation", client=self.acme)
        self.assertEqual(self.post(self.otto, "ticket_article", ticket.number, link=secret.pk).status_code, 404)
        self.assertEqual(Reference.objects.count(), 0)


class FromATicket(Pages):
    def test_it_begins_with_problem_and_solution_without_personal_data(self) -> None:
        self.published(title="The VPN drops", audience="public")
        ticket = self.report(
            "VPN disconnects", text="Hello,\nmy tunnel falls. Call me on +39 059 555 0100.\nThanks\nRui Alves"
        )
        tickets.resolve(
            ticket, by=self.alma, code="fixed", note="Dear Rui,\nroll the client back to 7.2.8.\nRegards\nAlma Ferri"
        )
        page = self.page(self.alma, "article_new", query=f"?ticket={ticket.number}")
        self.assertIn("my tunnel falls. Call me on [number].", page)
        self.assertIn("roll the client back to 7.2.8.", page)
        self.assertIn("+39 059 555 0100", page)  # told as left out
        self.assertNotIn("Regards", page)
        self.assertIn("The VPN drops", page)
        self.assertIn("?ticket=", self.page(self.alma, "articles", ticket.number))

    def test_only_a_solved_one_becomes_an_article(self) -> None:
        ticket = self.report("VPN disconnects")
        answer = self.browser(self.alma).get(reverse("desk:article_new") + f"?ticket={ticket.number}")
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn("?ticket=", self.page(self.alma, "articles", ticket.number))
