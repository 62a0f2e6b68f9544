"""`bin/olmo demo`: what it makes is a desk like any other, and it is made only once."""

import io
import re
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth import authenticate
from django.db import transaction
from django.test import SimpleTestCase, TestCase
from procrastinate.contrib.django.models import ProcrastinateJob

from olmo.fulfilment.models import Run, Task
from olmo.kernel import clock
from olmo.knowledge.models import Translation
from olmo.ops import demo
from olmo.ops.demo import content, moments, pictures, playing, stage
from olmo.ops.problems import Problem
from olmo.outbox.models import Envelope
from olmo.people.models import Kind, Person, Team
from olmo.procedures.models import Procedure
from olmo.procedures.models import Run as ProcedureRun
from olmo.requests.models import Order, OrderState
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import queries
from olmo.tickets.models import Attachment, Event, Message, Ticket
from olmo.tickets.replay import differences
from olmo.upkeep.models import Fault
from olmo.writing.models import Reference

TICKETS = 60


def run(*options: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(io.StringIO()):
        assert demo.main(options) == 0
    return said.getvalue()


class ALivelyDesk(TestCase):
    said: ClassVar[str]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.said = run("--tickets", str(TICKETS), "--seed", "7")

    def setUp(self) -> None:
        everything = scope(EVERY_CLIENT)
        everything.__enter__()
        self.addCleanup(everything.__exit__, None, None, None)

    def password(self) -> str:
        found = re.search(r"password  (\S+)  ", self.said)
        assert found is not None
        return found.group(1)

    def test_it_has_as_many_tickets_as_were_asked_for_in_both_languages(self) -> None:
        ordered = list(Ticket.objects.filter(order__isnull=False).values_list("pk", "links"))  # beside those asked for
        parents = {link["ticket"] for _pk, links in ordered for link in links if link["kind"] == "child"}
        rows = Ticket.objects.exclude(pk__in=[*parents, *(pk for pk, _links in ordered)])
        languages = Counter(rows.values_list("language", flat=True))
        self.assertEqual(sum(languages.values()), TICKETS)
        self.assertGreater(min(languages["en"], languages["it"]), TICKETS // 6)

    def test_plans_are_under_way_with_tasks_in_several_states(self) -> None:
        states = set(Task.objects.values_list("state", flat=True))
        self.assertLessEqual({"done", "todo", "waits"}, states)
        runs = Run.objects.filter(ticket__order=None)
        self.assertEqual(runs.values("version__plan").distinct().count(), len(content.plans()))
        self.assertTrue(Run.objects.filter(ticket__order__state="approved").exists())

    def test_procedures_are_published_in_both_languages_and_were_run(self) -> None:
        for procedure in Procedure.objects.select_related("article"):
            texts = procedure.article.translations.values_list("language", "shown__title")
            self.assertEqual({language for language, title in texts if title}, {"en", "it"})
        self.assertEqual(Procedure.objects.count(), len(content.procedures()))
        self.assertTrue(ProcedureRun.objects.exists())

    def test_articles_stand_in_both_languages_and_tickets_used_them(self) -> None:
        texts = Translation.objects.filter(
            article__key__in=[one["key"] for one in content.articles()], shown__isnull=False
        )
        self.assertEqual(Counter(texts.values_list("language", flat=True)).keys(), {"en", "it"})
        self.assertEqual(texts.count(), 2 * len(content.articles()))
        self.assertTrue(Reference.objects.filter(article__translations__in=texts).exists())
        self.assertEqual(Fault.objects.filter(kind=Fault.Kind.REVIEW).count(), 2)

    def test_the_catalogue_is_in_use_with_orders_in_every_state(self) -> None:
        states = Counter(Order.objects.values_list("state", flat=True))
        self.assertEqual(set(states), set(OrderState.values))

    def test_old_work_is_finished_and_new_work_waits(self) -> None:
        states = Counter(Ticket.objects.values_list("status", flat=True))
        self.assertGreater(states["closed"] + states["resolved"], TICKETS // 2)
        self.assertGreater(states["new"] + states["open"] + states["waiting"], 0)
        self.assertIn(f"{states['closed']} closed", self.said)

    def test_every_log_replays_and_runs_forward_in_time_up_to_now(self) -> None:
        for ticket in Ticket.objects.all():
            events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
            self.assertEqual(differences(ticket, events), {}, ticket)
            self.assertEqual([e.at for e in events], sorted(e.at for e in events), ticket)
            self.assertLess(events[-1].at, clock.now())

    def test_numbers_follow_the_order_of_opening(self) -> None:
        opened = list(Ticket.objects.order_by("number").values_list("opened_at", flat=True))
        self.assertEqual(opened, sorted(opened))
        self.assertGreater(opened[0], clock.now() - timedelta(days=playing.DAYS + 2))

    def test_what_happens_at_a_desk_happened(self) -> None:
        kinds = set(Event.objects.values_list("kind", flat=True))
        self.assertTrue(Ticket.objects.filter(working_state__isnull=False).exists())
        wanted = "assigned escalated replied noted put_on_hold received resolved closed merged absorbed linked split_off redacted"
        self.assertEqual(set(wanted.split()) - kinds, set())
        self.assertTrue(Attachment.objects.filter(media_type="image/png").exists())

    def test_nobody_is_told_of_this_past(self) -> None:
        self.assertEqual(ProcrastinateJob.objects.count(), 0)
        self.assertEqual(Envelope.objects.count(), 0)

    def test_no_placeholder_is_left_in_the_words(self) -> None:
        for text in [
            *Message.objects.values_list("text", flat=True),
            *Ticket.objects.values_list("subject", flat=True),
        ]:
            self.assertNotRegex(text, r"[{}]")

    def test_a_password_that_was_sent_is_gone(self) -> None:
        self.assertFalse(Message.objects.filter(text__contains="Finch-Harbour-77").exists())
        self.assertEqual(Message.objects.exclude(redacted_at=None).count(), 2)

    def test_everybody_signs_in_with_the_printed_password(self) -> None:
        for address in ("sam.whitaker@olmeto.example", "eleanor.finch@harbourfinch.example"):
            self.assertIn(address, self.said)
            self.assertIsNotNone(authenticate(email=address, password=self.password()))

    def test_there_are_three_tiers_eight_agents_and_sixty_requesters(self) -> None:
        kinds = Counter(Person.objects.values_list("kind", flat=True))
        self.assertEqual((kinds[Kind.AGENT], kinds[Kind.REQUESTER]), (8, 60))
        self.assertEqual(sorted(Team.objects.values_list("tier__level", flat=True)), [1, 2, 3])
        self.assertEqual(Client.objects.count(), 2)

    def test_lists_show_read_and_unread_tickets(self) -> None:
        sam = Person.objects.get(email="sam.whitaker@olmeto.example")
        rows = queries.page(queries.box(sam, "all"), size=TICKETS).rows
        self.assertTrue(0 < len(queries.unread(sam, rows)) < TICKETS)

    def test_a_second_demo_is_refused(self) -> None:
        before = Ticket.objects.count()
        with self.assertRaisesMessage(Problem, "This desk has tickets already"):
            run("--tickets", "5")
        self.assertEqual(Ticket.objects.count(), before)


class TheSameSeed(TestCase):
    """One seed on one day tells the same stories."""

    def told(self, seed: int) -> list[tuple[str, str]]:
        with scope(EVERY_CLIENT), transaction.atomic():
            playing.play(stage.build("a long password of the demo"), tickets=12, seed=seed, now=clock.now())
            found = [(ticket.subject, ticket.requester.name) for ticket in Ticket.objects.order_by("number")]
            transaction.set_rollback(True)
        return found

    def test_it_tells_the_same_and_another_seed_something_else(self) -> None:
        first, same, other = self.told(3), self.told(3), self.told(4)
        self.assertEqual(first, same)
        self.assertNotEqual(first, other)


class ADeskThatIsSetUp(TestCase):
    def test_its_own_names_stay(self) -> None:
        with scope(EVERY_CLIENT):
            own = Client.objects.create(name="Own staff")
            Person.objects.create(kind=Kind.AGENT, name="Ada", email="ada@own.example", is_administrator=True)
        run("--tickets", "3")
        with scope(EVERY_CLIENT):
            self.assertEqual(Client.objects.get(pk=own.pk).name, "Own staff")
            self.assertEqual(Client.objects.count(), 3)

    def test_a_name_that_is_taken_is_one_clear_line(self) -> None:
        with scope(EVERY_CLIENT):
            Person.objects.create(kind=Kind.AGENT, name="Ada", email="ada@own.example", is_administrator=True)
            other = Client.objects.create(name="Somebody else")
            other.domains.create(name="treponti.example")
        with self.assertRaisesMessage(Problem, "treponti.example"):
            run("--tickets", "3")


class Words(SimpleTestCase):
    def test_both_languages_have_scenes_with_what_their_tier_needs(self) -> None:
        for language in content.LANGUAGES:
            scenes = content.script(language).scenes
            self.assertGreaterEqual(len(scenes), 40)
            for scene in scenes:
                self.assertEqual(bool(scene.handover), scene.tier > 1, scene.subjects)
                self.assertEqual(bool(scene.ask), bool(scene.answer), scene.subjects)

    def test_categories_of_scenes_exist(self) -> None:
        known = content.cast()["categories"]
        for language in content.LANGUAGES:
            self.assertEqual({s.category for s in content.script(language).scenes} - set(known), set())


class Pictures(SimpleTestCase):
    def test_an_error_window_is_a_png_with_its_words_drawn(self) -> None:
        one, other = (pictures.error_window("Revit", [line]) for line in ("No licence", "All is well"))
        self.assertTrue(one.startswith(b"\x89PNG\r\n\x1a\n"))
        self.assertNotEqual(one, other)
        self.assertLess(len(one), 20_000)

    def test_a_log_ends_before_it_is_sent(self) -> None:
        now = clock.now()
        log = pictures.log_file(["tunnel up", "tunnel down"], now).decode()
        self.assertLess(log.splitlines()[-1][:19], f"{now.astimezone(moments.ZONE):%Y-%m-%d %H:%M:%S}")
