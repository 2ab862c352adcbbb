"""Two plants larger than any drawn one: more than 1,200 assets, and 100,000 rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.oracle.asked import Asked, Figures
from tests.oracle.asking import Question, Reply
from tests.oracle.calendars import calendar
from tests.oracle.checking_lists import check
from tests.oracle.comparing import differences, rows_differ
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.filters import INSIDE, Filter
from tests.oracle.growing import large_plant
from tests.oracle.lists import LISTS
from tests.oracle.plants import Plant
from tests.oracle.tables import Tables
from tests.oracle.tally import Tally
from tests.oracle.without_database import ScriptedWorld

NOW = calendar("America/Santiago", dt.datetime(2026, 9, 6, 4, 30, tzinfo=dt.UTC))
SHOWN = 200  # groups in one answer
AGREED = (("allow_calls", 400),)
DAY = 86_400.0


def compare(tally: Tally, asked: Asked, figures: Figures, reply: Reply) -> None:
    """Compare the groups that are shown, and their number."""
    assert not reply.error, reply
    assert not reply.answer["coverage"]["partial"], reply
    found = differences(figures.overall, reply.answer["overall"], asked.metric)
    tally.figures += len(figures.overall)
    if figures.rows is not None:
        shown = reply.answer.get("groups" if asked.metric == "reliability" else "rows") or []
        assert reply.answer["groups_total"] == len(figures.rows), reply
        found += _first_rows_differ(figures.rows, shown)
        tally.figures += sum(map(len, shown))
    assert not found, "\n".join([*found, repr(asked)])


def _first_rows_differ(rows: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[str]:
    """Compare the first rows: of many groups only the first are shown, with some of the folios."""
    found = []
    for row, theirs in zip(rows, shown, strict=False):
        if len(row.get("folios", ())) > len(theirs.get("folios", ())):  # some of them are shown
            found += [] if {*theirs["folios"]} <= row["folios"] else [f"{row['key']}.folios: {theirs}"]
            row["folios"] = {*theirs["folios"]}
    return found + rows_differ(rows[:SHOWN], shown)


@pytest.fixture(scope="module")
def many_assets() -> Plant:
    rows = {"places": 60, "equipment": 1700, "people": 12, "stops": 400, "orders": 500, "tasks": 900}
    plant = large_plant(1, NOW, **rows, requests=200, meters=250, readings=600, plans=6, supply=40)
    assert sum(item["type"] == 2 for item in plant["Item"]) > 1200
    return plant


@pytest.fixture(scope="module")
def many_rows() -> Plant:
    rows = {"equipment": 60, "people": 40, "orders": 26_000, "tasks": 56_000, "requests": 13_000}
    plant = large_plant(2, NOW, **rows, changes=5_000, stops=80, pending=300, supply=20)
    assert sum(map(len, plant.rows.values())) >= 100_000
    return plant


@pytest.fixture(scope="module")
def tables_of_assets(many_assets: Plant) -> Tables:
    return Tables(many_assets)


@pytest.fixture(scope="module")
def tables_of_rows(many_rows: Plant) -> Tables:
    return Tables(many_rows)


def asked_about(plant: Plant, tables: Tables, *cells: tuple[str, str], days_back: float) -> list[Asked]:
    since = tables.now - days_back * DAY
    words = (("since", dt.datetime.fromtimestamp(since, dt.UTC).isoformat()), *AGREED)
    return [Asked(metric, since, tables.now, "company", None, group, words=words) for metric, group in cells]


def test_more_than_1200_assets(many_assets: Plant, tables_of_assets: Tables, scripted: ScriptedWorld) -> None:
    scripted.plant(many_assets)
    cells = [("reliability", group) for group in ("none", "asset", "location", "month")]
    cells += [
        ("cost", "asset"),
        ("compliance", "location"),
        ("requests", "location"),
        ("planned_share", "family"),
    ]
    asked = asked_about(many_assets, tables_of_assets, *cells, days_back=60)
    now = [
        Asked(metric, 0.0, tables_of_assets.now, words=AGREED)
        for metric in ("stale_meters", "meter_forecast")
    ]
    asked += now
    for one, reply in zip(asked, scripted.ask(*(each.question for each in asked)), strict=True):
        compare(scripted.tally, one, EXPECTED[one.metric](tables_of_assets, one), reply)


def test_places_with_more_assets_than_a_question_reads(
    many_assets: Plant, tables_of_assets: Tables, scripted: ScriptedWorld
) -> None:
    """Lists and figures of the largest locations, at any depth."""
    scripted.plant(many_assets)
    places = tables_of_assets(
        """
        SELECT place.code, count(*) AS inside FROM Item AS place
          JOIN Item AS asset ON instr(asset.ancestors, '/' || place.id || '/') > 0
         WHERE place.type IN (1, 2) GROUP BY 1 ORDER BY 2 DESC LIMIT 3
        """
    )

    for place in places:
        code = place["code"]
        within = Filter({"location": code}, INSIDE.format(path="asset.ancestors", code=code))
        check(scripted, many_assets, LISTS["list_assets assets"], [within], 100, tables_of_assets)
        itself = INSIDE.format(path="asset.ancestors || asset.id || '/'", code=code)
        check(
            scripted,
            many_assets,
            LISTS["list_meters meters"],
            [Filter({"location": code}, itself)],
            100,
            tables_of_assets,
        )
        asked = [
            Asked("stale_meters", 0.0, tables_of_assets.now, "location", code, words=AGREED),
            Asked("backlog", 0.0, tables_of_assets.now, "location", code, "asset", words=AGREED),
        ]
        for one, reply in zip(asked, scripted.ask(*(each.question for each in asked)), strict=True):
            compare(scripted.tally, one, EXPECTED[one.metric](tables_of_assets, one), reply)


def test_too_many_assets_to_be_listed_are_counted_and_said(
    scripted: ScriptedWorld,
) -> None:
    """Without agreement to more calls: active equipment, components included, and partial."""
    plant = large_plant(3, NOW, places=30, equipment=2300, stops=50, orders=50, tasks=80)
    tables = Tables(plant)
    scripted.plant(plant)
    [reply] = scripted.ask(Question("get_maintenance_metrics", {"metric": "reliability"}))
    counted = tables.row("SELECT count(*) AS n FROM Item WHERE type = 2 AND active")["n"]
    assert counted > 1200
    assert reply.answer["overall"]["assets"] == counted
    assert reply.answer["coverage"]["partial"] is True
    scripted.tally.figures += 2


def test_100000_rows(many_rows: Plant, tables_of_rows: Tables, scripted: ScriptedWorld) -> None:
    scripted.plant(many_rows)
    cells: list[tuple[str, str]] = [("planned_share", "month"), ("compliance", "month")]
    cells += [
        ("cost", "person"),
        ("work_per_person", "none"),
        ("repeat_failures", "none"),
        ("requests", "month"),
    ]
    asked = asked_about(many_rows, tables_of_rows, *cells, days_back=40)
    asked.append(Asked("backlog", 0.0, tables_of_rows.now, group_by="family", words=AGREED))
    for one, reply in zip(asked, scripted.ask(*(each.question for each in asked)), strict=True):
        compare(scripted.tally, one, EXPECTED[one.metric](tables_of_rows, one), reply)


def test_100000_rows_are_asked_about_first_and_listed_in_pages(
    many_rows: Plant, tables_of_rows: Tables, scripted: ScriptedWorld
) -> None:
    scripted.plant(many_rows)
    since = (NOW.now - dt.timedelta(days=100)).isoformat()
    named: dict[str, Any] = {"metric": "planned_share", "since": since}
    [refused] = scripted.ask(Question("get_maintenance_metrics", named))
    assert refused.error["code"] == "needs_many_calls", refused

    begin = NOW.now - dt.timedelta(days=6)
    period = {"since": begin.isoformat(), "date_kind": "created"}
    when = [Filter(period, f"created >= {begin.timestamp()!r}")]
    check(scripted, many_rows, LISTS["list_work_orders work_orders"], when, 100, tables_of_rows)
    when = [Filter(period, f"request.date >= {begin.timestamp()!r}")]
    check(scripted, many_rows, LISTS["list_work_requests work_requests"], when, 100, tables_of_rows)
