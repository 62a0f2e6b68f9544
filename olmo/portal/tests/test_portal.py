"""The requester's pages: what they show, what they do, and what they never tell."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.tickets import actions
from olmo.tickets.models import Attachment, Category, CustomField, Event, Message, Status, Ticket
from tests.cast import DeskTest

GIVEN = {
    "subject": "Printer prints blank pages", "text": "Since this morning, room 210.", "affected": "2", "pressing": "1",
}  # fmt: skip


class PortalTest(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.rui, backend=signin.BACKEND)
        self.bea_looks = Browser()
        self.bea_looks.force_login(self.bea, backend=signin.BACKEND)

    def url(self, ticket: Ticket, name: str = "ticket") -> str:
        return reverse(f"portal:{name}", args=[ticket.number])

    def answer(self, ticket: Ticket, text: str = "", send: str = "reply", **more: Any) -> Any:
        return self.client.post(self.url(ticket, "answers"), {"text": text, "send": send, **more})

    def now(self, ticket: Ticket) -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)


class Start(PortalTest):
    def test_strangers_read_what_this_is(self) -> None:
        page = Browser().get("/")
        self.assertContains(page, "Quercia IT")
        self.assertContains(page, "/sign-in?next=/requests/new")

    def test_agents_are_led_to_their_desk(self) -> None:
        self.client.force_login(self.alma, backend=signin.BACKEND)
        for path in ("/", "/requests", "/requests/new"):
            self.assertRedirects(self.client.get(path), "/desk/", status_code=303,
                                 fetch_redirect_response=False)  # fmt: skip

    def test_it_shows_my_open_requests_in_plain_words(self) -> None:
        mine = self.report("VPN drops")
        self.report("Not mine", by=self.bea)
        page = self.client.get("/")
        self.assertContains(page, "VPN drops")
        self.assertContains(page, "Received, in the queue")
        self.assertNotContains(page, "Not mine")
        actions.assign(mine, by=self.alma, team=None, assignee=self.alma)
        self.assertContains(self.client.get("/"), "Alma is working on it")
        actions.reply(mine, by=self.alma, message=self.say("Please try the cable."))
        page = self.client.get("/")
        self.assertContains(page, "Alma answered you")
        self.assertContains(page, "New answer")
        self.client.get(self.url(mine))
        self.assertNotContains(self.client.get("/"), "New answer")

    def test_an_internal_note_changes_nothing_on_it(self) -> None:
        with self.at("2026-03-02 09:00"):
            older = self.report("Older")
            self.report("Newer")
        before = self.client.get("/requests").content.decode().partition("<main")[2]
        with self.at("2026-03-02 09:30"):
            actions.note(older, by=self.alma, message=self.say("xylophone: he broke it himself"))
        after = self.client.get("/requests").content.decode().partition("<main")[2]
        self.assertEqual(_without_tokens(before), _without_tokens(after))
        self.assertNotIn(
            "xylophone", self.client.get("/requests?q=xylophone").content.decode().replace('value="xylophone"', "")
        )

    def test_done_ones_are_apart_and_pages_continue(self) -> None:
        for n in range(25):
            ticket = self.report(f"Request {n:02}")
            if n < 2:
                actions.resolve(ticket, by=self.alma, code="fixed", note="Mended.")
        page = self.client.get("/requests")
        self.assertContains(page, "Request 24")
        self.assertNotContains(page, "Request 03<")
        self.assertNotContains(page, "Request 01")
        older = LexborHTMLParser(page.content).css('[rel="next"]')[0]
        self.assertContains(self.client.get(f"/requests{older.attributes['href']}"), "Request 03")
        self.assertContains(self.client.get("/requests?done=1"), "Request 01")

    def test_search_finds_my_own_and_names_a_word_it_does_not_know(self) -> None:
        self.report("VPN drops")
        self.report("VPN of Bolt", by=self.bea)
        page = self.client.get("/requests?q=vpn")
        self.assertContains(page, "VPN drops")
        self.assertNotContains(page, "VPN of Bolt")
        self.assertContains(self.client.get("/requests?q=colour:red"), "colour", status_code=400)
        self.assertEqual(self.client.get("/requests?after=nonsense").status_code, 400)


class Reporting(PortalTest):
    def test_it_opens_a_ticket_with_impact_and_urgency(self) -> None:
        answer = self.client.post(reverse("portal:new"), GIVEN)
        ticket = Ticket.objects.get()
        self.assertRedirects(answer, self.url(ticket), status_code=303)
        self.assertEqual((ticket.subject, ticket.requester, ticket.channel), (GIVEN["subject"], self.rui, "portal"))
        self.assertEqual((ticket.impact, ticket.urgency, ticket.priority), (2, 1, 2))
        self.assertLogged(ticket, "opened")

    def test_what_is_missing_is_named_and_nothing_typed_is_lost(self) -> None:
        answer = self.client.post(reverse("portal:new"), GIVEN | {"subject": " "})
        self.assertContains(answer, "Nothing was sent yet", status_code=422)
        self.assertContains(answer, "What is it about?</a>", status_code=422)
        self.assertContains(answer, "Since this morning, room 210.", status_code=422)
        self.assertFalse(Ticket.objects.exists())

    def test_more_fields_than_the_form_has_change_nothing(self) -> None:
        extra = {"client": self.bolt.pk, "client_id": self.bolt.pk, "requester": self.bea.pk, "by": self.alma.pk,
                 "is_from_desk": "1", "status": "closed", "priority": "1", "created_at": "2001-01-01", "assignee": self.alma.pk,
                 "team": self.desk.pk, "number": "1", "kind": "problem", "tags": "x", "internal": "1"}  # fmt: skip
        self.client.post(reverse("portal:new"), GIVEN | extra)
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.client, ticket.requester, ticket.status, ticket.team, ticket.assignee, ticket.tags),
                         (self.acme, self.rui, Status.NEW, None, None, []))  # fmt: skip
        self.assertFalse(Message.objects.get().is_from_desk)

    def test_a_file_goes_along_and_only_I_and_the_desk_may_fetch_it(self) -> None:
        self.client.post(
            reverse("portal:new"), GIVEN | {"files": SimpleUploadedFile("page.png", b"\x89PNG", "image/png")}
        )
        file = Attachment.objects.get()
        path = reverse("files:file", args=[file.pk, file.name])
        self.assertContains(self.client.get(self.url(Ticket.objects.get())), path)
        self.assertEqual(b"".join(self.client.get(path)), b"\x89PNG")
        self.assertEqual((self.bea_looks.get(path).status_code, Browser().get(path).status_code), (404, 404))

    def test_a_file_uploaded_ahead_stays_with_a_refused_form(self) -> None:
        kept = self.client.post(reverse("portal:uploads"), {"file": SimpleUploadedFile("log.txt", b"error 7")}).json()
        answer = self.client.post(reverse("portal:new"), GIVEN | {"subject": "", "upload": kept["id"]})
        self.assertContains(answer, f'name="upload" value="{kept["id"]}"', status_code=422)
        self.client.post(reverse("portal:new"), GIVEN | {"upload": kept["id"]})
        self.assertEqual(Attachment.objects.get().message, Message.objects.get())

    def test_somebody_elses_upload_cannot_be_taken(self) -> None:
        theirs = self.bea_looks.post(reverse("portal:uploads"), {"file": SimpleUploadedFile("secret.txt", b"x")}).json()
        answer = self.client.post(reverse("portal:new"), GIVEN | {"upload": theirs["id"]})
        self.assertContains(answer, "no longer there", status_code=422)
        self.assertFalse(Ticket.objects.exists())

    @override_settings(OLMO_MAX_UPLOAD_BYTES=2**20)
    def test_a_file_over_the_limit_is_refused_with_the_limit_and_the_words_stay(self) -> None:
        big = SimpleUploadedFile("film.mp4", b"x" * (2**20 + 1))
        answer = self.client.post(reverse("portal:new"), GIVEN | {"files": big})
        self.assertContains(answer, "film.mp4” is too large: 2 MB of at most 1 MB", status_code=422)
        self.assertContains(answer, "Since this morning, room 210.", status_code=422)
        big.seek(0)
        alone = self.client.post(reverse("portal:uploads"), {"file": big})
        self.assertEqual((alone.status_code, "at most 1 MB" in alone.json()["error"]), (422, True))

    def test_the_organisations_own_fields_are_asked_typed_and_kept(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text", client=self.acme, is_required=True)
        CustomField.objects.create(
            key="secret", label="Cost centre", kind="text", client=self.acme, is_for_requesters=False
        )
        CustomField.objects.create(key="truck", label="Truck", kind="text", client=self.bolt)
        page = self.client.get(reverse("portal:new"))
        self.assertContains(page, "Room")
        for hidden in ("Cost centre", "Truck"):
            self.assertNotContains(page, hidden)
        answer = self.client.post(reverse("portal:new"), GIVEN)
        self.assertContains(answer, "Room</a>", status_code=422)
        self.client.post(reverse("portal:new"), GIVEN | {"field_room": "210", "field_secret": "4410"})
        self.assertEqual(Ticket.objects.get().fields, {"room": "210"})

    def test_fields_of_a_category_follow_when_it_is_chosen(self) -> None:
        printers = Category.objects.create(name="Printers")
        CustomField.objects.create(
            key="model", label="Model", kind="choice", choices=["A", "B"], category=printers, is_required=True
        )
        self.assertNotContains(self.client.get(reverse("portal:new")), "Model")
        self.assertContains(self.client.get(reverse("portal:new"), {"category": printers.pk}), "Model")
        answer = self.client.post(reverse("portal:new"), GIVEN | {"category": printers.pk})
        self.assertContains(answer, "Model</a>", status_code=422)
        self.assertContains(self.client.post(reverse("portal:new"), GIVEN | {"category": printers.pk, "field_model": "C"}),
                            "Model</a>", status_code=422)  # fmt: skip
        self.client.post(reverse("portal:new"), GIVEN | {"category": printers.pk, "field_model": "B"})
        self.assertEqual((Ticket.objects.get().category, Ticket.objects.get().fields), (printers, {"model": "B"}))

    def test_a_category_of_another_organisation_is_no_choice(self) -> None:
        theirs = Category.objects.create(name="Trucks", client=self.bolt)
        self.assertContains(
            self.client.post(reverse("portal:new"), GIVEN | {"category": theirs.pk}), "Subject area", status_code=422
        )
        for nonsense in ("x", "9" * 30, "-1", "²"):
            self.assertEqual(self.client.post(reverse("portal:new"), GIVEN | {"category": nonsense}).status_code, 422)

    def test_a_closed_request_is_continued_by_a_linked_one(self) -> None:
        with self.at("2026-01-02 09:00"):
            old = self.report("VPN drops")
            actions.close(old, by=self.rui)
        self.assertContains(self.client.get(self.url(old)), f"?follows={old.number}")
        self.assertContains(self.client.get(reverse("portal:new"), {"follows": old.number}), "VPN drops")
        self.client.post(reverse("portal:new"), GIVEN | {"follows": old.number})
        fresh = Ticket.objects.latest("pk")
        self.assertEqual(fresh.links, [{"kind": "follows", "ticket": old.pk}])

    def test_nobody_follows_what_they_may_not_see(self) -> None:
        theirs = self.report("Truck is late", by=self.bea)
        self.assertEqual(self.client.post(reverse("portal:new"), GIVEN | {"follows": theirs.number}).status_code, 404)
        self.assertEqual(Ticket.objects.count(), 1)


class Following(PortalTest):
    def setUp(self) -> None:
        super().setUp()
        self.vpn = self.report("VPN drops", text="Every few minutes.\n\nSee https://example.org/a?b=1.")

    def test_it_shows_what_was_said_and_nothing_internal(self) -> None:
        actions.reply(self.vpn, by=self.alma, message=self.say("Try <b>the cable</b>."))
        actions.note(self.vpn, by=self.alma, message=self.say("xylophone"))
        page = self.client.get(self.url(self.vpn))
        self.assertContains(page, "Try &lt;b&gt;the cable&lt;/b&gt;.")
        self.assertContains(page, "Alma Ferri, support")
        self.assertContains(page, '<a href="https://example.org/a?b=1" rel="noopener noreferrer nofollow"')
        self.assertNotContains(page, "xylophone")

    def test_another_organisation_gets_404_everywhere(self) -> None:
        for method, name in (("get", "ticket"), ("post", "answers")):
            answer = getattr(self.bea_looks, method)(self.url(self.vpn, name), {"text": "x", "send": "close"})
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.client.get("/requests/999999999999999999999").status_code, 404)
        self.assertLogged(self.vpn, "opened")

    def test_a_colleague_gets_404_unless_they_follow(self) -> None:
        pia = enrol_requester(self.acme, "Pia Neri", "pia@acme.example")
        looks = Browser()
        looks.force_login(pia, backend=signin.BACKEND)
        self.assertEqual(looks.get(self.url(self.vpn)).status_code, 404)
        actions.watch(self.vpn, by=self.alma, person=pia)
        self.assertContains(looks.get(self.url(self.vpn)), "VPN drops")
        self.assertEqual(looks.post(self.url(self.vpn, "answers"), {"send": "close"}).status_code, 403)

    def test_an_answer_is_heard(self) -> None:
        actions.hold(self.vpn, by=self.alma, reason="requester")
        self.assertContains(self.client.get(self.url(self.vpn)), "We need an answer from you")
        self.assertRedirects(self.answer(self.vpn, "With the cable too."), self.url(self.vpn), status_code=303)
        self.assertEqual(self.now(self.vpn).status, Status.OPEN)
        self.assertLogged(self.vpn, "opened", "put_on_hold", "received")

    def test_an_empty_answer_is_refused_and_a_file_alone_is_not(self) -> None:
        self.assertContains(self.answer(self.vpn, "  "), "Write something first", status_code=422)
        self.answer(self.vpn, files=SimpleUploadedFile("log.txt", b"error 7"))
        self.assertEqual(Message.objects.latest("pk").attachments.get().name, "log.txt")

    def test_a_text_that_is_too_long_is_kept_on_the_page(self) -> None:
        answer = self.answer(self.vpn, "word " * 50_000)
        self.assertContains(answer, "too long", status_code=422)
        self.assertContains(answer, "word word", status_code=422)

    def test_I_say_that_it_is_solved(self) -> None:
        actions.resolve(self.vpn, by=self.alma, code="fixed", note="New profile.")
        page = self.client.get(self.url(self.vpn))
        self.assertContains(page, "Yes, it works again")
        self.answer(self.vpn, send="close")
        self.assertEqual(self.now(self.vpn).status, Status.CLOSED)
        self.assertLogged(self.vpn, "opened", "resolved", "closed")

    def test_I_withdraw_it_with_a_word(self) -> None:
        self.answer(self.vpn, "It was my router.", send="close")
        self.assertLogged(self.vpn, "opened", "received", "resolved", "closed")

    def test_I_open_it_again_by_the_button_or_by_writing(self) -> None:
        for how in ({"text": "Not solved."}, {"send": "reopen", "text": "Not solved."}):
            actions.resolve(self.vpn, by=self.alma, code="fixed", note="Mended.")
            self.assertEqual(self.answer(self.vpn, **how).status_code, 303)
            self.assertEqual(self.now(self.vpn).status, Status.OPEN)

    def test_what_no_longer_fits_is_said_and_the_words_are_kept(self) -> None:
        answer = self.answer(self.vpn, "Still broken.", send="reopen")
        self.assertContains(answer, "This ticket is open", status_code=409)
        self.assertContains(answer, "Still broken.", status_code=409)

    def test_long_after_closing_an_answer_is_no_reopening(self) -> None:
        with self.at("2026-01-02 09:00"):
            old = self.report("Old")
            actions.close(old, by=self.rui)
        self.assertContains(self.client.get(self.url(old)), "Report it anew")
        for send in ("reply", "reopen"):
            self.assertEqual(self.answer(old, "Again!", send=send).status_code, 409)
        self.assertEqual(self.now(old).status, Status.CLOSED)

    def test_what_happened_is_told_in_sentences(self) -> None:
        actions.assign(self.vpn, by=self.alma, team=self.network, assignee=None)
        actions.tag(self.vpn, by=self.alma, add=["secret-tag"])
        page = self.client.get(self.url(self.vpn))
        self.assertContains(page, "Alma Ferri assigned the ticket to Network")
        self.assertNotContains(page, "secret-tag")

    def test_changes_are_made_by_post_and_with_the_token_of_the_form_only(self) -> None:
        self.assertEqual(self.client.get(self.url(self.vpn, "answers")).status_code, 405)
        strict = Browser(enforce_csrf_checks=True)
        strict.force_login(self.rui, backend=signin.BACKEND)
        for headers in ({}, {"HX-Request": "true"}, {"Origin": "https://evil.example"}, {"Content-Type": "text/plain"}):
            answer = strict.post(self.url(self.vpn, "answers"), {"text": "x", "send": "close"}, headers=headers)
            self.assertEqual(answer.status_code, 403, headers)
        self.assertLogged(self.vpn, "opened")

    def test_a_merged_request_says_where_it_goes_on(self) -> None:
        other = self.report("VPN down")
        actions.merge(self.vpn, other, by=self.alma)
        self.assertContains(self.client.get(self.url(self.vpn)), f"together with request {other.number}")

    def test_looking_changes_nothing_but_the_mark_of_having_read(self) -> None:
        events = Event.objects.count()
        self.client.get(self.url(self.vpn))
        self.client.head(self.url(self.vpn))
        self.assertEqual((Event.objects.count(), self.now(self.vpn).version), (events, 1))

    def test_the_live_address_names_my_tickets_only(self) -> None:
        self.report("Not mine", by=self.bea)
        answer = self.client.get(reverse("live:token"))
        self.assertEqual(answer.status_code, 200)
        self.assertIn("/live?t=", answer.json()["url"])
        self.assertEqual(Browser().get(reverse("live:token")).status_code, 403)


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)
