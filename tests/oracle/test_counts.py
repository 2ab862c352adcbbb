"""Counts of lists over an upstream that ignores a filter and counts records that were not asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asked import Asked
from tests.oracle.asking import Question
from tests.oracle.calendars import calendar
from tests.oracle.checking_lists import check, chosen
from tests.oracle.comparing import differences
from tests.oracle.dice import Dice
from tests.oracle.drawn import FACES
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.filters import Filter
from tests.oracle.growing import large_plant, plants
from tests.oracle.lists import LISTS
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

LATE = "late_in_process_tasks"
FAR_BACK = dt.timedelta(days=300)
NOW = calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC))
# List, its argument, and the parameter that carries it upstream.
CARRIED = [
    ("list_assets assets", "type", "item_type"),
    ("list_assets assets", "active", "active"),
    ("list_assets assets", "available", "available"),
    ("list_work_orders work_orders", "status", "ot_status"),
    ("list_work_orders work_orders", "asset", "code_asset"),
    ("list_work_requests work_requests", "status", "id_status"),
    ("list_work_requests work_requests", "asset", "code_item"),
    ("list_meters meters", "serial", "serial"),
    ("list_meters meters True", "serial", "serial"),
    ("list_warehouse_documents documents material_requests", "warehouse", "code"),
    ("list_warehouse_documents documents requisitions", "warehouse", "warehouse_code"),
    ("list_transactions transactions", "action", "action"),
    ("list_transactions transactions", "module", "module"),
    ("list_task_plans entries tasks", "plan", "id_group_task"),
    ("list_task_plans entries triggers", "task", "id_task"),
    ("list_task_plans entries resources labour", "task", "id_task"),
    ("list_task_plans entries resources parts", "task", "id_task"),
    ("list_task_plans entries resources services", "task", "id_task"),
]


@pytest.mark.parametrize(("name", "argument", "parameter"), CARRIED)
def test_a_total_is_of_what_was_asked_for(
    name: str, argument: str, parameter: str, scripted: ScriptedWorld
) -> None:
    listed = LISTS[name]

    @on_many_plants(len(CARRIED), 0.3)
    @given(plants(), FACES, st.sampled_from([1, 3, 25]), st.sampled_from([100, 7]))
    def run(plant: Plant, faces: bytes, limit: int, cap: int) -> None:
        made = chosen(plant, listed, [argument], Dice(faces))
        if made is None or not any(argument in each.arguments for each in made):
            return
        scripted.quirks = Quirks(ignored=frozenset({parameter}), cap=cap)
        scripted.plant(plant)
        check(scripted, plant, listed, made, limit)

    run()


def _assets(plant: Plant) -> None:
    for item in plant["Item"]:
        item["active"] = item["id"] <= 130


def _orders(plant: Plant) -> None:
    newest = sorted(plant["WorkOrder"], key=lambda row: (row["creation_date"], row["id"]), reverse=True)
    for place, order in enumerate(newest):
        order["status"] = 3 if place < 130 else 1
    of_newest = {order["id"] for order in newest[:130]}
    for task in plant["WorkOrderTask"]:
        task["item_id"] = 1 if task["work_order_id"] in of_newest else 2


def _requests(plant: Plant) -> None:
    newest = sorted(plant["WorkRequest"], key=lambda row: (row["date"], row["id"]), reverse=True)
    for place, request in enumerate(newest):
        request["status"], request["item_id"] = (1, 1) if place < 130 else (4, 2)


@pytest.mark.parametrize("ignores", [True, False])
@pytest.mark.parametrize("limit", [25, 100])
@pytest.mark.parametrize(
    ("name", "arrange", "asked", "condition", "parameter"),
    [
        ("list_assets assets", _assets, {"active": True}, "asset.active", "active"),
        ("list_work_orders work_orders", _orders, {"status": ["completed"]}, "order_status = 3", "ot_status"),
        ("list_work_orders work_orders", _orders, {"asset": "{code}"}, "code = '{code}'", "code_asset"),
        (
            "list_work_requests work_requests",
            _requests,
            {"status": ["open"]},
            "request.status = 1",
            "id_status",
        ),
        (
            "list_work_requests work_requests",
            _requests,
            {"asset": "{code}"},
            "asset.code = '{code}'",
            "code_item",
        ),
    ],
)
def test_a_first_page_of_what_was_asked_for_proves_nothing(
    name: str,
    arrange: Callable[[Plant], None],
    asked: dict[str, object],
    condition: str,
    parameter: str,
    limit: int,
    ignores: bool,
    scripted: ScriptedWorld,
) -> None:
    plant = large_plant(9, NOW, places=0, equipment=200, orders=260, tasks=420, requests=260)
    arrange(plant)
    code = plant["Item"][0]["code"]
    arguments = {
        key: value.format(code=code) if isinstance(value, str) else value for key, value in asked.items()
    }
    scripted.quirks = Quirks(ignored=frozenset({parameter}) if ignores else frozenset())
    scripted.plant(plant)
    check(scripted, plant, LISTS[name], [Filter(arguments, condition.format(code=code))], limit)
    [reply] = scripted.ask(Question(LISTS[name].tool, {**arguments, "limit": limit}))
    notes = " ".join(reply.answer["notes"])
    if ignores:
        assert "total" not in reply.answer, reply
    else:  # one more question shows that the filter has an effect
        assert "total" in reply.answer or "The question fits" in notes, reply
        assert "t most" not in notes, reply


@pytest.mark.parametrize("ignored", ["code_asset", "ot_status", None])
@pytest.mark.parametrize("scope", ["asset", "company"])
@pytest.mark.parametrize("newest", [300, 700])
def test_a_summary_of_more_than_a_page_is_right_or_left_out(
    newest: int, scope: str, ignored: str | None, scripted: ScriptedWorld
) -> None:
    """The newest page of each status is of the asset, and whole pages of others come later."""
    plant = large_plant(9, NOW, places=0, equipment=20, orders=800, tasks=1500)
    for task in plant["WorkOrderTask"]:
        created = plant["WorkOrder"][task["work_order_id"] - 1]["creation_date"]
        newer = sum(order["creation_date"] >= created for order in plant["WorkOrder"])
        task["item_id"] = 1 if newer <= newest else 2
    since = NOW.now - FAR_BACK
    named: dict[str, Any] = {"since": since.isoformat()}
    code = plant["Item"][0]["code"] if scope == "asset" else None
    asked = Asked("summary", since.timestamp(), NOW.now.timestamp(), scope, code, words=tuple(named.items()))
    expected = EXPECTED["summary"](Tables(plant), asked).overall
    assert max(value or 0 for value in expected.values()) > 100
    scripted.quirks = Quirks(ignored=frozenset([ignored] if ignored else []))
    scripted.plant(plant)
    [reply] = scripted.ask(asked.question)
    shown = {name: value for name, value in expected.items() if name in reply.answer["overall"]}
    given, is_partial = reply.answer["overall"], reply.answer["coverage"]["partial"]
    if any("Not all work orders could be read" in note for note in reply.answer["notes"]):
        assert given[LATE] <= shown.pop(LATE), reply
    assert not differences(shown, given, "summary"), reply
    scripted.tally.figures += len(shown)
    assert is_partial is (shown != expected), reply
    if ignored is None:
        assert shown == expected, reply
