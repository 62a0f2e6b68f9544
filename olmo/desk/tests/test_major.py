"""The page of a major incident, and what the portal says."""

from unittest.mock import patch

from olmo.escalation import major
from olmo.tickets import family
from olmo.tickets.models import Status, Ticket

from .base import PageTest


class ThePage(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.desk.leads.add(self.ines)
        self.parent = self.report("Mail server does not answer", team=self.desk)
        self.child = self.report("Mail server is slow")

    def send(self, step: str, **data: object):  # type: ignore[no-untyped-def]
        return self.post(self.url(self.parent, "major"), {"step": step, **data}, by=self.ines)

    def test_from_the_declaration_to_the_end(self) -> None:
        self.assertIn("Declare it", self.get(self.url(self.parent, "major"), by=self.ines).text)
        self.assertEqual(self.send("declare", text_en="Mail is down.", text_it="").status, 303)
        page = self.get(self.url(self.parent, "major"), by=self.ines)
        self.assertEqual([box.attributes["value"] for box in page.all("input[name=tickets]")], [str(self.child.pk)])
        self.assertNotIn("checked", page.one("input[name=tickets]").attributes)
        self.assertEqual([box.text().strip() for box in page.all("textarea[name=text_en]")], ["", ""])
        self.send("follow", tickets=[self.child.pk])
        self.assertEqual(family.children_of(Ticket.objects.get(pk=self.parent.pk)), [self.child.pk])
        self.assertIn("Part of the major incident", self.get(self.url(self.child)).text)
        self.assertIn("1 ticket follows it.", self.get(self.url(self.parent)).text)
        link = next(a for a in self.get("/desk/majors").all("a.word") if "followed" in a.text())
        self.assertIn("1 ticket", link.text())
        rows = self.get(link.attributes["href"] or "")
        self.assertEqual(rows.words("#list .row__title"), [self.child.subject])
        self.assertIn(f"that follow ticket {self.parent.number}", " ".join(rows.words(".sentence")))
        self.assertEqual(self.send("update", text_en="Back at noon.").status, 303)
        self.assertIn("Back at noon.", self.get(self.url(self.child)).text)
        self.assertIn("Back at noon.", self.get("/", by=self.rui).words(".major")[0])
        self.assertEqual(self.send("resolve", code="fixed", text_en="It runs.").status, 303)
        self.assertEqual(Ticket.objects.get(pk=self.child.pk).status, Status.RESOLVED)
        self.assertEqual(self.get("/", by=self.rui).words(".major"), [])

    def test_of_very_many_a_page_shows_how_far_it_is(self) -> None:
        self.send("declare", text_en="Mail is down.", text_it="")
        self.send("follow", tickets=[self.child.pk, self.report("Mail server is away").pk])
        with patch.object(family, "AT_ONCE", 1):
            page = self.get(self.url(self.parent, "major"), by=self.ines)
            self.assertIn("2 tickets follow it.", page.words(".admin-group a.word"))
            sent = self.send("update", text_en="Back at noon.")
        self.assertIn("0 of 2 tickets so far", self.get(sent.location, by=self.ines).words("h1"))
        self.assertEqual(self.get(sent.location).status, 404)

    def test_all_of_them_are_listed_with_what_was_said(self) -> None:
        self.assertIn("No major incident yet", self.get("/desk/majors").text)
        self.send("declare", text_en="Mail is down.", text_it="")
        page = self.get("/desk/majors")
        self.assertEqual(page.words(".came-up__said .quote"), ["Mail is down."])
        self.assertIn("Under way", page.words(".came-up__head")[0])
        self.send("resolve", code="fixed", text_en="It runs.")
        page = self.get("/desk/majors")
        self.assertEqual(page.words(".came-up__said .quote"), ["Mail is down.", "It runs."])
        self.assertIn("Over", page.words(".came-up__head")[0])
        self.assertIn("It runs.", self.get(self.url(self.parent, "major"), by=self.ines).words(".came-up__said")[0])
        self.assertNotIn("Mail", self.get("/desk/majors", by=self.otto).text)

    def test_organisations_of_others_are_counted_and_not_named(self) -> None:
        ticket = self.report("Mail server at Bolt", by=self.bea, team=self.desk)
        major.declare(ticket, by=self.ines, text_en="Mail is down.", clients=[self.acme, self.bolt])
        head = self.get("/desk/majors", by=self.otto).words(".came-up__head")[0]
        self.assertIn("Bolt Logistics, 1 other", head)
        self.assertNotIn("Acme", head)

    def test_the_portal_says_it_in_the_language_of_its_reader_and_only_to_whom_it_concerns(self) -> None:
        major.declare(
            self.parent, by=self.ines, text_en="Mail is down.", text_it="La posta è ferma.", clients=[self.acme]
        )
        self.rui.language = "it"
        self.rui.save()
        self.assertIn("La posta è ferma.", self.get("/requests", by=self.rui).words(".major")[0])
        self.assertEqual(self.get("/requests", by=self.bea).words(".major"), [])

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self) -> None:
        page = self.send("declare", text_en="", text_it="", until="2020-01-01T10:00")
        self.assertEqual(page.status, 422)
        self.assertIn("Write what is the matter", page.text)
        self.assertEqual(page.value("[name=until]"), "2020-01-01T10:00")

    def test_only_for_leads(self) -> None:
        self.assertEqual(self.get(self.url(self.parent, "major")).status, 403)
        self.assertEqual(self.get(self.url(self.parent, "major"), by=self.otto).status, 404)
        self.assertNotIn("Major incident", self.get(self.url(self.parent, "more")).words(".menu")[0])
