"""Paging of master data: records that appear or disappear before a cursor's position shift nothing.

The rows are written and deleted in the tables; the expected values come only from these changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from maintenance.models import (
    Item,
    ItemType,
    Meter,
    MeterReading,
    Personnel,
    PlannedResource,
    PlannedTask,
    ResourceType,
    StockLevel,
    TaskPlan,
    TaskTrigger,
    TaskType,
    ThirdParty,
    TriggerType,
    Warehouse,
)
from tests.gateway.tools.conftest import embedded_only
from tests.gateway.tools.small_plant import SmallPlant

Rows = list[dict[str, Any]]
NAMES = ("Ágata", "Zoe", "ana", "Ñusta", "Bo", "Émile", "bo", "Óscar", "Ana", "李", "Zoë", "Al", "al", "Ana")


@dataclass
class Case:
    """A list. `make` writes a row; `key` identifies it in an answer, `key_of_row` in the table."""

    tool: str
    plural: str
    key: Callable[[dict[str, Any]], object]
    make: Callable[[int], Model]
    key_of_row: Callable[[Any], object]
    arguments: dict[str, Any]


@pytest.fixture
def plant() -> SmallPlant:
    return SmallPlant(timezone.now())


def cases(plant: SmallPlant) -> dict[str, Case]:
    company = plant.company
    kind = TaskType.objects.create(company=company, description="Preventive")
    plan = TaskPlan.objects.create(company=company, description="Monthly")
    asset = plant.item("A1")
    meters = [
        Meter.objects.create(company=company, item=asset, serial=f"{plant.company.pk}-{n}", unit="h")
        for n in range(3)
    ]
    stores = [Warehouse.objects.create(company=company, code=f"W{n}", description="Store") for n in range(3)]

    def person(n: int) -> Model:
        return Personnel.objects.create(
            company=company, code=f"Q{n}" if n % 3 else None, first_name=NAMES[n % len(NAMES)],
            last_name=f"{n:03}",
        )  # fmt: skip

    def party(n: int) -> Model:
        return ThirdParty.objects.create(company=company, code=f"T{n}", name=NAMES[n % len(NAMES)])

    def task(n: int) -> PlannedTask:
        return PlannedTask.objects.create(
            company=company, plan=plan, type=kind, description=f"Task {n}"
        )  # fmt: skip

    def trigger(n: int) -> Model:
        return TaskTrigger.objects.create(
            company=company, task=task(n), type=TriggerType.EVENT, event=f"Event {n}"
        )

    def resource(n: int) -> Model:
        return PlannedResource.objects.create(
            company=company, task=task(n), type=ResourceType.HUMAN_RESOURCES, qty=1, description="Hours",
            order_number=n % 2,
        )  # fmt: skip

    def task_type(n: int) -> Model:
        return TaskType.objects.create(company=company, description=f"{NAMES[n % len(NAMES)]} {n}")

    def reading(n: int) -> Model:
        """Create three meters with readings at the same time."""
        moment = plant.now - dt.timedelta(days=1 + n // 3)
        return MeterReading.objects.create(
            company=company, meter=meters[n % 3], date_reading=moment, value=n, accumulated_value=n
        )

    def part(n: int) -> StockLevel:
        item = Item.objects.create(
            company=company, code=f"{1000 - n}", type=ItemType.SPARE_PARTS, field_1=f"Part {n}",
            description="Part",
        )  # fmt: skip
        return StockLevel.objects.create(company=company, warehouse=stores[n % 3], item=item, stock=n)

    plans: dict[str, Callable[[int], Model]] = {
        "plans": task, "tasks": task, "triggers": trigger, "resources": resource, "task_types": task_type,
    }  # fmt: skip
    ways = {
        f"list_task_plans-{name}": Case(
            "list_task_plans", "entries", lambda row: row.get("task") or row["id"], make, lambda row: row.pk,
            {"kind": name},
        )
        for name, make in plans.items()
    }  # fmt: skip
    ways["list_task_plans-triggers"].key = lambda row: row["id"]
    ways["list_task_plans-resources"].key = lambda row: row["id"]
    return ways | {
        "list_people": Case(
            "list_people", "people", lambda row: row["name"], person,
            lambda row: f"{row.first_name} {row.last_name}", {},
        ),
        "list_people-looked-through": Case(
            "list_people", "people", lambda row: row["name"], person,
            lambda row: f"{row.first_name} {row.last_name}", {"active": True},
        ),
        "list_third_parties": Case(
            "list_third_parties", "third_parties", lambda row: row["code"], party, lambda row: row.code, {},
        ),
        "list_meter_readings": Case(
            "list_meter_readings", "readings", lambda row: row["value"], reading, lambda row: row.value,
            {"asset": "A1"},
        ),
        "list_stock": Case(
            "list_stock", "stock", lambda row: row["item"], part, lambda row: row.item.code, {"active": True},
        ),
        "list_stock-one-warehouse": Case(
            "list_stock", "stock", lambda row: row["item"], part, lambda row: row.item.code,
            {"warehouse": "W1"},
        ),
    }  # fmt: skip


CASES = [
    *(f"list_task_plans-{kind}" for kind in ("plans", "tasks", "triggers", "resources", "task_types")),
    "list_people", "list_people-looked-through", "list_third_parties", "list_meter_readings", "list_stock",
    "list_stock-one-warehouse",
]  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_record_is_shown_once_while_others_come_and_go(plant: SmallPlant, name: str) -> None:
    case = cases(plant)[name]
    made = {case.key_of_row(row): row for row in map(case.make, range(1, 40))}
    whole = [case.key(row) for row in plant.person.everything(case.tool, case.plural, **case.arguments)]
    assert len(whole) == len(set(whole))
    stay = [key for key in whole if key in made]
    assert len(stay) > 9
    numbers = iter(range(40, 400))
    shown: list[object] = []
    gone: set[object] = set()
    cursor: dict[str, str] = {}
    for turn in range(100):
        page = plant.person.ask(case.tool, **case.arguments, limit=4, **cursor)
        shown += [case.key(row) for row in page[case.plural]]
        if not page["has_more"]:
            break
        assert not [note for note in page["notes"] if "start again" in note]
        cursor = {"cursor": page["next_cursor"]}
        if turn < 3:  # all but the last of them are deleted, then that one too
            for key in [key for key in shown if key in made][: -1 if turn else None]:
                if key not in gone:
                    made[key].delete()
                    gone.add(key)
            for _ in range(5 + turn):
                case.make(next(numbers))
    else:
        raise AssertionError("the pages do not end")
    assert len(shown) == len(set(shown))
    assert [key for key in shown if key in stay] == stay


@embedded_only
def test_warehouses_come_and_go(plant: SmallPlant) -> None:
    def store(n: int) -> Warehouse:
        return Warehouse.objects.create(company=plant.company, code=f"W{n}", description=f"Store {n}")

    made = [store(n) for n in range(12)]
    first = plant.person.ask("list_stock", limit=5)
    assert [row["code"] for row in first["warehouses"]] == [f"W{n}" for n in range(5)]
    for warehouse in made[1:5]:
        warehouse.delete()
    second = plant.person.ask("list_stock", limit=20, cursor=first["next_cursor"])
    assert [row["code"] for row in second["warehouses"]] == [f"W{n}" for n in range(5, 12)]


@embedded_only
def test_places_of_one_item_come_and_go(plant: SmallPlant) -> None:
    item = plant.item("P1", type=ItemType.SPARE_PARTS)
    made = []
    for n in range(9):
        store = Warehouse.objects.create(company=plant.company, code=f"W{n}", description=f"Store {n}")
        made.append(StockLevel.objects.create(company=plant.company, warehouse=store, item=item, stock=n))
    first = plant.person.ask("list_stock", item="P1", limit=4)
    for level in made[:3]:
        level.delete()
    second = plant.person.ask("list_stock", item="P1", limit=20, cursor=first["next_cursor"])
    assert [row["warehouse"] for row in second["stock"]] == [f"W{n}" for n in range(4, 9)]
