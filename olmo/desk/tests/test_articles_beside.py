"""Articles beside a ticket: suggested, put into the answer and counted; and an article begun from how a ticket was solved."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from olmo.assets.models import AssetKind
from olmo.assets.tests.base import take_in
from olmo.knowledge import actions as knowledge
from olmo.knowledge.models import Article
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket
from olmo.writing import queries as drafts
from olmo.writing.models import Reference, Waiting

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

    def test_articles_and_assets_of_one_name_model_or_kind_lead_to_each_other(self) -> None:
        article = self.published("dock", title="Second screen stays dark", products=("lenovo thinkpad", "Zyxomma"))
        kind = self.published("phones", title="Mail on a telephone", products=("Telefono",))
        Article.objects.filter(pk=kind.pk).update(audience="team", team=self.desk)
        laptop = take_in(self.acme, "LT-0042", by=self.alma, name="Old one", maker="Lenovo", model="ThinkPad T14")
        phone = take_in(self.bolt, "PH-1", by=self.alma, name="Pixel", kind=AssetKind.objects.get(name="Phone"))
        take_in(self.acme, "LT-0043", by=self.alma, name="Latitude", maker="Dell", model="5450")
        part = self.page(self.alma, "asset", laptop.pk)
        self.assertIn(f'href="/desk/knowledge/{article.pk}"', part)
        self.assertNotIn(f'href="/desk/knowledge/{kind.pk}"', part)
        self.assertIn(f'href="/desk/knowledge/{kind.pk}"', self.page(self.alma, "asset", phone.pk))
        self.assertNotIn(f'href="/desk/knowledge/{kind.pk}"', self.page(self.tove, "asset", phone.pk))
        self.assertIn("LT-0042", page := self.page(self.alma, "article", article.pk))
        self.assertNotIn("LT-0043", page)
        self.assertIn("PH-1", self.page(self.alma, "article", kind.pk))
        self.assertNotIn("LT-0042", self.page(self.otto, "article", article.pk))
        ticket = self.report("Nothing to see", text="It is dark.")
        tickets.name_assets(ticket, by=self.alma, add=[laptop.pk])
        self.assertIn("Second screen stays dark", self.page(self.alma, "articles", ticket.number))
        knowledge.retire(article, by=self.alma)
        self.assertNotIn(f'href="/desk/knowledge/{article.pk}"', self.page(self.alma, "asset", laptop.pk))

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


class KnownErrors(Pages):
    def error(self) -> Article:
        return self.published(title="Dock loses the screens", audience="public", kind="error")

    def test_a_ticket_waits_for_one_and_stands_on_its_page_until_it_does_not(self) -> None:
        article, ticket = self.error(), self.report("Dock loses the screens")
        self.post(self.alma, "ticket_article", ticket.number, wait=article.pk)
        self.assertIn(ticket.subject, self.page(self.alma, "article", article.pk).split('id="waiting"')[1])
        self.assertIn("Waits no longer", self.page(self.alma, "articles", ticket.number))
        self.assertEqual(Article.objects.get().uses, 1)
        self.post(self.alma, "ticket_article", ticket.number, stop=article.pk)
        self.assertIn("No ticket waits for it", self.page(self.alma, "article", article.pk))

    def test_nothing_waits_for_a_guide(self) -> None:
        article, ticket = self.published(title="The VPN drops", audience="public"), self.report("The VPN drops")
        self.post(self.alma, "ticket_article", ticket.number, wait=article.pk)
        self.assertEqual(Waiting.objects.count(), 0)

    def test_one_ticket_stands_for_the_problem(self) -> None:
        article, first, second = self.error(), self.report("Firmware of docks"), self.report("Docks: maker’s fix")
        for ticket in (first, second):
            self.post(self.alma, "article_problem", article.pk, ticket=f"#{ticket.number}")
        self.assertEqual([row.ticket for row in Waiting.objects.filter(is_problem=True)], [second])
        self.post(self.alma, "article_problem", article.pk, ticket="999999")
        self.assertEqual([row.ticket for row in Waiting.objects.filter(is_problem=True)], [second])
        self.post(self.alma, "article_problem", article.pk, ticket="")
        self.assertEqual(Waiting.objects.filter(is_problem=True).count(), 0)


class FilesOfAnArticle(Pages):
    def test_without_scripts_a_file_comes_with_the_form_and_is_listed_and_taken_off(self) -> None:
        article = self.draft(title="Dock")
        picture = SimpleUploadedFile("socket.png", b"\x89PNG\r\n\x1a\n", "image/png")
        self.client.force_login(self.alma)
        address = reverse("desk:article_edit", args=[article.pk, "en"])
        self.client.post(address, {"seen": article.version, "title": "Dock", "files": picture})
        file = article.files.get()
        self.assertIn("socket.png", self.page(self.alma, "article", article.pk))
        self.assertIn(
            f"![socket.png](/files/knowledge/{file.pk}/socket.png)",
            self.page(self.alma, "article_edit", article.pk, "en"),
        )
        article.refresh_from_db()
        self.client.post(address, {"seen": article.version, "title": "Dock", "unlist": file.pk})
        self.assertNotIn("socket.png", self.page(self.alma, "article", article.pk))

    def test_with_scripts_it_is_kept_at_once_and_given_to_the_article_that_is_saved(self) -> None:
        self.client.force_login(self.alma)
        picture = SimpleUploadedFile("socket.png", b"\x89PNG\r\n\x1a\n", "image/png")
        told = self.client.post(reverse("desk:article_uploads"), {"file": picture}).json()
        self.assertEqual(told["url"], f"/files/knowledge/{told['id']}/socket.png")
        self.assertEqual(self.client.get(told["url"]).status_code, 200)
        sent = {
            "key": "dock",
            "kind": "guide",
            "audience": "agents",
            "owner": self.alma.pk,
            "language": "en",
            "title": "Dock",
        }
        self.client.post(reverse("desk:article_new"), {**sent, "body": f"![s]({told['url']})", "upload": told["id"]})
        article = Article.objects.get(key="dock")
        self.assertEqual(article.files.get().pk, told["id"])
        self.assertIn(f'<img src="{told["url"]}"', self.page(self.alma, "article", article.pk))
        self.client.force_login(self.rui)
        self.assertEqual(self.client.get(told["url"]).status_code, 404)

    def test_a_refused_form_keeps_the_upload(self) -> None:
        self.client.force_login(self.alma)
        told = self.client.post(reverse("desk:article_uploads"), {"file": SimpleUploadedFile("log.txt", b"x")}).json()
        answer = self.client.post(
            reverse("desk:article_new"), {"title": "", "upload": told["id"], "owner": self.alma.pk}
        )
        self.assertContains(answer, f'name="upload" value="{told["id"]}"', status_code=422)
