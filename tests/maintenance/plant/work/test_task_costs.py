"""The costs of a task equal the costs of its resources."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from maintenance.models import (
    Item,
    PendingTask,
    PlannedResource,
    PlannedTask,
    ResourceType,
    TaskPlan,
    TaskType,
    ThirdPartyService,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
)
from tests.maintenance.callers import Api, refused

BOOKS = """
SELECT t.id, t.inventory_cost, t.labour_cost, t.services_cost, t.hours,
       COALESCE(SUM(CASE WHEN r.type = 1 THEN r.total_cost END), 0),
       COALESCE(SUM(CASE WHEN r.type = 2 THEN r.total_cost END), 0),
       COALESCE(SUM(CASE WHEN r.type = 3 THEN r.total_cost END), 0),
       COALESCE(SUM(CASE WHEN r.type = 2 THEN r.qty END), 0)
FROM maintenance_workordertask t LEFT JOIN maintenance_taskresource r ON r.task_id = t.id
GROUP BY t.id, t.inventory_cost, t.labour_cost, t.services_cost, t.hours
"""


def two_books() -> list[tuple[Any, ...]]:
    """Return the tasks whose own figures differ from the sums of their resources."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        rows = cursor.fetchall()
    assert rows
    return [
        row for row in rows if any(abs(float(row[own]) - float(row[own + 4])) > 0.006 for own in (1, 2, 3, 4))
    ]


def test_the_plant_has_one_book(admin: Api) -> None:
    assert two_books() == []


@pytest.fixture
def task() -> WorkOrderTask:
    order = WorkOrder.objects.filter(company__slug="demo", status=WorkOrderStatus.IN_PROCESS)[0]
    return order.tasks.select_related("work_order")[0]


def add(api: Api, task: WorkOrderTask, **body: Any) -> Any:
    return api.post(
        f"wo_resources/{task.work_order.folio}",
        {"catalogued": False, "id_work_order_task": task.pk, "description": "x", **body},
    )


def test_each_resource_that_is_added_counts(admin: Api, task: WorkOrderTask) -> None:
    before = admin.rows("work_orders", id_work_order_task=task.pk)[0]["total_cost_task"]
    provider = ThirdPartyService.objects.filter(company__slug="demo", third_party__code="PRV-003")[0]
    for body in (
        {"type": 1, "qty": 2, "unit_cost": 20},
        {"type": 1, "qty": 3, "unit_cost": 1.25},
        {"type": 2, "qty": 4, "unit_cost": 15, "rh_description": "x"},
        {"type": 3, "qty": 1, "total_cost": 500, "tr_description": provider.third_party.name},
    ):
        assert add(admin, task, **body).status_code == 200
    row = admin.rows("work_orders", id_work_order_task=task.pk)[0]
    # 2 × 20 + 3 × 1.25, 4 × 15, 500
    assert float(row["total_cost_task"]) - float(before) == pytest.approx(43.75 + 60 + 500)
    assert float(row["resources_hours"]) == 4
    assert two_books() == []


def test_a_service_for_nothing_costs_nothing(admin: Api, task: WorkOrderTask) -> None:
    service = ThirdPartyService.objects.filter(company__slug="demo", cost__gt=0)[0]
    body = {"type": 3, "qty": 1, "unit_cost": 0, "tr_description": service.third_party.name}
    answer = add(admin, task, **{**body, "description": service.description, "catalogued": True})
    assert answer.json()["data"]["total_cost"] == 0


def test_more_than_can_be_kept_is_refused(admin: Api, task: WorkOrderTask) -> None:
    refused(add(admin, task, type=1, qty=1e9, unit_cost=1e9), 400)
    refused(add(admin, task, type=2, qty=1e9, unit_cost=0, rh_description="x"), 400)
    assert two_books() == []


def test_what_was_planned_counts_from_the_first_day(admin: Api) -> None:
    company = WorkOrder.objects.filter(company__slug="demo")[0].company
    kind = TaskType.objects.filter(company=company)[0]
    plan = TaskPlan.objects.create(company=company, description="Plan")
    planned = PlannedTask.objects.create(company=company, plan=plan, description="Filtro", type=kind)
    PlannedResource.objects.create(
        company=company, task=planned, type=ResourceType.INVENTORY, description="Filtro", qty=3, unit_cost=7
    )
    item = Item.objects.get(company=company, code="CMP-01")
    number = PendingTask.objects.create(
        company=company, item=item, task=planned, description="Filtro", type=kind.description,
        date_maintenance="2026-01-01T00:00:00Z", cal_date_maintenance="2026-01-01T00:00:00Z",
    ).pk  # fmt: skip
    body = {"type": 1, "account_code": "ADM-01", "responsible_code": "ADM-01",
            "tasks_todo": [{"tasks_todo_id": number}]}  # fmt: skip
    folio = admin.post("work_orders", body).json()["data"]["wo_folio"]
    (row,) = admin.rows(f"work_orders/{folio}")
    assert float(row["total_cost_task"]) == 21
    assert two_books() == []
