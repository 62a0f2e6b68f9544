"""Who stands in for somebody who is away: deputies of agents' absences, substitutes that requesters named."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.people.models import Person
from olmo.people.queries import by_address
from olmo.staffing.models import Absence

from .models import Substitute

MOST = 50  # of one person, past ones included


def standing_in(person: Person) -> list[Person]:
    """Who decides for somebody now, as far as they are here themselves."""
    now = clock.now()
    if person.is_requester:
        today = timezone.localdate(now)
        rows = Substitute.objects.filter(person=person, starts_on__lte=today, ends_on__gte=today).select_related(
            "deputy"
        )
        return [row.deputy for row in rows if row.deputy.is_active]
    away = Absence.objects.filter(person=person, starts_at__lte=now, ends_at__gt=now, deputy__is_active=True)
    return [row.deputy for row in away.select_related("deputy") if row.deputy]


def stood_in_for(person: Person) -> set[int]:
    """The people for whom somebody decides now."""
    now = clock.now()
    today = timezone.localdate(now)
    rows = Substitute.objects.filter(deputy=person, starts_on__lte=today, ends_on__gte=today)
    away = Absence.objects.filter(deputy=person, starts_at__lte=now, ends_at__gt=now)
    return {*rows.values_list("person_id", flat=True), *away.values_list("person_id", flat=True)}


def away() -> set[int]:
    """The people for whom somebody else decides now."""
    now = clock.now()
    today = timezone.localdate(now)
    rows = Substitute.objects.filter(starts_on__lte=today, ends_on__gte=today)
    absent = Absence.objects.filter(starts_at__lte=now, ends_at__gt=now, deputy__is_active=True)
    return {*rows.values_list("person_id", flat=True), *absent.values_list("person_id", flat=True)}


def absent(people: Collection[int]) -> set[int]:
    """Those of these people who are away now, whether or not somebody stands in."""
    now = clock.now()
    today = timezone.localdate(now)
    rows = Substitute.objects.filter(person__in=people, starts_on__lte=today, ends_on__gte=today)
    gone = Absence.objects.filter(person__in=people, starts_at__lte=now, ends_at__gt=now)
    return {*rows.values_list("person_id", flat=True), *gone.values_list("person_id", flat=True)}


def of(person: Person) -> list[Substitute]:
    """What somebody has arranged that is not over, the next first."""
    rows = Substitute.objects.filter(person=person, ends_on__gte=timezone.localdate(clock.now()))
    return list(rows.select_related("deputy"))


def name(person: Person, *, address: str, starts_on: date, ends_on: date) -> Substitute:
    """Let somebody of the same organisation decide from one day to another. Raises Invalid (nobody there; dates; themselves)."""
    assert person.client is not None
    found = by_address(address.strip())
    if found is None or found.client_id != person.client_id or not found.is_active:
        raise Invalid("address", _("Nobody of your organisation has this address."))
    if found.pk == person.pk:
        raise Invalid("address", _("Name somebody else than yourself."))
    if ends_on < starts_on:
        raise Invalid("ends_on", _("The last day is before the first."))
    if ends_on < timezone.localdate(clock.now()):
        raise Invalid("ends_on", _("Choose days that are still to come."))
    overlapping = Q(starts_on__lte=ends_on, ends_on__gte=starts_on)
    if Substitute.objects.filter(overlapping, person=person).exists():
        raise Invalid("starts_on", _("You have named a substitute for some of these days already."))
    if Substitute.objects.filter(person=person).count() >= MOST:
        Substitute.objects.filter(person=person, ends_on__lt=timezone.localdate(clock.now())).delete()
    return Substitute.objects.create(
        client=person.client, person=person, deputy=found, starts_on=starts_on, ends_on=ends_on
    )


def remove(person: Person, pk: int) -> None:
    """Take it back. Raises NotFound (not theirs)."""
    if not Substitute.objects.filter(person=person, pk=pk).delete()[0]:
        raise NotFound
