"""Concurrent writes by several people: none of them is lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from maintenance.models import (
    Item,
    ItemType,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    OutOfService,
    Personnel,
    StockLevel,
    Warehouse,
    WorkOrder,
    WorkOrderTask,
)
from maintenance.tokens import mint_user_token
from tests.conftest import World
from tests.maintenance.callers import Api

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 10


def at_once(write: Callable[[int], Any], count: int = AT_ONCE) -> list[int]:
    """Send the requests at once. Return the status of each answer."""
    barrier = threading.Barrier(count)

    def run(number: int) -> int:
        barrier.wait()
        try:
            return int(write(number).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(run, range(count)))


def read(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@pytest.fixture
def api(world: World) -> Api:
    Personnel.objects.create(
        company=world.company, code="P-1", first_name="Ana", account_email=world.owner.email
    )
    return Api(mint_user_token(company_id=world.company.pk, user_id=world.owner.pk))


@pytest.fixture
def asked(world: World, api: Api) -> Movement:
    """Create an order that waits for 10 of an item, of which 10 are in stock."""
    item = Item.objects.create(company=world.company, type=ItemType.SPARE_PARTS, code="I-1", field_1="x")
    place = Warehouse.objects.create(company=world.company, code="W-1", description="Central")
    StockLevel.objects.create(company=world.company, warehouse=place, item=item, stock=10, unit_cost=2)
    order = WorkOrder.objects.create(company=world.company, folio="OT-1")
    paper = Movement.objects.create(
        company=world.company, warehouse=place, type=MovementType.REQUISITION, folio="R-1", work_order=order
    )
    MovementLine.objects.create(company=world.company, movement=paper, item=item, qty=10, qty_pending=10)
    return paper


def test_ten_issues_serve_a_requisition_of_ten(api: Api, asked: Movement) -> None:
    body = {
        "warehouse_code": "W-1", "wo_folio": "OT-1", "id_movement": asked.pk, "responsible_code": "P-1",
        "items": [{"code": "I-1", "qty": 1}],
    }  # fmt: skip
    statuses = at_once(lambda _: api.post("warehouse_outputs_orders", body))
    assert statuses == [200] * AT_ONCE
    assert read("SELECT qty_pending FROM maintenance_movementline WHERE qty = 10") == [(0,)]
    assert read("SELECT stock FROM maintenance_stocklevel") == [(0,)]
    assert read(f"SELECT state FROM maintenance_movement WHERE id = {asked.pk}") == [
        (MovementState.TOTAL_DELIVERY,)
    ]
    folios = [folio for (folio,) in read("SELECT folio FROM maintenance_movement WHERE type = 4")]
    assert len(set(folios)) == AT_ONCE
    assert api.post("warehouse_outputs_orders", body).status_code == 400


def test_only_as_many_issues_as_there_is_stock(api: Api, asked: Movement) -> None:
    body = {
        "warehouse_code": "W-1", "id_movement_type": 5, "document": "S-1", "responsible_code": "P-1",
        "items": [{"code": "I-1", "qty": 2}],
    }  # fmt: skip
    statuses = at_once(lambda _: api.post("warehouse_outputs_orders", body))
    assert statuses == [200] * 5 + [400] * 5
    assert read("SELECT stock FROM maintenance_stocklevel") == [(0,)]


def test_two_places_never_end_up_below_each_other(world: World, api: Api) -> None:
    place = {"id_type_item": 1, "field_1": "x"}
    for number in range(6):
        codes = f"A{number}", f"B{number}"
        for code in codes:
            assert api.post("items", {**place, "code": code}).status_code == 200
        statuses = at_once(
            lambda n, codes=codes: api.put(  # type: ignore[misc]
                f"items/{codes[n]}", {"id_type_item": 1, "code_parent_location": codes[1 - n]}
            ),
            2,
        )
        assert statuses == [200, 400]
    paths = read(
        "SELECT i.ancestors, p.ancestors, p.id FROM maintenance_item i"
        " JOIN maintenance_item p ON p.id = i.parent_id"
    )
    assert len(paths) == 6
    assert all(own == f"{above}{number}/" for own, above, number in paths)


def test_what_is_put_into_a_place_that_moves_goes_along(world: World, api: Api) -> None:
    place = {"id_type_item": 1, "field_1": "x"}
    for code in ("HALL", "ROOM"):
        assert api.post("items", {**place, "code": code}).status_code == 200

    def write(number: int) -> Any:
        if number == 0:
            return api.put("items/ROOM", {"id_type_item": 1, "code_parent_location": "HALL"})
        return api.post(
            "items",
            {"id_type_item": 2, "field_1": "x", "code": f"M{number}", "code_parent_location": "ROOM"},
        )

    assert at_once(write) == [200] * AT_ONCE
    places = read("SELECT id FROM maintenance_item WHERE type = 1 ORDER BY code")
    ((hall,), (room,)) = places
    paths = read("SELECT DISTINCT ancestors, parent_description FROM maintenance_item WHERE type = 2")
    assert paths == [(f"/{hall}/{room}/", "// x/ x/ ")]


def test_an_asset_is_available_when_the_last_of_its_stops_ends(world: World, api: Api) -> None:
    item = Item.objects.create(company=world.company, type=ItemType.EQUIPMENTS, code="M-1", field_1="x")
    order = WorkOrder.objects.create(company=world.company, folio="OT-1")
    now = timezone.now()
    tasks = []
    for hours in range(1, AT_ONCE + 1):
        stop = OutOfService.objects.create(
            company=world.company, item=item, initial_date=now - dt.timedelta(hours=hours)
        )
        tasks.append(
            WorkOrderTask.objects.create(
                company=world.company, work_order=order, order_date=now, item=item, description="x",
                task_type="x", date_maintenance=now, cal_date_maintenance=now, out_of_service=stop,
            )
        )  # fmt: skip

    def finish(number: int) -> Any:
        since = (now - dt.timedelta(hours=number + 1)).isoformat()
        body = {
            "id_work_order_task": tasks[number].pk, "code_account": "P-1", "is_done": True,
            "initial_date": since, "final_date": now.isoformat(),
            "asset_out_of_service": True, "date_asset_out_of_service": since,
        }  # fmt: skip
        return api.put("work_orders_tasks", body)

    assert at_once(finish) == [200] * AT_ONCE
    assert read("SELECT COUNT(*) FROM maintenance_outofservice WHERE final_date IS NULL") == [(0,)]
    ((available, since),) = read("SELECT available, initial_date_out_of_service FROM maintenance_item")
    assert (bool(available), since) == (True, None)
    assert read("SELECT completed_percentage FROM maintenance_workorder") == [(100,)]


def test_what_is_added_to_a_task_at_once_all_counts(world: World, api: Api, asked: Movement) -> None:
    assert asked.work_order
    now = timezone.now()
    item = Item.objects.create(company=world.company, type=ItemType.EQUIPMENTS, code="M-1", field_1="x")
    task = WorkOrderTask.objects.create(
        company=world.company, work_order=asked.work_order, order_date=now, item=item, description="x",
        task_type="x", date_maintenance=now, cal_date_maintenance=now,
    )  # fmt: skip
    body = {"catalogued": False, "type": 1, "id_work_order_task": task.pk, "description": "x",
            "qty": 2, "unit_cost": 3.5}  # fmt: skip
    assert at_once(lambda _: api.post("wo_resources/OT-1", body)) == [200] * AT_ONCE
    assert [float(cost) for (cost,) in read("SELECT inventory_cost FROM maintenance_workordertask")] == [70]


def test_ten_entries_all_count(api: Api, asked: Movement) -> None:
    body = {
        "movement_type": "1", "document": "F-1", "code_user": "P-1",
        "items": [{"code": "I-1", "qty": 1, "price": 4}, {"code": "I-1", "qty": 1, "price": 4}],
    }  # fmt: skip
    assert at_once(lambda _: api.post("warehouse_entries_orders/W-1", body)) == [200] * AT_ONCE
    # 10 at 2 and 20 at 4
    ((stock, cost),) = read("SELECT stock, unit_cost FROM maintenance_stocklevel")
    assert stock == 30
    assert cost == pytest.approx(10 / 3, abs=1e-4)
