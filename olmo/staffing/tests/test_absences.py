from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine, Person
from olmo.staffing import queries
from olmo.staffing.actions import absences
from olmo.staffing.models import Absence
from tests.cast import DeskTest


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


class BeingAbsent(DeskTest):
    def absent(self, person: Person, first: int, last: int, deputy: Person | None = None, **more: Any) -> Absence:
        given: dict[str, Any] = {"kind": "leave", "starts_at": at(first), "ends_at": at(last), "by": self.ines, **more}
        return absences.save_absence(given.pop("absence", None), person=person, deputy=deputy, **given)

    def test_it_counts_and_stands_in_the_change_log(self) -> None:
        self.absent(self.alma, 2, 5, self.tove, by=self.alma)
        verdict = queries.available([self.alma], at(3))[self.alma.pk]
        self.assertEqual((verdict.is_yes, verdict.deputy), (False, self.tove.pk))
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.by, line.subject), (self.alma, "absence: Alma Ferri"))
        self.assertEqual(line.change["deputy"], [None, "Tove Lind"])

    def test_deputies_that_come_back_are_refused_with_the_chain(self) -> None:
        self.absent(self.alma, 2, 10, self.tove)
        self.absent(self.tove, 4, 6, self.ines)
        with self.assertRaises(Invalid) as refused:
            self.absent(self.ines, 5, 8, self.alma)
        self.assertEqual(refused.exception.field, "deputy")
        self.assertIn("Ines Rota → Alma Ferri → Tove Lind → Ines Rota", str(refused.exception))
        self.assertFalse(Absence.objects.filter(person=self.ines).exists())
        self.absent(self.ines, 6, 8, self.alma)  # when Tove is back, nothing closes

    def test_a_change_can_close_a_chain_too_and_an_absence_is_not_in_its_own_way(self) -> None:
        first = self.absent(self.alma, 2, 5, self.tove)
        self.absent(self.tove, 6, 8, self.alma)
        with self.assertRaises(Invalid):
            self.absent(self.alma, 2, 7, self.tove, absence=first)
        self.absent(self.alma, 2, 6, self.tove, absence=first)

    def test_two_absences_of_one_agent_do_not_meet(self) -> None:
        self.absent(self.alma, 2, 5)
        with self.assertRaises(Invalid) as refused:
            self.absent(self.alma, 4, 7)
        self.assertEqual(refused.exception.field, "starts_at")
        self.absent(self.alma, 5, 7)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Absence.objects.create(person=self.alma, starts_at=at(3), ends_at=at(4))

    def test_what_cannot_be_is_refused_at_its_field(self) -> None:
        gone = Person.objects.create(kind="agent", name="Gone", is_active=False)
        for more, field in (
            ({"ends_at": at(2)}, "ends_at"),
            ({"kind": "holiday?"}, "kind"),
            ({"deputy": self.alma}, "deputy"),
            ({"deputy": self.rui}, "deputy"),
            ({"deputy": gone}, "deputy"),
        ):
            with self.assertRaises(Invalid) as refused:
                self.absent(self.alma, 2, 5, **more)
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Invalid):
            self.absent(gone, 2, 5)

    def test_oneself_ones_lead_and_administrators_may(self) -> None:
        with self.assertRaises(NotAllowed):
            self.absent(self.alma, 2, 5, by=self.tove)
        with self.assertRaises(NotAllowed):
            self.absent(self.alma, 2, 5, by=self.rui)
        self.desk.leads.add(self.tove)
        made = self.absent(self.alma, 2, 5, by=self.tove)
        absences.remove_absence(made, by=self.alma)
        with self.assertRaises(NotFound):
            absences.remove_absence(made, by=self.alma)
