"""Who is told of what, and who is not."""

from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from olmo.channels.tests.stage import do_jobs, envelopes, relay
from olmo.notifications.models import Alert, Notice
from olmo.notifications.noticing import notify
from olmo.notifications.queries import deliveries
from olmo.notifications.telling import Reader, once, once_each
from olmo.outbox.delivering import deliver_due
from olmo.outbox.tests.sink import Sink
from olmo.people.actions import enrol_agent
from olmo.people.models import Identity
from olmo.tickets import actions
from olmo.tickets.models import Event
from tests.cast import DeskTest


class Telling(DeskTest):
    def told(self, purpose: str = "notice") -> list[str]:
        """Addresses told since the last question."""
        do_jobs()
        fresh = [envelope for envelope in envelopes(purpose=purpose) if envelope.pk not in self.seen]
        self.seen |= {envelope.pk for envelope in fresh}
        return sorted(envelope.to for envelope in fresh)

    def setUp(self) -> None:
        super().setUp()
        self.seen: set[int] = set()
        self.ticket = self.report("VPN")
        self.told()


class Agents(Telling):
    def test_hear_that_somebody_assigned_to_them(self) -> None:
        actions.assign(self.ticket, by=self.ines, team=None, assignee=self.alma)
        self.assertEqual(self.told(), ["alma@desk.example"])

    def test_hear_nothing_of_what_they_do_themselves(self) -> None:
        actions.assign(self.ticket, by=self.alma, team=None, assignee=self.alma)
        actions.note(self.ticket, by=self.alma, message=self.say("Hm."))
        self.assertEqual(self.told(), [])

    def test_of_the_next_team_hear_of_an_escalation(self) -> None:
        actions.escalate(self.ticket, by=self.alma, team=self.network, note="Beyond me.")
        self.assertEqual(self.told(), ["tove@desk.example"])

    def test_who_do_not_work_for_the_client_hear_nothing(self) -> None:
        actions.assign(self.ticket, by=self.alma, team=self.network, assignee=None)
        actions.escalate(self.ticket, by=self.tove, team=self.desk, note="Back to you.")
        self.assertEqual(self.told(), ["alma@desk.example", "ines@desk.example"])  # Otto works for Bolt only

    def test_hear_what_the_requester_writes_on_their_ticket(self) -> None:
        actions.assign(self.ticket, by=self.alma, team=None, assignee=self.alma)
        actions.receive(self.ticket, by=self.rui, message=self.say("Any news?"))
        self.assertEqual(self.told(), ["alma@desk.example"])
        notice = envelopes(purpose="notice")[-1]
        self.assertEqual((notice.headers["Auto-Submitted"], "List-Id" in notice.headers), ("auto-generated", True))

    def test_who_left_hear_nothing(self) -> None:
        actions.assign(self.ticket, by=self.ines, team=None, assignee=self.alma)
        self.alma.is_active = False
        self.alma.save()
        self.assertEqual(self.told(), [])

    def test_of_a_team_get_the_same_words_in_their_languages_by_no_more_statements_than_half_of_it(self) -> None:
        team = [enrol_agent(f"A{n}", f"a{n}@desk.example", language=("en", "it")[n % 2]) for n in range(10)]
        Identity.objects.filter(value="a0@desk.example").update(is_silenced=True)
        event = Event.objects.latest("pk")
        with CaptureQueriesContext(connection) as few:
            notify(event, team[:5], lambda: gettext("Resolved"), why="policy")
        with CaptureQueriesContext(connection) as more:
            notify(event, team, lambda: gettext("Resolved"), why="policy")
        self.assertLessEqual(len(more), len(few))
        told = {envelope.to: envelope for envelope in envelopes(purpose="notice")}
        self.assertEqual(sorted(told), [f"a{n}@desk.example" for n in range(1, 10)])  # once, and not who is silenced
        self.assertEqual([gettext("Resolved") in told[f"a{n}@desk.example"].text for n in (2, 6, 1, 7)], [1, 1, 0, 0])
        self.assertEqual({told[f"a{n}@desk.example"].text.count("Risolto") for n in range(1, 10, 2)}, {1})
        self.assertEqual(Notice.objects.filter(event=event, envelope=None).get().reason, "silenced")
        self.assertEqual(Alert.objects.filter(event=event).count(), 10)

    def test_whose_address_is_silenced_are_not_kept_to_be_told_later(self) -> None:
        Identity.objects.filter(value="alma@desk.example").update(is_silenced=True)
        event = Event.objects.latest("pk")
        notify(event, [self.alma, self.ines], lambda: "Resolved", why="policy", tells_author=True, is_collected=True)
        found = {row.address: (row.reason, row.due_at is None) for row in Notice.objects.filter(event=event)}
        self.assertEqual(found["alma@desk.example"], ("silenced", True))
        self.assertEqual(found["ines@desk.example"], ("", False))

    def test_whom_somebody_else_tells_at_the_same_moment_are_told_by_them_alone(self) -> None:
        event = Event.objects.latest("pk")
        rows = [Notice(event=event, address=to, purpose="notice", at=event.at) for to in ("a@x.example", "b@x.example")]
        once(event, Reader("a@x.example"), "notice")
        with patch("olmo.notifications.telling.known_of", return_value=set()):
            self.assertEqual([row.address for row in once_each(rows)], ["b@x.example"])


