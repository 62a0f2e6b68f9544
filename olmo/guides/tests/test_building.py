"""Building and running troubleshooters: drafts, versions that stay, runs that keep theirs."""

import io
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from olmo.guides import actions, queries, tree
from olmo.guides.models import Guide, Picture, Run, Version
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.tenancy.scope import scope
from olmo.tickets.models import Message
from tests.cast import DeskTest


class GuidesTest(DeskTest):
    def printer(self) -> Guide:
        return actions.install_example("printer", by=self.ines)

    def walked(self, guide: Guide, *answers: int, by: Any = None, **more: Any) -> Run:
        run = actions.begin(guide, by=by or self.rui, **more)
        for step, index in enumerate(answers):
            run = actions.answer(run, step, index, by=by or self.rui)
        return run


class Building(GuidesTest):
    def built(self) -> Guide:
        guide = actions.save(None, by=self.ines, names={"en": "Mouse"})
        answers = [{"label": {"en": "Yes"}, "to": "+"}]
        return actions.save_step(guide, "1", tree.node("question", en="Dead?", answers=answers), by=self.ines)

    def test_an_answer_begins_a_new_step_and_publishing_names_what_is_missing(self) -> None:
        guide = self.built()
        self.assertEqual(list(guide.draft["nodes"]), ["1", "2"])
        with self.assertRaises(Invalid) as refused:
            actions.publish(guide, by=self.ines)
        self.assertIn("2", str(refused.exception.message))
        guide = actions.save_step(guide, "2", tree.node("outcome", en="New mouse", outcome="report"), by=self.ines)
        self.assertEqual(actions.publish(guide, by=self.ines).number, 1)
        with self.assertRaises(Conflict):
            actions.publish(guide, by=self.ines)

    def test_a_loop_is_refused_and_names_its_steps(self) -> None:
        guide = self.built()
        back = [{"label": {"en": "Again"}, "to": "1"}]
        guide = actions.save_step(guide, "2", tree.node("action", en="Shake it", answers=back), by=self.ines)
        with self.assertRaises(Invalid) as refused:
            actions.publish(guide, by=self.ines)
        self.assertIn("“Dead?” → 2 “Shake it” → 1", str(refused.exception.message))
        self.assertFalse(Version.objects.exists())

    def test_runs_keep_their_version_and_versions_never_change(self) -> None:
        guide = self.printer()
        run = self.walked(guide, 2)
        changed = tree.node("outcome", en="Gone", outcome="solved")
        actions.save_step(guide, guide.draft["start"], changed, by=self.ines)
        for key in [key for key in guide.draft["nodes"] if key != guide.draft["start"]]:
            actions.remove_step(guide, key, by=self.ines)
        self.assertEqual(actions.publish(guide, by=self.ines).number, 2)
        run = actions.answer(run, 1, 0, by=self.rui)
        self.assertEqual(run.here, "2")
        with self.assertRaises(DatabaseError), transaction.atomic():
            Version.objects.update(number=9)

    def test_who_may_build_and_for_whom(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.save(None, by=self.alma, names={"en": "x"})
        self.network.leads.add(self.otto)
        with self.assertRaises(Invalid):
            actions.save(None, by=self.otto, names={"en": "x"})
        own = actions.save(None, by=self.otto, names={"en": "x"}, client=self.bolt)
        with scope([self.acme.pk]):
            self.assertFalse(Guide.objects.filter(pk=own.pk).exists())
        with self.assertRaises(Invalid):
            actions.save(None, by=self.ines, names={"en": "  "})

    def test_two_at_one_step_are_told(self) -> None:
        guide = self.built()
        with self.assertRaises(Conflict):
            actions.save_step(guide, "1", tree.node("question", en="x"), by=self.ines, seen="something else")

    def test_too_many_answers_and_strange_steps_are_refused(self) -> None:
        guide = self.built()
        many = [{"label": {"en": "x"}, "to": ""}] * (tree.MOST_ANSWERS + 1)
        for step in (tree.node("riddle"), tree.node("question", answers=many), tree.node("picture", picture=99)):
            with self.assertRaises(Invalid):
                actions.save_step(guide, "1", step, by=self.ines)
        with self.assertRaises(Invalid):
            actions.save_step(guide, "1", tree.node("question", answers=[{"label": {}, "to": "77"}]), by=self.ines)
        with self.assertRaises(NotFound):
            actions.save_step(guide, "9", tree.node("question"), by=self.ines)


class Pictures(GuidesTest):
    def file(self, kind: str = "PNG", size: tuple[int, int] = (40, 20), **more: Any) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", size, "red").save(out, kind, **more)
        return out.getvalue()

    def test_a_picture_is_written_anew_without_what_it_carried(self) -> None:
        guide = self.printer()
        exif = Image.Exif()
        exif[0x010E] = "zyxomma"
        kept = actions.add_picture(
            guide, self.file("JPEG", (3000, 10), exif=exif) + b"<script>zyxomma</script>", by=self.ines
        )
        self.assertNotIn(b"zyxomma", bytes(kept.data))
        self.assertEqual(Image.open(io.BytesIO(bytes(kept.data))).size[0], 1600)
        self.assertEqual(kept.media_type, "image/png")

    def test_what_is_no_picture_is_refused(self) -> None:
        guide = self.printer()
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        bomb = self.file("PNG", (6000, 6000))
        for data in (svg, b"", b"%PDF-1.7", self.file()[:50], b"x" * (20 * 2**20), bomb, b"GIF89a" + b"\0" * 40):
            with self.assertRaises(Invalid) as refused:
                actions.add_picture(guide, data, by=self.ines)
            self.assertEqual(refused.exception.field, "picture")
        self.assertEqual(Picture.objects.count(), 0)

    def test_a_step_that_is_refused_keeps_no_picture(self) -> None:
        guide = self.printer()
        with self.assertRaises(Invalid):
            actions.save_step(guide, "1", tree.node("riddle"), by=self.ines, picture=self.file())
        self.assertFalse(Picture.objects.exists())
        actions.save_step(guide, "1", tree.node("picture"), by=self.ines, picture=self.file())
        guide.refresh_from_db()
        self.assertEqual(guide.draft["nodes"]["1"]["picture"], Picture.objects.get().pk)


class Running(GuidesTest):
    def test_going_back_takes_later_answers_away(self) -> None:
        guide = self.printer()
        run = self.walked(guide, 0, 0, 0)
        self.assertEqual(run.here, "10")
        run = actions.answer(run, 1, 1, by=self.rui)
        self.assertEqual((run.path, run.here), ([["1", 0], ["2", 1]], "20"))
        for step, index, refusal in ((5, 0, NotFound), (1, 7, Invalid), (1, -1, Invalid)):
            with self.assertRaises(refusal):
                actions.answer(run, step, index, by=self.rui)
        actions.end(run, "solved", by=self.rui)
        with self.assertRaises(Conflict):
            actions.answer(run, 0, 0, by=self.rui)

    def test_a_run_is_its_person_s(self) -> None:
        run = self.walked(self.printer())
        with self.assertRaises(NotFound):
            actions.answer(run, 0, 0, by=self.bea)
        with self.assertRaises(NotFound):
            actions.end(run, "solved", by=self.alma)

    def test_inside_a_ticket_the_result_is_a_note_once(self) -> None:
        ticket = self.report("Printer")
        run = self.walked(self.printer(), 0, 1, by=self.alma, ticket=ticket)
        actions.end(run, "not_solved", by=self.alma)
        actions.end(run, "solved", by=self.alma)
        note = Message.objects.get(ticket=ticket, kind="internal")
        self.assertIn("Who cannot print? Colleagues too", note.text)
        self.assertLogged(ticket, "opened", "noted")

    def test_where_people_leave_is_counted_for_each_step(self) -> None:
        guide = self.printer()
        with self.at("2026-03-02 09:00"):
            self.walked(guide, 0)
            actions.end(self.walked(guide, 0, 0, 0), "solved", by=self.rui)
        self.walked(guide, 0)
        assert guide.shown is not None
        with self.at("2026-03-03 09:00"):
            passed = queries.passing(guide.shown)
        self.assertEqual(passed["1"], queries.Passed(3, 0))
        self.assertEqual(passed["2"].reached, 3)
        self.assertLessEqual(passed["2"].left, 2)
        Run.objects.filter(outcome="").update(changed_at=clock.now() - timedelta(hours=2))
        self.assertEqual(queries.passing(guide.shown)["2"], queries.Passed(3, 2))
        self.assertEqual(queries.outcomes(guide), {"": 2, "solved": 1})

    def test_words_find_it_in_both_languages(self) -> None:
        guide = self.printer()
        self.assertEqual(queries.naming(self.bea, "la stampante stampa bianco", 3), [guide])
        with CaptureQueriesContext(connection) as asked:
            self.assertEqual(queries.naming(self.rui, "printing is broken", 3), [guide])
        self.assertEqual(["draft" in one["sql"] for one in asked], [False])
        self.assertEqual(queries.naming(self.rui, "holiday", 3), [])

    def test_an_example_comes_in_once(self) -> None:
        self.printer()
        with self.assertRaises(Conflict):
            self.printer()
