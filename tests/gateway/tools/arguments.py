"""A value with an effect for each argument of each tool; test_arguments_apply.py goes through them.

A row is (tool, argument) with the call that it is added to, and its value. Values that depend on the plant
are functions. An argument within an object, or within the first of a list of objects, is written with a dot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from maintenance.models import (
    CustomFieldValue,
    Document,
    Meter,
    Movement,
    MovementType,
    PendingTask,
    Personnel,
    StockLevel,
    Subtask,
    TaskResource,
    TaskTrigger,
    ThirdParty,
    ThirdPartyContact,
    TriggerType,
    Warehouse,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)

DEMO: dict[str, Any] = {"company__slug": "demo"}
Value = Any  # Or a function without arguments that returns one.


@dataclass(frozen=True)
class Row:
    tool: str
    argument: str
    value: Value
    base: dict[str, Value] = field(default_factory=dict)


def rows(tool: str, base: dict[str, Value], **values: Value) -> list[Row]:
    return [Row(tool, name, value, base) for name, value in values.items()]


def days_ago(days: float) -> Callable[[], str]:
    return lambda: (timezone.now() - dt.timedelta(days=days)).isoformat(timespec="seconds")


def day(days: int) -> Callable[[], str]:
    return lambda: (timezone.now() - dt.timedelta(days=days)).date().isoformat()


def order() -> WorkOrder:
    return WorkOrder.objects.filter(**DEMO, status=WorkOrderStatus.IN_PROCESS, tasks__subtasks__isnull=False)[
        0
    ]


def a_task() -> int:
    return order().tasks.all()[0].pk


def busy_asset() -> str:
    return "CMP-02"


def party() -> ThirdParty:
    return ThirdParty.objects.filter(**DEMO, contacts__isnull=False, services__isnull=False)[0]


def contact() -> ThirdPartyContact:
    return party().contacts.all()[0]


def level(number: int = 0) -> StockLevel:
    found = StockLevel.objects.filter(
        **DEMO, warehouse__external_integration=False, item__type=4, stock__gt=5
    )
    return found.order_by("pk")[number]


def in_several_places() -> str:
    for each in StockLevel.objects.filter(**DEMO, item__type=4).order_by("pk"):
        if each.item.stock_levels.count() > 1:
            return each.item.code
    raise AssertionError("no item lies in several warehouses")


def another_warehouse() -> str:
    papers = requisition().warehouse
    return Warehouse.objects.filter(**DEMO).exclude(pk=papers.pk)[0].code


def unlinked() -> dict[str, str]:
    """Return an item and a warehouse that does not stock it."""
    item = level().item
    place = Warehouse.objects.filter(**DEMO, external_integration=False).exclude(levels__item=item)[0]
    return {"item": item.code, "warehouse": place.code}


def event() -> TaskTrigger:
    return TaskTrigger.objects.filter(task__company__slug="demo", type=TriggerType.EVENT)[0]


def open_request() -> int:
    return WorkRequest.objects.filter(**DEMO, status=1, item__isnull=False).order_by("pk")[0].pk


def gauge() -> Meter:
    return Meter.objects.filter(**DEMO, active=True, is_counter=False).exclude(serial=None)[0]


def place_of_gauge() -> str:
    place = gauge().item.parent
    assert place is not None
    return place.code


def counter() -> Meter:
    return Meter.objects.filter(
        **DEMO, active=True, is_counter=True, monthly_average__gt=0, last_value__isnull=False
    ).exclude(serial=None)[4]


def requisition() -> Movement:
    return Movement.objects.filter(
        **DEMO, type=MovementType.REQUISITION, state=1, warehouse__external_integration=False
    )[0]


def resource() -> TaskResource:
    return TaskResource.objects.filter(
        task__work_order__company__slug="demo", task__work_order__status=WorkOrderStatus.IN_PROCESS
    )[0]


def with_several_meters() -> Meter:
    for meter in Meter.objects.filter(**DEMO, readings__isnull=False).exclude(serial=None):
        if meter.item.meters.filter(readings__isnull=False).count() > 1:
            return meter
    raise AssertionError("no asset has several meters")


PAGE: dict[str, Value] = {"limit": 2}

READS: list[Row] = [
    Row("whoami", "module", "assets"),
    *rows("list_people", {}, limit=1, text="ana", active=False, documents=True, with_account=False),
    Row("search", "query", "compresor", {"query": "bomba"}),
    Row("fetch", "id", "asset:CMP-02", {"id": "asset:CMP-01"}),
    *rows(
        "list_work_orders",
        {},
        limit=1,
        status=["cancelled"],
        asset=busy_asset,
        location="SERVICIOS",
        since=day(20),
        until=day(200),
        responsible="TEC-01",
        priority=["very_low"],
        overdue=True,
        text="fuga",
    ),
    Row("list_work_orders", "date_kind", "finished", {"since": day(60), "until": day(40)}),
    Row("get_work_order", "folio", lambda: order().folio, {"folio": "OT-1000"}),
    Row("get_work_order", "include", ["subtasks"], {"folio": lambda: order().folio}),
    *rows(
        "list_work_requests",
        {},
        limit=1,
        status=["rejected"],
        asset=busy_asset,
        location="SERVICIOS",
        since=day(20),
        until=day(60),
        urgent=True,
        text="ruido",
    ),
    Row("list_work_requests", "date_kind", "solved", {"since": day(60), "until": day(20)}),
    Row("get_work_request", "id", open_request, {"id": lambda: open_request() + 1}),
    Row("get_work_request", "include", ["history"], {"id": open_request}),
    Row("list_work_orders", "details", True),
    *rows("get_shift_handover", {}, location="SERVICIOS", since=day(60), until=day(30), limit=1),
    Row("get_my_day", "limit", 26),  # the administrator has no work: its effect is shown in test_shifts.py
    *rows(
        "list_pending_tasks",
        {},
        limit=1,
        until=day(20),
        location="SERVICIOS",
        asset=lambda: PendingTask.objects.filter(**DEMO, order_task=None)[0].item.code,
        late=True,
        text="filtro",
        parts=True,
    ),
    *rows("list_task_plans", {}, limit=1, kind="task_types", text="lubric"),
    Row("list_task_plans", "plan", lambda: event().task.plan_id, {"kind": "tasks"}),
    Row("list_task_plans", "task", lambda: event().task_id, {"kind": "triggers"}),
    Row("list_task_plans", "resource", "parts", {"kind": "resources"}),
    *rows(
        "list_assets",
        {},
        limit=1,
        type="tool",
        location="SERVICIOS",
        active=False,
        available=False,
        priority=["very_high"],
        has_plan=False,
        text="bomba",
    ),
    Row("list_assets", "whole_tree", False, {"location": "PLANTA", "limit": 100}),
    Row("get_asset", "code", "CMP-02", {"code": "CMP-01"}),
    Row("get_asset", "include", ["history"], {"code": "CMP-01"}),
    *rows(
        "list_meters",
        {"limit": 100},
        limit=1,
        asset=lambda: gauge().item.code,
        serial=lambda: gauge().serial,
        text="presi",
        with_tasks=True,
        outside_limits=True,
        location=place_of_gauge,
    ),
    *rows(
        "list_meter_readings",
        {"asset": lambda: with_several_meters().item.code},
        limit=1,
        serial=lambda: with_several_meters().serial,
        meter=lambda: with_several_meters().pk,
        since=day(30),
        until=day(60),
    ),
    Row("list_meter_readings", "asset", lambda: gauge().item.code, {"asset": lambda: counter().item.code}),
    *rows(
        "list_stock",
        {},
        limit=1,
        warehouse=lambda: level().warehouse.code,
        item=lambda: level().item.code,
        below_minimum=True,
        text="filtro",
        active=True,
    ),
    *rows(
        "list_stock",
        {"item": in_several_places},
        active=False,
        text="zzzz",
        below_minimum=True,
        limit=1,
    ),
    Row("list_warehouse_documents", "kind", "material_requests", {"kind": "requisitions"}),
    Row(
        "list_warehouse_documents",
        "warehouse",
        another_warehouse,
        {"kind": "requisitions", "limit": 100},
    ),
    *rows(
        "list_warehouse_documents",
        {"kind": "requisitions", "limit": 100},
        limit=1,
        work_order=lambda: requisition().document,
        state=["cancelled"],
        since=day(10),
        until=day(60),
    ),
    *rows(
        "list_third_parties",
        {},
        limit=1,
        code=lambda: party().code,
        type="customer",
        text="ser",
        active=False,
        include=["services"],
    ),
    *rows(
        "list_transactions",
        {},
        limit=1,
        action="add",
        module="assets",
        since=day(2),
        until=day(40),
        by="ana",
        text="OT-",
    ),
    *rows(
        "get_maintenance_metrics",
        {"metric": "summary"},
        metric="backlog",
        since=day(30),
        until=day(30),
    ),
    Row("get_maintenance_metrics", "scope", "location", {"metric": "summary", "code": "SERVICIOS"}),
    Row("get_maintenance_metrics", "code", "CMP-02", {"metric": "summary", "scope": "asset"}),
    Row("get_maintenance_metrics", "group_by", "asset", {"metric": "cost"}),
    Row("get_maintenance_metrics", "top", 2, {"metric": "cost", "group_by": "asset"}),
    Row("get_maintenance_metrics", "days", 3, {"metric": "stale_meters"}),
    Row(
        "get_maintenance_metrics",
        "components",
        True,
        # Up to now a stop that is still open would grow between two answers.
        {"metric": "reliability", "since": day(90), "until": day(1)},
    ),
    Row("get_maintenance_metrics", "hours_per_week", 11, {"metric": "backlog"}),
    Row(
        "get_maintenance_metrics",
        "compare_with",
        "previous_year",
        {"metric": "planned_share", "since": day(90), "until": day(1)},
    ),
    *rows(
        "list_planned_work",
        {},
        limit=1,
        since=day(60),
        until=day(-20),
        location="SERVICIOS",
        asset=lambda: PendingTask.objects.filter(**DEMO, order_task=None)[0].item.code,
        responsible="TEC-02",
    ),
    *rows(
        "list_documents",
        {},
        limit=1,
        owner="person",
        code=lambda: (
            Document.objects.filter(**DEMO).values_list("item__code", flat=True).exclude(item=None)[0]
        ),
        expires_within=30,
        expired=True,
        warranty=True,
    ),
]

ASSET = {"type": "equipment", "code": "ARG-7", "name": "Equipo nuevo"}
PERSON = {"first_name": "Zoe", "code": "ARG-7"}
PARTY = {"code": "ARG-7", "name": "Zeta"}
WHERE: dict[str, Value] = {"item": lambda: level().item.code, "warehouse": lambda: level().warehouse.code}
UNPLANNED: dict[str, Value] = {
    "source": "unplanned",
    "asset": "CMP-04",
    "title": "Revisar la pieza 7",
    "task_type": "Correctiva",
    "responsible": "TEC-01",
    "even_if_similar": True,
}
DONE: dict[str, Value] = {
    "id": a_task,
    "started_at": days_ago(0.2),
    "finished_at": days_ago(0.1),
    "done": True,
}
PARTS: dict[str, Value] = {"folio": lambda: order().folio, "task": a_task}
ISSUE: dict[str, Value] = {
    "warehouse": lambda: level().warehouse.code,
    "kind": "general",
    "document": "V-7",
    "items": lambda: [{"item": level().item.code, "quantity": 1}],
}
ENTRY: dict[str, Value] = {
    "warehouse": lambda: level().warehouse.code,
    "kind": "purchase",
    "document": "F-7",
    "items": lambda: [{"item": level().item.code, "quantity": 1}],
}
ADDRESS = {"address": "Calle 1", "city": "Cali", "state": "Valle", "country": "CO", "telephone": "555"}
COMMON = {
    "location": "SERVICIOS",
    "priority": "high",
    "category": "Bombas",
    "classification_1": "A",
    "classification_2": "B",
    "barcode": "7701",
    "notes": "nota",
    "active": False,
    "cost_center": "CC1",
    "purchase_date": "2026-01-02",
    "startup_date": "2026-01-03",
    "total_cost": 12.5,
}
EQUIPMENT = {"manufacturer": "KSB", "model": "M1", "serial_number": "S1", "other_1": "u", "other_2": "v"}
PLACE = {"address": "Calle 1", "city": "Cali", "postal_code": "76", "region": "Valle", "country": "CO"}

WRITES: list[Row] = [
    Row(
        "create_work_order",
        "source",
        "request",
        {"source": "pending", "pending_tasks": [1], "responsible": "TEC-01"},
    ),
    *rows(
        "create_work_order",
        UNPLANNED,
        asset="CMP-03",
        title="Otra cosa",
        task_type="Preventiva",
        minutes=77,
        requested_by="Zoe",
        responsible="TEC-02",
    ),
    Row(
        "create_work_order",
        "even_if_similar",
        True,
        {
            **UNPLANNED,
            "even_if_similar": False,
            "title": lambda: order().tasks.all()[0].description[:200],
            "asset": lambda: order().tasks.all()[0].item.code,
        },
    ),
    Row(
        "create_work_order",
        "third_party",
        "OTRO",
        {
            **UNPLANNED,
            "responsible": None,
            "third_party": lambda: party().code,
            "contact": lambda: contact().name,
        },
    ),
    Row(
        "create_work_order",
        "contact",
        "Nadie",
        {
            **UNPLANNED,
            "responsible": None,
            "third_party": lambda: party().code,
            "contact": lambda: contact().name,
        },
    ),
    Row(
        "create_work_order",
        "pending_tasks",
        [2],
        {"source": "pending", "pending_tasks": [1], "responsible": "TEC-01"},
    ),
    *rows(
        "create_work_order",
        {
            "source": "event",
            "asset": "CMP-01",
            "plan": lambda: event().task.plan_id,
            "task": lambda: event().task_id,
            "responsible": "TEC-01",
        },
        plan=lambda: (event().task.plan_id or 0) + 1,
        task=1,
    ),
    *rows(
        "create_work_order",
        {
            "source": "request",
            "request": 1,
            "task_type": "Correctiva",
            "responsible": "TEC-01",
        },
        request=2,
        scheduled_at="2027-01-02T10:00",
    ),
    *rows("update_work_order", {"folio": lambda: order().folio, "note": "n 7"}, note="otra"),
    Row(
        "update_work_order",
        "folio",
        lambda: requisition().document,
        {"folio": lambda: order().folio, "note": "x"},
    ),
    Row("update_work_order", "status", "in_process", {"folio": lambda: order().folio, "status": "review"}),
    Row("update_work_order", "task", DONE, {"folio": lambda: order().folio, "note": "x"}),
    *[
        Row("update_work_order", f"task.{name}", value, {"folio": lambda: order().folio, "task": DONE})
        for name, value in {
            "id": lambda: order().tasks.all()[0].pk + 1,
            "started_at": days_ago(0.3),
            "finished_at": days_ago(0.05),
            "done": False,
            "worked_minutes": 33,
            "failure": {"type": "Mecánica"},
            "failure.type": "Mecánica",
            "failure.cause": "Desgaste",
            "failure.detected_by": "Inspección",
            "failure.severity": "high",
            "failure.damage": "none",
            "out_of_service_since": days_ago(1),
        }.items()
    ],
    *rows(
        "cancel_work_order",
        {"folio": lambda: order().folio, "reason": "Duplicada", "note": "ya estaba"},
        folio=lambda: WorkOrder.objects.filter(**DEMO, status=2)[0].folio,
        reason="Otra",
        note="otra nota",
    ),
    *rows(
        "update_work_request",
        {"id": open_request, "status": "in_process"},
        status="open",
        notes="porque",
        id=lambda: open_request() + 100_000,
    ),
    *rows(
        "create_work_request",
        {"title": "Asunto 7"},
        title="Otro asunto",
        details="detalle",
        asset="CMP-04",
        incident_at=days_ago(3),
        urgent=True,
    ),
    Row(
        "create_work_request",
        "even_if_similar",
        True,
        {
            "title": lambda: WorkRequest.objects.filter(**DEMO, status=1).order_by("-date")[0].description,
        },
    ),
    *rows(
        "add_meter_reading",
        {"asset": lambda: gauge().item.code, "serial": lambda: gauge().serial, "value": 3},
        value=4,
        read_at=days_ago(0.01),
        historical=True,
        serial="ninguno",
        meter=1,
    ),
    Row(
        "add_meter_reading",
        "asset",
        "CMP-NONE",
        {"asset": lambda: gauge().item.code, "serial": lambda: gauge().serial, "value": 3},
    ),
    Row(
        "add_meter_reading",
        "even_if_unusual",
        True,
        {
            "asset": lambda: counter().item.code,
            "serial": lambda: counter().serial,
            "value": lambda: (counter().last_value or 0) + 1000 * (counter().monthly_average or 0),
        },
    ),
    *rows(
        "create_pending_task_from_request",
        {"request": 1, "task_type": "Correctiva"},
        request=2,
        task_type="Preventiva",
        scheduled_at="2027-01-02",
        minutes=9,
        priority="high",
        title="Otro",
        note="nota",
        out_of_service_since=days_ago(2),
    ),
    *rows(
        "create_pending_task",
        {
            "asset": "CMP-01",
            "plan": lambda: event().task.plan_id,
            "task": lambda: event().task_id,
        },
        asset="CMP-02",
        plan=1,
        task=1,
        title="Otro",
        happened_at=days_ago(2),
        scheduled_at="2027-01-02",
        requested_by="Zoe",
        out_of_service_since=days_ago(2),
    ),
    *rows("assign_task_plan", {"asset": "CMP-01", "plan": 1}, asset="CMP-02", plan=2, last_done="2026-02-03"),
    *rows(
        "fill_subtask",
        {
            "folio": lambda: text_question().task.work_order.folio,
            "subtask": lambda: text_question().pk,
            "answer": "a 7",
        },
        answer="otra",
        subtask=1,
        folio="OT-NONE",
    ),
    *rows(
        "add_work_order_resource",
        {**PARTS, "kind": "labour", "quantity": 1, "description": "Soldador"},
        folio="OT-NONE",
        task=1,
        kind="service",
        quantity=2,
        description="Tornero",
        unit="Hora",
        unit_cost=5,
        note="nota",
    ),
    *rows(
        "add_work_order_resource",
        {**PARTS, "kind": "part", "quantity": 1, **WHERE},
        item=lambda: level(1).item.code,
        warehouse="NINGUNA",
    ),
    Row(
        "add_work_order_resource",
        "person",
        "TEC-01",
        {**PARTS, "kind": "labour", "quantity": 1, "person": "TEC-02"},
    ),
    Row(
        "add_work_order_resource",
        "third_party",
        "Nadie",
        {**PARTS, "kind": "service", "quantity": 1, "third_party": lambda: party().name},
    ),
    *rows(
        "update_work_order_resource_note",
        {
            "folio": lambda: resource().task.work_order.folio,
            "resource": lambda: resource().pk,
            "note": "a 7",
        },
        note="otra",
        resource=1,
        folio="OT-NONE",
    ),
    *rows(
        "attach_to_work_order",
        {**PARTS, "kind": "note", "content": "https://planta.example/a"},
        folio="OT-NONE",
        task=1,
        kind="link",
        content="otra",
        subtask=lambda: Subtask.objects.filter(task=a_task())[0].pk,
    ),
    *rows(
        "create_warehouse",
        {"code": "ARG-7", "name": "Bodega"},
        code="otra 7",
        name="Otra",
        integrated=True,
        **{name: ADDRESS[name] for name in ("address", "city", "state", "country")},
    ),
    *rows(
        "create_stock_item",
        {
            "code": "ARG-7",
            "name": "Junta",
            "unit_code": "UN",
            "unit": "unidad",
            "warehouse": lambda: level().warehouse.code,
        },
        code="otra 7",
        name="Otra",
        unit_code="KG",
        unit="kilo",
        type="tool",
        part_number="P1",
        manufacturer="SKF",
        model="M",
        minimum=1,
        maximum=9,
        shelf="A1",
        barcode="770",
        notes="nota",
        warehouse=lambda: unlinked()["warehouse"],
    ),
    *rows(
        "link_stock_item",
        {"item": lambda: unlinked()["item"], "warehouse": lambda: unlinked()["warehouse"]},
        item="NINGUNO",
        warehouse="NINGUNA",
        minimum=1,
        maximum=9,
        shelf="B2",
        order_quantity=3,
    ),
    *rows(
        "adjust_stock",
        {**WHERE, "stock": 7},
        stock=8,
        unit_cost=2.5,
        minimum=1,
        maximum=90,
        type="spare_part",
        item=lambda: level(1).item.code,
        warehouse="NINGUNA",
    ),
    *rows(
        "register_warehouse_entry",
        ENTRY,
        kind="return",
        document="otro",
        note="nota",
        warehouse="NINGUNA",
        items=lambda: [{"item": level().item.code, "quantity": 2, "unit_cost": 3}],
    ),
    *rows(
        "register_warehouse_issue",
        ISSUE,
        document="otro",
        note="nota",
        responsible="TEC-01",
        kind="work_order",
        warehouse="NINGUNA",
        work_order="OT-1",
        requisition=1,
        items=lambda: [{"item": level().item.code, "quantity": 2, "type": "tool"}],
    ),
    *[
        Row("register_warehouse_entry", f"items.{name}", value, ENTRY)
        for name, value in {"item": "OTRO", "quantity": 3, "unit_cost": 4}.items()
    ],
    *[
        Row("register_warehouse_issue", f"items.{name}", value, ISSUE)
        for name, value in {"item": "OTRO", "quantity": 3, "type": "tool"}.items()
    ],
    *rows("update_material_request", {"id": 1, "note": "n 7"}, id=2, note="otra"),
    *rows(
        "create_asset",
        ASSET,
        code="otro 7",
        name="Otro",
        type="digital",
        unit="u",
        unit_code="UN",
        **COMMON,
        **EQUIPMENT,
    ),
    *rows("create_asset", {**ASSET, "type": "location"}, **PLACE),
    Row("create_asset", "part_number", "P1", {**ASSET, "type": "tool", "unit": "u", "unit_code": "UN"}),
    Row("create_asset", "version", "2.0", {**ASSET, "type": "digital"}),
    *rows(
        "update_asset",
        {"asset": "CMP-04", "name": "Compresor 7"},
        name="Otro",
        asset="CMP-03",
        **COMMON,
        **EQUIPMENT,
        part_number="P1",
        version="2.0",
    ),
    *rows("update_asset", {"asset": "SERVICIOS", "notes": "nota"}, **PLACE),
    *rows(
        "set_asset_custom_field",
        {
            "asset": lambda: custom()["asset"],
            "field": lambda: custom()["field"],
            "value": "a 7",
        },
        value="otro",
        field="Ninguno",
        asset="CMP-NONE",
    ),
    *rows(
        "create_meter",
        {"asset": "CMP-04", "description": "Medidor 7", "unit_code": "BAR"},
        asset="CMP-03",
        description="Otro",
        unit_code="HRS",
        serial="Z-7",
        counter=False,
        last_reading=5,
        read_at=days_ago(1),
        monthly_average=7,
    ),
    *rows(
        "create_person",
        PERSON,
        first_name="Eva",
        code="otra 7",
        last_name="Paz",
        email="e7@x.example",
        active=False,
        location="SERVICIOS",
        department="D",
        role="R",
        hourly_rate="T",
        **ADDRESS,
    ),
    *rows(
        "update_person",
        {"code": "TEC-05", "last_name": "Paz 7"},
        first_name="Eva",
        last_name="Luz",
        email="e7@x.example",
        active=False,
        location="SERVICIOS",
        department="D",
        role="R",
        hourly_rate="T",
        code=lambda: Personnel.objects.filter(**DEMO).exclude(code=None).order_by("-pk")[0].code,
        **ADDRESS,
    ),
    *rows(
        "save_third_party",
        PARTY,
        code="otro 7",
        name="Otro",
        types=["supplier"],
        email="t@x.example",
        active=False,
        location="SERVICIOS",
        classification_1="A",
        classification_2="B",
        web_page="x.example",
        **ADDRESS,
    ),
    *rows(
        "set_third_party_service",
        {
            "third_party": lambda: party().code,
            "service": "Servicio 7",
            "cost": 3,
            "unit_code": "UN",
            "unit": "unidad",
        },
        service="Otro 7",
        cost=4,
        details="detalle",
        unit_code="HR",
        unit="hora",
        third_party="NINGUNO",
    ),
    *rows(
        "add_document",
        {"owner": "asset", "code": "CMP-04", "name": "Manual"},
        owner="person",
        code="CMP-03",
        name="Otro",
        description="d",
        group="g",
        version="2",
        valid_from="2026-01-01",
        valid_until="2027-01-01",
        warranty=True,
        author="Zoe",
        iso_code="ISO",
    ),
]


def text_question() -> Subtask:
    return Subtask.objects.filter(**DEMO, type=1, task__work_order__status=WorkOrderStatus.IN_PROCESS)[0]


def custom() -> dict[str, str]:
    one = CustomFieldValue.objects.filter(company__slug="demo").order_by("pk")[0]
    return {"asset": one.item.code, "field": one.field.label}