class Requesters(Telling):
    def test_and_copies_get_the_answer_each_once(self) -> None:
        copies = ["lea@acme.example", "RUI@acme.example", "alma@desk.example", "help@desk.example", "bad address"]
        actions.reply(self.ticket, by=self.alma, message=self.say("Done.", cc=copies))
        self.assertEqual(self.told("reply"), ["lea@acme.example", "rui@acme.example"])

    def test_never_hear_internal_notes(self) -> None:
        event = actions.note(self.ticket, by=self.alma, message=self.say("The requester is difficult."))
        self.assertEqual(self.told("reply") + self.told(), [])
        self.assertEqual(envelopes(reference=f"message:{event.data['message']}"), [])

    def test_who_follow_get_the_answer(self) -> None:
        from olmo.people.actions import enrol_requester

        lea = enrol_requester(self.acme, "Lea", "lea@acme.example")
        actions.watch(self.ticket, by=self.alma, person=lea)
        actions.reply(self.ticket, by=self.alma, message=self.say("Done."))
        self.assertEqual(self.told("reply"), ["lea@acme.example", "rui@acme.example"])

    def test_hear_of_the_resolution_even_without_words(self) -> None:
        actions.resolve(self.ticket, by=self.alma, code="fixed")
        self.assertEqual(self.told("resolution"), ["rui@acme.example"])

    def test_who_withdraw_hear_nothing_of_it(self) -> None:
        actions.close(self.ticket, by=self.rui)
        self.assertEqual(self.told("resolution"), [])

    def test_get_their_client_s_sender_and_signature(self) -> None:
        self.acme.address, self.acme.signatures = "it@acme.example", {"en": "The IT of Acme"}
        self.acme.save()
        self.ticket.client.refresh_from_db()
        actions.reply(
            self.ticket, by=self.alma, message=self.say("Done <b>now</b> & here: https://x.example/a?b=1&c=2")
        )
        self.told("reply")
        (envelope,) = envelopes(purpose="reply")
        self.assertEqual(envelope.sender, "it@acme.example")
        self.assertEqual(envelope.headers["Reply-To"], f"it+{self.ticket.reply_token}@acme.example")
        self.assertIn("The IT of Acme", envelope.text)
        self.assertIn("Done <b>now</b> & here:", envelope.text)
        self.assertIn("Done &lt;b&gt;now&lt;/b&gt; &amp; here", envelope.html)

    def test_get_files_and_their_own_words_quoted(self) -> None:
        from olmo.kernel import files
        from olmo.tickets.actions.writing import NewFile

        log = NewFile(name="fix.txt", media_type="text/plain", content=files.store([b"run this\n"]))
        with relay(Sink()) as sink:
            actions.reply(self.ticket, by=self.alma, message=self.say("See the file.", files=[log]))
            self.told("reply")
            deliver_due()
            mail = next(
                m for m in sink.mails() if m["To"] == "Rui Alves <rui@acme.example>" and "See the file." in str(m)
            )
        (file,) = mail.iter_attachments()
        self.assertEqual((file.get_filename(), file.get_content()), ("fix.txt", "run this\n"))
        self.assertIn("> It does not work.", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


class ADeliveryThatFails(Telling):
    def test_is_shown_on_the_message_and_told_to_its_author(self) -> None:
        """R15."""
        event = actions.reply(self.ticket, by=self.alma, message=self.say("Done.", cc=["gone@acme.example"]))
        message = event.data["message"]
        self.told("reply")
        self.assertEqual(deliveries([message])[message].state, "waiting")
        with relay(Sink(at_rcpt=lambda to: "550 5.1.1 no such user" if to.startswith("gone") else "250 OK")):
            deliver_due()
        do_jobs()
        found = deliveries([message])[message]
        self.assertEqual((found.state, found.is_failed, len(found.words)), ("failed", True, 2))
        self.assertTrue(any("no such user" in words for words in found.words))
        self.assertIn("delivery_failed", list(Event.objects.filter(ticket=self.ticket).values_list("kind", flat=True)))
        self.assertEqual(self.told(), ["alma@desk.example"])
        self.assertReplays(self.ticket)

    def test_of_a_message_never_sent_says_nothing(self) -> None:
        self.assertEqual(deliveries([1, 2, 3]), {})


class Administrators(Telling):
    def test_hear_of_a_mailbox_that_fails(self) -> None:
        """R13."""
        from olmo.channels.jobs import report_failing
        from olmo.channels.tests.stage import open_mailbox
        from olmo.kernel import clock

        box = open_mailbox(failing_since=clock.now(), last_error="AUTHENTICATIONFAILED")
        report_failing.func(mailbox_id=box.pk)
        self.assertEqual(self.told("operations"), ["ines@desk.example"])
        self.assertIn("AUTHENTICATIONFAILED", envelopes(purpose="operations")[0].text)
