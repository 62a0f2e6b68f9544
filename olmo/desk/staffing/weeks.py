"""The weeks that a board shows: one or four, beginning on a Monday of the reader's zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from olmo.kernel.errors import Invalid

from ..shell import DeskRequest

LENGTHS = (1, 4)


@dataclass(frozen=True)
class Weeks:
    """first: a Monday; count: how many weeks. before_url and after_url lead on, other_url to the other length."""

    first: date
    count: int
    before_url: str
    after_url: str
    other_url: str

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=7 * self.count - 1)

    @property
    def start(self) -> datetime:
        """The first midnight."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The midnight after the last day."""
        return _midnight(self.last + timedelta(days=1))

    def days(self) -> Iterator[tuple[date, datetime, datetime]]:
        """Each day with its two midnights."""
        for n in range(7 * self.count):
            day = self.first + timedelta(days=n)
            yield day, _midnight(day), _midnight(day + timedelta(days=1))


def read(request: DeskRequest) -> Weeks:
    """The weeks that the address names by `start` (any day of the first) and `weeks`. Raises Invalid."""
    count = 4 if request.GET.get("weeks") == "4" else 1
    text = request.GET.get("start", "")
    try:
        day = date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise Invalid("start", text[:20]) from error
    if not 1990 < day.year < 2200:
        raise Invalid("start", text[:20])
    first = day - timedelta(days=day.weekday())
    step = timedelta(days=7 * count)
    other = next(n for n in LENGTHS if n != count)
    return Weeks(
        first,
        count,
        _url(request, first - step, count),
        _url(request, first + step, count),
        _url(request, first, other),
    )


def _url(request: DeskRequest, first: date, count: int) -> str:
    kept = request.GET.copy()
    kept["start"], kept["weeks"] = first.isoformat(), str(count)
    return f"{request.path}?{kept.urlencode()}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)
