"""A file of assets: read whole, told what is wrong, written in one go or not at all."""

from datetime import timedelta

from olmo.assets import exporting, importing, jobs
from olmo.assets.models import Asset, Load, State
from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.people.models import AuditLine
from tests.cast import DeskTest

from .base import take_in


class Importing(DeskTest):
    def load(self, text: str) -> Load:
        return importing.keep(self.acme, by=self.alma, name="list.csv", text=text)

    def faults(self, text: str) -> list[tuple[int, str]]:
        return [(fault.line, fault.field) for fault in importing.read(self.load(text)).faults]

    def test_new_ones_are_taken_in_and_known_ones_changed(self) -> None:
        known = take_in(self.acme, "LT-1", by=self.alma, serial="S1")
        load = self.load("Tag;Nome;Tipo;Usato da\nLT-2;Nuovo;Portatile;rui@acme.example\nlt-1;Vecchio;Laptop;\n")
        self.assertEqual(importing.run(load, by=self.alma), 2)
        known.refresh_from_db()
        new = Asset.objects.get(tag="LT-2")
        self.assertEqual((known.name, known.serial, known.tag), ("Vecchio", "S1", "lt-1"))
        self.assertEqual((new.person, new.state), (self.rui, State.IN_USE))
        self.assertFalse(Load.objects.exists())
        self.assertEqual(AuditLine.objects.latest("pk").change["imported"], [None, 2])
        self.assertEqual(list(new.steps.values_list("by", flat=True)), [self.alma.pk])
        self.assertEqual(new.terms.filter(word="nuovo").count(), 1)

    def test_each_bad_line_is_named_with_its_field_and_nothing_is_written(self) -> None:
        text = (
            "tag,name,kind,person,state,bought on\n"
            "A-1,Fine,Laptop,,,\n"
            "A-2,Dragon,Dragon,,,\n"
            ",No tag,Laptop,,,\n"
            "A-3,Who,Laptop,nobody@acme.example,,\n"
            "A-4,Bea’s,Laptop,bea@bolt.example,,\n"
            "A-5,When,Laptop,,lost,31/02/2026\n"
            "a-1,Twice,Laptop,,,\n"
            "A-6,More,Laptop,,,,,\n"
        )
        wanted = [
            (3, "Kind"),
            (4, "Tag"),
            (5, "Used by"),
            (6, "Used by"),
            (7, "State"),
            (7, "Bought on"),
            (8, "Tag"),
            (9, ""),
        ]
        self.assertEqual(self.faults(text), wanted)
        with self.assertRaises(Invalid):
            importing.run(self.load(text), by=self.alma)
        self.assertFalse(Asset.objects.exists())

    def test_the_first_line_is_understood_or_refused(self) -> None:
        self.assertEqual(self.faults("name,kind\nA,Laptop\n"), [(1, "")])
        self.assertEqual(self.faults("tag,colour\nA,red\n"), [(1, "")])
        self.assertEqual(self.faults("tag,tag\nA,B\n"), [(1, "")])
        self.assertEqual(self.faults("tag,name,kind\n"), [(1, "")])

    def test_a_line_without_its_tag_and_a_quotation_mark_that_is_never_closed_are_told_with_their_line(self) -> None:
        self.assertEqual(self.faults("name,kind,tag\nFine,Laptop,A-1\nShort,Laptop\n"), [(3, "Tag")])
        self.assertEqual(
            self.faults('tag,name,kind\nA-1,Fine,Laptop\nA-2,"17 inch,Laptop\nA-3,Next,Laptop\n'), [(3, "")]
        )
        self.assertEqual(self.faults('tag,name,kind\nA-1,"17"" screen",Laptop\n'), [])

    def test_a_file_that_nobody_imported_is_forgotten_after_a_day(self) -> None:
        load = self.load("tag,kind\nA-1,Laptop\n")
        jobs.sweep()
        self.assertIsNotNone(importing.kept(self.alma, load.pk))
        Load.objects.update(at=clock.now() - timedelta(hours=25))
        self.assertIsNone(importing.kept(self.alma, load.pk))
        jobs.sweep()
        self.assertFalse(Load.objects.exists())

    def test_what_an_export_wrote_is_read_again_as_the_same(self) -> None:
        laptop = take_in(self.acme, "=LT-1", by=self.alma, person=self.rui, note="+39, or so", serial="-7")
        cells = exporting.rows_of([laptop.pk])[0]
        quoted = ",".join('"' + (f"'{cell}" if str(cell)[:1] in "=+-@" and cell else str(cell)) + '"' for cell in cells)
        reading = importing.read(self.load(",".join(importing.COLUMNS) + "\n" + quoted + "\n"))
        self.assertEqual((reading.faults, reading.new, reading.changed), ([], [], []))

    def test_a_long_file_is_few_statements_and_too_long_a_one_is_refused(self) -> None:
        lines = "".join(f"B-{n},Box {n},Laptop\n" for n in range(400))
        load = self.load("tag,name,kind\n" + lines)
        with self.assertNumQueries(16):
            importing.run(load, by=self.alma)
        self.assertEqual(Asset.objects.count(), 400)
        most = importing.MOST_LINES
        self.assertEqual(
            self.faults("tag,name,kind\n" + "".join(f"C-{n},C,Laptop\n" for n in range(most + 1)))[-1][1], ""
        )
        with self.assertRaises(Invalid):
            importing.decoded(b"x" * (importing.MOST_BYTES + 1))

    def test_a_file_is_its_authors(self) -> None:
        load = self.load("tag\nA\n")
        self.assertIsNone(importing.kept(self.tove, load.pk))
        with self.assertRaises(NotFound):
            importing.keep(self.acme, by=self.otto, name="x", text="tag\nA\n")
