"""The time zone of a plant, its present time, and the times around which rows and questions are placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oracle.dice import Dice

# East and west of Greenwich, with and without clock changes: skipped midnights (Santiago, Beirut), a
# half-hour change (Lord Howe), odd offsets (Kathmandu, St Johns), both ends of the day (Kiritimati, Pago
# Pago).
ZONES = (
    "America/Bogota",
    "UTC",
    "America/Santiago",
    "Europe/Madrid",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Pacific/Pago_Pago",
    "Pacific/Auckland",
    "America/Sao_Paulo",
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """`anchors` are critical times: now, and the first second of months, years, days and changed clocks."""

    zone: str
    now: dt.datetime
    anchors: tuple[dt.datetime, ...]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def moment(self, dice: Dice, *, days_back: int = 120, days_ahead: int = 0) -> dt.datetime:
        """Draw a second: an anchor or a second beside it, or any time in the last and next days."""
        if dice.once_in(3):
            near = dice.pick(0, -1, 1, 3600, -3600, 86_399)
            return dice.of(self.anchors) + dt.timedelta(seconds=near)
        day = dice.below(days_back + days_ahead) - days_back
        return self.now + dt.timedelta(days=day, seconds=dice.below(256) * 337)

    def past(self, dice: Dice, days_back: int = 120) -> dt.datetime:
        return min(self.moment(dice, days_back=days_back), self.now)

    def after(self, dice: Dice, moment: dt.datetime) -> dt.datetime:
        """Draw the same time, or one seconds, hours or weeks later, but not in the future."""
        seconds = dice.pick(3600, 0, 1, 60, 7200, 90_061, 86_400 * 7, 86_400 * 40) + dice.below(60)
        return max(moment, min(moment + dt.timedelta(seconds=seconds), self.now))


def first_moment(tz: ZoneInfo, date: dt.date) -> dt.datetime:
    """Return the start of a day. If midnight is skipped, that is the first second after the gap."""
    midnight = dt.datetime.combine(date, dt.time(), tz).astimezone(dt.UTC)
    if midnight.astimezone(tz).date() == date:
        while (midnight - dt.timedelta(minutes=1)).astimezone(tz).date() == date:
            midnight -= dt.timedelta(minutes=1)
        return midnight
    while midnight.astimezone(tz).date() < date:
        midnight += dt.timedelta(minutes=1)
    return midnight


@cache
def _changes(zone: str, year: int) -> Sequence[dt.datetime]:
    tz, found = ZoneInfo(zone), []
    moment = dt.datetime(year - 1, 1, 1, tzinfo=dt.UTC)
    while moment.year <= year:
        if moment.astimezone(tz).utcoffset() != (moment + dt.timedelta(hours=1)).astimezone(tz).utcoffset():
            found.append(moment + dt.timedelta(hours=1))
        moment += dt.timedelta(hours=1)
    return tuple(found)


@cache
def calendar(zone: str, now: dt.datetime) -> Calendar:
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    months = [today.replace(day=1)]
    for _ in range(5):
        months.append((months[-1] - DAY).replace(day=1))
    days = [today, today - DAY, today - 30 * DAY, today - 90 * DAY, *months, today.replace(month=1, day=1)]
    moments = [now, *(first_moment(tz, day) for day in days)]
    moments += [change for change in _changes(zone, now.year) if change <= now and now - change < 200 * DAY]
    return Calendar(zone, now, tuple(moments))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(ZONES))
    # Near the ends of months, years and summer time as often as in between.
    day = draw(
        st.sampled_from(
            [
                dt.datetime(2026, 11, 28, 15, 0, tzinfo=dt.UTC),
                dt.datetime(2026, 1, 1, 3, 0, tzinfo=dt.UTC),
                dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=dt.UTC),
                dt.datetime(2026, 4, 5, 6, 0, tzinfo=dt.UTC),
                dt.datetime(2025, 10, 26, 1, 30, tzinfo=dt.UTC),
                dt.datetime(2024, 2, 29, 12, 0, tzinfo=dt.UTC),
                dt.datetime(2026, 9, 6, 4, 30, tzinfo=dt.UTC),
            ]
        )
    )
    return calendar(zone, day)
