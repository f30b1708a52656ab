"""When an alarm is due: cron, interval or once, between a start and a stop. Pure: the time is passed in.

Cron is Vixie's as Debian keeps it, read by cronsim: five fields, or six with seconds first. In a time zone with
summer time a job at a fixed hour runs once a day, also where that hour is skipped or there twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fnkit.core.errors import BadArgument

CatchUp = Literal["none", "one", "all"]
"""What becomes of alarms that nobody was there for: nothing, the latest, or each of them."""
LATE = timedelta(seconds=10)
"""What is fired no later than that was not missed."""
MOST = 1000
"""Missed alarms that are fired, or counted, at one time."""
SET_BACK = timedelta(hours=3)
"""A clock that was set back further counts from there anew; within it nothing is fired twice."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments that a cron expression names in a time zone."""

    expression: str
    zone: str = "UTC"
    delay: int = 0
    """Seconds after each moment: spreads alarms that are all at the full minute."""

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Those after `moment`, the next one first."""
        return self._from(moment - timedelta(seconds=self.delay), reverse=False)

    def upto(self, moment: datetime) -> Iterator[datetime]:
        """Those up to `moment` (with it, to the microsecond), the latest one first."""
        # The iterator begins before the second that it is given.
        return self._from(moment - timedelta(seconds=self.delay) + timedelta(microseconds=1), reverse=True)

    def _from(self, moment: datetime, reverse: bool) -> Iterator[datetime]:
        from cronsim import CronSim

        found = CronSim(self.expression, moment.astimezone(ZoneInfo(self.zone)), reverse)
        return (one.astimezone(UTC) + timedelta(seconds=self.delay) for one in found)

    def check(self) -> None:
        """Raises BadArgument where the expression or the zone is none."""
        from cronsim import CronSim, CronSimError

        tried = f"Reading the schedule {self.expression!r}"
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            advice = "Give one of the tz database: Europe/Berlin, America/New_York, UTC."
            raise BadArgument(tried, f"there is no time zone {self.zone!r}.", advice) from None
        try:
            CronSim(self.expression, datetime.now(UTC))
        except (CronSimError, AssertionError, TypeError) as error:
            raise BadArgument(
                tried,
                f"cron pattern '{self.expression}' is not valid ({error}).",
                "Give minute hour day month weekday, or second in front of them: */5 * * * *.",
            ) from None
        if next(self.after(datetime.now(UTC)), None) is None:
            raise BadArgument(tried, f"cron pattern '{self.expression}' names no day that will ever be.")


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many minutes from `start` on."""

    minutes: float
    start: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Those after `moment`, the next one first."""
        count = max(0, (moment - self.start) // self._step + 1)
        while True:
            yield self.start + count * self._step
            count += 1

    def upto(self, moment: datetime) -> Iterator[datetime]:
        """Those up to `moment`, the latest one first."""
        for count in range((moment - self.start) // self._step, -1, -1):
            yield self.start + count * self._step

    @property
    def _step(self) -> timedelta:
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Once:
    """One moment."""

    date: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        """It, where it is after `moment`."""
        return iter((self.date,) if self.date > moment else ())

    def upto(self, moment: datetime) -> Iterator[datetime]:
        """It, where it is up to `moment`."""
        return iter((self.date,) if self.date <= moment else ())


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be fired now, in order, and how many alarms were passed over."""

    fire: tuple[datetime, ...] = ()
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Moments between `start` and `stop` (both included), and what becomes of those that were missed."""

    times: Cron | Interval | Once
    start: datetime | None = None
    stop: datetime | None = None
    catch_up: CatchUp = "none"

    def next(self, moment: datetime) -> datetime | None:
        """The first one after `moment`; None where there is no more."""
        if self.start and moment < self.start:
            moment = self.start - timedelta(microseconds=1)
        found = next(self.times.after(moment), None)
        return None if found is None or (self.stop and found > self.stop) else found

    def due(self, mark: datetime, now: datetime) -> Due:
        """What came due after `mark` and up to `now`. What was fired, or passed over, is not due again."""
        found = tuple(reversed(tuple(islice(self._between(mark, now), MOST + 1))))
        # What is a little late was not missed: all of it, where the loop stood still for some seconds.
        late = tuple(moment for moment in found if now - moment <= LATE)
        missed = found[: len(found) - len(late)]
        caught_up = {"none": (), "one": missed[-1:], "all": missed}[self.catch_up]
        fire = (*caught_up, *late)[-MOST:]
        return Due(fire, len(found) - len(fire))

    def _between(self, mark: datetime, now: datetime) -> Iterator[datetime]:
        """The latest one first."""
        last = min(now, self.stop) if self.stop else now
        first = max(mark, self.start - timedelta(microseconds=1)) if self.start else mark
        return takewhile(lambda moment: moment > first, self.times.upto(last))


def counted(mark: datetime, now: datetime) -> datetime:
    """From where to count: the mark, unless the clock was set back so far that it would wait for hours."""
    return now if mark - now > SET_BACK else mark


Now = Callable[[], datetime]
