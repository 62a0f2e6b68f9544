"""When things happen in an office: most between half past eight and six, from Monday to Friday."""

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Rome")
OPENS, CLOSES = time(8, 30), time(18, 0)
SATURDAY = 5
# How much is asked for on each day of the week from Monday, and in each hour from 7 to 21.
DAYS = (13, 11, 10, 10, 9, 0.7, 0.4)
HOURS = (1, 6, 12, 12, 9, 4, 5, 9, 10, 8, 5, 2, 0.8, 0.6, 0.4)
FIRST_HOUR = 7


def in_working_hours(rng: Random, moment: datetime) -> datetime:
    """`moment`, or some minutes into the next time when the desk works."""
    local = moment.astimezone(ZONE)
    if local.weekday() < SATURDAY and OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    morning = datetime.combine(day, OPENS, ZONE) + timedelta(minutes=rng.uniform(2, 80))
    return max(morning, moment + timedelta(minutes=1))


def while_awake(rng: Random, moment: datetime) -> datetime:
    """`moment`, or the next morning; weekends are mostly left alone."""
    local = moment.astimezone(ZONE)
    while local.weekday() >= SATURDAY and rng.random() < 0.85:
        local = datetime.combine(local.date() + timedelta(days=1), time(8), ZONE)
    if FIRST_HOUR <= local.hour < FIRST_HOUR + len(HOURS):
        return max(local, moment)
    day = local.date() + timedelta(days=local.hour >= FIRST_HOUR)
    return datetime.combine(day, time(8), ZONE) + timedelta(minutes=rng.uniform(0, 90))


def asked_at(rng: Random, now: datetime, *, oldest: int, newest: int = 0) -> datetime:
    """A moment before `now`, from `oldest` to `newest` days ago, when somebody in an office would ask for help."""
    today = now.astimezone(ZONE).date()
    days = [today - timedelta(days=n) for n in range(newest, oldest + 1)]
    while True:
        day = rng.choices(days, [DAYS[d.weekday()] for d in days])[0]
        hour = rng.choices(range(FIRST_HOUR, FIRST_HOUR + len(HOURS)), HOURS)[0]
        moment = datetime.combine(day, time(hour), ZONE) + timedelta(seconds=rng.randrange(3600))
        if moment < now:
            return moment
        days = days[1:] if len(days) > 1 else [days[0] - timedelta(days=1)]
