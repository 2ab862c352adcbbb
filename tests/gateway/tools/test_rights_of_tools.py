"""A tool works with the rights that it names, and a standard group can use the tools that it is offered."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Company, PermissionGroup
from accounts.standard_groups import NAMES
from maintenance.models import (
    Item,
    Meter,
    Movement,
    MovementType,
    PendingTask,
    RequestStatus,
    StockLevel,
    Subtask,
    TaskPlan,
    TaskTrigger,
    TriggerType,
    Warehouse,
    WorkOrder,
    WorkRequest,
)
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.conftest import Person, PersonMaker, embedded_only

pytestmark = embedded_only

DEMO = {"company__slug": "demo"}
ACCOUNT = {"Planificadores": "planner@demo.example", "Técnicos": "technician@demo.example"}
_numbers = itertools.count(1)
Arguments = dict[str, Any]


def own_order(person: Person) -> WorkOrder:
    """Create an order in process that the person is responsible for."""
    orders = WorkOrder.objects.filter(
        status=1, responsible__account_email=person.caller.user_email, **DEMO
    ).order_by("-pk")
    found = orders.first()
    if found is None:
        found = WorkOrder.objects.filter(status=1, **DEMO).order_by("-pk")[0]
    return found


def new_request() -> WorkRequest:
    waiting = WorkRequest.objects.filter(status=RequestStatus.OPEN_STATUS, item__isnull=False, **DEMO)
    return waiting.order_by("pk")[0]


def event() -> Arguments:
    trigger = TaskTrigger.objects.filter(type=TriggerType.EVENT, task__resources=None, **DEMO)[0]
    return {"asset": "CMP-02", "plan": trigger.task.plan_id, "task": trigger.task_id}


def a_subtask(person: Person) -> Arguments:
    subtask = Subtask.objects.filter(
        task__work_order__status=1,
        type=4,
        task__work_order__responsible__account_email=person.caller.user_email,
    ).first()
    if subtask is None:
        order = own_order(person)
        subtask = order.tasks.all()[0].subtasks.create(company=order.company, type=4, description="¿Fuga?")
    return {"folio": subtask.task.work_order.folio, "subtask": subtask.pk, "answer": "pass"}


def place(person: Person) -> Arguments:
    order = own_order(person)
    return {"folio": order.folio, "task": order.tasks.all()[0].pk}


def a_task(person: Person) -> Arguments:
    given = place(person)
    done = {
        "id": given["task"],
        "started_at": "2026-01-05T08:00",
        "finished_at": "2026-01-05T09:00",
        "done": False,
    }
    return {"folio": given["folio"], "task": done}


def a_resource(person: Person) -> Arguments:
    task = own_order(person).tasks.all()[0]
    made = task.resources.create(company=task.company, type=2, description="Mecánico", qty=1)
    return {"folio": task.work_order.folio, "resource": made.pk, "note": "turno noche"}


def an_asset_without_plan() -> Arguments:
    plans = TaskPlan.objects.filter(tasks__triggers__type=TriggerType.DATE, **DEMO)
    plan = plans.exclude(tasks__triggers__type=TriggerType.EVERY).exclude(tasks__form_items__isnull=False)[0]
    asset = Item.objects.filter(task_plan_id=None, type=2, active=True, **DEMO).order_by("-pk")[0]
    return {"asset": asset.code, "plan": plan.pk, "last_done": "2026-01-05"}


def a_meter_reading() -> Arguments:
    meter = Meter.objects.filter(is_counter=True, active=True, last_value__isnull=False, **DEMO)[3]
    return {"asset": meter.item.code, "meter": meter.pk, "value": float(meter.last_value or 0) + 1}


def new_code() -> str:
    return f"R-{next(_numbers)}"


def goods() -> Arguments:
    return {"warehouse": "ALM-CENTRAL", "items": [{"item": "REP-0101-A", "quantity": 1}]}


def enough(code: str = "REP-0101-A") -> None:
    StockLevel.objects.filter(item__code=code, warehouse__code="ALM-CENTRAL", **DEMO).update(stock=1000)


def an_issue() -> Arguments:
    enough()
    return {**goods(), "kind": "general", "document": new_code()}


def a_stock_item() -> Arguments:
    return {
        "code": new_code(),
        "name": "Correa",
        "unit_code": "UN",
        "unit": "Unidad",
        "warehouse": "ALM-CENTRAL",
    }


def a_link() -> Arguments:
    elsewhere = Warehouse.objects.exclude(levels__item__code="REP-0101-A").filter(active=True, **DEMO)[0]
    return {"item": "REP-0101-A", "warehouse": elsewhere.code}


def a_material_request() -> Arguments:
    asked = Movement.objects.filter(type=MovementType.MATERIAL_REQUEST, **DEMO)[0]
    return {"id": asked.pk, "note": "urgente"}


# Tool, arguments, and what these arguments need in addition. Each tool appears at least once.
Case = tuple[str, Callable[[Person], Arguments], frozenset[str]]
NOTHING: frozenset[str] = frozenset()


def case(tool: str, given: Callable[[Person], Arguments] | Arguments | None = None, *also: str) -> Case:
    made = given if callable(given) else (lambda person: dict(given or {}))
    return tool, made, frozenset(also)


CASES: list[Case] = [
    case("whoami"),
    case("search", {"query": "bomba"}, "assets:view"),
    case("fetch", {"id": "asset:CMP-01"}, "assets:view"),
    case("list_people", {"documents": True, "limit": 3}),
    case("list_work_orders", {"limit": 3}),
    case("list_work_orders", {"asset": "CMP-01", "text": "aceite", "limit": 3}),
    case("get_work_order", lambda p: {"folio": own_order(p).folio}),
    case(
        "get_work_order",
        lambda p: {"folio": own_order(p).folio, "include": ["subtasks", "resources", "attachments"]},
    ),
    case(
        "create_work_order",
        lambda p: {
            "source": "unplanned",
            "asset": "CMP-04",
            "title": f"Ruido {new_code()}",
            "task_type": "Correctiva",
            "responsible": "TEC-01",
            "even_if_similar": True,
        },
    ),
    case(
        "create_work_order",
        lambda p: {
            "source": "unplanned",
            "asset": "CMP-04",
            "title": secrets.token_hex(8),
            "task_type": "Correctiva",
            "responsible": "TEC-02",
        },
    ),
    case(
        "create_work_order",
        lambda p: {
            "source": "pending",
            "pending_tasks": [
                PendingTask.objects.filter(order_task=None, is_removed=False, **DEMO).order_by("pk")[0].pk
            ],
            "responsible": "TEC-01",
        },
    ),
    case(
        "create_work_order", lambda p: {"source": "event", "responsible": "TEC-01", **event()}, "tasks:view"
    ),
    case(
        "create_work_order",
        lambda p: {
            "source": "request",
            "request": new_request().pk,
            "task_type": "Correctiva",
            "responsible": "TEC-01",
        },
        "tasks:add",
    ),
    case("update_work_order", lambda p: {"folio": own_order(p).folio, "note": new_code()}),
    case("update_work_order", lambda p: {"folio": own_order(p).folio, "status": "in_process"}),
    case("update_work_order", a_task),
    case(
        "cancel_work_order",
        lambda p: {"folio": own_order(p).folio, "reason": "Duplicada", "note": "se repite"},
    ),
    case("list_work_requests", {"limit": 3}),
    case("get_work_request", lambda p: {"id": new_request().pk}),
    case("update_work_request", lambda p: {"id": new_request().pk, "status": "in_process"}),
    case("create_work_request", lambda p: {"title": secrets.token_hex(8), "asset": "CMP-01"}),
    case("get_shift_handover", {}),
    case("get_my_day", {}, "work_orders:view"),
    case("list_pending_tasks", {"limit": 3}),
    case("list_task_plans", {"kind": "task_types", "limit": 3}),
    case("list_task_plans", {"kind": "triggers", "limit": 3}),
    case("list_assets", {"limit": 3}),
    case("get_asset", {"code": "CMP-01"}),
    case(
        "get_asset",
        {"code": "CMP-01", "include": ["downtime", "custom_fields", "documents", "location_history"]},
    ),
    case("list_meters", {"limit": 3}),
    case("list_meters", {"limit": 3, "with_tasks": True, "asset": "CMP-01"}),
    case("list_meter_readings", {"asset": "CMP-01", "serial": "HR-1000"}),
    case("add_meter_reading", lambda p: a_meter_reading()),
    case("list_stock", {"limit": 3}),
    case("list_stock", {"warehouse": "ALM-CENTRAL", "limit": 3}),
    case("list_warehouse_documents", {"kind": "requisitions", "limit": 3}),
    case("list_third_parties", {"limit": 3, "include": ["services", "contacts"]}),
    case("list_transactions", {"limit": 3}),
    case("get_maintenance_metrics", {"metric": "compliance"}),
    case("get_maintenance_metrics", {"metric": "reliability"}, "assets:view"),
    case("get_maintenance_metrics", {"metric": "requests"}, "work_requests:view"),
    case("get_maintenance_metrics", {"metric": "meter_forecast"}, "meters:view", "tasks:view"),
    case("get_maintenance_metrics", {"metric": "purchase_draft"}, "inventory:view", "tasks:view"),
    case("get_maintenance_metrics", {"metric": "stock_use"}, "inventory:view"),
    case("get_maintenance_metrics", {"metric": "idle_stock"}, "inventory:view"),
    case(
        "create_pending_task_from_request", lambda p: {"request": new_request().pk, "task_type": "Correctiva"}
    ),
    case("create_pending_task", lambda p: event()),
    case("list_planned_work", {"limit": 3}),
    case("list_documents", {"owner": "asset"}, "assets:view"),
    case("list_documents", {"owner": "person"}, "people:view"),
    case("list_documents", {"owner": "third_party"}, "third_parties:view"),
    case("list_documents", {"limit": 3}, "people:view"),
    case("assign_task_plan", lambda p: an_asset_without_plan()),
    case("fill_subtask", a_subtask),
    case(
        "add_work_order_resource", lambda p: {**place(p), "kind": "labour", "quantity": 1, "person": "TEC-01"}
    ),
    case(
        "add_work_order_resource",
        lambda p: {
            **place(p),
            "kind": "part",
            "quantity": 1,
            "item": "REP-0101-A",
            "warehouse": "ALM-CENTRAL",
        },
        "inventory:view",
    ),
    case("update_work_order_resource_note", a_resource),
    case("attach_to_work_order", lambda p: {**place(p), "kind": "note", "content": "listo"}),
    case("create_warehouse", lambda p: {"code": new_code(), "name": f"Bodega {new_code()}"}),
    case("create_stock_item", lambda p: a_stock_item()),
    case("link_stock_item", lambda p: a_link()),
    case("adjust_stock", {"item": "REP-0101-A", "warehouse": "ALM-CENTRAL", "stock": 900}),
    case("register_warehouse_entry", lambda p: {**goods(), "kind": "purchase", "document": new_code()}),
    case("register_warehouse_issue", lambda p: an_issue()),
    case("register_warehouse_issue", lambda p: {**an_issue(), "responsible": "TEC-02"}),
    case("update_material_request", lambda p: a_material_request()),
    case(
        "create_asset",
        lambda p: {"code": new_code(), "type": "equipment", "name": "Bomba", "location": "SERVICIOS"},
    ),
    case("update_asset", {"asset": "CMP-04", "notes": "nueva"}),
    case("set_asset_custom_field", {"asset": "CMP-02", "field": "Tag de seguridad", "value": "LOTO-9"}),
    case(
        "create_meter",
        lambda p: {
            "asset": "CMP-04",
            "description": "Horómetro",
            "unit_code": "HRS",
            "serial": new_code(),
            "counter": True,
        },
    ),
    case("create_person", lambda p: {"code": new_code(), "first_name": "Ana", "last_name": "Paz"}),
    case("update_person", {"code": "TEC-02", "city": "Cali"}),
    case(
        "save_third_party",
        lambda p: {"code": new_code(), "name": f"Torno {new_code()}", "types": ["supplier"]},
    ),
    case(
        "set_third_party_service",
        lambda p: {
            "third_party": "PRV-003",
            "service": f"Giro {new_code()}",
            "cost": 30,
            "unit_code": "HR",
            "unit": "Hora",
        },
    ),
    case(
        "add_document",
        lambda p: {"owner": "asset", "code": "CMP-01", "name": new_code(), "warranty": False},
        "assets:edit",
    ),
    case(
        "add_document",
        lambda p: {"owner": "person", "code": "TEC-01", "name": new_code(), "warranty": False},
        "people:edit",
    ),
]


def test_every_tool_is_tried() -> None:
    assert {tool for tool, _given, _also in CASES} == set(CATALOGUE.tools)


def works(person: Person, tool: str, given: Callable[[Person], Arguments]) -> None:
    result = person.result(tool, **given(person))
    assert not result.is_error, (tool, result.meta.get("fracttal-one/error"))


@pytest.mark.parametrize(
    ("tool", "given", "also"), CASES, ids=[f"{number}-{tool}" for number, (tool, _, _) in enumerate(CASES)]
)
def test_with_the_rights_that_it_names_a_tool_works(
    person: PersonMaker, tool: str, given: Callable[[Person], Arguments], also: frozenset[str]
) -> None:
    rights = CATALOGUE.tools[tool].rights | also
    group = PermissionGroup.objects.create(
        company=Company.objects.get(slug="demo"), name=f"only {next(_numbers)}", rights=sorted(rights)
    )
    works(person(rights=rights, narrowed_to_group_id=group.pk), tool, given)


@pytest.mark.parametrize("name", sorted(NAMES["es"].values()))
def test_what_a_shipped_group_is_offered_it_can_do(person: PersonMaker, name: str) -> None:
    """No tool listed for the group ends in `not_permitted`, whatever other errors there may be."""
    group = PermissionGroup.objects.get(company__slug="demo", name=name)
    rights = group.effective_rights
    someone = person(
        ACCOUNT.get(name, "admin@demo.example"), rights=rights, narrowed_to_group_id=group.pk,
        own_work_orders_only=group.own_work_orders_only,
    )  # fmt: skip
    offered = {tool for tool, found in CATALOGUE.tools.items() if not found.missing(rights)}
    done = set()
    for tool, given, also in CASES:
        if tool in offered and also <= rights:
            works(someone, tool, given)
            done.add(tool)
    assert done == offered, "a tool is offered for which the group lacks what its arguments need"
