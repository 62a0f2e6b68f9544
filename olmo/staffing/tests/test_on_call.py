from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine, Person
from olmo.staffing import queries
from olmo.staffing.actions import on_call
from olmo.staffing.models import Absence, Layer, Override, Schedule
from tests.cast import DeskTest


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def from_to(start: str, end: str) -> dict[str, datetime]:
    return {"starts_at": at(f"2026-03-03 {start}"), "ends_at": at(f"2026-03-03 {end}")}


class BeingOnCall(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.rota = on_call.save_schedule(None, team=self.network, name="Nights", zone="Europe/Rome", by=self.ines)

    def layer(self, *people: Person, by: Person | None = None, **more: Any) -> Layer:
        first: dict[str, Any] = {"name": "Everybody", "days": 7, "handover": "09:00", "starts_on": date(2026, 3, 2)}
        settings = on_call.LayerSettings(**{**first, "people": people, **more})
        return on_call.save_layer(self.rota, None, settings, by=by or self.ines)

    def called(self, moment: str) -> list[Person]:
        return queries.on_call(self.network, at(moment))

    def test_a_team_is_told_whom_to_call_line_by_line(self) -> None:
        self.layer(self.tove, self.alma)
        self.assertEqual(self.called("2026-03-03 12:00"), [self.tove])
        self.assertEqual(self.called("2026-03-10 12:00"), [self.alma])
        self.rota = on_call.save_schedule(None, team=self.network, name="Backup", zone="UTC", position=2, by=self.ines)
        self.layer(self.ines)
        self.assertEqual(self.called("2026-03-03 12:00"), [self.tove, self.ines])
        self.assertEqual(queries.on_call(self.desk, at("2026-03-03 12:00")), [])

    def test_an_absent_agent_is_stood_in_for(self) -> None:
        self.layer(self.tove)
        Absence.objects.create(person=self.tove, **from_to("00:00", "23:00"), deputy=self.alma)
        self.assertEqual(self.called("2026-03-03 12:00"), [self.alma])

    def test_who_left_and_a_team_that_was_switched_off_are_not_called(self) -> None:
        self.layer(self.tove)
        Person.objects.filter(pk=self.tove.pk).update(is_active=False)
        self.assertEqual(self.called("2026-03-03 12:00"), [])
        Person.objects.filter(pk=self.tove.pk).update(is_active=True)
        self.network.is_active = False
        self.assertEqual(self.called("2026-03-03 12:00"), [])

    def test_a_lead_arranges_and_the_change_log_says_so(self) -> None:
        with self.assertRaises(NotAllowed):
            self.layer(self.tove, by=self.tove)
        self.network.leads.add(self.tove)
        made = self.layer(self.tove, by=self.tove)
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.by, line.subject), (self.tove, "on-call schedule: Nights, Everybody"))
        self.assertEqual(line.change["people"], [None, ["Tove Lind"]])
        on_call.remove_layer(made, by=self.tove)
        self.assertEqual(AuditLine.objects.latest("pk").change["people"], [["Tove Lind"], None])

    def test_a_layer_needs_people_who_work_here_and_leaves_nothing_half_saved(self) -> None:
        made = self.layer(self.tove)
        gone = Person.objects.create(kind="agent", name="Gone", is_active=False)
        for wrong, field in (
            ({"people": ()}, "people"),
            ({"people": (self.rui,)}, "people"),
            ({"people": (self.alma, gone)}, "people"),
            ({"handover": "25:00"}, "handover"),
            ({"ends_on": date(2026, 3, 1)}, "ends_on"),
            ({"days": 0}, "days"),
            ({"week": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "hours_mon"),
        ):
            settings = on_call.LayerSettings(
                name="Other", people=(self.tove,), days=1, handover="09:00", starts_on=date(2026, 3, 2)
            )
            with self.assertRaises(Invalid) as refused:
                on_call.save_layer(self.rota, made, replace(settings, **wrong), by=self.ines)
            self.assertEqual(refused.exception.field, field)
            self.assertEqual([turn.person for turn in made.turns.all()], [self.tove])

    def test_a_team_that_was_switched_off_gets_no_schedule(self) -> None:
        self.network.is_active = False
        self.network.save()
        with self.assertRaises(Invalid) as refused:
            on_call.save_schedule(None, team=self.network, name="Days", zone="UTC", by=self.ines)
        self.assertEqual(refused.exception.field, "team")
        for name, zone, field in (("Nights", "UTC", "name"), ("Days", "Mars/Base", "zone")):
            self.network.is_active = True
            self.network.save()
            with self.assertRaises(Invalid) as refused:
                on_call.save_schedule(None, team=self.network, name=name, zone=zone, by=self.ines)
            self.assertEqual(refused.exception.field, field)

    def test_somebody_is_put_in_for_a_while_and_taken_out_again(self) -> None:
        self.layer(self.tove)
        with self.at("2026-03-01 09:00"):
            made = on_call.put_in(self.rota, self.alma, **from_to("10:00", "14:00"), by=self.ines)
            self.assertEqual(self.called("2026-03-03 12:00"), [self.alma])
            on_call.take_out(made, by=self.ines)
        self.assertEqual(self.called("2026-03-03 12:00"), [self.tove])

    def test_what_is_over_stays_on_record(self) -> None:
        made = on_call.put_in(self.rota, self.alma, **from_to("10:00", "14:00"), by=self.ines)
        with self.at("2026-03-03 14:00"), self.assertRaises(Conflict):
            on_call.take_out(made, by=self.ines)

    def test_two_cannot_be_put_in_at_once(self) -> None:
        on_call.put_in(self.rota, self.alma, **from_to("10:00", "14:00"), by=self.ines)
        with self.assertRaises(Invalid) as refused:
            on_call.put_in(self.rota, self.tove, **from_to("13:00", "15:00"), by=self.ines)
        self.assertEqual(refused.exception.field, "starts_at")
        on_call.put_in(self.rota, self.tove, **from_to("14:00", "15:00"), by=self.ines)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Override.objects.create(
                schedule=self.rota,
                person=self.tove,
                by=self.ines,
                **from_to("09:00", "11:00"),
            )

    def test_a_member_takes_over_themselves_and_puts_in_nobody_else(self) -> None:
        times = from_to("10:00", "14:00")
        with self.assertRaises(NotAllowed):
            on_call.put_in(self.rota, self.alma, by=self.tove, **times)
        with self.assertRaises(NotAllowed):
            on_call.put_in(self.rota, self.alma, by=self.alma, **times)
        self.assertEqual(on_call.put_in(self.rota, self.tove, by=self.tove, **times).person, self.tove)

    def test_what_is_gone_is_not_found(self) -> None:
        self.layer(self.tove)
        gone = Schedule.objects.get(pk=self.rota.pk)
        on_call.remove_schedule(self.rota, by=self.ines)
        with self.assertRaises(NotFound):
            on_call.remove_schedule(gone, by=self.ines)
        self.assertEqual(self.called("2026-03-03 12:00"), [])
