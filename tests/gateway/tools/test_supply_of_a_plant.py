"""Purchases and shortages that the demo plant does not have; expected values are arithmetic."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from maintenance.models import (
    Item,
    ItemType,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    PendingTask,
    PlannedResource,
    PlannedTask,
    ResourceType,
    StockLevel,
    TaskPlan,
    TaskResource,
    TaskType,
    Warehouse,
    WorkOrder,
    WorkOrderStatus,
)
from tests.gateway.tools.small_plant import DAY, SmallPlant

IN_PROCESS = WorkOrderStatus.IN_PROCESS
WAITS, IN_PART, DELIVERED = (
    MovementState.NOT_DELIVERED,
    MovementState.PARTIAL_DELIVERY,
    MovementState.TOTAL_DELIVERY,
)


class Supply(SmallPlant):
    def __init__(self, now: dt.datetime) -> None:
        super().__init__(now)
        self.pump = self.item("PUMP")
        self.stores = [
            Warehouse.objects.create(company=self.company, code=code, description=code) for code in ("A", "B")
        ]
        self.plan = TaskPlan.objects.create(company=self.company, description="Plan")
        self.kind = TaskType.objects.create(company=self.company, description="Preventiva")

    def part(self, code: str, stock: tuple[float, ...] = (), minimum: float | None = None) -> Item:
        part = self.item(code, type=ItemType.SPARE_PARTS)
        for store, qty in zip(self.stores, stock, strict=False):
            StockLevel.objects.create(
                company=self.company, warehouse=store, item=part, stock=qty, min_level=minimum
            )
        return part

    def requisition(
        self,
        order: WorkOrder,
        part: Item,
        qty: float,
        pending: float,
        *,
        store: int = 0,
        cost: float = 0,
        days_ago: float = 5,
        state: MovementState = WAITS,
    ) -> MovementLine:
        paper = Movement.objects.create(
            company=self.company,
            warehouse=self.stores[store],
            type=MovementType.REQUISITION,
            state=state,
            folio="R",
            document=order.folio,
            work_order=order,
            date_create=self.now - days_ago * DAY,
        )
        return MovementLine.objects.create(
            company=self.company, movement=paper, item=part, qty=qty, qty_pending=pending, unit_cost=cost
        )

    def planned(self, description: str, **parts: tuple[float, float]) -> PlannedTask:
        task = PlannedTask.objects.create(
            company=self.company, plan=self.plan, description=description, type=self.kind
        )
        for code, (qty, cost) in parts.items():
            PlannedResource.objects.create(
                company=self.company,
                task=task,
                type=ResourceType.INVENTORY,
                item=Item.objects.get(company=self.company, code=code),
                description=code,
                qty=qty,
                unit_cost=cost,
            )
        return task

    def pending(self, task: PlannedTask, in_days: float) -> None:
        at = self.now + in_days * DAY
        PendingTask.objects.create(
            company=self.company, item=self.pump, task=task, description=task.description,
            type="Preventiva", date_maintenance=at, cal_date_maintenance=at,
        )  # fmt: skip


@pytest.fixture
def supply() -> Supply:
    return Supply(timezone.now())


def test_each_requisition_is_needed_in_its_own_warehouse_once(supply: Supply) -> None:
    """M9: what was requested from warehouse A was repeated in B."""
    belt = supply.part("BELT", (1, 2), minimum=5)
    order = supply.order(IN_PROCESS)
    supply.requisition(order, belt, 4, 4)
    supply.requisition(order, belt, 3, 1, store=1, state=IN_PART)
    supply.requisition(order, belt, 9, 0, state=DELIVERED)
    supply.requisition(order, belt, 9, 9, days_ago=200)
    rows = supply.metric("stock_below_minimum")["rows"]
    assert {(row["key"], row["warehouse"]): (row["missing"], row["needed"]) for row in rows} == {
        ("BELT", "A"): (4, 4),
        ("BELT", "B"): (3, 1),
    }


def test_parts_of_tasks_that_are_in_orders_are_wanted_too(supply: Supply) -> None:
    """D13: a month needs the same parts whether or not its tasks are in orders."""
    supply.part("OIL", (3,), minimum=2)
    supply.part("SEAL", (0,))
    change = supply.planned("Change oil", OIL=(4, 7.5))
    supply.pending(change, 10)
    supply.pending(change, 40)  # beyond the month
    waiting, beyond, done = supply.order(IN_PROCESS), supply.order(IN_PROCESS), supply.order(IN_PROCESS)
    of_plan = {"task_plan_id": supply.plan.pk, "description": "Change oil"}
    supply.to_do(waiting, supply.pump, date_maintenance=supply.now + 20 * DAY, **of_plan)
    supply.to_do(beyond, supply.pump, date_maintenance=supply.now + 40 * DAY, **of_plan)
    supply.task(done, supply.pump, **of_plan)
    asked = supply.to_do(supply.order(IN_PROCESS), supply.pump, description="Seal")
    seal = Item.objects.get(company=supply.company, code="SEAL")
    line = supply.requisition(asked.work_order, seal, 6, 2, state=IN_PART)
    for qty, used, of_line in ((6, None, line), (5, 1, None)):
        TaskResource.objects.create(
            company=supply.company, task=asked, type=ResourceType.INVENTORY, item=seal, description="Seal",
            qty=qty, qty_used=used, line=of_line,
        )  # fmt: skip
    answer = supply.metric("purchase_draft", days=30)
    rows = {row["key"]: (row["needed"], row["buy"]) for row in answer["rows"]}
    # OIL: 4 pending + 4 in an order + minimum 2 - 3 there. SEAL: 2 to come + 5 - 1 that nobody asked for.
    assert rows == {"OIL": (8, 7), "SEAL": (6, 6)}
    assert answer["rows"][0]["folios"] == [waiting.folio]


def test_prices_are_the_last_known_and_purchase_orders_are_named(supply: Supply) -> None:
    """M9, D13: the price does not depend on the order of rows, and null or zero is not a price."""
    for code in ("BOLT", "NUT", "PIN"):
        supply.part(code, (0,), minimum=10)
    bolt, nut = (Item.objects.get(company=supply.company, code=code) for code in ("BOLT", "NUT"))
    supply.planned("First", BOLT=(1, 100), NUT=(1, 3))
    supply.planned("Second", BOLT=(1, 0), NUT=(1, 0))
    order = supply.order()
    for cost, days_ago in ((13.93, 20), (12, 90), (0, 2)):
        supply.requisition(order, bolt, 1, 0, cost=cost, days_ago=days_ago, state=DELIVERED)
    for state, folio in ((WAITS, "OC-1"), (IN_PART, "OC-2"), (DELIVERED, "OC-3")):
        Movement.objects.create(
            company=supply.company, warehouse=supply.stores[1], type=MovementType.PURCHASE_ORDER,
            state=state, folio=folio, date_create=supply.now - 9 * DAY,
        )  # fmt: skip
    answer = supply.metric("purchase_draft")
    assert {row["key"]: row.get("unit_cost") for row in answer["rows"]} == {
        "BOLT": 13.93, "NUT": 3, "PIN": None,
    }  # fmt: skip
    assert answer["overall"]["known_cost"] == round(10 * 13.93 + 10 * 3, 2)
    assert (answer["overall"]["without_price"], answer["overall"]["open_purchase_orders"]) == (1, 2)
    assert sorted(answer["papers"]) == ["OC-1", "OC-2"]
    assert nut.code in {row["key"] for row in answer["rows"]}


def test_what_lies_nowhere_is_bought_too(supply: Supply) -> None:
    supply.requisition(supply.order(IN_PROCESS), supply.part("RARE"), 3, 3)
    (row,) = supply.metric("purchase_draft")["rows"]
    assert (row["key"], row["stock"], row["buy"]) == ("RARE", 0, 3)
