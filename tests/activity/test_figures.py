"""The figures of the charts, against ones computed here from the rows as plain SQL gives them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from activity import figures
from activity.figures import Counts, Whose
from activity.spans import PERIODS, spans_of
from audit.chain import append
from audit.kinds import Kind
from tests.activity.events import event_of
from tests.conftest import World
from tests.consumers.registered import consumer_in

NOW = dt.datetime(2026, 11, 20, 20, 34, 56, tzinfo=dt.UTC)
BOGOTA = ZoneInfo("America/Bogota")
pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(world: World) -> World:
    """A thousand calls in 100 days, many of them in the last hours; rows of other kinds and companies."""
    chance = random.Random(7)  # the same rows in each run
    apps = [consumer_in(world), consumer_in(world, "Sheet")]
    foreign = consumer_in(world, stranger=True)
    rows = []
    for number in range(1000):
        hours = 100 * 24 * chance.random() ** 3
        rows.append(event_of(
            world.company, Kind.TOOL_CALL, at=NOW - dt.timedelta(hours=hours), consumer=chance.choice(apps),
            user=chance.choice([world.owner, world.colleague]), tool="x", is_write=number % 3 == 0,
            outcome=chance.choice(["done", "done", "done", "refused", "failed", "unknown"]),
            milliseconds=chance.randrange(3000), upstream_calls=chance.randrange(40),
        ))  # fmt: skip
    for hours in range(50):
        at = NOW - dt.timedelta(hours=hours)
        rows += [
            event_of(world.company, Kind.SETTINGS_CHANGED, at=at, milliseconds=9999, upstream_calls=999),
            event_of(world.other_company, Kind.TOOL_CALL, at=at, consumer=foreign, upstream_calls=999),
        ]
    append(rows)
    return world


def calls_in(world: World, where: str = "1 = 1") -> list[tuple[Any, ...]]:
    """Return (at, is_write, outcome, milliseconds, upstream_calls) of the company's calls."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, is_write, outcome, milliseconds, upstream_calls FROM audit_event"
            f" WHERE company_id = %s AND kind = 'tool.call' AND {where}",
            [world.company.pk],
        )
        rows = cursor.fetchall()
    return [(moment_of(row[0]), *row[1:]) for row in rows]


def moment_of(stored: Any) -> dt.datetime:
    found = dt.datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("whose", ["company", "app", "person"])
def test_figures_of_each_span(busy: World, period: str, whose: str) -> None:
    app, person = busy.company.consumers.get(name="Sheet").pk, busy.colleague.pk
    chosen, where = {
        "company": (Whose(busy.company.pk), "1 = 1"),
        "app": (Whose(busy.company.pk, consumer_id=app), f"consumer_id = {app}"),
        "person": (Whose(busy.company.pk, user_id=person), f"user_id = {person}"),
    }[whose]
    rows = calls_in(busy, where)
    with timezone.override(BOGOTA):
        spans = spans_of(period, NOW)
        shown = figures.figures_of(chosen, spans)
    counted, took, busiest = shown.counts, shown.latency, shown.busiest_minutes
    assert sum(each.calls for each in counted) > 10
    for index, span in enumerate(spans):
        inside = [row for row in rows if span.begins <= row[0] < span.ends]
        outcomes = Counter(row[2] for row in inside)
        assert counted[index] == Counts(
            calls=len(inside),
            writes=sum(bool(row[1]) for row in inside),
            refused=outcomes["refused"],
            failed=outcomes["failed"] + outcomes["unknown"],
            upstream=sum(row[4] for row in inside),
        )
        done = sorted(row[3] for row in inside if row[2] == "done")
        for part, found in ((0.5, took[index].p50), (0.95, took[index].p95)):
            assert found == (done[math.ceil(part * len(done)) - 1] if done else None)
        minutes: Counter[dt.datetime] = Counter()
        for at, *_others, upstream in inside:
            minutes[at.replace(second=0, microsecond=0)] += upstream
        assert busiest[index] == max(minutes.values(), default=0)


@pytest.mark.parametrize(("period", "number", "hours"), [("24h", 24, 1), ("30d", 30, 24), ("90d", 90, 24)])
def test_spans_follow_each_other_up_to_now(period: str, number: int, hours: int) -> None:
    with timezone.override(BOGOTA):
        spans = spans_of(period, NOW)
    assert len(spans) == number
    assert [span.ends for span in spans[:-1]] == [span.begins for span in spans[1:]]
    assert spans[-1].begins <= NOW < spans[-1].ends
    assert {span.ends - span.begins for span in spans} == {dt.timedelta(hours=hours)}
    if hours == 24:
        assert {span.begins.astimezone(BOGOTA).hour for span in spans} == {0}


def test_a_day_in_which_the_clock_changes_is_one_span() -> None:
    """In São Paulo of 2018 midnight of 4 November did not exist; in Lisbon a day of 2026 has 25 hours."""
    with timezone.override(ZoneInfo("Europe/Lisbon")):
        spans = spans_of("30d", dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC))
    lengths = [
        (span.ends.astimezone(dt.UTC) - span.begins.astimezone(dt.UTC)) // dt.timedelta(hours=1)
        for span in spans
    ]
    assert sorted(set(lengths)) == [24, 25]
    with timezone.override(ZoneInfo("America/Sao_Paulo")):
        spans = spans_of("7d", dt.datetime(2018, 11, 6, 12, tzinfo=dt.UTC))
    assert all(span.begins < span.ends for span in spans)
    assert [span.ends for span in spans[:-1]] == [span.begins for span in spans[1:]]
