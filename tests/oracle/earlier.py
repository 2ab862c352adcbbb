"""What a comparison with an earlier period should say, by counting days on a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.asked import Asked, Figures
from tests.oracle.calendars import first_moment
from tests.oracle.comparing import NEAR, WIDE
from tests.oracle.tables import Tables, folded

LAST = dt.timedelta(microseconds=1)
ONE = dt.timedelta(days=1)
# docs/metrics.md, "Compared with an earlier period".
GOOD = {
    "reliability": {
        **dict.fromkeys(("availability", "availability_by_failures", "mtbf_hours"), 1),
        **dict.fromkeys(("mttr_hours", "failures", "downtime_hours", "failure_downtime_hours"), -1),
    },
    "compliance": {"share": 1},
    "planned_share": {"planned_share": 1, "planned_hours_share": 1, "share": 1},
    "requests": {"response_hours": -1, "resolution_hours": -1},
    "work_per_person": {"hours_to_close": -1},
    "repeat_failures": {"failures": -1, "repeated": -1},
}
OF_NOW = {
    *("late_in_process_tasks", "failures_since_open", "in_grace"),
    *("stock", "minimum", "months_cover", "below_suggested"),
}


def days_of(tz: ZoneInfo, since: dt.datetime, until: dt.datetime) -> list[dt.date] | None:
    """Return the days of the period, None if it is not of whole days."""
    first, last = since.astimezone(tz).date(), until.astimezone(tz).date()
    if first_moment(tz, first) != since or first_moment(tz, last + ONE) - LAST != until:
        return None
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def a_year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return dt.date(day.year - 1, 2, 28)


def months_of(days: list[dt.date]) -> list[tuple[int, int]] | None:
    """Return the calendar months, None if the first or the last is not whole."""
    whole = days[0].day == 1 and (days[-1] + ONE).day == 1
    return sorted({(day.year, day.month) for day in days}) if whole else None


def earlier(tz: ZoneInfo, asked: Asked) -> tuple[dt.datetime, dt.datetime, int | None]:
    """Return both ends, and how many months back the period is if that is a whole number."""
    since, until = (dt.datetime.fromtimestamp(end, tz) for end in (asked.since, asked.until))
    days = days_of(tz, since, until)
    months = days and months_of(days)
    if months:
        back = 12 if asked.compare_with == "previous_year" else len(months)
        numbers = [year * 12 + month - 1 - back for year, month in (months[0], months[-1])]
        begin, last = (dt.date(number // 12, number % 12 + 1, 1) for number in numbers)
        after = (last + 31 * ONE).replace(day=1)
        return first_moment(tz, begin), first_moment(tz, after) - LAST, back
    if asked.compare_with == "previous_period":
        if days:
            return first_moment(tz, days[0] - len(days) * ONE), first_moment(tz, days[0]) - LAST, None
        end = since.astimezone(dt.UTC) - LAST
        return end - (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)), end, None
    return _ends_a_year_before(tz, since, until)


def _ends_a_year_before(
    tz: ZoneInfo, since: dt.datetime, until: dt.datetime
) -> tuple[dt.datetime, dt.datetime, int]:
    first, last = since.date(), until.date()
    if first_moment(tz, first) == since:
        begin = first_moment(tz, a_year_before(first))
    else:
        begin = on_the_clock(tz, since)
    if first_moment(tz, last + ONE) - LAST == until:
        end = first_moment(tz, a_year_before(last) + ONE) - LAST
    else:
        end = on_the_clock(tz, until)
    return begin, end, 12


def on_the_clock(tz: ZoneInfo, moment: dt.datetime) -> dt.datetime:
    """Return when the clock of the wall showed the same a year before, the same fold of it."""
    day = a_year_before(moment.date())
    there = dt.datetime(
        day.year, day.month, day.day, moment.hour, moment.minute, moment.second, moment.microsecond,
        tzinfo=tz, fold=moment.fold,
    )  # fmt: skip
    return there.astimezone(dt.UTC)


def differs(
    tables: Tables,
    asked: Asked,
    expected: Callable[[Tables, Asked], Figures],
    now: Figures,
    answer: dict[str, Any],
) -> list[str]:
    """Compare what the answer says of the changes with the figures of both periods."""
    since, until, months = earlier(tables.tz, asked)
    before = expected(tables, replace(asked, since=since.timestamp(), until=until.timestamp()))
    found = _ends(answer, since, until)
    found += _changes(asked.metric, now.overall, before.overall, answer["changes"], "overall")
    if now.rows is None or (asked.group_by == "month" and months is None):
        return found
    shift = months if asked.group_by == "month" and months else 0
    typed = asked.group_by in {"failure_type", "failure_cause", "family"}
    rows = {_identity(row, shift, typed): row for row in before.rows or ()}
    shown = answer.get("groups" if asked.metric == "reliability" else "rows") or []
    given = {_identity(row, 0, typed): row for row in shown}
    for row in now.rows:
        identity = _identity(row, 0, typed)
        theirs = given[identity]["changes"]
        if identity not in rows:
            found += [f"{identity} has no earlier row, and changes {theirs}"] if theirs else []
        else:
            found += _changes(asked.metric, row, rows[identity], theirs, str(identity))
    only = {row["key"] for identity, row in rows.items() if identity not in given}
    if only != {*answer.get("earlier_only", ())}:
        found.append(f"earlier_only should be {sorted(only)} and is {answer.get('earlier_only')}")
    return found


def _ends(answer: dict[str, Any], since: dt.datetime, until: dt.datetime) -> list[str]:
    shown = {name: dt.datetime.fromisoformat(text) for name, text in answer["earlier_period"].items()}
    wanted = {"since": since, "until": until}
    return [
        f"the earlier period should be {since} to {until} and is {shown}"
        for name, moment in wanted.items()
        if not dt.timedelta() <= moment - shown[name] < dt.timedelta(seconds=1)
    ]


def _identity(row: Mapping[str, Any], months: int, typed: bool) -> tuple[str, str]:
    """Return what is the same in both periods. A text may be typed otherwise in the other one."""
    key: str = (folded(row["key"]) or "") if typed else row["key"]
    if months and key != "-":
        number = int(key[:4]) * 12 + int(key[5:7]) - 1 + months
        key = f"{number // 12:04}-{number % 12 + 1:02}"
    return key, (row.get("task") or "").casefold()


def _changes(
    metric: str, now: Mapping[str, Any], before: Mapping[str, Any], given: Mapping[str, Any], where: str
) -> list[str]:
    known = {
        name
        for name, value in before.items()
        if isinstance(value, int | float) and name not in OF_NOW and name in now
    }
    # A column that the tables have for one of the rows only is of the answer alone.
    if known - given.keys() or (given.keys() - known) & now.keys() & before.keys():
        return [f"{where}: changes should be of {sorted(known)}, and are of {sorted(given)}"]
    found = []
    for name in known:
        if problem := _change(GOOD.get(metric, {}).get(name), name, now[name], before[name], given[name]):
            found.append(f"{where}.{name}: {problem}, {now[name]} and {before[name]}: {given[name]}")
    return found


def _change(
    good: int | None, name: str, now: float | None, before: float, given: Mapping[str, Any]
) -> str | None:
    near = NEAR.get(name, WIDE) + (abs(before) + abs(now or 0)) * 1e-9
    if abs(given["earlier"] - before) > near:
        return "the earlier figure differs"
    if now is None:
        return "no difference can be known" if given.keys() != {"earlier"} else None
    if abs(given["difference"] - (now - before)) > 2 * near:
        return "the difference differs"
    moved = given["difference"]
    if isinstance(now, int) and isinstance(before, int) and moved != now - before:
        return "the difference of counts differs"
    sign = (moved > 0) - (moved < 0)
    words = {-1: "down", 0: "same", 1: "up"} if good is None else {-good: "worse", 0: "same", good: "better"}
    return None if given["direction"] == words[sign] else f"the direction should be {words[sign]}"
